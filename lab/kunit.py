# SPDX-License-Identifier: GPL-2.0-only
"""The driver's KUnit suites: building napier_kunit.ko, running it, reading the results.

The module is the driver's own files with a model of the hardware in place of the device
(tests/kunit, docs/architecture.md "The seam").  Loading it runs every suite.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from lab import trouble
from lab.base import PATIENCE, REPO, LabError, call, digest, lock
from lab.kernels import Kernel
from lab.machine import Machine
from lab.modules import DRIVER, copy_sources, run_make

KUNIT = REPO / "tests" / "kunit"
MODULE = "napier_kunit"
RESULTS = "/sys/kernel/debug/kunit"
FILTER = "/sys/module/kunit/parameters/filter_glob"
EVERYTHING = "*"
# How long all suites may take, in seconds of the host, times PATIENCE; beside another guest, on
# two cores, they took 14 to 16 minutes.
LIMIT = 2400.0


def build_kunit(
    kernel: Kernel, *, origin: Path = DRIVER, label: str = "", verbose: bool = False
) -> Path:
    """napier_kunit.ko for a kernel, of the driver in `origin`; `label` keeps builds of
    other drivers (seeded defects) apart."""
    where = digest(REPO, KUNIT, origin, label)
    directory = kernel.workshop / f"kunit-{where}"
    with lock(f"kunit-{kernel.name}-{where}"):
        copy_sources(KUNIT, directory, keep=("driver",))
        copy_sources(origin, directory / "driver")
        inside = f"/{directory.relative_to(kernel.chroot)}" if kernel.chroot else ""
        run_make(kernel.make(["modules"], directory), directory, "tests/kunit", inside, verbose)
    module = directory / f"{MODULE}.ko"
    if not module.exists():
        raise LabError(f"{directory} was built without {module.name} in it")
    # 17 of 20 MB are for debuggers, and the guest takes a minute for them.
    slim = directory / "slim" / module.name
    slim.parent.mkdir(exist_ok=True)
    call(["strip", "--strip-debug", "-o", slim, module])
    return slim


@dataclass(frozen=True)
class Case:
    """One test, or one parameter of one: suite, "name" or "name: parameter", and what it
    said if it failed."""

    suite: str
    name: str
    status: str
    text: str = ""

    @property
    def shown(self) -> str:
        return f"{self.suite}/{self.name}"


@dataclass
class Outcome:
    """What running the module gave: every case of every suite that came to its end."""

    suites: list[str] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Case]:
        return [case for case in self.cases if case.status == "failed"]

    @property
    def passed(self) -> list[Case]:
        return [case for case in self.cases if case.status == "passed"]

    def verdict(self) -> list[str]:
        """Everything that is wrong, failures first."""
        return [f"{case.shown} failed:\n{case.text}" for case in self.failed] + self.problems


RESULT = re.compile(r"^( *)(not ok|ok) (\d+) (.+?)(?: # SKIP ?(.*))?$")
# That of the suite; a test with parameters may have one of its own, further in.
PLAN = re.compile(r"^ {4}1\.\.(\d+)")
SUBTEST = re.compile(r"^ *# Subtest: (.+)$")
NOISE = re.compile(r"^ *(KTAP version|1\.\.|# (module|speed|\w+\.speed)|\w+: (pass|fail))")


class _Report:
    """The KTAP report of a suite, line by line.  Results stand one step to the right of what
    they belong to: the suite at the margin, its tests, and the parameters of a test."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        self.cases: list[Case] = []
        self.said: list[str] = []
        self.test = ""
        self.planned = self.seen = 0
        self.finished = False

    def line(self, line: str) -> None:
        if match := PLAN.match(line):
            self.planned = int(match[1])
        elif match := SUBTEST.match(line):
            # That of the suite itself stands one step to the left.
            self.test = match[1] if line.startswith("        ") else ""
            self.said = []
        elif match := RESULT.match(line):
            self._result(len(match[1]) // 4, _status(match), match[4])
            self.said = []
        elif not NOISE.match(line):
            self.said.append(line.strip())

    def _result(self, depth: int, status: str, name: str) -> None:
        text = "\n".join(self.said)
        if depth == 0:
            self.finished = True
        elif depth > 1:
            self.cases.append(Case(self.suite, f"{self.test}: {name}", status, text))
        else:
            self.seen += 1
            # A test with parameters is told of by each of them.
            if self.test != name or (status == "failed" and not self._told(name)):
                self.cases.append(Case(self.suite, name, status, text))
            self.test = ""

    def _told(self, name: str) -> bool:
        return any(
            case.status == "failed" and case.name.startswith(f"{name}: ") for case in self.cases
        )


def _status(match: re.Match[str]) -> str:
    if match[5] is not None:
        return "skipped"
    return "failed" if match[2] == "not ok" else "passed"


def parse(suite: str, report: str) -> tuple[list[Case], list[str]]:
    """The cases in the KTAP report of a suite, and what is wrong with the report."""
    found = _Report(suite)
    for line in report.splitlines():
        found.line(line)
    problems: list[str] = []
    if not found.finished or not found.planned or found.seen != found.planned:
        problems.append(
            f"suite {suite} ran {found.seen} of {found.planned} tests:\n{report[-2000:]}"
        )
    problems += [f"{case.shown} was skipped" for case in found.cases if case.status == "skipped"]
    return found.cases, problems


def declared() -> dict[str, int]:
    """Suite -> number of tests, as the sources have it: what has to run."""
    found: dict[str, int] = {}
    for path in sorted(KUNIT.glob("test_*.c")):
        text = path.read_text()
        names = re.findall(r"^\t\.name = \"(\w+)\",$", text, re.M)
        if len(names) != 1:
            raise LabError(f"{path.name}: one suite is expected, found {names}")
        found[names[0]] = len(re.findall(r"^\tKUNIT_CASE\w*\(", text, re.M))
    return found


def run_kunit(
    machine: Machine,
    module: Path,
    timeout: float = LIMIT,
    only: str = EVERYTHING,
    impatient: bool = False,
) -> Outcome:
    """Load the module, which runs its suites, and collect what they say.  `only` is a pattern,
    SUITE or SUITE.TEST with wildcards, for who knows where to look: then it is no problem that
    others do not run, unless none does.  The module is unloaded again.  Trouble that the
    kernel reports meanwhile is the caller's to look for (Machine.kernel_trouble()); who is
    impatient gets a LabError with the first, and a machine that is of no more use."""
    outcome = Outcome()
    remote = f"/tmp/{module.name}"
    machine.put(module, remote)
    # What the module needs beyond the kernel: nothing loads that for insmod.
    machine.run(f"modprobe mii && printf %s '{only}' > {FILTER}")
    insmod = f"insmod {remote}; status=$?; rm {remote}; exit $status"
    if impatient:
        _run_until_trouble(machine, insmod, timeout)
    else:
        machine.run(insmod, timeout=timeout)
    try:
        for suite, count in declared().items():
            _collect(machine, suite, count if only == EVERYTHING else 0, outcome)
    finally:
        machine.run(f"rmmod {MODULE}", check=False)
    if not outcome.cases:
        outcome.problems.append(f"no test ran of those that match {only!r}")
    return outcome


def _run_until_trouble(machine: Machine, command: str, timeout: float) -> None:
    """A defect may let the module wait for ever, after the kernel has said why."""
    mark, end = machine.console_mark(), time.monotonic() + timeout * PATIENCE
    process = machine.spawn(command)
    while (done := process.poll()) is None:
        # What is on the console already will do: asking the guest for the rest costs it time.
        if trouble.reports(machine.console_since(mark)):
            raise LabError("the kernel reports trouble")
        if time.monotonic() > end:
            raise LabError(f"the suites take more than {timeout * PATIENCE:g} s")
        time.sleep(1)
    if done.rc:
        raise LabError(f"the module could not be loaded: {done.err.strip()}")


def _collect(machine: Machine, suite: str, count: int, outcome: Outcome) -> None:
    """The results of a suite that has so many tests; 0 if it need not have run."""
    got = machine.run(f"cat {RESULTS}/{suite}/results", check=False)
    if got.rc:
        if count:
            outcome.problems.append(f"suite {suite} did not run: {got.err.strip()}")
        return
    cases, problems = parse(suite, got.out)
    ran = len({case.name.split(": ")[0] for case in cases})
    if ran < count and not problems:
        problems = [f"suite {suite} has {count} tests, of which {ran} ran"]
    outcome.suites.append(suite)
    outcome.cases += cases
    outcome.problems += problems
