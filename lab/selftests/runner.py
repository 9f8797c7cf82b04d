# SPDX-License-Identifier: GPL-2.0-only
"""Runs the selftests in a machine, program by program, and compares with the table.

Each program finds freshly loaded drivers and both ports as after boot.  One that hangs or
takes the kernel down costs its own machine: the next one gets a new one.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab import trouble
from lab.base import PATIENCE, LabError, cache, say
from lab.machine import Machine, Process
from lab.port import MODULES
from lab.selftests import build, output, table
from lab.selftests.output import Output
from lab.selftests.table import Program, Table
from lab.spec import Spec

HOME = f"{build.MOUNT}/drivers/net"
OUTPUT = "/run/selftest"
# Programs that the makefiles install but do not list.
UNLISTED = ("hw/devlink_port_split.py",)
NAMES = {"dut": "dut0", "peer": "peer0"}
# A prefix behind the port under test, from which tests take addresses for containers.
PREFIX = "2001:db8:100::"
ENVIRONMENT = {
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "PATH": f"{build.MOUNT}/{build.EXTRA}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
}
GRACE = 30.0


@dataclass
class Verdict:
    """How one program went."""

    program: str
    output: Output
    deviations: list[str]
    seconds: float
    text: str = ""


@dataclass
class Summary:
    """All of a run."""

    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def totals(self) -> Counter[str]:
        return sum((verdict.output.totals() for verdict in self.verdicts), Counter())

    @property
    def failed(self) -> bool:
        return bool(self.problems) or any(verdict.deviations for verdict in self.verdicts)


class Bench:
    """The machine that the tests run in; a new one when the last is of no use any more."""

    def __init__(self, spec: Spec, disk: Path, driver: Path | None) -> None:
        self.spec, self.disk, self.driver = spec, disk, driver
        self._machine: Machine | None = None

    def machine(self) -> Machine:
        if self._machine is None:
            machine = Machine(self.spec, driver=self.driver, disks=[self.disk])
            machine.start()
            self._machine = machine
            # Not the lab's own addresses: tests use those for tunnels between the ports.
            for port, host in ((machine.dut, 1), (machine.peer, 2)):
                port.ipv4, port.ipv6 = f"203.0.113.{host}", f"2001:db8:51::{host}"
            machine.run(
                f"mkdir -p {build.MOUNT} /{build.HEADER.rpartition('/')[0]} && "
                f"mount /dev/vdd {build.MOUNT} && "
                f"cp {build.MOUNT}/{build.EXTRA}/{build.HEADER} /{build.HEADER} && "
                "modprobe configfs && mount -t configfs configfs /sys/kernel/config"
            )
        return self._machine

    def discard(self) -> None:
        machine, self._machine = self._machine, None
        if machine:
            machine.stop()

    def installed(self) -> list[str]:
        """The programs that the source has, as the tables name them."""
        text = self.machine().run(["cat", f"{build.MOUNT}/kselftest-list.txt"]).out
        pairs = (line.split(":") for line in text.split())
        names = [f"{place}/{name}".removeprefix("drivers/net/") for place, name in pairs]
        return [*names, *UNLISTED]

    def fresh(self, together: bool) -> Machine:
        """Both drivers newly loaded, and the ports as the tests want them: apart, each with
        its addresses, or both in one namespace with none."""
        machine = self.machine()
        for port in (machine.dut, machine.peer):
            port.unbind()
            machine.run(f"rmmod {MODULES[port.driver]}", check=False)
        for port in (machine.peer, machine.dut):
            port.bind()
        for port in (machine.peer, machine.dut):
            old, new = port.name, NAMES[port.role]
            if old != new:
                port.run(f"ip link set {old} down; ip link set {old} name {new}")
                port.configure()
        if together:
            _together(machine)
        else:
            _config(machine)
            machine.peer.run(
                f"ip -6 route replace {PREFIX}/64 via {machine.dut.ipv6} dev {NAMES['peer']}"
            )
        for port in (machine.dut, machine.peer):
            if not together:
                port.wait_carrier(30)
        return machine


def _config(machine: Machine) -> None:
    """net.config, by which the tests know their ports."""
    dut, peer = machine.dut, machine.peer
    text = "".join(
        f"{name}={value}\n"
        for name, value in {
            "NETIF": dut.name,
            "LOCAL_V4": dut.ipv4,
            "LOCAL_V6": dut.ipv6,
            "LOCAL_PREFIX_V6": f"{PREFIX}/64",
            "REMOTE_V4": peer.ipv4,
            "REMOTE_V6": peer.ipv6,
            "REMOTE_TYPE": "netns",
            "REMOTE_ARGS": peer.netns,
        }.items()
    )
    for directory in (HOME, f"{HOME}/hw"):
        machine.put(text.encode(), f"{directory}/net.config")


def _together(machine: Machine) -> None:
    """Both ports without addresses in the main namespace."""
    dut, peer = NAMES["dut"], NAMES["peer"]
    machine.run(
        f"ip -n {machine.peer.netns} link set {peer} netns 1 && "
        f"ip address flush dev {dut} && ip address flush dev {peer} && "
        f"ip link set {dut} up && ip link set {peer} up"
    )


def _start(machine: Machine, program: Program) -> Process:
    """Start a program with its output in a file, where it can be seen while it runs."""
    directory, _, name = f"{HOME}/{program.name}".rpartition("/")
    # The kernel's own word for a machine that does not keep time.
    given = ENVIRONMENT | ({"KSFT_MACHINE_SLOW": "yes"} if program.slow else {})
    environment = " ".join(f"{key}={shlex.quote(value)}" for key, value in given.items())
    arguments = f" {NAMES['dut']} {NAMES['peer']}" if program.ports == "together" else ""
    # Not all of them are executable in the source.
    return machine.spawn(
        f"cd {directory} && chmod +x {name} && "
        f"exec env -i {environment} ./{name}{arguments} > {OUTPUT} 2>&1"
    )


def _watch(process: Process, program: Program, shown: str) -> int | None:
    """Wait for a program; its exit status, or None if it had to be ended.  Results are
    counted on the terminal as they come."""
    machine = process.machine
    end = time.monotonic() + program.limit * PATIENCE
    seen, pause = -1, 0.1
    while (result := process.poll()) is None:
        if time.monotonic() > end:
            return None
        time.sleep(pause)
        pause = min(pause * 1.3, 5.0)
        if sys.stderr.isatty() and pause > 2:
            done = machine.run(f"grep -cE '^(not )?ok |^TEST: ' {OUTPUT}", check=False).out.strip()
            if done.isdigit() and int(done) != seen:
                seen = int(done)
                sys.stderr.write(f"\r{shown}: {seen} results ")
                sys.stderr.flush()
    if seen >= 0:
        sys.stderr.write("\r\x1b[K")
    return result.rc


def _end(process: Process) -> bool:
    """End a program that takes too long, first politely: it may print what it has."""
    for sig in (15, 9):
        with contextlib.suppress(LabError):
            process.kill(sig)
            process.wait(GRACE)
            return True
    return False


def run_program(bench: Bench, program: Program, shown: str) -> Verdict:
    """Run one program and judge it."""
    begin = time.monotonic()
    together = program.ports == "together"
    text, status, extra = "", None, []
    try:
        machine = bench.fresh(together)
    except LabError as error:
        say(f"{program.name}: no machine to run it in, trying another: {error}")
        bench.discard()
        machine = bench.fresh(together)
    mark = machine.console_mark()
    try:
        process = _start(machine, program)
        status = _watch(process, program, shown)
        if status is None:
            extra.append(f"still running after {program.limit:g} s")
            _end(process)
        text = machine.get(OUTPUT).decode(errors="replace")
    except LabError as error:
        extra.append(f"the machine was lost: {str(error).splitlines()[0]}")
    reports = machine.kernel_trouble(mark)
    known = re.compile(program.trouble, re.S) if program.trouble else None
    extra += trouble.judge([one for one in reports if not (known and known.search(one))])
    got = output.parse(text, program.name, status)
    deviations = [*table.judge(program, got), *extra]
    if status is None or reports:
        bench.discard()
    text += "".join(f"\n{line}\n" for line in extra)
    return Verdict(program.name, got, deviations, time.monotonic() - begin, text)


def logs(dut: str) -> Path:
    """Where the output of each program is left."""
    place = cache() / "selftests" / f"results-{dut}"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _keep(place: Path, verdict: Verdict) -> None:
    """Leave what a program printed, and what was read from it."""
    stem = verdict.program.replace("/", "-")
    (place / f"{stem}.log").write_text(verdict.text)
    results = {name: [one.result, one.why] for name, one in verdict.output.results.items()}
    (place / f"{stem}.json").write_text(json.dumps(results, indent=1) + "\n")


def _line(number: int, count: int, verdict: Verdict) -> str:
    totals = verdict.output.totals()
    figures = ", ".join(f"{name} {totals[name]}" for name in table.RESULTS if totals[name])
    judged = f"{len(verdict.deviations)} DEVIATIONS" if verdict.deviations else "as expected"
    return (
        f"[{number:2}/{count}] {verdict.program:<28} {judged:<14} "
        f"({verdict.seconds:.0f} s; {figures or 'nothing'})"
    )


def choose(expected: Table, wanted: Sequence[str]) -> list[Program]:
    """The programs to run: all, or those named."""
    if not wanted:
        return list(expected.programs.values())
    unknown = [name for name in wanted if name not in expected.programs]
    if unknown:
        raise LabError(
            f"no such selftest in {expected.dut}.toml: {', '.join(unknown)}; "
            "they are named as below drivers/net, like hw/rss_api.py"
        )
    return [expected.programs[name] for name in wanted]


def run(spec: Spec, wanted: Sequence[str] = (), driver: Path | None = None) -> int:
    """All of it; returns the exit status."""
    expected = table.load(spec.dut)
    summary = Summary()
    if spec.dut != "igb":
        summary.problems += table.worse_than(expected, table.load("igb"))
    programs = choose(expected, wanted)
    place = logs(spec.dut)
    bench = Bench(spec, build.disk(), driver)
    begin = time.monotonic()
    try:
        if not wanted:
            summary.problems += table.unlisted(expected, bench.installed())
        for number, program in enumerate(programs, 1):
            shown = f"[{number:2}/{len(programs)}] {program.name}"
            verdict = run_program(bench, program, shown)
            summary.verdicts.append(verdict)
            _keep(place, verdict)
            print(_line(number, len(programs), verdict), flush=True)
            for line in verdict.deviations:
                print(f"        {line}", flush=True)
    finally:
        bench.discard()
    return _conclude(summary, expected, place, time.monotonic() - begin)


def _conclude(summary: Summary, expected: Table, place: Path, seconds: float) -> int:
    """The summary, and what it means."""
    totals = summary.totals()
    figures = ", ".join(f"{totals[name]} {name}" for name in table.RESULTS)
    for line in summary.problems:
        print(f"table: {line}")
    deviations = sum(len(verdict.deviations) for verdict in summary.verdicts)
    print(
        f"{expected.dut}: {len(summary.verdicts)} programs in {seconds / 60:.0f} min: {figures}; "
        f"their output is in {place}"
    )
    print(
        f"FAILED: {deviations} deviations from the table, {len(summary.problems)} faults of it"
        if summary.failed
        else "PASSED: every subtest gave what the table says"
    )
    return 1 if summary.failed else 0
