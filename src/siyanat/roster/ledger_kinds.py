"""What the log says of acts on the roster."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "roster.agree_to_proposal": _("A second person agreed to what an administrator proposed"),
    "roster.propose": _("An administrator proposed what takes a second person"),
    "roster.release_overseer": _("The operator of the machine ended somebody's oversight"),
    "roster.add_non_working_day": _("A non-working day was added"),
    "roster.add_person": _("Somebody was taken on the roster"),
    "roster.add_vehicle": _("A vehicle was added"),
    "roster.apply_import": _("A list from a file was applied"),
    "roster.cancel_shift": _("A shift was canceled"),
    "roster.change_shift_times": _("The times of a shift were changed"),
    "roster.close_unit": _("A unit was closed"),
    "roster.correct_crew": _("The crew of a shift was corrected"),
    "roster.discard_import": _("A list from a file was thrown away"),
    "roster.end_post": _("A post was ended"),
    "roster.end_shift": _("A shift ended"),
    "roster.first_administrator_created": _("The first administrator was named"),
    "roster.give_post": _("A post was given"),
    "roster.let_person_go": _("Somebody left the force"),
    "roster.mend_person": _("Somebody's particulars were mended"),
    "roster.move_unit": _("A unit was moved in the tree"),
    "roster.open_unit": _("A unit was opened"),
    "roster.plan_shift": _("A shift was planned"),
    "roster.remove_non_working_day": _("A non-working day was removed"),
    "roster.rename_unit": _("A unit was renamed"),
    "roster.retire_vehicle": _("A vehicle was retired"),
    "roster.seed_non_working_days": _("Non-working days were taken from the official calendar"),
    "roster.start_shift": _("A shift began"),
    "roster.substitute_post": _("A substitute was named"),
    "roster.transfer_person": _("Somebody was transferred to another unit"),
    "roster.transfer_vehicle": _("A vehicle was transferred to another unit"),
    "roster.upload_import": _("A list was uploaded from a file"),
}
