"""Reviews of past shifts: signed off, with marks and, at the story's two stations, the plans that were watched.

Written in bulk as part of the history (see ``history``): nobody watched anything. The plans have random draws, so
that a station's month can state its bound, and every tenth shift a second line, so that agreement can be stated.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.accounts import models as accounts
from siyanat.demo.world import casework, history
from siyanat.demo.world import land as lands
from siyanat.review import models
from siyanat.review import policy as review_policy
from siyanat.roster import models as roster
from siyanat.triage import models as triage
from siyanat.triage import operations as planning

Kind = models.Mark.Kind
Line = models.Review.Line
SIGNED_OFF = models.Review.State.SIGNED_OFF
NOTES: tuple[tuple[str, tuple[str, str], tuple[str, ...]], ...] = (
    (Kind.THANKS, ("recognition", "recognition"), ("با حوصله راهنمایی کرد و شهروند تشکر کرد.",
                                  "به سالمندی برای رسیدن به خانه کمک کرد.",
                                  "درگیری را با گفت‌وگو آرام کرد.")),
    (Kind.COACHING, ("respect", "coaching"), ("خود را معرفی نکرد.", "بهتر بود پیش از پرسش، دلیل توقف را بگوید.")),
    (Kind.EQUIPMENT, ("camera", "coaching"), ("میکروفن خش‌خش می‌کند.", "زاویه نصب دوربین پایین است.")),
    (Kind.VIOLATION, ("respect", "minor"), ("سخن ناشایست در پاسخ به اعتراض راننده.",)),
    (Kind.FORCE, ("force", "serious"), ("هنگام دستگیری، بازوی فرد گرفته شد.",)),
)  # fmt: skip
WEIGHTS = (46, 26, 12, 10, 6)
RANKED = 6
REASONS = ("raised_voice", "impulse", "lens_covered", "unexplained_stop")
SECOND_LINE_EVERY = 10
STILL_PLANNED_DAYS = 40  # the queue plans what ended within a month and has no plan


@dataclass(slots=True)
class _Pile:
    """Rows that wait to be written together."""

    plans: list[triage.Plan] = field(default_factory=list)
    items: list[triage.PlanItem] = field(default_factory=list)
    reviews: list[models.Review] = field(default_factory=list)
    marks: list[models.Mark] = field(default_factory=list)


def write(land: lands.Land, past: Sequence[history.Past]) -> None:
    """Write a signed-off review for every past shift."""
    pile = _Pile()
    story = {land.place["station"].pk: "head", land.place["second"].pk: "second"}
    for one in past:
        by = story.get(one.shift.unit_id)
        plan = _plan(land, pile, one) if by else _bare_plan(land, pile, one)
        first = _review(land, one, plan, by)
        pile.reviews.append(first)
        if by:
            marks = _marks(land, first, one)
            pile.marks += marks
            if plan is not None and len(pile.reviews) % SECOND_LINE_EVERY == 0:
                _second_line(land, pile, one, first, "second" if by == "head" else "head", marks)
    triage.Plan.objects.bulk_create(pile.plans, batch_size=1000)
    triage.PlanItem.objects.bulk_create(pile.items, batch_size=2000)
    models.Review.objects.bulk_create(pile.reviews, batch_size=2000)
    models.Mark.objects.bulk_create(pile.marks, batch_size=1000)


def _bare_plan(land: lands.Land, pile: _Pile, one: history.Past) -> triage.Plan | None:
    """Where nobody will look: no draws; it says that nothing is left to plan for shifts of the last weeks."""
    if one.shift.ends_at < land.ago(days=STILL_PLANNED_DAYS):
        return None
    plan = triage.Plan(
        shift=one.shift, made_at=one.shift.ends_at, frozen_at=one.shift.ends_at, inputs_digest="",
        owed_ms=8 * history.HOUR_MS, planned_ms=0, policy={"history": True}, owed=[],
    )  # fmt: skip
    pile.plans.append(plan)
    return plan


def _plan(land: lands.Land, pile: _Pile, one: history.Past) -> triage.Plan:
    rule = planning.POLICY
    population = (one.shift.ends_at - one.shift.starts_at) // rule.clip
    bearer = str(one.bearer.pk)
    drawn = sorted(land.dice.sample(range(population), rule.allocate({bearer: population})[bearer]))
    chosen = [land.dice.randrange(470) for _ in range(RANKED)]
    clip_ms = rule.clip // dt.timedelta(milliseconds=1)
    plan = triage.Plan(
        shift=one.shift, made_at=one.shift.ends_at, frozen_at=one.shift.ends_at, inputs_digest="",
        owed_ms=8 * history.HOUR_MS, planned_ms=clip_ms * (len(drawn) + RANKED),
        random_population=population, random_count=len(drawn), strata=[[bearer, population, len(drawn), len({*chosen})]],
        policy={"history": True}, owed=[],
    )  # fmt: skip
    pile.plans.append(plan)
    for order, minute in enumerate(drawn, start=1):
        starts = one.shift.starts_at + minute * rule.clip
        item = _item(plan, one, order, starts, triage.PlanItem.Kind.RANDOM)
        item.also_chosen = minute in chosen
        pile.items.append(item)
    for order, minute in enumerate(chosen, start=len(drawn) + 1):
        starts = one.shift.starts_at + minute * rule.clip
        item = _item(plan, one, order, starts, triage.PlanItem.Kind.RANKED)
        reason = land.dice.choice(REASONS)
        item.score = land.dice.randint(20, 95)
        item.components = {reason: item.score}
        item.reasons = [{"code": reason, "starts_at": starts.isoformat(), "ends_at": item.ends_at.isoformat(),
                         "must_see": False, "facts": {}, "finding": ""}]  # fmt: skip
        pile.items.append(item)
    return plan


def _item(
    plan: triage.Plan, one: history.Past, order: int, starts: dt.datetime, kind: str
) -> triage.PlanItem:
    ends = starts + planning.POLICY.clip
    recorded = not any(start < ends and starts < end for start, end in history.missing_of(one))
    return triage.PlanItem(
        plan=plan, order=order, kind=kind, person=one.bearer, starts_at=starts, ends_at=ends, is_missing=not recorded,
        recorded_ms=60_000 if recorded else 0,
    )  # fmt: skip


def _review(land: lands.Land, one: history.Past, plan: triage.Plan | None, by: str | None) -> models.Review:
    ended = one.shift.ends_at
    done = ended + dt.timedelta(hours=land.dice.uniform(3, 70))
    return models.Review(
        shift=one.shift, unit=one.shift.unit, plan=plan, state=SIGNED_OFF, reviewer=_user(land, by),
        created_at=ended + dt.timedelta(hours=1), due_at=ended + dt.timedelta(days=4),
        begun_at=done - dt.timedelta(minutes=40),
        signed_off_at=min(done, land.now), watched_ms=plan.planned_ms if plan else 18 * 60_000,
        summary="بازبینی شد؛ موارد در نشان‌ها آمده است." if by else "",
    )  # fmt: skip


def _user(land: lands.Land, by: str | None) -> accounts.User | None:
    return land.cast[by].user if by else None


def _marks(land: lands.Land, review: models.Review, one: history.Past) -> list[models.Mark]:
    dice = land.dice
    return [_mark(dice, review, one) for _ in range(dice.choices((0, 1, 2), (62, 28, 10))[0])]


def _mark(dice: random.Random, review: models.Review, one: history.Past) -> models.Mark:
    kind, standard, notes = dice.choices(NOTES, WEIGHTS)[0]
    start = one.shift.starts_at + dt.timedelta(seconds=dice.randrange(60, 7 * 3600))
    return models.Mark(
        review=review, person=one.bearer, kind=kind,
        span=DateTimeTZRange(start, start + dt.timedelta(seconds=dice.randint(15, 90))),
        note=dice.choice(notes), conduct_item=casework.standard(*standard), made_by=review.reviewer,
        made_at=review.signed_off_at or one.shift.ends_at,
    )  # fmt: skip


def _second_line(
    land: lands.Land,
    pile: _Pile,
    one: history.Past,
    first: models.Review,
    by: str,
    marks: Sequence[models.Mark],
) -> None:
    """Another unit's look at the same plan; in four of five cases it saw what the first had seen."""
    unit: roster.Unit = land.place["station" if by == "head" else "second"]
    at = first.signed_off_at or land.now
    second = models.Review(
        shift=one.shift, line=Line.SECOND, unit=unit, plan=first.plan, state=SIGNED_OFF, reviewer=_user(land, by),
        first=first, created_at=at, due_at=at + dt.timedelta(days=review_policy.DUE_WORKING_DAYS), begun_at=at,
        signed_off_at=min(at + dt.timedelta(days=1), land.now), watched_ms=first.watched_ms, summary="بازبینی دوم",
    )  # fmt: skip
    pile.reviews.append(second)
    for mark in marks:
        if land.dice.random() < 0.8:
            pile.marks.append(
                models.Mark(
                    review=second, person=mark.person, kind=mark.kind, span=mark.span, note=mark.note,
                    conduct_item=mark.conduct_item, made_by=second.reviewer, made_at=at,
                )
            )  # fmt: skip
