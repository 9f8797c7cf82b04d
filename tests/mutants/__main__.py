# SPDX-License-Identifier: GPL-2.0-only
"""Does anybody notice when the driver is broken?  python3 -m tests.mutants [NUMBER...]

Each patch beside this file is a defect of a kind that drivers have had.  It is applied to a copy
of the driver, and the judge that its head names has to fail:

    # judge: kunit SUITE      a suite on the kunit kernel, or one of its tests; wildcards
    # judge: bench SCENARIO   `make bench-check`, which has to name that scenario
    # judge: selftests TEST   one of the kernel's own, which `make selftests` runs
    # judge: nobody REASON    none can see it: it has to apply and to compile, no more

A defect that passes has survived, which is a defect of the judges.  The driver as it is must
pass all of them first.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import docs
from lab.base import REPO, LabError, cache, say
from lab.kernels import kernel
from lab.kunit import EVERYTHING, build_kunit, run_kunit
from lab.machine import Machine
from lab.modules import DRIVER, build_driver, copy_sources
from lab.setup import setup_host
from lab.spec import ROOMY, Spec

HERE = Path(__file__).resolve().parent
REPORT = REPO / "docs" / "reliability.md"
PLACE = "mutants"
# Most defects cost a boot.
BARE = Spec(kernel="kunit", memory=ROOMY, cpus=1, pairs=0)
KINDS = ("kunit", "bench", "selftests", "nobody")


@dataclass(frozen=True)
class Mutant:
    """A seeded defect: its patch, what it does, what kind of judge has to notice, and which
    (or, of "nobody", why)."""

    path: Path
    what: str
    kind: str
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
        kind, _, judge = "".join(judges).partition(" ")
        if not what or len(judges) != 1 or kind not in KINDS or not judge:
            raise LabError(f"{path.name} does not begin with what it is and who is its judge")
        return cls(path, what, kind, judge)


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

    def judge(self, mutant: Mutant | None, only: str) -> list[str]:
        """What noticed it: tests that failed, and what the kernel's checkers said."""
        module = build_kunit(kernel(BARE.kernel), origin=mutated(mutant), label="mutant")
        if not self.machine:
            self.machine = Machine(BARE)
            self.machine.start()
        mark = self.machine.console_mark()
        noticed: list[str] = []
        failure = ""
        try:
            outcome = run_kunit(self.machine, module, only=only, impatient=True)
            noticed = [case.shown for case in outcome.failed]
            if not noticed and outcome.problems:
                noticed = [outcome.problems[0].splitlines()[0]]
        except LabError as error:
            failure = str(error).splitlines()[0]
        noticed += [headline(report) for report in self.machine.kernel_trouble(mark)]
        if failure and not noticed:
            noticed = [f"the guest: {failure}"]
        if noticed:
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


def on_the_scale(mutant: Mutant | None, scenarios: list[str]) -> list[str]:
    """Weigh a driver with the defect; in which of the scenarios it has got worse."""
    module = build_driver(kernel("stock"), origin=mutated(mutant), label="mutant")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "bench", "--check", "--kernel=stock", "--module", module],
        cwd=REPO,
        text=True,
        capture_output=True,
    )
    if done.returncode not in (0, 1):
        raise LabError(f"the scale could not judge:\n{done.stdout[-3000:]}{done.stderr}")
    faults = re.findall(r"^bench: ((\w+): .*)$", done.stdout, re.M)
    return [f"bench-check: {text}" for text, name in faults if name in scenarios]


def by_selftests(mutant: Mutant | None, programs: list[str]) -> list[str]:
    """Run programs of the kernel's own with the defect; what then differs from the table."""
    module = build_driver(kernel("newest"), origin=mutated(mutant), label="mutant")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "lab", "selftests", "--driver", module, *programs],
        cwd=REPO,
        text=True,
        capture_output=True,
    )
    # Below the line of each program, what differs.
    found = re.findall(r"^\[.*\] (\S+) .*DEVIATIONS.*\n +(.*)$", done.stdout, re.M)
    if done.returncode and not found:
        raise LabError(f"the selftests could not judge:\n{done.stdout[-3000:]}{done.stderr}")
    return [f"{program}: {text}" for program, text in found]


def judged(mutant: Mutant, suites: Suites) -> list[str]:
    """Who noticed that defect."""
    if mutant.kind == "kunit":
        return suites.judge(mutant, mutant.judge)
    # The machines of the others are their own.
    suites.stop()
    if mutant.kind == "nobody":
        build_driver(kernel("stock"), origin=mutated(mutant), label="mutant")
        return []
    if mutant.kind == "bench":
        return on_the_scale(mutant, [mutant.judge])
    return by_selftests(mutant, [mutant.judge])


def sound(chosen: list[Mutant], suites: Suites) -> None:
    """The driver as it is must pass; whoever fails it would fail everything."""
    failed: list[str] = []
    begin = time.monotonic()
    if suites_of := {mutant.judge for mutant in chosen if mutant.kind == "kunit"}:
        failed += suites.judge(None, suites_of.pop() if len(suites_of) == 1 else EVERYTHING)
    suites.stop()
    if scenarios := sorted({mutant.judge for mutant in chosen if mutant.kind == "bench"}):
        failed += on_the_scale(None, scenarios)
    if programs := sorted({mutant.judge for mutant in chosen if mutant.kind == "selftests"}):
        failed += by_selftests(None, programs)
    if failed:
        raise LabError(f"the driver as it is does not pass: {', '.join(failed)}")
    say(f"the driver as it is passes before all judges ({time.monotonic() - begin:.0f} s)")


def row(mutant: Mutant, noticed: list[str]) -> str:
    """A line of the table."""
    more = f" and {len(noticed) - 2} more" if len(noticed) > 2 else ""
    who = ", ".join(f"`{name}`" for name in noticed[:2]).replace("|", r"\|") + more
    if mutant.kind == "nobody":
        who = f"nobody can: {mutant.judge}"
    return f"| {mutant.number}: {mutant.what} | {who or '**nobody**'} |"


def write(results: list[tuple[Mutant, list[str]]], mutants: list[Mutant]) -> None:
    """Put the results into the table; defects that were not judged keep their line."""
    lines = {
        line.strip("| ").partition(":")[0]: line
        for line in docs.place(REPORT, PLACE).splitlines()
        if line.startswith("| ")
    }
    lines |= {mutant.number: row(mutant, noticed) for mutant, noticed in results}
    known = [lines[mutant.number] for mutant in mutants if mutant.number in lines]
    docs.fill(REPORT, PLACE, "\n".join(["| defect | noticed by |", "|---|---|", *known]))


def judge_all(chosen: list[Mutant]) -> Iterator[tuple[Mutant, list[str]]]:
    """One after the other, and who noticed it."""
    suites = Suites()
    try:
        sound(chosen, suites)
        for mutant in sorted(chosen, key=lambda m: (KINDS.index(m.kind), m.name)):
            begin = time.monotonic()
            noticed = judged(mutant, suites)
            nobody = "nobody can see it" if mutant.kind == "nobody" else "SURVIVED"
            who = noticed[0] if noticed else nobody
            print(f"{mutant.name}: {who} ({time.monotonic() - begin:.0f} s)", flush=True)
            yield mutant, noticed
    finally:
        suites.stop()
        shutil.rmtree(cache() / "mutants", ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.mutants", description=__doc__)
    parser.add_argument("numbers", nargs="*", help="only these")
    options = parser.parse_args()
    mutants = [Mutant.read(path) for path in sorted(HERE.glob("*.patch"))]
    chosen = [m for m in mutants if not options.numbers or m.number in options.numbers]
    try:
        if not chosen:
            raise LabError(f"no defect of that number; there are {len(mutants)}")
        setup_host()
        results = []
        for result in judge_all(chosen):
            results.append(result)
            # Each when it is known: somebody may end this before the next one.
            write([result], mutants)
    except LabError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    hidden = [mutant for mutant, _ in results if mutant.kind == "nobody"]
    survived = [m.name for m, noticed in results if not noticed and m not in hidden]
    visible = len(results) - len(hidden)
    print(
        f"{visible - len(survived)} of {visible} defects were noticed; "
        f"{len(hidden)} more cannot be seen here"
    )
    if survived:
        print(f"survived: {', '.join(survived)}", file=sys.stderr)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
