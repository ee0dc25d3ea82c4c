"""The sentence of each refusal of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "triage.budget_below_sample": _(
        "The budget of %(budget_s)s seconds is less than the smallest random sample, %(sample_s)s seconds."
    ),
    "triage.policy_impossible": _(
        "The policy of the watch plan makes no sense: a length or a share is out of range."
    ),
}
