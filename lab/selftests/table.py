# SPDX-License-Identifier: GPL-2.0-only
"""What is expected of each subtest, and whether it came so.

The tables are tests/selftests/DUT.toml.  A subtest that does better than its row is as much
a deviation as one that does worse: a table that nobody corrects says nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.base import REPO, LabError
from lab.selftests.output import Output

PLACE = REPO / "tests" / "selftests"
RESULTS = ("pass", "fail", "skip", "xfail")
DEFAULT_LIMIT = 600
PROGRAM_KEYS = {"limit", "pass", "otherwise", "ports", "slow", "trouble"}
ROW_KEYS = {"result", "tests", "reason", "issue", "flaky", "theirs"}


@dataclass(frozen=True)
class Row:
    """What a subtest is to give.  More than one result: it is known to vary, and the
    reason says what was seen.  theirs: why it is no merit that it passes with igb."""

    results: tuple[str, ...]
    reason: str = ""
    issue: int = 0
    theirs: str = ""


@dataclass
class Program:
    """One test program: its subtests, and what the runner has to know.

    limit: seconds until it counts as hung.  ports: "apart" as the lab has them, or
    "together" for a script that wants both ends as arguments in one namespace.  slow: it is
    told that the machine does not keep time, and judges accordingly.  trouble: a regex; the
    kernel may report what it matches.
    """

    name: str
    rows: dict[str, Row] = field(default_factory=dict)
    limit: float = DEFAULT_LIMIT
    ports: str = "apart"
    slow: bool = False
    trouble: str = ""


@dataclass
class Table:
    """All that is expected of a driver."""

    dut: str
    programs: dict[str, Program]
    excluded: dict[str, str]


def braces(pattern: str) -> Iterator[str]:
    """The names that a{b,c}d stands for, as in a shell."""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if not match:
        yield pattern
        return
    for choice in match[1].split(","):
        yield from braces(pattern[: match.start()] + choice + pattern[match.end() :])


def _add(program: Program, names: list[str], row: Row, where: Path) -> None:
    for pattern in names:
        for name in braces(pattern):
            if name in program.rows:
                raise LabError(f"{where.name}: {program.name}: {name} is there twice")
            program.rows[name] = row


def _row(program: str, entry: dict[str, Any], where: Path) -> Row:
    """A row that is not simply "passes": it has to say why."""
    context = f"{where.name}: {program}: {', '.join(entry.get('tests', []))[:60]}"
    if unknown := set(entry) - ROW_KEYS:
        raise LabError(f"{context}: unknown {', '.join(sorted(unknown))}")
    given = entry.get("result", [])
    results = tuple([given] if isinstance(given, str) else given)
    if not results or set(results) - set(RESULTS):
        raise LabError(f"{context}: result must be of {', '.join(RESULTS)}")
    if not entry.get("reason") or not entry.get("tests"):
        raise LabError(f"{context}: a row needs its tests and a reason")
    if (len(results) > 1) != bool(entry.get("flaky")):
        raise LabError(f"{context}: several results and `flaky`, the evidence, go together")
    reason = (
        f"{entry['reason']} (varies: {entry['flaky']})" if "flaky" in entry else entry["reason"]
    )
    return Row(results, reason, entry.get("issue", 0), entry.get("theirs", ""))


def load(dut: str, place: Path = PLACE) -> Table:
    """The table of a driver."""
    where = place / f"{dut}.toml"
    try:
        data = tomllib.loads(where.read_text())
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{where.name}: {error}") from error
    programs: dict[str, Program] = {}
    excluded = data.pop("excluded", {})
    for name, content in data.items():
        if unknown := set(content) - PROGRAM_KEYS:
            raise LabError(f"{where.name}: {name}: unknown {', '.join(sorted(unknown))}")
        program = Program(
            name,
            limit=content.get("limit", DEFAULT_LIMIT),
            ports=content.get("ports", "apart"),
            slow=content.get("slow", False),
            trouble=content.get("trouble", ""),
        )
        _add(program, content.get("pass", []), Row(("pass",)), where)
        for entry in content.get("otherwise", []):
            _add(program, entry.get("tests", []), _row(name, entry, where), where)
        programs[name] = program
    return Table(dut, programs, excluded)


def judge(program: Program, output: Output) -> list[str]:
    """What differs from the table, one line each."""
    lines = []
    for name, outcome in output.results.items():
        row = program.rows.get(name)
        why = f": {outcome.why[:160]}" if outcome.why else ""
        if row is None:
            lines.append(f"{name}: {outcome.result}, but it is not in the table{why}")
        elif outcome.result not in row.results:
            wanted = " or ".join(row.results)
            stale = " (the table is out of date)" if outcome.result == "pass" else why
            lines.append(f"{name}: {outcome.result}, expected {wanted}{stale}")
    lines += [
        f"{name}: did not run, expected {' or '.join(row.results)}"
        for name, row in program.rows.items()
        if name not in output.results
    ]
    return lines


def unlisted(table: Table, installed: list[str]) -> list[str]:
    """Programs that the source has and the table does not, and the other way round."""
    listed = {*table.programs, *table.excluded}
    lines = [f"{name}: is not in {table.dut}.toml" for name in installed if name not in listed]
    lines += [
        f"{name}: is in {table.dut}.toml, but not in the kernel's source"
        for name in listed
        if name not in installed
    ]
    return lines


def worse_than(table: Table, other: Table) -> list[str]:
    """Subtests that pass with the other driver and not with this one, unless an issue
    is named that will see to it, or why that is no merit."""
    lines = []
    for name, program in table.programs.items():
        theirs = other.programs.get(name, Program(name)).rows
        for test, row in program.rows.items():
            passes = test in theirs and theirs[test].results == ("pass",)
            excused = row.issue or row.theirs
            if passes and row.results != ("pass",) and not excused:
                lines.append(f"{name} {test}: passes with {other.dut}, and no issue is named")
    return lines
