"""Sentences of the accounts' refusals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "accounts.closed_already": _("The login %(username)s is closed already."),
    "accounts.no_second_factor": _("The login %(username)s has no authenticator."),
    "accounts.open_already": _("The login %(username)s is open already."),
    "accounts.username_invalid": _(
        "A login name has letters, digits, dots and dashes only; “%(username)s” does not do."
    ),
    "accounts.username_taken": _("The login name %(username)s is taken."),
}
