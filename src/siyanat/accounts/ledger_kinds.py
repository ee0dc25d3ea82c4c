"""What the log says of acts on accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "accounts.change_own_password": _("Somebody changed their own password"),
    "accounts.deactivate": _("A login was closed"),
    "accounts.log_in": _("Somebody logged in"),
    "accounts.log_out": _("Somebody logged out"),
    "accounts.open_account": _("A login was opened"),
    "accounts.reactivate": _("A closed login was opened again"),
    "accounts.refuse_log_in": _("A login attempt failed"),
    "accounts.remove_second_factor": _("Somebody removed their authenticator"),
    "accounts.reset_password": _("A temporary password was given"),
    "accounts.reset_second_factor": _("A lost authenticator was forgotten"),
    "accounts.set_up_second_factor": _("Somebody set up an authenticator"),
}
