# SPDX-License-Identifier: GPL-2.0-only
"""From the plugin's snapshots to figures per unit.

A pass has four snapshots: around a window of N units and around one of 2N.  What a window costs
by itself (waking up, the last timer) is in both; so the difference of the differences, divided
by N, is what one unit costs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.symbols import Symbols
from lab import LabError

PASS = 4
# Kinds of instructions, as in bench/decode.h.
JCC, CALL, LOCK = 1, 2, 4


@dataclass
class Snapshot:
    """All counters at one moment.  time: in ns, zero where a window begins; values: the ones
    with a name; insns: executions by offset in the driver's text, without the further rounds of
    string instructions; kinds: flags by offset; calls: (target, calls, raw, collapsed) by offset
    of the return; accesses: (register, "r" or "w") -> number."""

    number: int
    time: int = 0
    values: dict[str, int] = field(default_factory=dict)
    insns: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, int] = field(default_factory=dict)
    calls: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    accesses: Counter[tuple[int, str]] = field(default_factory=Counter)

    def take(self, words: Sequence[str]) -> None:
        """One line of the plugin's."""
        if words[0] == "insn":
            place = int(words[1], 16)
            self.insns[place] = int(words[2]) - int(words[3])
            self.kinds[place] = int(words[4], 16)
        elif words[0] == "call":
            self.calls[int(words[1], 16)] = (
                int(words[2], 16),
                int(words[3]),
                int(words[4]),
                int(words[5]),
            )
        elif words[0] == "access":
            self.accesses[int(words[2], 16), words[3]] += int(words[4])
        else:
            self.values[words[0]] = int(words[1])


def read_snapshots(text: str) -> list[Snapshot]:
    """The snapshots in what the plugin wrote."""
    found: list[Snapshot] = []
    for line in text.splitlines():
        words = line.split()
        if words[0] == "mark":
            found.append(Snapshot(int(words[1])))
        elif words[0] != "end":
            found[-1].take(words)
    numbers = [snapshot.number for snapshot in found]
    if numbers != list(range(len(found))) or len(found) % PASS:
        raise LabError(f"the guest's marks came in the order {numbers}")
    return found


@dataclass
class Callee:
    """What a function outside costs the driver's callers of it, per unit."""

    calls: float = 0.0
    raw: float = 0.0
    collapsed: float = 0.0


@dataclass
class Figures:
    """Per unit.  driver and total: instructions in the driver's text and in the whole kernel,
    further rounds of string instructions left out; raw: with them; time: of the guest, in ns;
    lines: per frame."""

    driver: float
    total: float
    raw: float
    user: float
    time: float
    writes: float
    reads: float
    interrupts: float
    jcc: float
    call: float
    lock: float
    frames: float
    lines: dict[str, float]
    functions: dict[str, float]
    callees: dict[str, Callee]
    registers: dict[str, float]
    anomalies: int


def _slope(units: int, counts: Sequence[int]) -> float:
    """What a unit costs, by one counter's values in the four snapshots of a pass."""
    begin, end, begin_of_two, end_of_two = counts
    return ((end_of_two - begin_of_two) - (end - begin)) / units


def _by_function(
    marks: Sequence[Snapshot], units: int, base: int, driver: Symbols
) -> dict[str, float]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place in marks[-1].insns:
        places[driver(base + place)].append(place)
    found = {
        name: _slope(units, [sum(s.insns.get(place, 0) for place in mine) for s in marks])
        for name, mine in places.items()
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _callees(
    marks: Sequence[Snapshot], units: int, base: int, driver: Symbols, kernel: Symbols
) -> dict[str, Callee]:
    found: defaultdict[str, Callee] = defaultdict(Callee)
    for place, (target, *_) in marks[-1].calls.items():
        name = kernel(target) if target else f"(indirect, in {driver(base + place - 1)})"
        history = [s.calls.get(place, (0, 0, 0, 0)) for s in marks]
        callee = found[name]
        callee.calls += _slope(units, [calls for _, calls, _, _ in history])
        callee.raw += _slope(units, [raw for _, _, raw, _ in history])
        callee.collapsed += _slope(units, [collapsed for _, _, _, collapsed in history])
    return dict(sorted(found.items(), key=lambda pair: -pair[1].collapsed))


def _of_kind(snapshot: Snapshot, kind: int) -> int:
    return sum(n for place, n in snapshot.insns.items() if snapshot.kinds[place] & kind)


def figures(
    marks: Sequence[Snapshot],
    units: int,
    base: int,
    driver: Symbols,
    kernel: Symbols,
    handlers: Iterable[int],
) -> Figures:
    """The figures of one pass; `base` is where the driver's text begins, `handlers` are the
    offsets of its interrupt handlers."""

    def slope(pick: Callable[[Snapshot], int]) -> float:
        return _slope(units, [pick(snapshot) for snapshot in marks])

    def value(name: str) -> float:
        return slope(lambda s: s.values[name])

    entries = list(handlers)
    frames = value("frames")
    registers = {
        f"{reg:05x} {kind}": _slope(units, [s.accesses[reg, kind] for s in marks])
        for reg, kind in sorted(marks[-1].accesses)
    }
    lines = ("driver_code", "driver_data", "kernel_code", "kernel_data")
    return Figures(
        driver=slope(lambda s: sum(s.insns.values())),
        total=value("kernel") - value("rounds"),
        raw=value("kernel"),
        user=value("user"),
        time=slope(lambda s: s.time),
        writes=sum(n for key, n in registers.items() if key.endswith("w")),
        reads=sum(n for key, n in registers.items() if key.endswith("r")),
        interrupts=slope(lambda s: sum(s.insns.get(e, 0) for e in entries)),
        jcc=slope(lambda s: _of_kind(s, JCC)),
        call=slope(lambda s: _of_kind(s, CALL)),
        lock=slope(lambda s: _of_kind(s, LOCK)),
        frames=frames,
        lines={name: value(name) / frames if frames else 0.0 for name in lines},
        functions=_by_function(marks, units, base, driver),
        callees=_callees(marks, units, base, driver, kernel),
        registers=registers,
        anomalies=marks[-1].values["anomalies"] - marks[0].values["anomalies"],
    )
