"""What an entry tells reads as rows: words for names, times and lengths as people write them, nesting as lists."""

from __future__ import annotations

import pytest

from siyanat.ledger import facts
from tests.cast import Cast


@pytest.mark.django_db
def test_facts_become_rows_with_their_kind(cast: Cast) -> None:
    rows = facts.read(
        {
            "planned_ms": 90_000, "size_bytes": 5_000_000, "with_disclosures": True, "unit_path": cast.units["A"].path,
            "due_at": "2026-11-20T08:00:00Z", "span": ["2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"],
            "detectors": {"clipping": "1", "lens": {"dark": "2"}}, "reason": "battery_swap",
        }
    )  # fmt: skip
    told = {row.name: row for row in rows}
    hows = {name: [value.how for value in row.values] for name, row in told.items()}
    assert hows["برنامه"] == ["length"]
    assert ["size"] in hows.values()
    assert ["flag"] in hows.values()
    assert ["name"] in hows.values()
    assert any(row.is_stretch and hows[name] == ["moment", "moment"] for name, row in told.items())
    nested = told["آشکارسازها و نسخه‌ها"]
    assert [row.name for row in nested.below] == ["clipping", "lens"]
    assert nested.below[1].below[0].values[0].is_ == "2"


@pytest.mark.django_db
def test_a_word_that_looks_like_no_time_stays_a_word() -> None:
    (row,) = facts.read({"purpose": "TECHNICAL-REQUEST-TEST"})
    assert row.values[0].how == "text"
