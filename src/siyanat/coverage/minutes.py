"""The sum behind the minute ledger, done by PostgreSQL's multiranges.

For each bearer: *owed* is the union of their stretches in the crew; *recorded* is what their own recordings
of that shift cover of it, less stretches with a blocked lens; *excused* is what approved excuses cover of the
rest; *unaccounted* is what then remains: unexplained, or as long as footage may still come in good time, awaited.
A minute of the crew is recorded when any bearer's is, and excused only when it is unaccounted for none of its
bearers.

Everything is read as it was known at ``known_at``, so that an earlier figure can be had again. Nothing is
written here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

Span = tuple[dt.datetime, dt.datetime]

# A lens counts as blocked when a finding says so for this long and this surely: shorter is an arm in
# passing, and a dark street is not a covered lens.
LENS_BLOCKED_KINDS = ("lens_covered", "lens_dark")
LENS_BLOCKED_MS = 30_000
LENS_BLOCKED_SCORE = 0.8

SQL = """
WITH member AS (
    SELECT person_id, tstzrange(starts_at, ends_at) AS owed
    FROM roster_crewmember
    WHERE shift_id = %(shift)s AND bears_camera
      AND recorded_at <= %(known_at)s AND (superseded_at IS NULL OR superseded_at > %(known_at)s)
), owed AS (
    SELECT person_id, range_agg(owed) AS owed FROM member GROUP BY person_id
), footage AS (
    SELECT a.person_id, r.id, tstzrange(r.starts_at, r.ends_at) AS span, r.starts_at
    FROM evidence_attribution a JOIN evidence_recording r ON r.id = a.recording_id
    WHERE a.shift_id = %(shift)s AND r.ends_at > r.starts_at AND r.received_at <= %(known_at)s
      AND a.recorded_at <= %(known_at)s AND (a.superseded_at IS NULL OR a.superseded_at > %(known_at)s)
), filmed AS (
    SELECT person_id, range_agg(span) AS filmed FROM footage GROUP BY person_id
), blocked AS (
    SELECT f.person_id, range_agg(tstzrange(
        f.starts_at + s.starts_ms * interval '1 millisecond', f.starts_at + s.ends_ms * interval '1 millisecond'
    )) AS blocked
    FROM footage f
    JOIN signals_run n ON n.recording_id = f.id AND n.is_current AND n.finished_at <= %(known_at)s
    JOIN signals_finding s ON s.run_id = n.id
    WHERE s.kind = ANY(%(kinds)s) AND s.score >= %(score)s AND s.ends_ms - s.starts_ms >= %(blocked_ms)s
    GROUP BY f.person_id
), excuse AS (
    SELECT person_id, range_agg(span) AS excused FROM coverage_excuse
    WHERE shift_id = %(shift)s AND state = 'approved' AND decided_at <= %(known_at)s GROUP BY person_id
), bearer AS (
    SELECT o.person_id, o.owed,
           o.owed * coalesce(f.filmed, '{}') AS filmed,
           o.owed * coalesce(f.filmed, '{}') - coalesce(b.blocked, '{}') AS recorded,
           coalesce(e.excused, '{}') AS excuse
    FROM owed o LEFT JOIN filmed f USING (person_id) LEFT JOIN blocked b USING (person_id)
    LEFT JOIN excuse e USING (person_id)
), counted AS (
    SELECT person_id, owed, filmed, recorded,
           (owed - recorded) * excuse AS excused,
           owed - recorded - excuse AS unaccounted
    FROM bearer
), crew AS (
    SELECT NULL::uuid AS person_id, range_agg(o) AS owed, range_agg(f) AS filmed, range_agg(r) AS recorded,
           range_agg(u) AS unaccounted
    FROM (SELECT owed AS o, filmed AS f, recorded AS r, unaccounted AS u FROM counted) parts
)
SELECT person_id, owed, filmed, recorded, excused, unaccounted FROM counted
UNION ALL
SELECT person_id, owed, filmed, recorded,
       owed - recorded - unaccounted AS excused, unaccounted - recorded AS unaccounted
FROM crew WHERE owed IS NOT NULL
ORDER BY person_id NULLS LAST
"""


@dataclass(frozen=True, slots=True)
class Minutes:
    """One line of the ledger: a bearer's, or the crew's (``person_id`` is None). Spans are sorted and disjoint."""

    person_id: UUID | None
    owed: tuple[Span, ...]
    filmed: tuple[Span, ...]  # with footage, whatever the lens saw
    recorded: tuple[Span, ...]
    excused: tuple[Span, ...]
    unaccounted: tuple[Span, ...]

    @property
    def missing(self) -> tuple[Span, ...]:
        """Excused and unaccounted stretches together, in order."""
        return tuple(sorted(self.excused + self.unaccounted))


def total_ms(spans: Sequence[Span]) -> int:
    """Sum of the spans' lengths in milliseconds."""
    return sum(round((ends - starts) / dt.timedelta(milliseconds=1)) for starts, ends in spans)


def count_minutes(shift_id: UUID, *, known_at: dt.datetime) -> list[Minutes]:
    """Return each bearer's line and the crew's (last), as known at ``known_at``; none when nobody owes a minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            SQL,
            {
                "shift": shift_id,
                "known_at": known_at,
                "kinds": list(LENS_BLOCKED_KINDS),
                "score": LENS_BLOCKED_SCORE,
                "blocked_ms": LENS_BLOCKED_MS,
            },
        )
        return [Minutes(row[0], *(_spans(cell) for cell in row[1:])) for row in cursor.fetchall()]


def _spans(multirange: Sequence[object]) -> tuple[Span, ...]:
    return tuple((part.lower, part.upper) for part in multirange)  # type: ignore[attr-defined]
