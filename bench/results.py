# SPDX-License-Identifier: GPL-2.0-only
"""What was weighed: averages over the passes of a run, how far these lie apart, and the ratio
of the two drivers; as JSON and back to what was committed.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bench.counts import Callee, Figures
from bench.scenarios import Scenario
from lab import LabError
from lab.base import REPO

DRIVERS = ("napier", "igb")
BASELINE = REPO / "bench" / "baseline.json"
# A ratio may be this much worse than the committed one, besides what is in doubt.
TOLERANCE = 1.03
# The port under test does nothing in it; it is taken off the totals of receiving.
BASE = "rx_base"
RECEIVING = "rx_udp_"


def _mean(values: Sequence[Any]) -> Any:
    """The average of what passes have found, whatever its shape."""
    first = values[0]
    if isinstance(first, Mapping):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: _mean([value.get(key, 0.0) for value in values]) for key in keys}
    callees = [value for value in values if isinstance(value, Callee)]
    if callees:
        # A function that one pass did not see is 0.0 there.
        parts = [value if isinstance(value, Callee) else Callee() for value in values]
        names = [field.name for field in dataclasses.fields(Callee)]
        return Callee(**{name: _mean([getattr(part, name) for part in parts]) for name in names})
    return sum(values) / len(values)


def _spread(values: Sequence[float]) -> float:
    """Twice the standard error of the average, as a part of it: with two values, how far
    they lie apart; with more of them, less."""
    mean = statistics.fmean(values)
    if len(values) < 2 or not mean:
        return 0.0
    return 2 * statistics.stdev(values) / len(values) ** 0.5 / mean


@dataclass(frozen=True)
class Weight:
    """One scenario with one driver: figures per unit, and how sure these are."""

    figures: Figures
    driver_spread: float
    total_spread: float

    @classmethod
    def of(cls, passes: Sequence[Figures]) -> Weight:
        """From the passes of a run."""
        names = [field.name for field in dataclasses.fields(Figures)]
        means = {name: _mean([getattr(one, name) for one in passes]) for name in names}
        return cls(
            Figures(**means),
            _spread([one.driver for one in passes]),
            _spread([one.total for one in passes]),
        )


@dataclass(frozen=True)
class Row:
    """One scenario with both."""

    scenario: Scenario
    napier: Weight
    igb: Weight

    @property
    def driver_ratio(self) -> float:
        """napier's instructions for each of igb's, in the drivers' text."""
        return self.napier.figures.driver / self.igb.figures.driver

    @property
    def total_ratio(self) -> float:
        """The same in the whole kernel."""
        return self.napier.figures.total / self.igb.figures.total

    @property
    def doubt(self) -> dict[str, float]:
        """How far each ratio may be off: what the passes of one side differ by among
        themselves cannot be held against it."""
        sides = (self.napier, self.igb)
        return {
            "driver": max(side.driver_spread for side in sides),
            "total": max(side.total_spread for side in sides),
        }


@dataclass(frozen=True)
class Results:
    """rows: in the order of the scenarios; base: what the generator alone costs, by driver;
    where: versions of what the figures hold for."""

    rows: list[Row]
    base: dict[str, float]
    where: dict[str, str]

    def port_side(self, row: Row, driver: str) -> float | None:
        """What receiving costs besides the generator; None where that is not known."""
        if not row.scenario.name.startswith(RECEIVING) or driver not in self.base:
            return None
        weight: Weight = getattr(row, driver)
        return weight.figures.total - self.base[driver]

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "where": self.where,
            "generator": self.base,
            "scenarios": {
                row.scenario.name: {
                    "title": row.scenario.title,
                    "unit": row.scenario.unit,
                    "driver_ratio": round(row.driver_ratio, 4),
                    "total_ratio": round(row.total_ratio, 4),
                    **{name: _rounded(dataclasses.asdict(getattr(row, name))) for name in DRIVERS},
                }
                for row in self.rows
            },
        }


def _rounded(value: Any) -> Any:
    """Four digits after the point are more than repeat, and rows of zeros tell nothing."""
    if isinstance(value, dict):
        made = {key: _rounded(part) for key, part in value.items()}
        return {key: part for key, part in made.items() if part or not isinstance(part, dict)}
    return round(value, 4) + 0.0 if isinstance(value, float) else value


# Driver -> name of the scenario -> what its passes have found.
Found = dict[str, dict[str, tuple[Scenario, list[Figures]]]]


def collect(found: Found, where: dict[str, str]) -> Results:
    """Averages and ratios of what was weighed."""
    rows, base = [], {}
    for name, (scenario, passes) in found[DRIVERS[0]].items():
        if name not in found[DRIVERS[1]]:
            raise LabError(f"{name} was weighed with {DRIVERS[0]} alone")
        pair = [Weight.of(passes), Weight.of(found[DRIVERS[1]][name][1])]
        if name == BASE:
            base = dict(zip(DRIVERS, (weight.figures.total for weight in pair), strict=True))
        else:
            rows.append(Row(scenario, *pair))
    return Results(rows, base, where)


class Fault(NamedTuple):
    """scenario: what it was found in; text: what it is, for people."""

    scenario: str
    text: str

    def __str__(self) -> str:
        return f"{self.scenario}: {self.text}"


def write_baseline(results: Results, path: Path = BASELINE) -> None:
    """Commit to these ratios."""
    ratios = {
        row.scenario.name: {
            "driver": round(row.driver_ratio, 4),
            "total": round(row.total_ratio, 4),
        }
        for row in results.rows
    }
    path.write_text(json.dumps({"where": results.where, "ratios": ratios}, indent=2) + "\n")


def compare(results: Results, path: Path = BASELINE) -> list[Fault]:
    """What is worse than it was, or than igb.  A scenario that only one side has is an error:
    nothing may drop out of the comparison unseen."""
    try:
        known = json.loads(path.read_text())["ratios"]
    except FileNotFoundError:
        return [Fault(path.name, "missing; --update-baseline writes it")]
    faults = []
    rows = {row.scenario.name: row for row in results.rows}
    for name in sorted(set(known) ^ set(rows)):
        faults.append(Fault(name, "not weighed" if name in known else f"not in {path.name}"))
    for name, row in rows.items():
        for what, ratio in (("driver", row.driver_ratio), ("total", row.total_ratio)):
            before = known.get(name, {}).get(what, ratio)
            doubt = row.doubt[what]
            if ratio > before * (TOLERANCE + doubt):
                text = (
                    f"{what} {ratio:.3f} of igb's, was {before:.3f}: "
                    f"{ratio / before - 1:+.1%}, more than {TOLERANCE - 1:.0%} worse "
                    f"(and {doubt:.1%}, which passes of this run differ by)"
                )
                faults.append(Fault(name, text))
        if row.driver_ratio > 1 + row.doubt["driver"]:
            text = (
                f"the driver takes {row.driver_ratio:.3f} of igb's instructions, and "
                f"passes of this run differ by {row.doubt['driver']:.1%}"
            )
            faults.append(Fault(name, text))
    return faults
