"""The sentence of each refusal of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "status.job_not_failed": _("This job is not among the failed ones any more."),
    "status.job_waits_already": _("The same step waits in the queue already; it needs no second job."),
}
