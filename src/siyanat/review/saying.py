"""What a station's month says, in plain sentences: figures in, the reader's language out. Nothing is reckoned here."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from siyanat.lib import estimation
from siyanat.review import station
from siyanat.ui import formatting

PLACES = 2
SURE = 0.95
"""When somebody is called all but sure of seeing what happens once a month for `station.OFFICER_MONTHS` months."""


def sentences(month: station.Month) -> list[str]:
    """The whole page in words; the first is how much was drawn, the second what came of it."""
    if month.bad is None:
        return []
    said = [
        _drawn(month),
        _rate(month.bad),
        _overlooked(month),
        _worst(month),
        _passed_over(month),
        _officer(month),
    ]
    return [one for one in said if one]


def share(value: float) -> str:
    """A share with as many places as it needs to be told from nothing."""
    places = 1 if value >= 0.1 else PLACES if value >= 0.001 or not value else 3
    return formatting.percent(value, places=places)


def _number(value: float) -> str:
    return formatting.number(round(value), places=0)


def _drawn(month: station.Month) -> str:
    assert month.bad is not None
    told = ngettext(
        "%(reviews)s shift of this month is signed off. %(owed)s minutes were owed on its cameras; %(drawn)s of them were "
        "drawn at random, each with a chance that was fixed before the shift began.",
        "%(reviews)s shifts of this month are signed off. %(owed)s minutes were owed on their cameras; %(drawn)s of them "
        "were drawn at random, each with a chance that was fixed before the shift began.",
        month.reviews,
    ) % {
        "reviews": formatting.number(month.reviews),
        "owed": formatting.number(month.bad.population),
        "drawn": formatting.number(month.bad.sampled),
    }
    if month.waiting:
        told += " " + ngettext(
            "%(count)s more shift is not signed off and is not counted here.",
            "%(count)s more shifts are not signed off and are not counted here.",
            month.waiting,
        ) % {"count": formatting.number(month.waiting)}
    return told


def _rate(bad: estimation.Total) -> str:
    rate = bad.rate
    if not bad.hits:
        return _(
            "None of the drawn minutes was bad. So at most %(high)s of all these minutes are bad: no more than %(count)s "
            "minutes, with 95%% confidence."
        ) % {"high": share(rate.high), "count": _number(bad.interval.high)}
    return ngettext(
        "%(hits)s of the drawn minutes was bad. So about %(rate)s of all these minutes are bad, some %(count)s minutes; "
        "with 95%% confidence between %(low)s and %(high)s.",
        "%(hits)s of the drawn minutes were bad. So about %(rate)s of all these minutes are bad, some %(count)s minutes; "
        "with 95%% confidence between %(low)s and %(high)s.",
        bad.hits,
    ) % {
        "hits": formatting.number(bad.hits),
        "rate": share(rate.value),
        "count": _number(bad.interval.value),
        "low": share(rate.low),
        "high": share(rate.high),
    }


def _overlooked(month: station.Month) -> str:
    looks, seen = month.looks, month.sensitivity
    if not looks.second:
        return _(
            "How much reviewers overlook is not known: in a year, second reviews of this province found nothing bad, and at "
            "least %(least)s bad items are needed. What is overlooked comes on top of the figures above."
        ) % {"least": formatting.number(station.SECOND_LEAST)}
    if seen is None or month.true_bad is None:
        return _(
            "How much reviewers overlook is not known: in a year, second reviews of this province found %(count)s bad "
            "items, and at least %(least)s are needed. What is overlooked comes on top of the figures above."
        ) % {
            "count": formatting.number(looks.second),
            "least": formatting.number(station.SECOND_LEAST),
        }
    told = _(
        "Reviewers overlook something: of %(second)s bad items that a second reviewer found in this province within a "
        "year, the first had seen %(both)s. So a reviewer sees about %(seen)s of what is bad (%(seen_low)s to "
        "%(seen_high)s)."
    ) % {
        "second": formatting.number(looks.second),
        "both": formatting.number(looks.both),
        "seen": formatting.percent(seen.value),
        "seen_low": formatting.percent(seen.low),
        "seen_high": formatting.percent(seen.high),
    }
    true = month.true_bad
    if true.value:
        told += " " + _("With that, about %(rate)s of all minutes are bad, between %(low)s and %(high)s.") % {
            "rate": share(true.value),
            "low": share(true.low),
            "high": share(true.high),
        }
    else:
        told += " " + _("With that, at most %(high)s of all minutes are bad.") % {"high": share(true.high)}
    return told


def _worst(month: station.Month) -> str:
    if month.worst is None or not month.owed_ms:
        return ""
    return _(
        "%(share)s of the owed time has no footage: that is counted, not estimated. Even if all of it were bad, and every "
        "drawn minute that was private or did not play, at most %(worst)s of the owed minutes would be bad."
    ) % {"share": share(month.unrecorded_ms / month.owed_ms), "worst": share(month.worst)}


def _passed_over(month: station.Month) -> str:
    found = month.passed_over
    if found is None:
        return ""
    if not found.hits:
        return _(
            "%(drawn)s drawn minutes lay where the detectors had proposed nothing; none of them was bad. So of all that "
            "the detectors passed over, at most %(high)s is bad, with 95%% confidence."
        ) % {"drawn": formatting.number(found.sampled), "high": share(found.rate.at_most)}
    return ngettext(
        "%(drawn)s drawn minutes lay where the detectors had proposed nothing; %(hits)s of them was bad. So of all that "
        "the detectors passed over, at most %(high)s is bad, with 95%% confidence.",
        "%(drawn)s drawn minutes lay where the detectors had proposed nothing; %(hits)s of them were bad. So of all that "
        "the detectors passed over, at most %(high)s is bad, with 95%% confidence.",
        found.hits,
    ) % {
        "drawn": formatting.number(found.sampled),
        "hits": formatting.number(found.hits),
        "high": share(found.rate.at_most),
    }


def _officer(month: station.Month) -> str:
    chances = month.chances
    if chances is None:
        return ""
    least, middle, most = (formatting.percent(one) for one in chances)
    needed = formatting.percent(needed_chance(month))
    if least == most:
        return _(
            "If an officer did something bad in one minute of every month, the random sample would show it within six "
            "months with a chance of %(middle)s. For 95%%, %(needed)s of all minutes would have to be drawn. What the "
            "detectors propose and citizens report comes on top."
        ) % {"middle": middle, "needed": needed}
    return _(
        "If an officer did something bad in one minute of every month, the random sample would show it within six months "
        "with a chance of %(middle)s (%(least)s to %(most)s, by officer). For 95%%, %(needed)s of all minutes would have to "
        "be drawn. What the detectors propose and citizens report comes on top."
    ) % {"least": least, "middle": middle, "most": most, "needed": needed}


def needed_chance(month: station.Month) -> float:
    """The chance of each minute with which six months would show it all but surely: ``(1 - 0.05^(1/6)) / s``, at
    most 1.
    """
    seen = month.sensitivity.value if month.sensitivity else 1.0
    return float(min(1.0, (1 - (1 - SURE) ** (1 / station.OFFICER_MONTHS)) / seen))
