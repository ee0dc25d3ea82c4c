"""A new version of the catalogue: drafted from the one in force, changed item by item, put in force.

Knows no posts: whoever calls has been admitted by ``roster.middleware`` (integrity officers). Items of a version
in force are never changed, so that what a mark meant on its day stays readable.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from siyanat.conduct import models, queries
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, persian


@transaction.atomic
def draft_version(*, actor: str, now: dt.datetime) -> models.CatalogueVersion:
    """Begin a new version with the items of the one in force.

    :raises errors.Refusal: ``conduct.draft_exists`` when one is being written.
    """
    if queries.find_draft() is not None:
        raise errors.Refusal("conduct.draft_exists")
    newest = models.CatalogueVersion.objects.select_for_update().order_by("-number").first()
    draft = models.CatalogueVersion.objects.create(number=newest.number + 1 if newest else 1)
    for item in queries.list_current_items(now=now):
        item.pk, item.version = None, draft
        item.save(force_insert=True)
    _record("conduct.draft_version", actor, draft, now)
    return draft


@transaction.atomic
def write_item(
    *,
    actor: str,
    code: str,
    theme: str,
    gravity: str,
    title_fa: str,
    title_en: str,
    basis_fa: str,
    basis_en: str,
    now: dt.datetime,
) -> models.ConductItem:
    """Add an item to the draft, or change the one with this code.

    :raises errors.Refusal: ``conduct.no_draft``, ``conduct.recognition_gravity`` when a recognition is given the
        gravity of a breach or the other way round.
    """
    draft = _get_draft()
    if (theme == models.ConductItem.Theme.RECOGNITION) != (gravity == models.ConductItem.Gravity.RECOGNITION):
        raise errors.Refusal("conduct.recognition_gravity")
    item, _ = models.ConductItem.objects.update_or_create(
        version=draft,
        code=persian.normalise(code).upper(),
        defaults={
            "theme": theme,
            "gravity": gravity,
            "title_fa": persian.normalise(title_fa),
            "title_en": title_en.strip(),
            "basis_fa": persian.normalise(basis_fa),
            "basis_en": basis_en.strip(),
        },
    )
    _record("conduct.write_item", actor, draft, now, code=item.code)
    return item


@transaction.atomic
def remove_item(*, actor: str, code: str, now: dt.datetime) -> None:
    """Take an item out of the draft; versions in force keep it.

    :raises errors.Refusal: ``conduct.no_draft``.
    :raises errors.NotFound: when the draft has no such item.
    """
    draft = _get_draft()
    removed, _ = draft.items.filter(code=code).delete()
    if not removed:
        raise errors.NotFound
    _record("conduct.remove_item", actor, draft, now, code=code)


@transaction.atomic
def put_in_force(*, actor: str, now: dt.datetime) -> models.CatalogueVersion:
    """Put the draft in force from now on; what rests on earlier versions stays with them.

    :raises errors.Refusal: ``conduct.no_draft``, ``conduct.draft_empty``.
    """
    draft = _get_draft()
    if not draft.items.exists():
        raise errors.Refusal("conduct.draft_empty")
    draft.in_force_at = now
    draft.save(update_fields=["in_force_at"])
    _record("conduct.put_in_force", actor, draft, now, items=draft.items.count())
    return draft


def _get_draft() -> models.CatalogueVersion:
    draft = models.CatalogueVersion.objects.select_for_update().filter(in_force_at=None).first()
    if draft is None:
        raise errors.Refusal("conduct.no_draft")
    return draft


def _record(
    kind: str, actor: str, version: models.CatalogueVersion, now: dt.datetime, **facts: object
) -> None:
    ledger.append(kind=kind, actor=actor, subject=f"catalogue:{version.number}", now=now, facts=facts)
