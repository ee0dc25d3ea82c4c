"""What the demo refuses, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "demo.foreign_database": _(
        "The database %(database)s was not made by the demo; the demo works only in one that is empty or its own."
    ),
    "demo.foreign_folder": _(
        "The folder %(folder)s holds something else than a demo; name an empty one in SIYANAT_HOME."
    ),
    "demo.runs_already": _("A demo runs already in %(folder)s."),
    "demo.other_footage": _(
        "This demo was made from other footage (%(known)s); forget it first: siyanat demo --reset."
    ),
    "demo.no_free_port": _("No port from %(first)s to %(last)s is free."),
    "demo.did_not_start": _("The web process did not answer; see %(log)s."),
    "demo.too_few_serials": _("The footage needs %(needed)s cameras; %(given)s were given."),
    "demo.folder_absent": _("There is no folder %(folder)s."),
    "demo.clip_absent": _("The clip %(file)s of the package %(package)s is not installed."),
    "demo.clip_unreadable": _("The clip %(file)s can't be read."),
    "demo.script_overlaps": _("The script of camera %(serial)s contradicts itself."),
    "demo.speech_failed": _("The voice could not be synthesised: %(said)s"),
    "demo.speech_silent": _("The voice said nothing: %(text)s"),
    "demo.folder_without_clips": _("The folder %(folder)s holds no clip that can be read."),
}
