"""Numbers that identify a citizen don't get into a note, in whatever digits they are typed."""

from __future__ import annotations

import pytest

from siyanat.lib import errors, national_id
from siyanat.review import notes


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"The man gave {national_id.generate(123456)}", "national_id"),
        ("شماره ۰۹۱۲ ۳۴۵ ۶۷۸۹ را داد", "phone"),
        ("call +98 912 345 6789", "phone"),
        ("خودرو ۱۲ ب ۳۴۵ ایران ۶۷", "plate"),
        ("plate 12B34567", "plate"),
    ],
)
def test_an_identity_is_found(text: str, what: str) -> None:
    assert notes.find_identity(text) == what
    with pytest.raises(errors.Refusal, match=r"review\.identity_in_note"):
        notes.clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "At 14:05 the officer raised his voice for 20 s",
        "شیفت ۱۴۰۵/۰۹/۰۲-۱۲۳۴ در ساعت ۱۴:۰۵",
        "1234567890 bytes",
        "case 1405-000123",
    ],
)
def test_times_codes_and_figures_are_left_alone(text: str) -> None:
    assert notes.find_identity(text) is None
