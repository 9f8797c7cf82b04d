# SPDX-License-Identifier: GPL-2.0-only
"""The scale's own parts that need no machine: what it takes instructions for, how it gets from
snapshots to figures, and that its verdict can be bad."""

from __future__ import annotations

import argparse
import ctypes
import dataclasses
import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import __main__ as scale
from bench import report
from bench.counts import CALL, JCC, LOCK, figures, read_snapshots
from bench.plugin import HOME
from bench.results import DRIVERS, Found, Results, Row, Weight, compare, write_baseline
from bench.scenarios import SCENARIOS
from bench.symbols import Symbols
from lab import LabError

REP = 8
HERE = 0xFFFFFFFFC0001000
OUTSIDE = 0xFFFFFFFF81000000


class Kind(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint), ("target", ctypes.c_uint64))


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """bench/decode.c, which is plain C, as a library of its own."""
    path = tmp_path_factory.mktemp("decode") / "decode.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", path, HOME / "decode.c"], check=True)
    library = ctypes.CDLL(str(path))
    library.decode.restype = Kind
    library.decode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64)
    return library


@pytest.mark.parametrize(
    ("code", "flags", "target"),
    [
        ("90", 0, 0),
        ("7405", JCC, 0),
        ("0f8400010000", JCC, 0),
        ("0f05", 0, 0),
        ("0f1f8000000000", 0, 0),
        ("e3fe", JCC, 0),
        ("eb05", 0, 0),
        ("e800010000", CALL, HERE + 0x105),
        ("e8fbfeffff", CALL, HERE - 0x100),
        ("2ee800010000", CALL, HERE + 0x106),
        ("ffd0", CALL, 0),
        ("41ff5308", CALL, 0),
        ("ffe0", 0, 0),
        ("ff30", 0, 0),
        ("f0480fb117", LOCK, 0),
        ("870f", LOCK, 0),
        ("87c8", 0, 0),
        ("f348ab", REP, 0),
        ("f3a4", REP, 0),
        ("f3c3", 0, 0),
        ("f30f1efa", 0, 0),
        ("f3480fb8c7", 0, 0),
    ],
)
def test_decodes(decoder: ctypes.CDLL, code: str, flags: int, target: int) -> None:
    data = bytes.fromhex(code)
    kind = decoder.decode(data, len(data), HERE)
    assert (kind.flags, kind.target) == (flags, target)


def snapshot(number: int, frames: int) -> str:
    """After so many frames that cost 10 instructions each, in windows that cost 7."""
    window = 7 * ((number + 1) // 2)
    return f"""mark {number}
kernel {1000 + 50 * frames + window}
user 3
rounds {20 * frames}
frames {1 + frames}
anomalies 0
driver_code {4 * frames}
driver_data {6 * frames}
kernel_code 0
kernel_data 0
insn 0 {frames + 5} 0 0
insn 4 {8 * frames + window} 0 1
insn 9 {3 * frames} {2 * frames} 8
call 9 {OUTSIDE + 16:x} {frames} {12 * frames} {11 * frames}
access 4 3818 w {frames}
end
"""


def test_figures_are_free_of_what_a_window_costs() -> None:
    marks = read_snapshots("".join(snapshot(n, f) for n, f in enumerate((0, 100, 100, 300))))
    names = Symbols({HERE: "first", HERE + 8: "second"}), Symbols({OUTSIDE: "outside"})
    found = figures(marks, 100, HERE, *names, [0])
    assert found.driver == 10
    assert (found.raw, found.total) == (50, 30)
    assert (found.frames, found.interrupts, found.writes, found.reads) == (1, 1, 1, 0)
    assert (found.jcc, found.call, found.lock) == (8, 0, 0)
    assert found.functions == {"first": 9, "second": 1}
    assert dataclasses.astuple(found.callees["outside"]) == (1, 12, 11)
    assert found.registers == {"03818 w": 1}
    assert (found.lines["driver_code"], found.lines["driver_data"]) == (4, 6)


def test_marks_out_of_order_are_refused() -> None:
    with pytest.raises(LabError, match="order"):
        read_snapshots("".join(snapshot(number, 100) for number in (0, 2, 1, 3)))


def results(driver: float, total: float, scenarios: int = 2) -> Results:
    """napier takes so much of igb's in the first scenario, and 0.9 in all others."""
    marks = read_snapshots("".join(snapshot(n, f) for n, f in enumerate((0, 100, 100, 300))))
    names = Symbols({HERE: "first"}), Symbols({OUTSIDE: "outside"})
    igb = figures(marks, 100, HERE, *names, [0])
    rows = []
    for at, scenario in enumerate(SCENARIOS[:scenarios]):
        factors = (driver, total) if at == 0 else (0.9, 0.9)
        napier = dataclasses.replace(
            igb, driver=igb.driver * factors[0], total=igb.total * factors[1]
        )
        rows.append(Row(scenario, Weight.of([napier]), Weight.of([igb, igb])))
    return Results(rows, {}, {"kernel": "6.12", "qemu": "10", "peer": "e1000e"})


@pytest.mark.parametrize(
    ("driver", "total", "fault"),
    [
        (0.9, 0.98, ""),
        (0.92, 1.0, ""),
        (0.93, 0.98, "driver 0.930 of igb's, was 0.900"),
        (0.9, 1.02, "total 1.020 of igb's, was 0.980"),
        (1.01, 0.98, "takes 1.010 of igb's"),
    ],
)
def test_verdict(tmp_path: Path, driver: float, total: float, fault: str) -> None:
    baseline = tmp_path / "baseline.json"
    write_baseline(results(0.9, 0.98), baseline)
    faults = compare(results(driver, total), baseline)
    if fault:
        assert any(fault in str(line) for line in faults), faults
    else:
        assert not faults


def test_what_passes_differ_by_is_not_held_against_it(tmp_path: Path) -> None:
    """3.1 % worse, where the passes of igb differ by 5 %, is nothing; 9 % worse is."""
    baseline = tmp_path / "baseline.json"
    write_baseline(results(0.9, 0.98), baseline)
    for total, fails in ((0.98 * 1.031, False), (0.98 * 1.09, True)):
        weighed = results(0.9, total)
        rough = dataclasses.replace(weighed.rows[0].igb, total_spread=0.05)
        weighed.rows[0] = dataclasses.replace(weighed.rows[0], igb=rough)
        assert bool(compare(weighed, baseline)) == fails


def test_nothing_drops_out_unseen(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    assert compare(results(0.9, 0.98), baseline) == [
        ("baseline.json", "missing; --update-baseline writes it")
    ]
    write_baseline(results(0.9, 0.98), baseline)
    known = json.loads(baseline.read_text())["ratios"]
    names = list(known)
    assert compare(results(0.9, 0.98, 1), baseline) == [(names[1], "not weighed")]
    assert compare(results(0.9, 0.98, 3), baseline) == [(SCENARIOS[2].name, "not in baseline.json")]


@pytest.mark.parametrize(("later", "looks"), [([0.98], 1), ([1.02, 1.02], 2), ([1.02, 0.98], 2)])
def test_what_is_worse_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: list[float], looks: int
) -> None:
    """One machine's whim goes away, a driver that got worse does not, and what was sound is
    not weighed twice."""
    baseline = tmp_path / "baseline.json"
    write_baseline(results(0.9, 0.98), baseline)
    weighed: list[list[str]] = []

    def weigh(options: object, only: list[str], found: Found) -> Results:
        del options, found
        weighed.append(only)
        return results(0.9, later[len(weighed) - 1])

    name = SCENARIOS[0].name
    monkeypatch.setattr(scale, "_weigh", weigh)
    monkeypatch.setattr(scale, "compare", lambda found: compare(found, baseline))
    found: Found = {driver: {name: (SCENARIOS[0], [])} for driver in DRIVERS}
    faults = scale.recheck(argparse.Namespace(), results(0.9, 1.02), found)
    assert weighed == [[name]] * looks
    assert bool(faults) == (later[-1] > 1)


def test_reports_are_whole(tmp_path: Path) -> None:
    weighed = dataclasses.replace(results(0.9, 0.98, len(SCENARIOS)), base={"napier": 5, "igb": 5})
    written = report.write(weighed, tmp_path)
    assert [path.name for path in written] == [
        "performance.md",
        "performance.svg",
        "performance.json",
    ]
    page, picture, figures_text = (path.read_text() for path in written)
    for name in (scenario.name for scenario in SCENARIOS):
        assert name in page and name in picture and name in report.terminal(weighed)
        assert name in json.loads(figures_text)["scenarios"]
    assert page.count("<!--") == 2 and "0.900" in page and "first 10.0" in page
    assert ElementTree.fromstring(picture).tag.endswith("svg")
