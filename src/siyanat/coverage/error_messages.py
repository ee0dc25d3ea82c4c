"""The sentence of each refusal of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "coverage.excuse_decided_already": _("This excuse was decided before."),
    "coverage.excuse_outside_shift": _(
        "The stretch from %(starts_at)s to %(ends_at)s does not lie within the shift."
    ),
    "coverage.excuse_reversed": _("The stretch ends at %(ends_at)s, before it begins at %(starts_at)s."),
    "coverage.nothing_missing": _(
        "Nothing is missing between %(starts_at)s and %(ends_at)s: all of it is recorded."
    ),
    "coverage.refusal_needs_reason": _("Say why the reason is refused: the officer reads it."),
    "coverage.excuse_overlaps": _("A reason was given for a part of this stretch before."),
    "coverage.bulk_needs_common_cause": _("Only a failed dock or a power cut excuses everybody at once."),
    "coverage.bulk_too_many": _(
        "More than %(limit)s bearers are touched; choose a smaller unit or a shorter time."
    ),
    "coverage.no_such_month": _("%(value)s is no month; write it as 1405-09."),
    "coverage.no_decision": _("Choose to approve or to refuse."),
}
