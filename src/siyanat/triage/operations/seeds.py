"""Commit the seeds before shifts start; publish them after sign-off."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from django.db import transaction

from siyanat.ledger import operations as ledger
from siyanat.lib import jalali
from siyanat.roster import models as roster
from siyanat.triage import models, planning

SECRET_BYTES = 32
# Seeds are committed for shifts that start within this time, so that a roster of the week has them all.
SEED_AHEAD = dt.timedelta(days=8)
ACTOR = f"{ledger.SYSTEM}:triage"


def commit_due_seeds(*, now: dt.datetime) -> int:
    """Commit a seed for each shift that starts soon, or has started without one; returns how many."""
    shifts = (
        roster.Shift.objects.filter(starts_at__lte=now + SEED_AHEAD, seed__isnull=True)
        .exclude(state=roster.Shift.State.CANCELED)
        .select_related("unit")
        .order_by("starts_at")[:5000]
    )
    for shift in shifts:
        commit_seed(shift=shift, now=now)
    return len(shifts)


@transaction.atomic
def commit_seed(*, shift: roster.Shift, now: dt.datetime) -> models.Seed:
    """Write the shift's secret and its commitment into the ledger; once a shift, late or not."""
    if found := models.Seed.objects.filter(shift=shift).first():
        return found
    upper = _upper_secret(shift, now)
    secret = secrets.token_bytes(SECRET_BYTES)
    seed, made = models.Seed.objects.get_or_create(
        shift=shift,
        defaults={
            "secret": secret,
            "commitment": planning.commit(secret),
            "committed_at": now,
            "upper": upper,
            "is_late": now >= shift.starts_at,
        },
    )
    if made:
        ledger.append(
            kind="triage.seed_committed",
            actor=ACTOR,
            subject=f"shift:{shift.id}",
            now=now,
            facts={"commitment": seed.commitment, "upper_commitment": upper.commitment, "late": seed.is_late},
        )
    return seed


def _upper_secret(shift: roster.Shift, now: dt.datetime) -> models.UpperSecret:
    """The month's secret of the shift's province; of the topmost unit there is where no province stands above."""
    year, month, _day = jalali.from_gregorian(jalali.local_date(shift.starts_at))
    starts_at, _ends_at = jalali.month_range(year, month)
    ids = [int(part) for part in shift.unit.path.strip("/").split("/")]
    above = {unit.pk: unit for unit in roster.Unit.objects.filter(pk__in=ids)}
    province = [above[pk] for pk in ids if above[pk].kind == roster.Unit.Kind.PROVINCE]
    unit = province[0] if province else above[ids[0]]
    secret = secrets.token_bytes(SECRET_BYTES)
    row, made = models.UpperSecret.objects.get_or_create(
        unit=unit,
        month_starts_at=starts_at,
        defaults={"secret": secret, "commitment": planning.commit(secret), "committed_at": now},
    )
    if made:
        ledger.append(
            kind="triage.upper_secret_committed",
            actor=ACTOR,
            subject=f"unit:{unit.pk}",
            now=now,
            facts={"commitment": row.commitment, "month": f"{year}-{month:02d}"},
        )
    return row


@transaction.atomic
def publish_seed(*, shift_id: UUID, now: dt.datetime) -> models.Seed | None:
    """After sign-off: put both secrets into the ledger, so that anybody can draw the sample again. Once."""
    seed = (
        models.Seed.objects.select_for_update(of=("self",))
        .select_related("upper")
        .filter(shift=shift_id)
        .first()
    )
    if seed is None or seed.published_at is not None:
        return None
    models.Seed.objects.filter(pk=seed.pk).update(published_at=now)
    ledger.append(
        kind="triage.seed_published",
        actor=ACTOR,
        subject=f"shift:{shift_id}",
        now=now,
        facts={
            "secret": bytes(seed.secret).hex(),
            "commitment": seed.commitment,
            "derived": planning.derive_seed(
                commitment_secret=bytes(seed.secret),
                upper_secret=bytes(seed.upper.secret),
                shift_id=str(shift_id),
            ).hex(),
        },
    )
    return seed


@transaction.atomic
def publish_upper_secrets(*, now: dt.datetime) -> int:
    """Publish the upper secrets of months that are over and whose shifts all had their seeds published."""
    over = models.UpperSecret.objects.filter(
        published_at__isnull=True, month_starts_at__lt=now - dt.timedelta(days=62)
    )
    published = 0
    for row in over.select_for_update():
        models.UpperSecret.objects.filter(pk=row.pk).update(published_at=now)
        ledger.append(
            kind="triage.upper_secret_published",
            actor=ACTOR,
            subject=f"unit:{row.unit_id}",
            now=now,
            facts={"secret": bytes(row.secret).hex(), "commitment": row.commitment},
        )
        published += 1
    return published
