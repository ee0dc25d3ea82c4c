"""Pages of the minute ledger: who reads whose minutes, what they add up to, and that each act works from its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests import cast as cast_module
from tests.accounts import sessions
from tests.cast import HOUR, Cast

from siyanat.coverage import models, months, operations, reports
from siyanat.coverage import queries as coverage
from siyanat.lib import clock
from siyanat.roster import models as roster
from siyanat.ui import formatting

SignIn = Callable[..., Client]
READERS = {"leader", "head", "custodian", "integrity", "reviewer", "overseer", "stranger"}


@pytest.fixture
def sign_in(client: Client, cast: Cast) -> SignIn:
    """Open a session for one of the cast, as signing in leaves it."""
    return sessions.opener(client, cast)


@pytest.fixture
def shift(cast: Cast) -> roster.Shift:
    """A shift of this month without footage, counted."""
    now = clock.now()
    shift = cast_module.make_shift(cast, starts_at=now - 9 * HOUR, hours=8)
    operations.count_shift(shift_id=shift.id, now=now)
    return shift


def month_of(shift: roster.Shift) -> dict[str, int]:
    from siyanat.lib import jalali

    year, month, _day = jalali.from_gregorian(jalali.local_date(shift.starts_at))
    return {"year": year, "month": month}


@pytest.mark.parametrize("name", cast_module.ROLES)
def test_a_month_opens_for_its_readers_alone(sign_in: SignIn, shift: roster.Shift, name: str) -> None:
    assert sign_in(name).get(reverse("coverage:month")).status_code == (200 if name in READERS else 404)


@pytest.mark.parametrize("name", cast_module.ROLES)
def test_a_shift_opens_for_those_above_it_and_its_crew(
    sign_in: SignIn, shift: roster.Shift, name: str
) -> None:
    allowed = READERS - {"stranger"} | {"arash", "babak"}
    for address in ("coverage:shift", "coverage:report"):
        answer = sign_in(name).get(reverse(address, args=[shift.pk]))
        assert answer.status_code == (200 if name in allowed else 404), address


def test_the_rows_of_a_month_add_up_on_every_level(cast: Cast, shift: roster.Shift) -> None:
    own = cast_module.make_shift(cast, starts_at=shift.starts_at, unit="C1", code="C1-1", crew=("arash",))
    operations.count_shift(shift_id=own.id, now=clock.now())
    viewer = cast.viewer("overseer", now=clock.now())
    for name in ("N", "P1", "C1"):
        found = months.read_month(viewer, **month_of(shift), below=cast.units[name])
        assert (found.total.shifts, found.total.owed_ms) == (2, 16 * 3_600_000), name
    county = months.read_month(viewer, **month_of(shift), below=cast.units["C1"])
    assert [(row.unit.code, row.is_own, row.shifts) for row in county.rows] == [
        ("A", False, 1),
        ("C1", True, 1),
    ]
    assert sum(day.shifts for day in county.rows[0].days) == 1


def test_a_shift_counts_once_beside_a_unit_with_a_longer_number(cast: Cast, shift: roster.Shift) -> None:
    for unit, path in (("C1", "/900/2/"), ("C2", "/900/10/"), ("A", "/900/2/7/")):
        roster.Unit.objects.filter(code=unit).update(path=path)
        cast.units[unit].refresh_from_db()
    roster.Unit.objects.filter(code__in=["C1", "C2"]).update(parent=cast.units["N"])
    own = cast_module.make_shift(cast, starts_at=shift.starts_at, unit="C1", code="C1-1", crew=("arash",))
    operations.count_shift(shift_id=own.id, now=clock.now())
    found = months.read_month(
        cast.viewer("overseer", now=clock.now()), **month_of(shift), below=cast.units["N"]
    )
    assert {row.unit.code: row.shifts for row in found.rows if row.shifts} == {"C1": 2}


def test_tonights_patrols_are_in_no_share_of_the_month(cast: Cast, shift: roster.Shift) -> None:
    now = clock.now()
    tonight = cast_module.make_shift(cast, starts_at=shift.starts_at, hours=16, code="A-2")
    operations.count_shift(shift_id=tonight.id, now=now)
    month = months.read_month(cast.viewer("overseer", now=now), **month_of(shift), below=cast.units["C1"])
    assert (month.total.awaited_ms, month.total.unexplained_ms) == (16 * 3_600_000, 8 * 3_600_000)
    assert (month.total.due_ms, month.total.unexplained_share) == (8 * 3_600_000, 1.0)
    assert (month.total.provisional, month.total.notable) == (1, 1)
    assert sum(month.rows[0].is_awaited) == 1


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_month_and_a_shift_say_what_is_awaited(
    cast: Cast, sign_in: SignIn, shift: roster.Shift, language: str
) -> None:

    now = clock.now()
    tonight = cast_module.make_shift(cast, starts_at=now - HOUR, code="A-2")
    operations.count_shift(shift_id=tonight.id, now=now)
    client = sign_in("head")
    client.cookies["language"] = language
    word = {"fa": "در انتظار فیلم", "en": "Awaited"}[language]
    month = client.get(reverse("coverage:month")).content.decode()
    page = client.get(reverse("coverage:shift", args=[tonight.pk])).content.decode()
    for text in (month, page):
        assert word in text
        assert "url(#fill-awaited)" in text
    assert "url(#fill-unexplained)" not in page
    with translation.override(language):
        figures = reports._line(tonight, coverage.list_lines(tonight)[-1])["figures"]
        assert isinstance(figures, list)
        assert figures[-1][0] == word
    assert word in client.get("/").content.decode() or language == "en"


def test_a_unit_of_somebody_else_is_absent(sign_in: SignIn, shift: roster.Shift) -> None:
    assert sign_in("stranger").get(reverse("coverage:month"), {"unit": "A"}).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_month_is_given_as_a_file(sign_in: SignIn, shift: roster.Shift, kind: str) -> None:
    answer = sign_in("overseer").get(reverse("coverage:month"), {"unit": "N", "format": kind})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("sort", ["unit", "-unexplained", "recorded", "owed", "shifts", "nonsense"])
def test_a_month_is_sorted_as_asked(sign_in: SignIn, shift: roster.Shift, sort: str) -> None:
    assert sign_in("overseer").get(reverse("coverage:month"), {"unit": "N", "sort": sort}).status_code == 200


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_report_is_a_pdf_in_both_languages(cast: Cast, shift: roster.Shift, language: str) -> None:

    with translation.override(language):
        pdf = reports.shift_pdf(shift, coverage.list_lines(shift), now=clock.now())
    assert pdf.startswith(b"%PDF")


def test_an_excuse_goes_its_way_from_the_officer_to_the_head(
    cast: Cast, sign_in: SignIn, shift: roster.Shift
) -> None:
    from siyanat.lib import jalali

    starts = jalali.format_time(shift.starts_at + HOUR, language="fa")
    ends = jalali.format_time(shift.starts_at + 2 * HOUR, language="fa")
    data = {"starts": starts, "ends": ends, "kind": "battery_swap", "note": ""}
    sign_in("arash").post(reverse("coverage:ask_excuse", args=[shift.pk]), data)
    excuse = models.Excuse.objects.get()
    client = sign_in("head")
    assert str(excuse.pk) in client.get(reverse("coverage:excuses")).content.decode()
    url = reverse("coverage:decide_excuse", args=[excuse.pk])
    client.post(url, {"decision": "refuse"})
    excuse.refresh_from_db()
    assert excuse.state == "asked"  # the officer is to read why
    client.post(url, {"decision": "refuse", "note": "The battery was full"})
    excuse.refresh_from_db()
    assert excuse.state == "refused"


def test_earlier_figures_open_in_both_languages(sign_in: SignIn, shift: roster.Shift) -> None:
    operations.count_shift(shift_id=shift.pk, now=clock.now())
    at = coverage.list_snapshots(shift)[0]
    for language in ("fa", "en"):
        client = sign_in("head")
        client.cookies["language"] = language
        with translation.override(language):
            told = formatting.moment(at, seconds=True)
        assert client.get(reverse("coverage:shift", args=[shift.pk]), {"as_of": told}).status_code == 200


def test_a_stranger_decides_nothing(cast: Cast, sign_in: SignIn, shift: roster.Shift) -> None:
    excuse = models.Excuse.objects.create(
        shift=shift, person=cast.people["arash"], span=(shift.starts_at, shift.ends_at), kind="court",
        asked_by=cast.people["arash"].user, asked_at=clock.now(),
    )  # fmt: skip
    url = reverse("coverage:decide_excuse", args=[excuse.pk])
    assert sign_in("stranger").post(url, {"decision": "approve"}).status_code == 404
