"""What the style guide shows: invented figures, in the shapes that rooms give to the components."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyanat.ui import formatting, icons
from siyanat.ui import forms as fields

MINUTE_MS = 60_000
REASONS = [
    ("", "—"),
    ("battery", gettext_lazy("Battery change")),
    ("dock", gettext_lazy("Dock without power")),
]


class SpecimenForm(forms.Form):
    """One field of each kind."""

    name = fields.NormalisedCharField(
        label=gettext_lazy("Full name"), help_text=gettext_lazy("As on the service card.")
    )
    serial = fields.IdentifierField(label=gettext_lazy("Camera serial"), initial="BWC-0417-2231")
    day = fields.JalaliDateField(label=gettext_lazy("Date of the shift"))
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=REASONS)
    minutes = fields.WholeNumberField(label=gettext_lazy("Minutes"), required=False)
    note = fields.NormalisedCharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What did you see?"),
        widget=forms.RadioSelect,
        choices=[("thanks", gettext_lazy("Thanks")), ("coaching", gettext_lazy("Coaching"))],
        initial="coaching",
    )
    sure = forms.BooleanField(label=gettext_lazy("I have watched all of the plan."), required=False)


def context(request: HttpRequest, *, now: dt.datetime) -> dict[str, Any]:
    """Everything that the page shows."""
    starts_at = now.replace(hour=2, minute=30, second=0, microsecond=0)
    rows = _rows(now)
    pages = Paginator(range(1, 4001), 50)
    return {
        "crumbs": [(_("Desk"), "/"), (_("Style guide"), "")],
        "now": now,
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(hours=8),
        "spans": _spans(starts_at),
        "rows": rows,
        "minutes": _minutes(401, 12, 7, 60),
        "weeks_told": [formatting.number(number) for number in range(1, 9)],
        "open_weeks": [False] * 7 + [True],
        "page": pages.get_page(request.GET.get("page", 3)),
        "form": SpecimenForm(initial={"day": now.date()}),
        "faulty": SpecimenForm(
            {"name": "", "day": "1405/13/40", "serial": "BWC-0417-2231", "reason": "battery"}
        ),
        "tabs": [
            {"label": _("Waiting"), "url": "?tab=waiting", "current": True, "count": 6},
            {"label": _("Signed off"), "url": "?tab=done", "current": False, "count": 41},
            {"label": _("All"), "url": "?tab=all", "current": False, "count": None},
        ],
        "steps": [_("File"), _("Preview"), _("Confirm")],
        "details": [(_("Camera"), "BWC-0417-2231"), (_("Unit"), _("Station 14")), (_("Battery"), "96 %")],
        "weeks": [0.91, 0.93, 0.9, 0.95, 0.96, 0.94, 0.97, 0.98],
        "stations": [(_("Station %(number)s") % {"number": n}, values) for n, values in _weeks_of_stations()],
        "funnel": _funnel_rows(),
        "icons": sorted(icons.PATHS),
        "tones": ["neutral", "info", "good", "warn", "bad"],
        "deadlines": [now - dt.timedelta(hours=31), now + dt.timedelta(hours=5), now + dt.timedelta(days=4)],
    }


def _spans(starts_at: dt.datetime) -> list[SimpleNamespace]:
    cuts = [
        ("recorded", 0, 131), ("excused", 131, 143), ("recorded", 143, 302),
        ("unexplained", 302, 309), ("recorded", 309, 420), ("awaited", 420, 480),
    ]  # fmt: skip
    return [
        SimpleNamespace(
            kind=kind,
            starts_at=starts_at + dt.timedelta(minutes=begin),
            ends_at=starts_at + dt.timedelta(minutes=end),
            note=_("Battery change") if kind == "excused" else "",
        )
        for kind, begin, end in cuts
    ]


def _rows(now: dt.datetime) -> list[dict[str, Any]]:
    minutes = [
        _minutes(461, 12, 7),
        _minutes(480),
        _minutes(402, 60, 18),
        _minutes(475, 5),
        _minutes(310, 0, 0, 170),
    ]
    return [
        {
            "code": f"1405-09-02-{14 + place:03d}",
            "unit": _("Station %(number)s") % {"number": 14 + place % 3},
            "starts_at": now - dt.timedelta(hours=14 + place),
            "minutes": one,
            "due_at": now + dt.timedelta(hours=-20 + place * 18),
            "done": not one.unexplained_ms,
            "state": (_("Signed off"), "good")
            if not one.unexplained_ms
            else (_("Waiting for review"), "warn"),
        }
        for place, one in enumerate(minutes)
    ]


def _minutes(recorded: int, excused: int = 0, unexplained: int = 0, awaited: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        recorded_ms=recorded * MINUTE_MS,
        excused_ms=excused * MINUTE_MS,
        unexplained_ms=unexplained * MINUTE_MS,
        awaited_ms=awaited * MINUTE_MS,
    )


def _weeks_of_stations() -> list[tuple[int, list[float]]]:
    return [
        (place, [max(0.0, (seed * (week + 3) * 7 % 23) - 4) for week in range(8)])
        for place, seed in ((11, 2), (12, 5), (14, 1), (17, 3))
    ]


def _funnel_rows() -> list[dict[str, Any]]:
    rows = [
        (40, 1),
        (62, 5),
        (80, 2),
        (95, 6),
        (120, 5),
        (133, 9),
        (160, 7),
        (190, 6),
        (210, 27),
        (260, 12),
        (320, 14),
        (400, 6),
    ]
    return [
        {"label": _("Station %(number)s") % {"number": place}, "size": size, "events": events}
        for place, (size, events) in enumerate(rows, 11)
    ]
