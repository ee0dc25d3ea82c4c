"""One line on how far the footage is: composed, taken in, analyzed. Reads rows and the composer's own words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from siyanat.evidence import models as evidence
from siyanat.ingest import models as ingest
from siyanat.signals import models as signals
from siyanat.ui import formatting


@dataclass(frozen=True, slots=True)
class Standing:
    """Milliseconds of footage composed of those planned; files sealed, set aside and analyzed."""

    composed_ms: int
    whole_ms: int
    sealed: int
    quarantined: int
    analyzed: int
    is_composed: bool

    @property
    def is_complete(self) -> bool:
        """Everything that was composed has been taken in and analyzed."""
        return self.is_composed and self.sealed > 0 and self.analyzed >= self.sealed

    def line(self) -> str:
        """The line for the terminal."""
        return _(
            "footage: %(composed)s of %(whole)s composed, %(sealed)s files sealed, %(set_aside)s set aside,"
            " %(analyzed)s analyzed"
        ) % {
            "composed": formatting.duration_ms(self.composed_ms),
            "whole": formatting.duration_ms(self.whole_ms),
            "sealed": formatting.number(self.sealed),
            "set_aside": formatting.number(self.quarantined),
            "analyzed": formatting.number(self.analyzed),
        }


def look(told: Path | None) -> Standing:
    """Read where things stand; ``told`` is the composer's output, None when it had nothing to do."""
    last = _last_line(told) if told else {"done": True}
    return Standing(
        composed_ms=int(str(last.get("done_ms", 0))),
        whole_ms=int(str(last.get("whole_ms", 0))),
        sealed=evidence.Recording.objects.count(),
        quarantined=ingest.Quarantined.objects.filter(state=ingest.Quarantined.State.WAITING).count(),
        analyzed=signals.Run.objects.filter(is_current=True, finished_at__isnull=False)
        .values("recording")
        .distinct()
        .count(),
        is_composed=bool(last.get("done")),
    )


def _last_line(told: Path) -> dict[str, object]:
    lines = told.read_text().splitlines() if told.exists() else []
    whole = [line for line in lines if line.endswith("}")]
    found: dict[str, object] = json.loads(whole[-1]) if whole else {}
    return found
