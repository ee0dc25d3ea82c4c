"""What waits for who keeps the deployment running: accounts without a second factor, failed jobs."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from siyanat.desk import items
from siyanat.desk.sources import taking
from siyanat.roster import gates, links, names
from siyanat.roster import models as roster
from siyanat.roster import queries as people


def accounts_without_second_factor(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """People who hold a post that shows footage and can't use it, for want of a second factor."""
    posts = roster.HeldPost.objects.filter(
        person=OuterRef("pk"), role__in=gates.FOOTAGE_ROLES, held__contains=now
    )
    factor = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
    rows = (
        roster.Person.objects.filter(
            Exists(posts), ~Exists(factor), user__is_active=True, left_at__isnull=True
        )
        .filter(gates.under(viewer.paths(gates.Role.ADMINISTRATOR))).select_related("unit").order_by("search_key")
    )  # fmt: skip

    def make(row: roster.Person) -> items.Item:
        return items.Item(
            what=_("An account without a second factor"),
            whose=f"{names.full_name(row)} · {names.unit_name(row.unit)}",
            code=row.personnel_number, act=_("See the account"), url=links.reach(viewer, "roster:person", row.pk),
            kind="second_factor", icon="lock",
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "roster:people"), limit=10)


def proposals_to_agree(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Posts that see footage, and what opens a login that does: an administrator proposed them, oversight agrees."""

    def make(row: roster.Proposal) -> items.Item:
        what = _("To be agreed to: %(what)s") % {"what": names.proposal_name(row)}
        return items.Item(
            what=what, whose=f"{names.full_name(row.person)} · {names.unit_name(row.person.unit)}",
            code=row.person.personnel_number, since=row.proposed_at, act=_("Decide"),
            url=links.reach(viewer, "roster:agree_to_proposal", row.pk), kind="proposals", icon="lock",
        )  # fmt: skip

    return taking.take(people.list_proposals_to_agree(viewer, now=now), make, limit=10)


def failed_jobs(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """One line for all jobs that failed for good: the status board shows each with its error."""
    count = ProcrastinateJob.objects.filter(status="failed").count()
    return taking.one(
        items.Item(
            what=_("Jobs have failed"), whose=_("%(count)s on the status board") % {"count": count}, count=count,
            act=_("See the errors"), url=links.reach(viewer, "status:board", tail="#failed"), kind="failed_jobs",
            icon="alert",
        )
    )  # fmt: skip
