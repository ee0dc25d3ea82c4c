"""What the catalogue says: the version in force, its items, and every version before and after. Open to all who work here."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from siyanat.conduct import models
from siyanat.lib import errors


def find_current_version(*, now: dt.datetime) -> models.CatalogueVersion | None:
    """The newest version that is in force at ``now``; None before the first."""
    return (
        models.CatalogueVersion.objects.filter(in_force_at__lte=now)
        .order_by("-in_force_at", "-number")
        .first()
    )


def list_current_items(*, now: dt.datetime, theme: str = "") -> QuerySet[models.ConductItem]:
    """The standards that new marks, findings and decisions may rest on, by theme and code."""
    version = find_current_version(now=now)
    rows = (
        models.ConductItem.objects.filter(version=version) if version else models.ConductItem.objects.none()
    )
    return (rows.filter(theme=theme) if theme else rows).select_related("version")


def find_draft() -> models.CatalogueVersion | None:
    """The version that is being written, if there is one."""
    return models.CatalogueVersion.objects.filter(in_force_at=None).first()


def list_versions() -> QuerySet[models.CatalogueVersion]:
    """Every version, the newest first."""
    return models.CatalogueVersion.objects.order_by("-number")


def get_version(number: int) -> models.CatalogueVersion:
    """:raises errors.NotFound: when there is no such version."""
    version = models.CatalogueVersion.objects.filter(number=number).first()
    if version is None:
        raise errors.NotFound
    return version
