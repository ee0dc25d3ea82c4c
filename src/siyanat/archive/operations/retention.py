"""Put recordings into categories, and change a category's period: two persons, with what it would dispose
of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from siyanat.archive import models, queries
from siyanat.evidence import models as evidence
from siyanat.ledger import operations as ledger
from siyanat.ledger import scopes
from siyanat.lib import errors
from siyanat.roster import gates

ROUTINE, INTENTIONAL, COMPLAINT, CUSTODY = "routine", "intentional", "complaint", "custody"
DEFAULTS = (  # code, Persian, English, days, default
    (ROUTINE, "عادی", "Routine", 90, True),
    (INTENTIONAL, "ضبط عمدی یا به‌کارگیری زور", "Intentional, or force used", 365, False),
    (COMPLAINT, "مرتبط با شکایت یا پرونده، پس از مختومه شدن", (
        "Linked to a complaint or case, after its closing"
    ), 365, False),
    (CUSTODY, "تحت‌نظرگاه", "Custody", 548, False),
)  # fmt: skip
_SYSTEM = "system:archive.classify"
MIN_DAYS, MAX_DAYS = 1, 36_500


def load_defaults() -> int:
    """Add the shipped categories that are not there yet; those that are keep their periods. How many were
    added.
    """
    added = 0
    for code, name_fa, name_en, days, is_default in DEFAULTS:
        _, new = models.RetentionCategory.objects.get_or_create(
            code=code,
            defaults={"name_fa": name_fa, "name_en": name_en, "keep_days": days, "is_default": is_default},
        )
        added += new
    return added


@transaction.atomic
def classify_recording(*, recording_id: UUID | str, now: dt.datetime) -> None:
    """Put a newly sealed recording into the default category, and into the intentional one if the button
    was pressed.

    Its period runs from the day that it came, if that is later: a time that somebody typed can't make it due at once.
    """
    recording = evidence.Recording.objects.filter(pk=recording_id).first()
    if recording is None:
        raise errors.NotFound
    default = _default_category()
    since = max(recording.ends_at, recording.received_at)
    _classify([recording.pk], default.code, since=since, reference="")
    if recording.is_intentional:
        classify([recording.pk], code=INTENTIONAL, since=since, reference="", now=now)


def _default_category() -> models.RetentionCategory:
    default = models.RetentionCategory.objects.filter(is_default=True).first()
    if default is None:
        load_defaults()
        default = models.RetentionCategory.objects.get(is_default=True)
    return default


@transaction.atomic
def classify(
    recording_ids: Iterable[UUID],
    *,
    code: str,
    since: dt.datetime,
    reference: str,
    now: dt.datetime,
    actor: str = _SYSTEM,
) -> int:
    """Put recordings into a category from ``since``; a later ``since`` of the same category wins. How many
    changed.

    :raises errors.Refusal: ``archive.no_such_category``.
    """
    changed = _classify(recording_ids, code, since=since, reference=reference)
    placed = {"unit_path": scopes.path_of(reference)} if reference else {}  # as a hold for the same reason
    for recording_id in changed:
        ledger.append(
            kind="archive.recording_classified",
            actor=actor,
            subject=f"recording:{recording_id}",
            now=now,
            facts={"category": code, "since": since, "reference": reference} | placed,
        )
    return len(changed)


def _classify(recording_ids: Iterable[UUID], code: str, *, since: dt.datetime, reference: str) -> list[UUID]:
    category = models.RetentionCategory.objects.filter(code=code).first()
    if category is None:
        raise errors.Refusal("archive.no_such_category", category=code)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO archive_classification AS c (recording_id, category_id, since, reference) "
            "SELECT r, %s, %s, %s FROM unnest(%s::uuid[]) AS r "
            "ON CONFLICT (recording_id, category_id) DO UPDATE "
            "SET since = EXCLUDED.since, reference = EXCLUDED.reference WHERE c.since < EXCLUDED.since "
            "RETURNING recording_id",
            [category.pk, since, reference, list(recording_ids)],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def classify_case(*, reference: str, now: dt.datetime) -> int:
    """Keep what a case holds or held for the complaint period, counted from the release of its last hold.

    While a hold stands it keeps the footage by itself; running this again after the release moves the
    beginning.
    """
    changed = 0
    for hold in evidence.Hold.objects.filter(reference=reference).select_related("unit"):
        rows = evidence.Recording.objects.filter(queries.covered_by(hold))
        rows = rows.exclude(state=evidence.Recording.State.DISPOSED)
        since = hold.released_at or hold.placed_at
        changed += classify(
            rows.values_list("pk", flat=True), code=COMPLAINT, since=since, reference=reference, now=now
        )
    return changed


def classify_released_cases(*, now: dt.datetime) -> int:
    """Sweep: what cases have released within the last year is classified, whatever was announced or lost."""
    released = evidence.Hold.objects.filter(
        reason=evidence.Hold.Reason.CASE, released_at__gte=now - dt.timedelta(days=366)
    )
    references = released.order_by().values_list("reference", flat=True).distinct()
    return sum(classify_case(reference=reference, now=now) for reference in references)


# Periods.


@transaction.atomic
def propose_period_change(
    *, viewer: gates.Viewer, category: models.RetentionCategory, keep_days: int, reason: str, now: dt.datetime
) -> models.PeriodChange:
    """Propose a period, with a preview of what it would make due; in force only when a second person agrees.
    Periods hold for the whole force: keepers over all of it propose.

    :raises errors.Refusal: ``archive.reason_missing``, ``archive.period_out_of_range``,
        ``archive.period_unchanged``, ``archive.change_open_already``, ``archive.periods_are_national``.
    """
    check_national(viewer, *queries.KEEPERS)
    if not reason.strip():
        raise errors.Refusal("archive.reason_missing")
    if not MIN_DAYS <= keep_days <= MAX_DAYS:
        raise errors.Refusal("archive.period_out_of_range", least=MIN_DAYS, most=MAX_DAYS)
    category = models.RetentionCategory.objects.select_for_update().get(pk=category.pk)
    if keep_days == category.keep_days:
        raise errors.Refusal("archive.period_unchanged", days=keep_days)
    if queries.open_changes().filter(category=category).exists():
        raise errors.Refusal("archive.change_open_already", category=category.code)
    preview = queries.preview_change(category=category, keep_days=keep_days, now=now)
    change = models.PeriodChange.objects.create(
        category=category,
        keep_days=keep_days,
        reason=reason,
        preview=preview,
        proposed_by=viewer.user,
        proposed_at=now,
    )
    _tell(change, "archive.period_proposed", viewer, now, personal={"reason": reason})
    return change


@transaction.atomic
def agree_period_change(*, viewer: gates.Viewer, change_id: int, now: dt.datetime) -> models.PeriodChange:
    """Put a proposed period in force: an integrity officer over the whole force who did not propose it; the
    preview is made again.

    :raises errors.Refusal: ``archive.second_person_needed``, ``archive.change_closed``,
        ``archive.periods_are_national``.
    """
    check_national(viewer, gates.Role.INTEGRITY_OFFICER)
    change = _lock_change(change_id)
    if change.proposed_by_id == viewer.user.pk:
        raise errors.Refusal("archive.second_person_needed")
    category = change.category
    change.preview = queries.preview_change(category=category, keep_days=change.keep_days, now=now)
    change.agreed_by, change.agreed_at = viewer.user, now
    change.save()
    before, category.keep_days = category.keep_days, change.keep_days
    category.save(update_fields=["keep_days"])
    _tell(change, "archive.period_changed", viewer, now, before=before)
    return change


@transaction.atomic
def withdraw_period_change(*, viewer: gates.Viewer, change_id: int, now: dt.datetime) -> models.PeriodChange:
    """Withdraw a proposal: whoever could have made it may.

    :raises errors.Refusal: ``archive.change_closed``, ``archive.periods_are_national``.
    """
    check_national(viewer, *queries.KEEPERS)
    change = _lock_change(change_id)
    change.withdrawn_by, change.withdrawn_at = viewer.user, now
    change.save()
    _tell(change, "archive.period_withdrawn", viewer, now)
    return change


def check_national(viewer: gates.Viewer, *roles: str) -> None:
    """:raises errors.NotFound: when none of ``roles`` is held anywhere.
    :raises errors.Refusal: ``archive.periods_are_national`` when none is held over the whole force.
    """
    if not viewer.holds(*roles):
        raise errors.NotFound
    if not queries.is_national(viewer, *roles):
        raise errors.Refusal("archive.periods_are_national")


def _lock_change(change_id: int) -> models.PeriodChange:
    rows = models.PeriodChange.objects.select_for_update(of=("self",)).select_related("category")
    change = gates.get_in_scope(rows, pk=change_id)
    if change.agreed_at or change.withdrawn_at:
        raise errors.Refusal("archive.change_closed")
    return change


def _tell(
    change: models.PeriodChange,
    kind: str,
    viewer: gates.Viewer,
    now: dt.datetime,
    *,
    before: int | None = None,
    personal: dict[str, object] | None = None,
) -> None:
    figures = {name: change.preview.get(name) for name in ("recordings", "size_bytes", "duration_ms")}
    facts: dict[str, object] = {
        "keep_days": change.keep_days,
        "before": before or change.category.keep_days,
        **figures,
    }
    ledger.append(
        kind=kind, actor=viewer.actor, subject=f"retention:{change.category.code}", now=now,
        facts=facts | {"change": change.pk}, personal=personal,
    )  # fmt: skip
