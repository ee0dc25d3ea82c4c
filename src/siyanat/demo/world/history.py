"""Months of past shifts, so that month views, use of cameras and comparisons have something to show.

Written in bulk, with figures drawn by chance and no footage behind them: their codes carry an ``H``, their crews
were entered when the world was written (later than the counts, which therefore can't be counted again from
nothing), and one entry of the log says so. No rule about footage, reviews or samples is proven by them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.accounts import models as accounts
from siyanat.cameras import models as cameras
from siyanat.coverage import models as coverage
from siyanat.demo.world import land as lands
from siyanat.demo.world import places
from siyanat.ledger import operations as ledger
from siyanat.lib import jalali
from siyanat.roster import models as roster
from siyanat.triage import models as triage
from siyanat.triage import planning

LENGTH = dt.timedelta(hours=8)
STARTS = (dt.time(6), dt.time(14), dt.time(22))
LATEST_DAYS_AGO = 1
STORY_TIMES = 3  # the story's two stations have so many times the shifts of others
# Who and what belongs to the story's own patrols stays out of the history, so that nobody is in two places.
STORY_OFFICERS, STORY_CAMERAS = 12, 9
RUNNING_SHARE = 0.5  # of the stations have a patrol out at the moment
HOUR_MS = 3_600_000
ACTOR = f"{ledger.SYSTEM}:demo"


@dataclass(frozen=True, slots=True)
class Past:
    """A past shift: its one bearer, the camera, and milliseconds excused and unexplained of eight hours."""

    shift: roster.Shift
    bearer: roster.Person
    camera: cameras.Camera
    excused_ms: int
    unexplained_ms: int


def write(land: lands.Land) -> list[Past]:
    """Write the past shifts of every station, and the patrols that are out now."""
    past = _draw(land)
    roster.Shift.objects.bulk_create((one.shift for one in past), batch_size=2000)
    roster.CrewMember.objects.bulk_create((_member(land, one) for one in past), batch_size=2000)
    cameras.Issue.objects.bulk_create((_issue(one) for one in past), batch_size=2000)
    ended = [one for one in past if one.shift.state == roster.Shift.State.ENDED]
    coverage.Count.objects.bulk_create((_count(one, None) for one in ended), batch_size=2000)
    _detail(land, ended)
    _commit_seeds(land, past)
    out = [one.camera.pk for one in past if one.shift.state == roster.Shift.State.RUNNING]
    cameras.Camera.objects.filter(pk__in=out).update(state=cameras.Camera.State.ISSUED)
    return ended


def of_unit(past: Sequence[Past], unit: roster.Unit) -> list[Past]:
    """Those of one unit, the latest first."""
    return sorted(
        (one for one in past if one.shift.unit == unit), key=lambda one: one.shift.starts_at, reverse=True
    )


def _draw(land: lands.Land) -> list[Past]:
    own = defaultdict(list)
    usable = (cameras.Camera.State.READY, cameras.Camera.State.DOCKED)
    for camera in cameras.Camera.objects.filter(state__in=usable).order_by("serial"):
        own[camera.unit_id].append(camera)
    patrolling = [unit for unit in land.stations if own[unit.pk]]
    each = max(1, round(land.scale.history_shifts / len(patrolling)))
    past: list[Past] = []
    codes: dict[dt.date, int] = defaultdict(int)
    story = (land.place["station"], land.place["second"])
    for unit in patrolling:
        habit = _Habit(land, unit, own[unit.pk])
        count = each * STORY_TIMES if unit in story else each
        for number in range(count):
            day = LATEST_DAYS_AGO + (land.scale.history_days - LATEST_DAYS_AGO) * (1 - (number + 1) / count)
            past.append(habit.draw_shift(number, jalali.local_date(land.ago(days=day)), codes))
        if unit not in story and land.dice.random() < RUNNING_SHARE:
            past.append(habit.draw_running(codes))
    return past


class _Habit:
    """How a unit works: how well its officers record, and whether that gets better."""

    def __init__(self, land: lands.Land, unit: roster.Unit, own: list[cameras.Camera]) -> None:
        self._land, self._unit, self._own = land, unit, own
        self._staff = land.staff[unit.pk]
        if unit == land.place["station"]:
            self._staff, self._own = self._staff[STORY_OFFICERS:], own[STORY_CAMERAS:]
        elif unit == land.place["second"]:
            self._staff, self._own = self._staff[:-1], own[:-1]
        dice = land.dice
        self._missing = dice.choice((0.012, 0.02, 0.03, 0.03, 0.05, 0.09)) * dice.uniform(0.7, 1.4)
        self._trend = dice.choice((0.5, 0.8, 1.0, 1.0, 1.3))

    def draw_shift(self, number: int, day: dt.date, codes: dict[dt.date, int]) -> Past:
        starts_at = jalali.tehran_moment(day, STARTS[number % len(STARTS)])
        progress = number / max(1, self._land.scale.history_shifts)
        share = min(0.6, self._land.dice.expovariate(1 / self._missing) * self._trend**progress)
        excused = round(8 * HOUR_MS * share * self._land.dice.choice((0, 0, 0.3, 0.6)))
        unexplained = round(8 * HOUR_MS * share) - excused
        return self._past(number, starts_at, codes, roster.Shift.State.ENDED, (excused, unexplained))

    def draw_running(self, codes: dict[dt.date, int]) -> Past:
        starts_at = self._land.hours_ago(self._land.dice.choice((1, 2, 3, 4, 5)))
        return self._past(0, starts_at, codes, roster.Shift.State.RUNNING, (0, 0))

    def _past(
        self,
        number: int,
        starts_at: dt.datetime,
        codes: dict[dt.date, int],
        state: str,
        missing: tuple[int, int],
    ) -> Past:
        beat = places.BEATS[number % len(places.BEATS)]
        day = jalali.local_date(starts_at)
        codes[day] += 1
        shift = roster.Shift(
            code=f"{jalali.format_date(day, language='en')}-H{codes[day]:04d}",
            unit=self._unit, starts_at=starts_at, ends_at=starts_at + LENGTH, state=state,
            place_fa=beat[0], place_en=beat[1],
        )  # fmt: skip
        camera = self._own[number % len(self._own)]
        return Past(shift, self._staff[number % len(self._staff)], camera, *missing)


def _member(land: lands.Land, one: Past) -> roster.CrewMember:
    is_over = one.shift.state == roster.Shift.State.ENDED
    return roster.CrewMember(
        shift=one.shift, person=one.bearer, starts_at=one.shift.starts_at, ends_at=one.shift.ends_at,
        recorded_at=land.now if is_over else one.shift.starts_at,
    )  # fmt: skip


def _issue(one: Past) -> cameras.Issue:
    is_over = one.shift.state == roster.Shift.State.ENDED
    quarter = dt.timedelta(minutes=15)
    return cameras.Issue(
        camera=one.camera, person=one.bearer, shift=one.shift, issued_at=one.shift.starts_at - quarter,
        returned_at=one.shift.ends_at + quarter if is_over else None,
        due_at=one.shift.ends_at + dt.timedelta(hours=2), recorded_at=one.shift.starts_at - quarter,
    )  # fmt: skip


def _count(one: Past, person: roster.Person | None) -> coverage.Count:
    whole = 8 * HOUR_MS
    return coverage.Count(
        shift=one.shift, person=person, counted_at=one.shift.ends_at + dt.timedelta(hours=2), owed_ms=whole,
        recorded_ms=whole - one.excused_ms - one.unexplained_ms, excused_ms=one.excused_ms,
        unaccounted_ms=one.unexplained_ms, recorded=_stretches(one),
    )  # fmt: skip


def missing_of(one: Past) -> list[tuple[dt.datetime, dt.datetime]]:
    """What is missing: the excused part two hours in, the unexplained part at the end."""
    two_hours = one.shift.starts_at + dt.timedelta(hours=2)
    end = one.shift.ends_at
    spans = [
        (two_hours, two_hours + dt.timedelta(milliseconds=one.excused_ms)),
        (end - dt.timedelta(milliseconds=one.unexplained_ms), end),
    ]
    return [span for span in spans if span[1] > span[0]]


def _stretches(one: Past) -> list[list[str]]:
    found, at = [], one.shift.starts_at
    for starts, ends in missing_of(one):
        found.append([at.isoformat(), starts.isoformat()])
        at = ends
    return found + ([[at.isoformat(), one.shift.ends_at.isoformat()]] if at < one.shift.ends_at else [])


def _detail(land: lands.Land, past: Sequence[Past]) -> None:
    """For the two stations of the story also the bearer's line, what kind each gap was, and the reason given."""
    heads = {land.place["station"]: land.cast["head"].user, land.place["second"]: land.cast["second"].user}
    told = [one for one in past if one.shift.unit in heads]
    counts = coverage.Count.objects.bulk_create(_count(one, one.bearer) for one in told)
    excuses: list[coverage.Excuse] = []
    gaps: list[coverage.Gap] = []
    for one, count in zip(told, counts, strict=True):
        for span in missing_of(one):
            is_last = span[1] == one.shift.ends_at
            excuse = None if is_last else _excuse(one, span, heads[one.shift.unit])
            excuses += [excuse] if excuse else []
            kind = coverage.Gap.Kind.EARLY_STOP if is_last else coverage.Gap.Kind.BATTERY
            gaps.append(coverage.Gap(count=count, span=DateTimeTZRange(*span), kind=kind, excuse=excuse))
    coverage.Excuse.objects.bulk_create(excuses)
    coverage.Gap.objects.bulk_create(gaps)


def _excuse(one: Past, span: tuple[dt.datetime, dt.datetime], head: accounts.User | None) -> coverage.Excuse:
    asked_at = one.shift.ends_at + dt.timedelta(hours=1)
    return coverage.Excuse(
        shift=one.shift, person=one.bearer, span=DateTimeTZRange(*span), kind=coverage.Excuse.Kind.BATTERY_SWAP,
        state=coverage.Excuse.State.APPROVED, asked_by=one.bearer.user or head, asked_at=asked_at, decided_by=head,
        decided_at=asked_at + dt.timedelta(minutes=30),
    )  # fmt: skip


@transaction.atomic
def _commit_seeds(land: lands.Land, past: Sequence[Past]) -> None:
    """Every shift has its seed; for these one entry of the log holds the digest of all commitments."""
    uppers = _upper_secrets(land, past)
    seeds = []
    for one in past:
        secret = land.dice.randbytes(32)
        day = one.shift.starts_at - dt.timedelta(days=1)
        seeds.append(
            triage.Seed(
                shift=one.shift, secret=secret, commitment=planning.commit(secret), committed_at=day,
                upper=uppers[_upper_key(one)],
            )
        )  # fmt: skip
    triage.Seed.objects.bulk_create(seeds, batch_size=2000)
    digest = hashlib.sha256("".join(seed.commitment for seed in seeds).encode()).hexdigest()
    ledger.append(
        kind="demo.history_written", actor=ACTOR, subject="demo:history", now=land.now,
        facts={"shifts": len(past), "seed_commitments_sha256": digest},
    )  # fmt: skip


def _upper_key(one: Past) -> tuple[int, dt.datetime]:
    province = int(one.shift.unit.path.strip("/").split("/")[1])
    year, month, _day = jalali.from_gregorian(jalali.local_date(one.shift.starts_at))
    return province, jalali.month_range(year, month)[0]


def _month(moment: dt.datetime) -> str:
    year, month, _day = jalali.from_gregorian(jalali.local_date(moment))
    return f"{year}-{month:02d}"


def _upper_secrets(
    land: lands.Land, past: Sequence[Past]
) -> dict[tuple[int, dt.datetime], triage.UpperSecret]:
    made = {}
    for province, month in sorted({_upper_key(one) for one in past}):
        secret = land.dice.randbytes(32)
        made[province, month] = triage.UpperSecret(
            unit_id=province, month_starts_at=month, secret=secret, commitment=planning.commit(secret),
            committed_at=month,
        )  # fmt: skip
    triage.UpperSecret.objects.bulk_create(made.values())
    for row in made.values():
        ledger.append(
            kind="triage.upper_secret_committed", actor=ACTOR, subject=f"unit:{row.unit_id}", now=land.now,
            facts={"commitment": row.commitment, "month": _month(row.month_starts_at)},
        )  # fmt: skip
    return made
