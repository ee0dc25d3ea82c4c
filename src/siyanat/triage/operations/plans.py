"""Draw watch plans: of a shift, and of footage that came after its review had begun."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fractions
import hashlib
import json
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from siyanat.cameras import models as cameras
from siyanat.coverage import minutes
from siyanat.coverage import operations as coverage
from siyanat.evidence import models as evidence
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import timespan
from siyanat.roster import models as roster
from siyanat.signals import queries as signals
from siyanat.triage import models, moments, planning
from siyanat.triage.operations.seeds import ACTOR, commit_seed

POLICY = planning.PlanPolicy()
MOMENT_POLICY = moments.MomentPolicy()
# Less footage than this is no reason for a review of its own: a file's rounding.
LEAST_LATE = dt.timedelta(seconds=30)
MIN_STOP = dt.timedelta(seconds=30)
# A plan waits for the analysis of what has arrived, but no longer than this after it came: a review must not wait on
# a recording that can't be read.
ANALYSIS_GRACE = dt.timedelta(hours=12)


@transaction.atomic
def plan_shift(*, shift_id: UUID, now: dt.datetime) -> models.Plan | None:
    """Draw the plan anew when its inputs changed.

    None while the shift runs, nothing is owed, footage is awaited or still being analyzed, or it would be the same.
    A plan with which a review has begun stays; what was filmed and came later gets a plan of its own.
    """
    shift = roster.Shift.objects.select_for_update(of=("self",)).select_related("unit").get(pk=shift_id)
    if now < shift.ends_at:
        return None
    lines = [line for line in minutes.count_minutes(shift.id, known_at=now) if line.person_id is not None]
    if not lines or _waits_for_footage(shift, lines, now):
        return None
    if is_being_analyzed(shift, now=now):
        return None
    frozen_at = _last_frozen_at(shift)
    if frozen_at is not None:
        return _plan_late_footage(shift, lines, frozen_at, now)
    return _draw(shift, lines, _filmed(lines), now=now)


def _last_frozen_at(shift: roster.Shift) -> dt.datetime | None:
    """When a review last began with a plan of the shift; None while none has."""
    frozen: dt.datetime | None = models.Plan.objects.filter(shift=shift).aggregate(last=Max("frozen_at"))[
        "last"
    ]
    return frozen


def _plan_late_footage(
    shift: roster.Shift, lines: list[minutes.Minutes], frozen_at: dt.datetime, now: dt.datetime
) -> models.Plan | None:
    """A plan over what was not known to be filmed when a review last began: docked late, or attributed anew.

    The sample is the shift's own, drawn by the same seed: clips that were missing then and are recorded now.
    """
    before = _filmed(minutes.count_minutes(shift.id, known_at=frozen_at))
    fresh = {
        bearer: spans - before.get(bearer, timespan.SpanSet()) for bearer, spans in _filmed(lines).items()
    }
    total = sum((spans.total() for spans in fresh.values()), timespan.ZERO)
    if total < LEAST_LATE:
        return None
    return _draw(shift, lines, fresh, now=now, after=frozen_at)


def _filmed(lines: list[minutes.Minutes]) -> dict[str, timespan.SpanSet]:
    return {str(line.person_id): _span_set(line.filmed) for line in lines if line.person_id is not None}


def _draw(
    shift: roster.Shift,
    lines: list[minutes.Minutes],
    recorded: dict[str, timespan.SpanSet],
    *,
    now: dt.datetime,
    after: dt.datetime | None = None,
) -> models.Plan | None:
    """Draw over ``recorded`` and keep the plan, unless the current one was drawn from the same."""
    seed = commit_seed(shift=shift, now=now)
    owed = {str(line.person_id): _span_set(line.owed) for line in lines}
    sightings = _sightings(shift, lines)
    if after is not None:
        sightings = [one for one in sightings if recorded[one.bearer].clipped(one.span)]
    digest = _digest(owed, recorded, sightings, seed)
    current = models.Plan.objects.filter(shift=shift, superseded_at__isnull=True, frozen_at__isnull=True)
    if current.filter(inputs_digest=digest).exists():
        return None
    plan = planning.make_plan(
        owed=owed,
        recorded=recorded,
        moments=moments.rank_moments(sightings, policy=MOMENT_POLICY),
        policy=POLICY,
        seed=planning.derive_seed(
            commitment_secret=bytes(seed.secret),
            upper_secret=bytes(seed.upper.secret),
            shift_id=str(shift.id),
        ),
    )
    if after is not None:
        seen = tuple(item for item in plan.items if not item.missing)
        plan = dataclasses.replace(plan, items=seen, strata=())
    return _write(shift, plan, owed, digest, now, after)


def _waits_for_footage(shift: roster.Shift, lines: list[minutes.Minutes], now: dt.datetime) -> bool:
    """Whether a bearer's camera that has shown nothing yet is still out, or is being emptied at the dock."""
    bare = [line.person_id for line in lines if not line.filmed]
    issues = cameras.Issue.objects.filter(shift=shift, person__in=bare, superseded_at__isnull=True)
    return any(coverage.may_still_deliver(one, shift=shift, now=now) for one in issues)


def is_being_analyzed(shift: roster.Shift, *, now: dt.datetime) -> bool:
    """Whether footage of the shift still waits for its signals, within the time that a plan waits for them.

    The time runs from a file's arrival: whoever docks late doesn't get a review that saw no signals.
    """
    rows = evidence.Recording.objects.filter(
        attributions__shift=shift,
        attributions__superseded_at__isnull=True,
        received_at__gt=now - ANALYSIS_GRACE,
    ).exclude(state=evidence.Recording.State.DISPOSED)
    return bool(signals.list_unanalyzed(rows))


def list_shifts_to_plan(*, now: dt.datetime) -> list[UUID]:
    """Shifts of the last month whose plan waited for footage or an analysis that never came."""
    rows = roster.Shift.objects.filter(
        ends_at__lte=now - ANALYSIS_GRACE,
        ends_at__gt=now - dt.timedelta(days=31),
        crew__superseded_at__isnull=True,
    ).exclude(state=roster.Shift.State.CANCELED)
    planned = models.Plan.objects.filter(superseded_at__isnull=True).values("shift")
    return list(
        rows.exclude(pk__in=planned).distinct().order_by("ends_at").values_list("pk", flat=True)[:500]
    )


def _span_set(spans: tuple[minutes.Span, ...]) -> timespan.SpanSet:
    return timespan.SpanSet(timespan.Span(*span) for span in spans)


def _sightings(shift: roster.Shift, lines: list[minutes.Minutes]) -> list[moments.Sighting]:
    """What was found in the bearers' recordings, and where footage stops unexplained, inside what is owed or filmed."""
    found: list[moments.Sighting] = []
    for line in lines:
        bearer = str(line.person_id)
        recordings = list(
            evidence.Recording.objects.filter(
                attributions__shift=shift,
                attributions__person=line.person_id,
                attributions__superseded_at__isnull=True,
            ).exclude(state=evidence.Recording.State.DISPOSED)
        )
        within = _span_set(line.owed)
        for finding in signals.list_findings(recordings):
            starts = finding.recording.starts_at
            span = timespan.Span(
                starts + dt.timedelta(milliseconds=finding.starts_ms),
                starts + dt.timedelta(milliseconds=finding.ends_ms),
            )
            if within.clipped(span):
                found.append(
                    moments.Sighting(
                        bearer=bearer,
                        kind=finding.kind,
                        starts_at=span.starts_at,
                        ends_at=span.ends_at,
                        score=finding.score,
                        evidence=finding.evidence,
                        source=str(finding.pk),
                    )
                )
        found += _stops(bearer, line)
        found += [
            moments.Sighting(
                bearer=bearer, kind="button", starts_at=one.starts_at, ends_at=one.ends_at, source=str(one.id)
            )
            for one in recordings
            if one.is_intentional and within.clipped(timespan.Span(one.starts_at, one.ends_at))
        ]
    return found


def _stops(bearer: str, line: minutes.Minutes) -> list[moments.Sighting]:
    """The last moment of footage before each unexplained stretch that begins inside the shift."""
    ends = {ends for _starts, ends in line.filmed}
    return [
        moments.Sighting(
            bearer=bearer,
            kind="unexplained_stop",
            starts_at=starts - dt.timedelta(seconds=1),
            ends_at=starts,
            evidence={"missing_seconds": (last - starts).total_seconds()},
        )
        for starts, last in line.unaccounted
        if starts in ends and last - starts >= MIN_STOP
    ]


def _digest(
    owed: Mapping[str, timespan.SpanSet],
    recorded: Mapping[str, timespan.SpanSet],
    sightings: list[moments.Sighting],
    seed: models.Seed,
) -> str:
    told = ledger.canonical(
        {
            "owed": _stored(owed),
            "recorded": _stored(recorded),
            "sightings": [
                [one.bearer, one.kind, one.starts_at, one.ends_at, one.score, one.source] for one in sightings
            ],
            "policy": _policy(),
            "seed": seed.commitment,
            "upper": seed.upper.commitment,
        }
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _stored(spans: Mapping[str, timespan.SpanSet]) -> list[list[str]]:
    return [
        [bearer, span.starts_at.isoformat(), span.ends_at.isoformat()]
        for bearer in sorted(spans)
        for span in spans[bearer]
    ]


def _policy() -> dict[str, object]:
    return {
        "budget_s": POLICY.budget.total_seconds(),
        "random_share": str(POLICY.random_share),
        "random_least": POLICY.random_least,
        "bearer_least": POLICY.bearer_least,
        "chosen_least_s": POLICY.chosen_least.total_seconds(),
        "clip_s": POLICY.clip.total_seconds(),
        "moments": json.loads(ledger.canonical(dataclasses.asdict(MOMENT_POLICY))),
    }


def _write(
    shift: roster.Shift,
    plan: planning.Plan,
    owed: Mapping[str, timespan.SpanSet],
    digest: str,
    now: dt.datetime,
    after: dt.datetime | None,
) -> models.Plan:
    models.Plan.objects.filter(shift=shift, superseded_at__isnull=True, frozen_at__isnull=True).update(
        superseded_at=now
    )
    row = models.Plan.objects.create(
        shift=shift,
        after=after,
        made_at=now,
        policy=_policy(),
        owed=_stored(owed),
        inputs_digest=digest,
        planned_ms=plan.planned_ms,
        owed_ms=plan.owed_ms,
        over_budget_ms=plan.over_budget_ms,
        random_population=plan.random_population,
        random_count=plan.random_count,
        strata=[[one.bearer, one.population, one.count, one.chosen] for one in plan.strata],
    )
    models.PlanItem.objects.bulk_create(
        _item(row, order, item) for order, item in enumerate(plan.items, start=1)
    )
    ledger.append(
        kind="triage.plan_made",
        actor=ACTOR,
        subject=f"shift:{shift.id}",
        now=now,
        facts={
            "plan": str(row.id),
            "inputs": digest,
            "items": len(plan.items),
            "planned_ms": plan.planned_ms,
            "owed_ms": plan.owed_ms,
            "random_population": plan.random_population,
            "random_count": plan.random_count,
            "strata": row.strata,
        },
    )
    jobs.announce(facts.PLAN_DRAWN, shift_id=str(shift.id))
    return row


def _item(plan: models.Plan, order: int, item: planning.Item) -> models.PlanItem:
    return models.PlanItem(
        plan=plan,
        order=order,
        kind=item.kind.value,
        person_id=UUID(item.bearer),
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        is_missing=item.missing,
        recorded_ms=item.recorded_ms,
        score=sum(item.components.values()),
        components=dict(item.components),
        reasons=[
            {
                "code": reason.code,
                "starts_at": reason.starts_at.isoformat(),
                "ends_at": reason.ends_at.isoformat(),
                "must_see": reason.must_see,
                "facts": dict(reason.facts),
                "finding": reason.source,
            }
            for reason in item.reasons
        ],
        inclusion_probability=float(fractions.Fraction(item.inclusion_probability)),
        lead_ms=item.lead_ms,
        tail_ms=item.tail_ms,
        also_chosen=item.also_chosen,
    )


@transaction.atomic
def freeze_plan(*, plan: models.Plan, now: dt.datetime) -> None:
    """A review begins with this plan: it stays as it is from now on."""
    models.Plan.objects.filter(pk=plan.pk, frozen_at__isnull=True).update(frozen_at=now)
