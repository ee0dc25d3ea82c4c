"""Minutes on paper and in spreadsheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from siyanat.coverage import models, months, queries
from siyanat.lib import tabular
from siyanat.roster import models as roster
from siyanat.roster import names
from siyanat.ui import documents, formatting

SHIFT_SOURCE = Path(__file__).parent / "templates" / "coverage" / "shift.typ"
TABLE_FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MINUTE_MS = 60_000


def shift_pdf(shift: roster.Shift, lines: Sequence[queries.Line], *, now: dt.datetime) -> bytes:
    """The printable report of one shift, in the reader's language."""
    return documents.to_pdf(
        SHIFT_SOURCE,
        {
            "title": _("Report of minutes of a shift"),
            "code": shift.code,
            "facts": [
                [_("Unit"), names.unit_name(shift.unit)],
                [_("Shift"), f"{formatting.moment(shift.starts_at)} – {formatting.time(shift.ends_at)}"],
                [_("Place"), names.place_name(shift) or formatting.DASH],
                [_("Shift leader"), names.full_name(shift.leader)],
                [_("Printed"), formatting.moment(now)],
            ],
            "headings": [
                _("From"),
                _("Until"),
                _("What the facts suggest"),
                _("Reason given"),
                _("Decision"),
            ],
            "kinds": _kinds(lines),
            "no_gap": _("No minute is missing."),
            "lines": [_line(shift, line) for line in lines],
            "signature": _("Signature of the station head"),
            "notes": _notes(shift, lines),
        },
    )


def _kinds(lines: Sequence[queries.Line]) -> dict[str, str]:
    kinds = {"recorded": _("Recorded"), "excused": _("Excused"), "unexplained": _("Unexplained")}
    if any(line.count.awaited_ms for line in lines):
        kinds["awaited"] = pgettext("minutes of a shift", "Awaited")
    return kinds


def _notes(shift: roster.Shift, lines: Sequence[queries.Line]) -> list[str]:
    notes = [
        _("A minute of the crew is recorded when any camera has it; an officer's only when their own has.")
    ]
    if until := queries.find_awaited_until(shift, lines):
        notes.append(
            _(
                "Footage of this shift may come until %(until)s. Until then missing minutes are awaited, afterwards "
                "unexplained."
            )
            % {"until": formatting.moment(until)}
        )
    return notes


def _awaited_figure(count: models.Count) -> list[list[str]]:
    if not count.awaited_ms:
        return []
    return [[pgettext("minutes of a shift", "Awaited"), formatting.duration_ms(count.awaited_ms)]]


def _line(shift: roster.Shift, line: queries.Line) -> dict[str, object]:
    count, length = line.count, (shift.ends_at - shift.starts_at).total_seconds()
    return {
        "name": names.full_name(line.person) if line.person else _("The crew together"),
        "figures": [
            [_("Minutes owed"), formatting.duration_ms(count.owed_ms)],
            [_("Recorded"), formatting.duration_ms(count.recorded_ms)],
            [_("Excused"), formatting.duration_ms(count.excused_ms)],
            [_("Unexplained"), formatting.duration_ms(count.unexplained_ms)],
            *_awaited_figure(count),
        ],
        "strip": [
            {
                "kind": part.kind,
                "from": (part.starts_at - shift.starts_at).total_seconds() / length,
                "share": (part.ends_at - part.starts_at).total_seconds() / length,
            }
            for part in line.stretches
        ],
        "gaps": [
            [
                formatting.time(gap.span.lower),
                formatting.time(gap.span.upper),
                _("footage is awaited") if count.is_provisional else str(gap.get_kind_display()),
                str(gap.excuse.get_kind_display()) if gap.excuse else formatting.DASH,
                str(gap.excuse.get_state_display()) if gap.excuse else formatting.DASH,
            ]
            for gap in line.gaps
        ],
        "is_crew": line.person is None,
    }


def month_table(rows: Sequence[months.Row], *, year: int, month: int, kind: str) -> HttpResponse:
    """The month view as CSV or XLSX; minutes as whole numbers."""
    header = [
        _("Code"),
        _("Unit"),
        _("Shifts"),
        _("Minutes owed"),
        _("Minutes recorded"),
        _("Minutes excused"),
        _("Minutes awaited"),
        _("Minutes unexplained"),
        _("Shifts not final"),
    ]
    body = [
        [
            row.unit.code,
            _("%(unit)s itself") % {"unit": names.unit_name(row.unit)}
            if row.is_own
            else names.unit_name(row.unit),
            row.shifts,
            row.owed_ms // MINUTE_MS,
            row.recorded_ms // MINUTE_MS,
            row.excused_ms // MINUTE_MS,
            row.awaited_ms // MINUTE_MS,
            row.unexplained_ms // MINUTE_MS,
            row.provisional,
        ]
        for row in rows
    ]
    if kind == "xlsx":
        content = tabular.write_xlsx(header=header, rows=body, right_to_left=names.is_persian())
    else:
        content = tabular.write_csv(header=header, rows=body)
    response = HttpResponse(content, content_type=TABLE_FORMATS[kind])
    response["Content-Disposition"] = f'attachment; filename="minutes-{year}-{month:02d}.{kind}"'
    return response
