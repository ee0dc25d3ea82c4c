"""The tables of the needle bench: recall by kind and budget with sources and intervals, rivals, false moments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.needle import judge
from siyanat.triage import moments

LEAST_SOURCES = 8
GOAL_SHARE, GOAL_RECALL = 0.04, 0.95
STATES, STATES_GOAL = ("lens_covered", "lens_dark", "lens_frozen"), 0.99
FALSE_AN_HOUR = 6.0
Z = 1.959964

Row = dict[str, Any]


def tables(rows: list[Row]) -> str:
    """Everything as plain text."""
    hours = sum(row["seconds"] for row in rows) / 3600
    spent = sum(row["cpu_s"] for row in rows)
    head = (
        f"{len(rows)} patrols, {hours:.0f} h, {sum(len(row['incidents']) for row in rows)} incidents; "
        f"analysis {hours * 3600 / spent:.0f} times real time on one core"
    )
    return "\n".join([head, "", *_by_kind(rows), "", *_by_snr(rows), "", *_rivals(rows), "", *_false(rows)])


def verdicts(rows: list[Row]) -> list[str]:
    """One line a goal."""
    at_goal = _recall(rows, "siyanat", GOAL_SHARE)
    states = _recall(rows, "siyanat", GOAL_SHARE, kinds=STATES)
    false = false_an_hour(rows)
    return [
        _line("recall_at_4_percent", at_goal, GOAL_RECALL, is_met=at_goal >= GOAL_RECALL),
        _line("lens_states_recall", states, STATES_GOAL, is_met=states >= STATES_GOAL),
        _line("false_moments_an_hour", false, FALSE_AN_HOUR, is_met=false <= FALSE_AN_HOUR),
    ]


def false_an_hour(rows: list[Row]) -> float:
    """Moments on patrols without incidents that claim to be one, an hour."""
    quiet = [row for row in rows if not row["incidents"]]
    hours = sum(row["seconds"] for row in quiet) / 3600
    shown = sum(1 for row in quiet for one in row["moments"] if _claims(one))
    return shown / hours if hours else float("nan")


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    share, spread = hits / count, Z * Z / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * (share * (1 - share) / count + spread / (4 * count)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _claims(moment: Row) -> bool:
    """Whether one of its findings says so itself: points for coming together are no claim."""
    points = [value for name, value in moment["components"].items() if name not in moments.BONUSES]
    return bool(moment["must_see"] or max(points) >= moments.MomentPolicy().claim_points)


def _line(metric: str, value: float, goal: float, *, is_met: bool) -> str:
    return f"needle {metric}={value:.3f} goal={goal} {'met' if is_met else 'missed'}"


def _hits(rows: Iterable[Row], rule: str, share: float, kinds: Iterable[str] | None = None) -> list[bool]:
    place = judge.SHARES.index(share)
    return [
        seen
        for row in rows
        for incident, seen in zip(row["incidents"], row["seen"][rule][place], strict=True)
        if kinds is None or incident["kind"] in kinds
    ]


def _recall(rows: list[Row], rule: str, share: float, kinds: Iterable[str] | None = None) -> float:
    hits = _hits(rows, rule, share, kinds)
    return sum(hits) / len(hits) if hits else float("nan")


def _by_kind(rows: list[Row]) -> list[str]:
    lines = [f"{'recall by kind':20} {'n':>4} {'sources':>7}  " + _heads() + "  95 % at 4 %"]
    for kind in sorted({i["kind"] for row in rows for i in row["incidents"]}):
        incidents = [i for row in rows for i in row["incidents"] if i["kind"] == kind]
        sources = len({i["source"] for i in incidents})
        hits = _hits(rows, "siyanat", GOAL_SHARE, [kind])
        low, high = wilson(sum(hits), len(hits))
        cells = "  ".join(f"{_recall(rows, 'siyanat', share, [kind]):5.2f}" for share in judge.SHARES)
        smoke = "  smoke only" if sources < LEAST_SOURCES else ""
        lines.append(f"{kind:20} {len(incidents):4} {sources:7}  {cells}  {low:.2f}-{high:.2f}{smoke}")
    return lines


def _by_snr(rows: list[Row]) -> list[str]:
    """Sound incidents at 4 % by how far they stand above the bed (anger: the talk of the patrol)."""
    lines = ["sound incidents at 4 % by signal to noise"]
    place = judge.SHARES.index(GOAL_SHARE)
    for kind, name in (
        ("anger", "talk_snr_db"),
        ("gunshot", "snr_db"),
        ("siren", "snr_db"),
        ("cry", "snr_db"),
    ):
        by: dict[float, list[bool]] = {}
        for row in rows:
            for incident, seen in zip(row["incidents"], row["seen"]["siyanat"][place], strict=True):
                if incident["kind"] == kind:
                    by.setdefault(incident[name], []).append(seen)
        cells = ", ".join(f"{snr:.0f} dB {sum(hits)}/{len(hits)}" for snr, hits in sorted(by.items()))
        lines.append(f"{kind:20} {cells or '-'}")
    return lines


def _rivals(rows: list[Row]) -> list[str]:
    lines = [f"{'recall at equal budget':34}" + _heads()]
    for rule in sorted({rule for row in rows for rule in row["seen"]}, key=lambda name: name != "siyanat"):
        cells = "  ".join(f"{_recall(rows, rule, share):5.2f}" for share in judge.SHARES)
        lines.append(f"{rule:34}{cells}")
    return lines


def _false(rows: list[Row]) -> list[str]:
    quiet = [row for row in rows if not row["incidents"]]
    hours = sum(row["seconds"] for row in quiet) / 3600
    by: dict[str, int] = {}
    for row in quiet:
        for moment in row["moments"]:
            if _claims(moment):
                kind = max(
                    set(moment["components"]) - moments.BONUSES, key=lambda name: moment["components"][name]
                )
                by[kind] = by.get(kind, 0) + 1
    cells = ", ".join(
        f"{kind} {count / hours:.1f}" for kind, count in sorted(by.items(), key=lambda one: -one[1])
    )
    return [
        f"false moments an hour on {len(quiet)} patrols without incidents ({hours:.0f} h), by main reason: {cells or 'none'}"
    ]


def _heads() -> str:
    return "  ".join(f"{share:5.0%}" for share in judge.SHARES)
