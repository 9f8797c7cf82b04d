# SPDX-License-Identifier: GPL-2.0-only
"""Does anybody notice when the driver is broken?  python3 -m tests.mutants [NUMBER...]

Each patch beside this file is a defect of a kind that drivers have had.  It is applied to a copy
of the driver, and the judge that its head names has to fail: the KUnit suites unless a line
"# judge: TEST" names a test of the lab.  A defect that passes has survived, which is a defect of
the judges.  The driver as it is must pass all of them first.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lab.base import REPO, LabError, cache, say
from lab.kernels import kernel
from lab.kunit import build_kunit, run_kunit
from lab.machine import Machine
from lab.modules import DRIVER, build_driver, copy_sources
from lab.setup import setup_host
from lab.spec import ROOMY, Spec

HERE = Path(__file__).resolve().parent
REPORT = REPO / "docs" / "reliability.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
KUNIT = "kunit"


@dataclass(frozen=True)
class Mutant:
    """A seeded defect: its patch, what it does, and who is to notice."""

    path: Path
    what: str
    judge: str

    @property
    def number(self) -> str:
        return self.path.name.split("-")[0]

    @property
    def name(self) -> str:
        return self.path.stem

    @classmethod
    def read(cls, path: Path) -> Mutant:
        lines = path.read_text().splitlines()
        head = [line[2:] for line in lines if line.startswith("# ") and "SPDX-" not in line]
        judges = [line.removeprefix("judge: ") for line in head if line.startswith("judge: ")]
        what = " ".join(line for line in head if not line.startswith("judge: "))
        if not what or len(judges) > 1:
            raise LabError(f"{path.name} does not begin with what it is")
        return cls(path, what, judges[0] if judges else KUNIT)


def mutated(mutant: Mutant | None) -> Path:
    """A copy of the driver with that defect, or as it is.  Always the same directory, so that
    only what differs is compiled again."""
    place = cache() / "mutants" / "driver"
    copy_sources(DRIVER, place)
    if mutant:
        done = subprocess.run(
            ["patch", "-p2", "--batch", "--fuzz=0", "--no-backup-if-mismatch", "-d", place],
            stdin=mutant.path.open(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise LabError(f"{mutant.name} does not apply any more:\n{done.stdout}{done.stderr}")
    return place


class Suites:
    """The KUnit suites, on a machine that is kept as long as nothing goes wrong in it."""

    def __init__(self) -> None:
        self.machine: Machine | None = None

    def stop(self) -> None:
        if self.machine:
            self.machine.stop()
        self.machine = None

    def judge(self, mutant: Mutant | None) -> list[str]:
        """What noticed it: tests that failed, and what the kernel's checkers said."""
        module = build_kunit(kernel("debug"), origin=mutated(mutant), label="mutant")
        if not self.machine:
            self.machine = Machine(Spec(kernel="debug", memory=ROOMY))
            self.machine.start()
        mark = self.machine.console_mark()
        noticed: list[str] = []
        broke = False
        try:
            outcome = run_kunit(self.machine, module)
            noticed = [case.shown for case in outcome.failed]
            if not noticed and outcome.problems:
                noticed = [outcome.problems[0].splitlines()[0]]
        except LabError as error:
            broke = True
            noticed = [f"the guest: {str(error).splitlines()[0]}"]
        reports = self.machine.kernel_trouble(mark)
        noticed += [headline(report) for report in reports]
        if broke or reports or noticed:
            # What it has left behind must not judge the next one.
            self.stop()
        return list(dict.fromkeys(noticed))


def headline(report: str) -> str:
    """The line of a kernel report that says what it is."""
    for line in report.splitlines():
        text = re.sub(r"^\[ *\d+\.\d+\](\[.*?\])? *", "", line)
        if text and not re.match(r"[-=]+(\[ cut|$)", text):
            return text[:100]
    return "a report of the kernel"


def in_the_lab(mutant: Mutant | None, tests: list[str]) -> list[str]:
    """Run tests of the lab with a driver that has the defect; which of them failed."""
    module = build_driver(kernel("stock"), origin=mutated(mutant), label="mutant")
    words = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        words, cwd=REPO, env={**os.environ, "DRIVER": str(module)}, text=True, capture_output=True
    )
    if done.returncode not in (0, 1):
        raise LabError(f"pytest could not judge {tests}:\n{done.stdout[-3000:]}{done.stderr}")
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)


def sound(chosen: list[Mutant], suites: Suites) -> None:
    """The driver as it is must pass; whoever fails it would fail everything."""
    say("the driver as it is, before all judges")
    tests = sorted({mutant.judge for mutant in chosen} - {KUNIT})
    failed = suites.judge(None) if any(m.judge == KUNIT for m in chosen) else []
    failed += in_the_lab(None, tests) if tests else []
    if failed:
        raise LabError(f"the driver as it is does not pass: {', '.join(failed)}")


def table(results: list[tuple[Mutant, list[str]]]) -> str:
    rows = ["| defect | noticed by |", "|---|---|"]
    for mutant, noticed in results:
        more = f" and {len(noticed) - 2} more" if len(noticed) > 2 else ""
        who = ", ".join(f"`{name}`" for name in noticed[:2]) + more
        rows.append(f"| {mutant.number}: {mutant.what} | {who or '**nobody**'} |")
    return "\n".join(rows)


def write_report(text: str) -> None:
    """Put the table into docs/reliability.md."""
    old = REPORT.read_text()
    head, _, rest = old.partition(BEGIN)
    _, found, tail = rest.partition(END)
    if not found:
        raise LabError(f"{REPORT.name} has no place for the table ({BEGIN} ... {END})")
    REPORT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}")


def judge_all(chosen: list[Mutant]) -> list[tuple[Mutant, list[str]]]:
    suites, results = Suites(), []
    try:
        sound(chosen, suites)
        # One machine after the other: those of the lab's tests have machines of their own.
        for mutant in sorted(chosen, key=lambda m: m.judge != KUNIT):
            begin = time.monotonic()
            if mutant.judge == KUNIT:
                noticed = suites.judge(mutant)
            else:
                suites.stop()
                noticed = in_the_lab(mutant, [mutant.judge])
            results.append((mutant, noticed))
            who = noticed[0] if noticed else "SURVIVED"
            print(f"{mutant.name}: {who} ({time.monotonic() - begin:.0f} s)", flush=True)
    finally:
        suites.stop()
        shutil.rmtree(cache() / "mutants", ignore_errors=True)
    return sorted(results, key=lambda pair: pair[0].name)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.mutants", description=__doc__)
    parser.add_argument("numbers", nargs="*", help="only these")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    options = parser.parse_args()
    mutants = [Mutant.read(path) for path in sorted(HERE.glob("*.patch"))]
    chosen = [m for m in mutants if not options.numbers or m.number in options.numbers]
    try:
        if not chosen:
            raise LabError(f"no defect of that number; there are {len(mutants)}")
        setup_host()
        results = judge_all(chosen)
        if options.write:
            write_report(table(results))
    except LabError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    survived = [mutant.name for mutant, noticed in results if not noticed]
    print(f"{len(results) - len(survived)} of {len(results)} defects were noticed")
    if survived:
        print(f"survived: {', '.join(survived)}", file=sys.stderr)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
