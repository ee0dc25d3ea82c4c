"""What waits for who keeps cameras and evidence: quarantine, ready checks, holds, disposals, exports."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from siyanat.archive import models as archive
from siyanat.archive import queries as archive_queries
from siyanat.cameras import models as cameras
from siyanat.cameras import queries as camera_queries
from siyanat.desk import items
from siyanat.desk.sources import taking
from siyanat.evidence import models as evidence
from siyanat.evidence import queries as evidence_queries
from siyanat.ingest import models as ingest
from siyanat.ingest import queries as ingest_queries
from siyanat.roster import gates, links, names
from siyanat.ui import formatting

# A hold placed by hand is looked at again after this long: does anybody still need it?
HOLD_LOOKED_AT_AFTER = dt.timedelta(days=180)


def quarantine(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Files that could not become recordings, the oldest first."""
    rows = ingest.Quarantined.objects.filter(
        gates.under(viewer.paths(*ingest_queries.RESOLVING_ROLES)), state=ingest.Quarantined.State.WAITING
    ).select_related("unit").order_by("received_at")  # fmt: skip

    def make(row: ingest.Quarantined) -> items.Item:
        return items.Item(
            what=row.get_reason_display(), whose=names.unit_name(row.unit), code=row.original_name,
            since=row.received_at, act=_("Say what it is"), url=links.reach(viewer, "ingest:resolve", row.pk),
            kind="quarantine", icon="alert",
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "ingest:desk"))


def _own_cameras(viewer: gates.Viewer, *states: str) -> QuerySet[cameras.Camera]:
    rows = camera_queries.visible_cameras(viewer)
    return rows.filter(gates.under(viewer.paths(gates.Role.CAMERA_STEWARD)), state__in=states).select_related(
        "unit"
    )


def faulty_cameras(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Cameras that wait for a repair."""

    def make(row: cameras.Camera) -> items.Item:
        return _camera_item(viewer, row, _("A faulty camera"), _("See to it"), "faulty")

    rows = _own_cameras(viewer, cameras.Camera.State.FAULTY).order_by("health_at", "serial")
    return taking.take(rows, make, url=links.reach(viewer, "cameras:list", tail="?state=faulty"))


def ready_checks(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Cameras in the dock that nobody has made ready for the next shift."""

    def make(row: cameras.Camera) -> items.Item:
        return _camera_item(viewer, row, _("A docked camera to be made ready"), _("Check it"), "ready_checks")

    rows = _own_cameras(viewer, cameras.Camera.State.DOCKED).order_by("health_at", "serial")
    return taking.take(rows, make, url=links.reach(viewer, "cameras:list", tail="?state=docked"), limit=10)


def _camera_item(
    viewer: gates.Viewer, row: cameras.Camera, what: items.Text, act: items.Text, kind: str
) -> items.Item:
    url = links.first_of(
        links.reach(viewer, "cameras:camera", row.serial),
        links.reach(viewer, "cameras:list", tail=f"?q={row.serial}"),
    )
    return items.Item(
        what=what, whose=names.unit_name(row.unit), code=row.serial, since=row.health_at, act=act, url=url, kind=kind,
        icon="camera",
    )  # fmt: skip


def disposals(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Disposals that another person proposed and that wait for a second one."""
    rows = (
        archive_queries.visible_disposals(viewer)
        .filter(gates.under(viewer.paths(*archive_queries.KEEPERS), "unit_path"), state=archive.Disposal.State.PROPOSED)
        .exclude(proposed_by=viewer.user).select_related("proposed_by__person").order_by("proposed_at")
    )  # fmt: skip

    def make(row: archive.Disposal) -> items.Item:
        return items.Item(
            what=_("A disposal waits for a second person"), since=row.proposed_at, act=_("Look through it"),
            whose=names.full_name(getattr(row.proposed_by, "person", None)), kind="disposals", icon="trash",
            url=links.reach(viewer, "archive:disposal", row.pk),
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "archive:disposals"))


def period_changes(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Changes of a retention period that another person proposed."""
    rows = archive_queries.open_changes().exclude(proposed_by=viewer.user)
    act = (
        _("Agree or withdraw")
        if viewer.holds(gates.Role.INTEGRITY_OFFICER)
        else _("Let it stand or withdraw it")
    )

    def make(row: archive.PeriodChange) -> items.Item:
        name = row.category.name_fa if names.is_persian() else row.category.name_en
        days = formatting.number(row.keep_days)
        return items.Item(
            what=_("A change of a retention period waits for a second person"),
            whose=_("%(name)s: %(days)s days") % {"name": name, "days": days}, since=row.proposed_at,
            act=act, url=links.reach(viewer, "archive:desk"), kind="period_changes", icon="archive",
        )  # fmt: skip

    return taking.take(rows, make)


def coming_disposals(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """One line: what goes for good within a week unless somebody places a hold."""
    coming = archive_queries.coming_disposals(viewer, now=now)
    if not coming.recordings:
        return items.Found()
    next_due = (
        archive_queries.visible_disposals(viewer)
        .filter(state=archive.Disposal.State.AGREED).order_by("due_at").values_list("due_at", flat=True).first()
    )  # fmt: skip
    whose = _("%(count)s recordings, %(length)s, %(size)s") % {
        "count": formatting.number(coming.recordings),
        "length": formatting.duration_ms(coming.duration_ms),
        "size": formatting.size(coming.size_bytes),
    }
    return taking.one(
        items.Item(
            what=_("Recordings go for good within a week"), whose=whose, due_at=next_due, act=_("Look through them"),
            url=links.reach(viewer, "archive:disposals"), kind="coming", icon="trash",
        )
    )  # fmt: skip


def old_holds(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Holds placed by hand long ago: released when nobody needs them."""
    rows = (
        evidence_queries.list_holds(viewer)
        .filter(placed_at__lt=now - HOLD_LOOKED_AT_AFTER)
        .exclude(reason=evidence.Hold.Reason.CASE).order_by("placed_at")
    )  # fmt: skip

    def make(row: evidence.Hold) -> items.Item:
        return items.Item(
            what=_("An old hold: is it still needed?"), whose=str(row.get_reason_display()), code=row.reference,
            since=row.placed_at, act=_("Keep or release"), url=links.reach(viewer, "evidence:holds"), kind="holds",
            icon="lock",
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "evidence:holds"))


def exports(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Bundles that are ready to be handed out, or that could not be made."""
    states = [archive.Export.State.READY, archive.Export.State.FAILED]
    rows = archive_queries.visible_exports(viewer).filter(state__in=states, asked_by=viewer.user)

    def make(row: archive.Export) -> items.Item:
        is_ready = row.state == archive.Export.State.READY
        return items.Item(
            what=_("An export is ready") if is_ready else _("An export could not be made"), whose=row.recipient,
            since=row.finished_at or row.asked_at, act=_("Hand it out") if is_ready else _("See why"),
            url=links.reach(viewer, "archive:export", row.pk), kind="exports", icon="download",
        )  # fmt: skip

    return taking.take(rows.order_by("asked_at"), make, url=links.reach(viewer, "archive:exports"))
