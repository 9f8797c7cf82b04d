# SPDX-License-Identifier: GPL-2.0-only
"""`make run`: what this machine is, and whether its wire carries traffic.

A demonstration that is also a test: each line is a fact from the guest, and the verdict at
the end is the exit status.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lab.base import LabError
from lab.machine import Machine
from lab.port import MODULES, Port

COUNTERS = (
    ("packets received", "rx", "packets"),
    ("bytes received", "rx", "bytes"),
    ("packets sent", "tx", "packets"),
    ("bytes sent", "tx", "bytes"),
    ("receive errors", "rx", "errors"),
    ("receive dropped", "rx", "dropped"),
    ("missed (no buffer)", "rx", "missed_errors"),
    ("overrun", "rx", "over_errors"),
    ("multicast received", "rx", "multicast"),
    ("transmit errors", "tx", "errors"),
    ("transmit dropped", "tx", "dropped"),
    ("carrier changes", "tx", "carrier_changes"),
)
TCP_SECONDS = 4
# A backlog of so many packets is full when RPS gives it what one poll has taken.
BACKLOG = "/proc/sys/net/core/netdev_max_backlog"
BACKLOG_SMALL = 10
DOCTOR_SECONDS = 6


class Report:
    """Prints lines with a mark, and remembers what failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.colour = sys.stdout.isatty()

    def title(self, text: str) -> None:
        print(f"\n\033[1m{text}\033[0m" if self.colour else f"\n{text}", flush=True)

    def line(self, ok: bool | None, what: str, detail: str = "") -> None:
        """ok None is a fact without a judgement."""
        mark = {True: "ok  ", False: "FAIL", None: "    "}[ok]
        if self.colour and ok is not None:
            mark = f"\033[{32 if ok else 31}m{mark}\033[0m"
        print(f"  {mark} {what:<34} {detail}", flush=True)
        if ok is False:
            self.failed.append(what)

    def attempt(self, what: str, work: Callable[[], str]) -> None:
        """A line whose judgement is whether `work` raises; it returns the detail."""
        try:
            self.line(True, what, work())
        except (LabError, KeyError, ValueError) as error:
            self.line(False, what, str(error).splitlines()[0])


def _ping(port: Port, family: int) -> str:
    out = port.ping(5, family).out
    loss = re.search(r"(\d+) received.*?([\d.]+)% packet loss", out)
    rtt = re.search(r"= [\d.]+/([\d.]+)/", out)
    assert loss and rtt
    return f"{loss[1]} of 5 answered, {rtt[1]} ms on average"


def iperf(sender: Port, *words: str, seconds: int = TCP_SECONDS) -> dict[str, Any]:
    """One iperf3 run from a port to its far end; returns what iperf3 says as JSON."""
    server = sender.far.spawn(["iperf3", "-s", "-1", "-J", "--idle-timeout", "30"])
    try:
        # The server has no way to say that it listens.
        sender.far.run(
            "for i in $(seq 100); do ss -Hltn sport = 5201 | grep -q . && exit 0; "
            "sleep 0.05; done; exit 1"
        )
        run = sender.run(
            ["iperf3", "-c", sender.far.ipv4, "-t", str(seconds), "-J", *words],
            timeout=seconds + 60,
            check=False,
        )
    finally:
        if server.poll() is None:
            server.kill()
    try:
        answer: dict[str, Any] = json.loads(run.out)
    except ValueError as error:
        raise LabError(f"iperf3 said no JSON: {run.out[:200]} {run.err[:200]}") from error
    if "error" in answer:
        raise LabError(f"iperf3: {answer['error']}")
    return answer


def _tcp(sender: Port) -> str:
    end = iperf(sender)["end"]
    rate = end["sum_received"]["bits_per_second"] / 1e6
    if rate <= 0:
        raise LabError("no byte arrived")
    return f"{rate:6.0f} Mbit/s, {end['sum_sent'].get('retransmits', 0)} retransmitted"


def _udp(sender: Port) -> str:
    end = iperf(sender, "-u", "-b", "50M")["end"]["sum"]
    if not end["packets"] or end["lost_percent"] > 90:
        raise LabError(f"{end['lost_packets']} of {end['packets']} lost")
    return (
        f"{end['bits_per_second'] / 1e6:6.0f} Mbit/s offered, "
        f"{end['lost_packets']} of {end['packets']} datagrams lost"
    )


def _counters(port: Port) -> Iterator[int]:
    stats = port.stats()["stats64"]
    for _, direction, field in COUNTERS:
        yield stats[direction].get(field, 0)


def _who(machine: Machine, report: Report) -> None:
    report.title("Who drives what")
    for port in (*machine.duts, *machine.peers):
        bound = port.bound
        info = port.ethtool("-i").out
        version = re.search(r"^version: (.*)$", info, re.M)
        title = "port under test" if port.role == "dut" else "peer"
        where = f"namespace {port.netns}" if port.netns else "main namespace"
        report.line(
            bound == MODULES[port.driver],
            f"{title}: {port.name} at {port.pci}",
            f"{bound} {version[1] if version else ''}, {where}",
        )
        device = machine.run(["lspci", "-s", port.pci]).out.strip()
        report.line(None, "", device.partition(": ")[2] or device)


def _links(machine: Machine, report: Report) -> None:
    report.title("Link")
    for port in (*machine.duts, *machine.peers):
        text = port.ethtool(check=False).out
        speed = re.search(r"Speed: (\S+)", text)
        detail = f"{speed[1] if speed else '?'}, {port.ipv4}, {port.ipv6}"
        report.line(port.carrier(), f"{port.id}: carrier", detail)


def _traffic(machine: Machine, report: Report) -> None:
    report.title("Traffic")
    for dut, peer in zip(machine.duts, machine.peers, strict=True):
        wire = f" (wire {dut.index})" if len(machine.duts) > 1 else ""
        for family in (4, 6):
            report.attempt(f"ping IPv{family}{wire}", partial(_ping, dut, family))
        report.attempt(f"TCP out of the port under test{wire}", partial(_tcp, dut))
        report.attempt(f"TCP into the port under test{wire}", partial(_tcp, peer))
        report.attempt(f"UDP out of the port under test{wire}", partial(_udp, dut))
        report.attempt(f"UDP into the port under test{wire}", partial(_udp, peer))


def _table(machine: Machine, report: Report) -> None:
    report.title("Counters of both ends (ip -s link)")
    for dut, peer in zip(machine.duts, machine.peers, strict=True):
        head = (f"{dut.driver} {dut.name}", f"{peer.driver} {peer.name}")
        print(f"       {'':<22}{head[0]:>16}{head[1]:>16}")
        rows = zip(COUNTERS, _counters(dut), _counters(peer), strict=True)
        for (name, _, _), ours, theirs in rows:
            print(f"       {name:<22}{ours:>16,}{theirs:>16,}")


def _indented(text: str) -> None:
    for line in text.splitlines():
        print(f"       {line}".rstrip(), flush=True)


def _diagnosis(port: Port) -> tuple[dict[str, Any], str]:
    """What `napier doctor` finds while a burst comes for which a backlog has no room: as JSON,
    and as people are told."""
    kept = port.run(["cat", BACKLOG]).out.strip()
    queues = f"/sys/class/net/{port.name}/queues/rx-*/rps_cpus"
    port.run(f"echo {BACKLOG_SMALL} > {BACKLOG}; for q in {queues}; do echo 3 > $q; done")
    look = f"--for={DOCTOR_SECONDS}s"
    try:
        asked = (
            port.spawn(["napier", "doctor", look, port.name]),
            port.spawn(["napier", "-j", "doctor", look, port.name]),
        )
        iperf(port.far, "-u", "-b", "80M", "-l", "400", seconds=DOCTOR_SECONDS - 2)
        text, document = (process.wait(DOCTOR_SECONDS + 60) for process in asked)
    finally:
        port.run(f"echo {kept} > {BACKLOG}; for q in {queues}; do echo 0 > $q; done")
    if document.rc not in (0, 1, 2):
        raise LabError(f"napier doctor: {document.err}")
    found: dict[str, Any] = json.loads(document.out)
    return found, text.out


def _named(port: Port) -> str:
    document, text = _diagnosis(port)
    _indented(text)
    ids = [one["id"] for one in document["findings"]]
    if "BACKLOG-OVERFLOW" not in ids:
        raise LabError(f"it found {', '.join(ids) or 'nothing'}")
    return "BACKLOG-OVERFLOW"


def _shown(port: Port) -> str:
    _indented(port.run(["napier", "show", port.name]).out)
    return "no rights needed"


def _operator(machine: Machine, report: Report) -> None:
    report.title("What an operator sees: napier")
    port = machine.duts[0]
    report.attempt(f"napier show {port.name}", partial(_shown, port))
    print(f"       A burst, RPS, and a backlog of {BACKLOG_SMALL} packets:")
    report.attempt(f"napier doctor {port.name} names it", partial(_named, port))


def run(machine: Machine) -> int:
    """Look at a machine that was started; the exit status."""
    report = Report()
    report.title("Machine")
    report.line(None, "kernel", machine.kernel.version)
    report.line(None, "made of", str(machine.spec))
    report.line(
        machine.boot_seconds < 120, "ready (links up) after", f"{machine.boot_seconds:.1f} s"
    )
    for part in (_who, _links, _traffic, _table, _operator):
        part(machine, report)
    report.title("Kernel log of the guest")
    trouble = machine.kernel_trouble()
    report.line(not trouble, "no oops, warning, or stall")
    for text in trouble:
        print(text)
    if report.failed:
        print(f"\nVerdict: {machine.spec.dut} FAILED: {'; '.join(report.failed)}")
        return 1
    print(f"\nVerdict: {machine.spec.dut} carries traffic both ways against {machine.spec.peer}.")
    return 0
