"""Stated 95 % bounds hold in at least 93 % of simulated station-months, and in at most 97 % where 10 or more are expected.

Each row is one kind of month, drawn anew thousands of times from the seed that the row's place gives: bad minutes are
laid out, a sample is drawn from each bearer's minutes of each shift, reviewers overlook some, and it is counted how
often the bounds of ``lib.estimation`` hold the truth. ``expected`` is the number of bad minutes in the sample (for what
reviewers overlook: the smallest of the counts that the bound rests on). ``both`` is the two-sided interval, ``upper``
the one-sided bound. Everything is simulated on one core in a few minutes.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from siyanat.lib import estimation
from siyanat.triage import planning

SEED = 20261125
LEAST, MOST, EXPECTED = 0.93, 0.97, 10.0
RATES = (0.0, 0.0002, 0.0005, 0.001, 0.002, 0.004, 0.01, 0.03, 0.1)
MOST_HEAPED = 0.5  # of the minutes of a bearer's shift
DRAWS_AT_ONCE = 4_000_000

Row = dict[str, Any]
Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def _sizes(kind: str) -> list[int]:
    """Minutes owed by each bearer in each shift of a month."""
    match kind:
        case "station":  # six shifts a day, two bearers, eight hours
            return [480] * 360
        case "post":  # one shift a day, two bearers
            return [480] * 60
        case "mixed":  # shifts from two hours to twelve
            return [120, 240, 360, 480, 480, 720] * 30
        case "short":  # half an hour on special duty, one bearer: five clips of thirty
            return [30] * 80
        case "week":  # one bearer's five shifts
            return [480] * 5
        case _:
            return [480]


KINDS = ("station", "post", "mixed", "short", "week", "shift")


@functools.cache
def _allocated(minutes: int, bearers: int) -> int:
    sizes = {str(number): minutes for number in range(bearers)}
    return planning.PlanPolicy().allocate(sizes)["0"]


def layout(kind: str) -> tuple[Counts, Counts]:
    """N and n of each stratum, as the product's own policy allocates them."""
    sizes = _sizes(kind)
    bearers = 1 if kind in {"short", "week", "shift"} else 2
    return np.array(sizes), np.array([_allocated(size, bearers) for size in sizes])


# The product's intervals for many samples at once.


@functools.cache
def _grids() -> list[tuple[Numbers, Numbers]]:
    """Limits of a count as multiples of it, over the logarithm of the count: below `FEW` and from there on."""
    grids = []
    for grid in (np.linspace(0.5, estimation.FEW - 1e-9, 40), np.geomspace(estimation.FEW, 20_000, 300)):
        limits = [
            (*estimation.poisson_limits(one), estimation.poisson_limits(one, alpha=2 * estimation.ALPHA)[1])
            for one in grid
        ]
        grids.append((np.log(grid), np.array(limits) / grid[:, None]))
    return grids


class Bounds:
    """``estimation.estimate_total`` for many samples of the same strata: exact ones looked up by their hits, the others
    by interpolation between limits that the product's own function gives; `check` compares.
    """

    def __init__(self, sizes: Counts, drawn: Counts) -> None:
        self.sizes, self.drawn = sizes.astype(float), drawn.astype(float)
        self._strata = [(int(size), int(count)) for size, count in zip(sizes, drawn, strict=True)]

    @functools.cache  # noqa: B019 - the benchmark ends with the process
    def _exact(self, hits: int) -> tuple[float, float, float]:
        strata = self._laid(hits)
        found = estimation._exact(strata, 0.0, estimation.ALPHA)  # noqa: SLF001
        least, most = hits, int(self.sizes.sum() - (self.drawn.sum() - hits))
        return tuple(min(max(one, least), most) for one in (found.low, found.high, found.at_most))  # type: ignore[return-value]

    def _laid(self, hits: int) -> list[estimation.Stratum]:
        """Strata with so many hits, wherever: the exact bounds depend on their sum alone."""
        strata = []
        for size, count in self._strata:
            strata.append(estimation.Stratum(size, count, min(hits, count)))
            hits -= strata[-1].hits
        return strata

    def of(self, hits: Counts) -> Numbers:
        """Low, high and one-sided upper limit of each sample (rows) from its hits by stratum (columns)."""
        share = hits / self.drawn
        value = (share * self.sizes).sum(axis=1)
        spread = np.where(
            self.drawn == 1, share, share * (1 - share) * self.drawn / np.maximum(1, self.drawn - 1)
        )
        variance = (self.sizes**2 * (1 - self.drawn / self.sizes) * spread / self.drawn).sum(axis=1)
        telling = np.where(hits < self.drawn, hits, 0).sum(axis=1)
        totals = hits.sum(axis=1)
        weighted = (telling >= estimation.FEW) & (variance > 0)
        limits = np.empty((len(hits), 3))
        for total in np.unique(totals[~weighted]):
            limits[~weighted & (totals == total)] = self._exact(int(total))
        count, scale = self._moments(hits, value, variance, weighted)
        parts = zip(
            _grids(), (weighted & (count < estimation.FEW), weighted & (count >= estimation.FEW)), strict=True
        )
        for (grid, factors), chosen in parts:
            unseen = self.sizes.sum() - self.drawn.sum() + totals[chosen]
            for column in range(3):
                factor = np.interp(np.log(count[chosen]), grid, factors[:, column])
                found = value[chosen] + scale[chosen] * count[chosen] * (factor - 1)
                limits[chosen, column] = np.clip(found, totals[chosen], unseen)
        return limits

    def _moments(
        self, hits: Counts, value: Numbers, variance: Numbers, weighted: npt.NDArray[np.bool_]
    ) -> tuple[Numbers, Numbers]:
        """The Poisson count and the scale that stand for each sample's three moments."""
        share, fraction = hits / self.drawn, self.drawn / self.sizes
        whole = self.drawn**2 / np.maximum(1, (self.drawn - 1) * (self.drawn - 2))
        spread = np.where(self.drawn > 2, share * (1 - share) * (1 - 2 * share) * whole, share)
        third = (self.sizes**3 * (1 - fraction) * (1 - 2 * fraction) * spread / self.drawn**2).sum(axis=1)
        safe = np.where(weighted, variance, 1.0)
        skew = np.clip(third * value / safe**2, estimation.LEAST_SKEW, 1.0)
        count = np.where(weighted, value**2 / safe / skew**2, 1.0)
        return count, np.sqrt(safe / count)

    def check(self, hits: Counts, limits: Numbers) -> None:
        """A few samples by the product's own function: the table says what the product would say."""
        for one, expected in zip(hits, limits, strict=True):
            strata = [
                estimation.Stratum(size, count, int(k))
                for (size, count), k in zip(self._strata, one, strict=True)
            ]
            found = estimation.estimate_total(strata).interval
            assert np.allclose((found.low, found.high, found.at_most), expected, rtol=1e-3, atol=1e-6)


# Months.


def laid_out(sizes: Counts, rate: float, repeats: int, rng: np.random.Generator, *, heaped: bool) -> Counts:
    """Bad minutes by month and stratum: anywhere alike, or (``heaped``) in a twentieth of the strata alone."""
    if not heaped:
        return rng.binomial(sizes, rate, size=(repeats, len(sizes)))
    chosen = np.zeros((repeats, len(sizes)))
    few = max(1, len(sizes) // 20)
    for row in chosen:
        row[rng.choice(len(sizes), few, replace=False)] = 1
    return rng.binomial(sizes, np.minimum(MOST_HEAPED, chosen * rate * len(sizes) / few))


def months(kind: str, rate: float, repeats: int, rng: np.random.Generator, *, heaped: bool) -> Row:
    """How often the bounds of the rate hold in months of one kind."""
    sizes, drawn = layout(kind)
    bounds, held, expected, done, sides = Bounds(sizes, drawn), np.zeros(2), 0.0, 0, np.zeros(3)
    at_once = max(1, min(repeats, DRAWS_AT_ONCE // len(sizes)))
    while done < repeats:
        bad = laid_out(sizes, rate, at_once, rng, heaped=heaped)
        hits = rng.hypergeometric(bad, sizes - bad, drawn)
        limits, truth = bounds.of(hits), bad.sum(axis=1)
        if not done:
            bounds.check(hits[:40], limits[:40])
        held += _held(limits, truth)
        expected += float((bad * drawn / sizes).sum())
        sides += [column.sum() / sizes.sum() for column in (limits[:, 0], limits[:, 1], truth)]
        done += at_once
    return {
        "what": "rate", "kind": kind + (", heaped" if heaped else ""), "truth": round(sides[2] / done, 5),
        "expected": expected / done, "both": held[0] / done, "upper": held[1] / done,
        "mean_low": sides[0] / done, "mean_high": sides[1] / done,
    }  # fmt: skip


def _held(limits: Numbers, truth: Numbers | Counts) -> Numbers:
    slack = 1e-9
    both = (limits[:, 0] <= truth + slack) & (truth <= limits[:, 1] + slack)
    return np.array([both.sum(), (truth <= limits[:, 2] + slack).sum()], dtype=float)


@functools.cache
def _proportion(hits: int, trials: int) -> estimation.Interval:
    return estimation.proportion(hits, trials)


def overlooked(rate: float, sensitivity: float, doubles: int, repeats: int, rng: np.random.Generator) -> Row:
    """How often the bounds hold when reviewers overlook some, and a second line of ``doubles`` bad items tells how many."""
    sizes, drawn = layout("station")
    bounds, least = Bounds(sizes, drawn), 5
    held, expected, done = np.zeros(2), 0.0, 0
    while done < repeats:
        at_once = min(5_000, repeats)
        bad = laid_out(sizes, rate, at_once, rng, heaped=False)
        hits = rng.binomial(rng.hypergeometric(bad, sizes - bad, drawn), sensitivity)
        second = rng.poisson(doubles, at_once)
        both = rng.binomial(second, sensitivity)
        said = (second >= least) & (both > 0)
        limits, values = bounds.of(hits), (hits * sizes / drawn).sum(axis=1)
        divided = np.array(
            [
                _divided(*limits[row], values[row], int(both[row]), int(second[row]))
                for row in np.flatnonzero(said)
            ]
        ).reshape(-1, 3)
        held += _held(divided, bad.sum(axis=1)[said])
        expected += min(float(hits[said].sum()), float(both[said].sum()), float((second - both)[said].sum()))
        done += int(said.sum())
    return {
        "what": "rate / s", "kind": f"s = {sensitivity}, doubles = {doubles}", "truth": rate,
        "expected": expected / done, "both": held[0] / done, "upper": held[1] / done,
    }  # fmt: skip


def _divided(
    low: float, high: float, at_most: float, value: float, both: int, second: int
) -> tuple[float, float, float]:
    found = estimation.divide(estimation.Interval(value, low, high, at_most), _proportion(both, second))
    return found.low, found.high, found.at_most


@functools.cache
def _recapture(first: int, second: int, both: int) -> tuple[float, float]:
    found = estimation.capture_recapture(first, second, both)
    return found.low, np.inf if found.high is None else found.high


def recaptured(there: int, first: float, second: float, repeats: int, rng: np.random.Generator) -> Row:
    """How often the limits of Chapman's estimate hold the number of bad items that two reviewers looked at."""
    seen = rng.random((2, repeats, there)) < np.array([first, second])[:, None, None]
    counts = np.stack([seen[0].sum(1), seen[1].sum(1), (seen[0] & seen[1]).sum(1)], axis=1)
    limits = np.array([_recapture(*(int(one) for one in row)) for row in counts])
    held = ((limits[:, 0] <= there) & (there <= limits[:, 1])).mean()
    least = there * min(first * second, first * (1 - second), (1 - first) * second)
    return {
        "what": "Chapman", "kind": f"s = {first}, {second}", "truth": there, "expected": least, "both": float(held),
        "upper": None,
    }  # fmt: skip


def found_out(repeats: int, rng: np.random.Generator) -> Row:
    """The stated chance that one bad minute a month is seen within six months, against drawing it out."""
    shifts, minutes, sensitivity = 22, 480, 0.8
    drawn = _allocated(minutes, 2)
    stated = estimation.chance_seen([drawn / minutes] * 6, sensitivity=sensitivity)
    shift_of = rng.integers(0, shifts, (repeats, 6))
    hit = rng.hypergeometric(1, minutes - 1, drawn, size=shift_of.shape) == 1
    seen = (hit & (rng.random(hit.shape) < sensitivity)).any(axis=1).mean()
    return {"what": "six months", "kind": "s = 0.8", "truth": round(stated, 4), "expected": 0.0, "both": None, "upper": None,
            "simulated": float(seen), "spread": 4 * float(np.sqrt(stated * (1 - stated) / repeats))}  # fmt: skip


def run(repeats: int) -> list[Row]:
    """Every row of the table."""
    rows: list[Row] = []

    def rng() -> np.random.Generator:
        return np.random.default_rng([SEED, len(rows)])

    for kind in KINDS:
        for rate in RATES:
            for heaped in (False, True)[: 1 + (rate > 0 and kind in {"station", "post", "mixed"})]:
                few = 4 if kind == "station" else 1
                rows.append(months(kind, rate, repeats // few, rng(), heaped=heaped))
    for rate in (0.0005, 0.002, 0.01):
        for sensitivity in (0.5, 0.7, 0.9):
            for doubles in (8, 20, 60, 150):
                rows += [overlooked(rate, sensitivity, doubles, repeats // 4, rng())]
    for there in (5, 15, 40, 100):
        for first, second in ((0.5, 0.5), (0.7, 0.7), (0.9, 0.6)):
            rows.append(recaptured(there, first, second, repeats // 2, rng()))
    rows.append(found_out(repeats * 20, rng()))
    return rows


def verdicts(rows: Iterable[Row]) -> list[str]:
    """One line a goal."""
    rows = list(rows)
    shares = [
        (row["expected"], row[side])
        for row in rows
        for side in ("both", "upper")
        if row.get(side) is not None
    ]
    least = min(share for _expected, share in shares)
    most = max((share for expected, share in shares if expected >= EXPECTED), default=0.0)
    off = max(abs(row["simulated"] - row["truth"]) / row["spread"] for row in rows if "simulated" in row)
    return [
        f"unseen least_held={least:.4f} goal={LEAST} {'met' if least >= LEAST else 'missed'}",
        f"unseen most_held_at_10={most:.4f} goal={MOST} {'met' if most <= MOST else 'missed'}",
        f"unseen six_months_off_in_4_spreads={off:.2f} goal=1.0 {'met' if off <= 1 else 'missed'}",
    ]


def _line(row: Row) -> str:
    def share(value: float | None) -> str:
        return "     " if value is None else f"{value:.3f}"

    tail = f"{row['mean_low']:.5f} {row['mean_high']:.5f}" if "mean_low" in row else ""
    if "simulated" in row:
        tail = f"stated {row['truth']:.4f}, simulated {row['simulated']:.4f}"
    flag = "  <" if min(row["both"] or 1, row["upper"] or 1) < LEAST else ""
    wide = row["expected"] >= EXPECTED and max(row["both"] or 0, row["upper"] or 0) > MOST
    return (
        f"{row['what']:<11}{row['kind']:<26}{row['truth']:>8} {row['expected']:>9.2f}  {share(row['both'])}  "
        f"{share(row['upper'])}  {tail}{flag}{'  >' if wide else ''}"
    ).rstrip()


def main() -> None:
    """Print the table and the verdicts; write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repeats", type=int, default=10_000, help="months of each kind (a station: a quarter of them)"
    )
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "unseen.json")
    options = parser.parse_args()
    begun = time.process_time()
    rows = run(options.repeats)
    spent = time.process_time() - begun
    print(f"seed {SEED}, {options.repeats} months of a kind, {spent:.0f} CPU seconds")
    print(f"{'what':<11}{'kind':<26}{'truth':>8} {'expected':>9}  {'both':5}  {'upper':5}  mean limits")
    for row in rows:
        print(_line(row))
    lines = verdicts(rows)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    told = {"machine": platform.machine(), "cores": os.cpu_count(), "seed": SEED, "repeats": options.repeats}
    options.json.write_text(json.dumps(told | {"rows": rows, "verdicts": lines}, indent=1))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
