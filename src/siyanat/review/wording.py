"""What the room says: why a moment is in the plan, what a finding is, every word of the player.

Codes and figures in, sentences in the reader's language out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyanat.lib import persian
from siyanat.triage import models as triage
from siyanat.ui import formatting

Figures = Mapping[str, Any]

NAMES = {
    "button": gettext_lazy("Recording button pressed"),
    "unexplained_stop": gettext_lazy("Footage stops"),
    "impulse": gettext_lazy("Bang"),
    "raised_voice": gettext_lazy("Raised voice"),
    "lens_covered": gettext_lazy("Lens covered"),
    "lens_dark": gettext_lazy("Lens dark"),
    "lens_frozen": gettext_lazy("Picture frozen"),
    "lens_blurred": gettext_lazy("Picture blurred"),
    "lens_turned": gettext_lazy("Lens turned away"),
    "microphone_covered": gettext_lazy("Microphone covered"),
    "microphone_dead": gettext_lazy("Microphone dead"),
    "motion": gettext_lazy("Strong motion"),
    "commotion": gettext_lazy("Commotion"),
    "siren": gettext_lazy("Siren"),
    "loud": gettext_lazy("Loud"),
    "clipping": gettext_lazy("Sound overdriven"),
    "scene_change": gettext_lazy("Change of scene"),
    "silence": gettext_lazy("Silence"),
    "speech": gettext_lazy("Speech"),
}
"""A short name for each kind of finding."""


def finding_name(kind: str) -> str:
    """The short name; the code itself where there is none."""
    return str(NAMES.get(kind, kind))


def _length(figures: Figures) -> str:
    return formatting.duration(float(figures.get("seconds", 0)) / 60, style="seconds")


def _number(figures: Figures, name: str, places: int = 0) -> str:
    return formatting.number(float(figures.get(name, 0)), places=places)


def _raised(figures: Figures) -> str:
    return _(
        "Voices are raised for %(length)s: %(higher)s semitones higher and %(sharper)s dB sharper than shortly before."
    ) % {
        "length": _length(figures),
        "higher": _number(figures, "pitch_above_semitones", 1),
        "sharper": _number(figures, "balance_above_db"),
    }


def _impulse(figures: Figures) -> str:
    count = int(figures.get("count", 1))
    above = _number(figures, "above_background_db")
    if count > 1:
        return _("%(count)s bangs in a row, the strongest %(above)s dB above what was heard before.") % {
            "count": formatting.number(count), "above": above,
        }  # fmt: skip
    return _("A bang, %(above)s dB above what was heard before.") % {"above": above}


def _covered(figures: Figures) -> str:
    return _("The lens is covered for %(length)s; %(flat)s of the picture is flat.") % {
        "length": _length(figures), "flat": formatting.percent(float(figures.get("flat_share", 0))),
    }  # fmt: skip


def _stop(figures: Figures) -> str:
    missing = formatting.duration(float(figures.get("missing_seconds", 0)) / 60)
    return _(
        "Footage stops here and %(missing)s without a reason follow: the last moments before the stop."
    ) % {"missing": missing}


def _loud(figures: Figures) -> str:
    return _("It is loud for %(length)s, up to %(above)s dB above the usual.") % {
        "length": _length(figures), "above": _number(figures, "above_usual_db"),
    }  # fmt: skip


def _muffled(figures: Figures) -> str:
    return _("The microphone is covered for %(length)s: the treble falls by %(lost)s dB, the bass stays.") % {
        "length": _length(figures), "lost": _number(figures, "treble_lost_db"),
    }  # fmt: skip


def _turned(figures: Figures) -> str:
    return _("For %(length)s the picture shows %(detail)s of the usual detail and hardly anything moves.") % {
        "length": _length(figures), "detail": formatting.percent(float(figures.get("detail_of_usual", 0))),
    }  # fmt: skip


def _commotion(figures: Figures) -> str:
    return _("Far more moves than before and after, for %(length)s: %(times)s times the usual.") % {
        "length": _length(figures), "times": _number(figures, "times_usual_bytes", 1),
    }  # fmt: skip


def _clipping(figures: Figures) -> str:
    return _("Sound is overdriven for %(length)s.") % {"length": _length(figures)}


def _simple(sentence: Any) -> Callable[[Figures], str]:
    return lambda figures: str(sentence) % {"length": _length(figures)}


SENTENCES: dict[str, Callable[[Figures], str]] = {
    "button": _simple(
        gettext_lazy("The officer pressed the recording button; this recording lasts %(length)s.")
    ),
    "unexplained_stop": _stop,
    "impulse": _impulse,
    "raised_voice": _raised,
    "lens_covered": _covered,
    "lens_dark": _simple(gettext_lazy("The picture is dark for %(length)s.")),
    "lens_frozen": _simple(gettext_lazy("The picture stands still for %(length)s.")),
    "lens_blurred": _simple(gettext_lazy("The picture is blurred for %(length)s.")),
    "lens_turned": _turned,
    "microphone_covered": _muffled,
    "commotion": _commotion,
    "siren": _simple(gettext_lazy("A tone rises and falls for %(length)s, as a siren does.")),
    "microphone_dead": _simple(gettext_lazy("The microphone hears nothing at all for %(length)s.")),
    "motion": _simple(gettext_lazy("The camera or what is before it moves strongly for %(length)s.")),
    "loud": _loud,
    "clipping": _clipping,
    "scene_change": _simple(gettext_lazy("The scene changes at once.")),
    "silence": _simple(gettext_lazy("Nothing is heard for %(length)s.")),
    "speech": _simple(gettext_lazy("People speak for %(length)s.")),
}


def sentence_for(kind: str, figures: Figures) -> str:
    """Why a finding deserves eyes, with its figures."""
    make = SENTENCES.get(kind)
    return make(figures) if make else finding_name(kind)


def item_number(item: triage.PlanItem) -> str:
    """What an item is called as long as nobody may know why it is there."""
    return _("Item %(number)s") % {"number": formatting.number(item.order)}


def no_footage() -> str:
    """Why there is nothing to watch, which is the same for every kind of item."""
    return _("There is no footage of this time: it counts as missing, and nothing is to be watched.")


def item_title(item: triage.PlanItem) -> str:
    """What an item is, in a few words: its strongest reason, or that it is a sample."""
    if item.kind == triage.PlanItem.Kind.RANDOM:
        return _("Sample: drawn at random")
    codes = list(dict.fromkeys(reason["code"] for reason in item.reasons))
    codes.sort(key=lambda code: -int(item.components.get(code, 0)))
    return _(", ").join(finding_name(code) for code in codes[:2]) or str(item.get_kind_display())


def item_sentences(item: triage.PlanItem) -> list[str]:
    """Why the item is in the plan."""
    if item.kind == triage.PlanItem.Kind.RANDOM:
        drawn = _("Drawn from all minutes of the roster by a seed that was fixed before the shift began.")
        return [drawn, no_footage()] if item.is_missing else [drawn]
    told: dict[str, str] = {}
    for reason in sorted(item.reasons, key=lambda one: -int(item.components.get(one["code"], 0))):
        told.setdefault(reason["code"], sentence_for(reason["code"], reason["facts"]))
    if "with_speech" in item.components:
        told["with_speech"] = _("People speak meanwhile.")
    return list(told.values())


def closed_sentence(*, wholly: bool) -> str:
    """What a private moment does to an item, which is the same for every kind of item."""
    if wholly:
        return _("It lies in a private moment and is closed: nothing is to be watched.")
    return _("A part of it is closed as a private moment.")


def drawn_and_closed() -> str:
    """What is told after sign-off of an item that was closed."""
    return _("It lay in a private moment and was closed: it counts as closed, not as watched.")


def digits_of(text: str) -> str:
    """Digits of the reader."""
    return persian.to_persian_digits(text) if formatting.language() == "fa" else text


def words() -> dict[str, str]:
    """Everything that the player says, by short names."""
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "speed": _("Speed"),
        "no_footage": _("No footage at this time"),
        "private": _("Private moment: closed"),
        "loading": _("Loading"),
        "failed": _("This footage does not play here. Skip it with that reason, and it will be looked into."),
        "gap_skipped": _("%(length)s without footage were passed over."),
        "end": _("The footage ends here."),
        "left": _("%(time)s left to watch"),
        "left_items": _("%(count)s of %(total)s items done"),
        "all_done": _("The plan is watched"),
        "why_later": _("Why it is in the plan is told when it has been watched."),
        "state_waiting": _("to watch"),
        "state_watched": _("watched"),
        "state_skipped": _("skipped"),
        "state_empty": _("nothing to watch"),
        "state_restricted": _("private moment: closed"),
        "zoom_all": _("Whole shift"),
        "zoom_near": _("Around here"),
        "row_plan": _("Watch plan"),
        "row_recorded": _("Recorded"),
        "row_lens": _("Lens"),
        "row_motion": _("Motion"),
        "row_speech": _("Speech"),
        "row_raised_voice": _("Raised voice"),
        "row_level": _("Sound level"),
        "row_findings": _("Findings"),
        "row_marks": _("Marks"),
        "timeline": _("Time of the shift"),
        "listen": _("Listen to this camera"),
        "listening": _("You hear this camera"),
        "saved": _("The mark is saved."),
        "withdrawn": _("The mark is withdrawn."),
        "skipped": _("The item is skipped. The reason stands in the log."),
        "put_back": _("The item is back in the plan."),
        "asked": _("The question was sent to the officer."),
        "case_opened": _("The case is open: the officer is told, the footage is held."),
        "withdraw": _("Withdraw"),
        "open_case": _("Open a case"),
        "case": _("Case"),
        "answered": _("answered"),
        "unanswered": _("waiting for an answer"),
        "skip": _("Skip…"),
        "put_back_word": _("Put back"),
        "no_marks": _("No marks yet. M makes one."),
        "no_questions": _("Nothing was asked yet."),
        "offline": _("The server can't be reached. What you watch is kept and reported when it is back."),
        "hour": _("h"),
        "minute": _("min"),
        "second": _("s"),
        "missing": _("missing"),
    }
