# SPDX-License-Identifier: GPL-2.0-only
"""What tests of the control path share: traffic that goes on while settings change, the
settings as the user sees them, and faults put into the driver's calls of the kernel."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakSet

from tools import PLACE, address, port_number, program, until

from lab import Machine, Port
from lab.modules import build

Counts = dict[int, list[int]]
FAILCALL = Path(__file__).resolve().parent.parent / "guest" / "failcall"


# ---- traffic ------------------------------------------------------------------------


class Load:
    """TCP streams whose every byte is checked, one each way, until told to stop.

        with Load(dut) as load:
            ...
            load.moves()

    At the end of the block everything that was sent must have arrived, whole."""

    def __init__(
        self, port: Port, ways: tuple[str, ...] = ("tx", "rx"), family: int = 4, pace: int = 0
    ) -> None:
        """`ways` as seen from the port; `pace` in bytes a second for each, 0 for all that goes."""
        self.port = port
        self.ends = {way: (port, port.far) if way == "tx" else (port.far, port) for way in ways}
        self.family = family
        self.pace = pace
        self.numbers = {way: port_number() for way in ways}
        self.result: dict[str, dict[str, Any]] = {}
        self.seconds = 0.0

    def __enter__(self) -> Load:
        self.begin = time.monotonic()
        self.sinks, self.sources = {}, {}
        for way, (source, sink) in self.ends.items():
            words = address(sink, self.family), self.numbers[way]
            self.sinks[way] = sink.spawn(program("endless", "sink", *words))
            self.sources[way] = source.spawn(program("endless", "source", *words, self.pace))
        try:
            self.moves()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind:
            self._kill()
            return
        for process in self.sources.values():
            process.kill(signal.SIGTERM)
        try:
            for way in self.ends:
                source, sink = self.sources[way].wait(180), self.sinks[way].wait(60)
                assert source.rc == 0, f"the {way} stream broke: {source.err}"
                assert sink.rc == 0, f"the {way} stream broke: {sink.err}"
                self.result[way] = json.loads(sink.out)
                assert self.result[way]["damaged"] is None, f"{way}: {self.result[way]}"
                assert self.result[way]["bytes"] == json.loads(source.out)["bytes"]
        finally:
            self._kill()
        self.seconds = time.monotonic() - self.begin

    def _kill(self) -> None:
        for process in (*self.sources.values(), *self.sinks.values()):
            if process.poll() is None:
                process.kill()

    def progress(self) -> dict[str, int]:
        """Bytes that each sink has had."""
        numbers = self.numbers.values()
        script = "; ".join(f"cat /run/sink.{number} 2>/dev/null; echo" for number in numbers)
        lines = self.port.machine.run(script).out.split("\n")
        return {way: int(line or 0) for way, line in zip(self.ends, lines, strict=False)}

    def moves(self, timeout: float = 60.0) -> None:
        """From now on, something more arrives each way."""
        before = self.progress()

        def arrived() -> bool:
            dead = [
                process
                for process in (*self.sources.values(), *self.sinks.values())
                if process.poll() is not None
            ]
            assert not dead, "the stream broke: " + "".join(p.wait().err for p in dead)
            return all(now > before[way] for way, now in self.progress().items())

        until(arrived, timeout, f"more data both ways than {before}")

    def __str__(self) -> str:
        return (
            ", ".join(
                f"{way} {one['bytes'] / 1e6:.0f} MB, longest gap {one['longest_gap']:.2f} s"
                for way, one in self.result.items()
            )
            + f", in {self.seconds:.0f} s"
        )


@contextlib.contextmanager
def blasting(*ports: Port, rate: float = 200) -> Iterator[None]:
    """Datagrams from each port to its far end; it does not matter whether any arrives."""
    running = [port.spawn(program("endless", "blast", port.far.ipv4, 9, rate)) for port in ports]
    try:
        yield
    finally:
        for process in running:
            process.kill(signal.SIGTERM)
        for process in running:
            process.wait()


# ---- settings -----------------------------------------------------------------------


def rings(port: Port) -> tuple[int, int]:
    """Sizes of the RX and TX rings, by `ethtool -g`."""
    now = json.loads(port.run(["ethtool", "--json", "-g", port.name]).out)[0]
    return now["rx"], now["tx"]


def channels(port: Port) -> tuple[int, int]:
    """Combined channels now and at most, by `ethtool -l`."""
    most, now = (
        int(line.split()[1])
        for line in port.ethtool("-l").out.splitlines()
        if line.startswith("Combined:")
    )
    return now, most


def carrier_changes(port: Port) -> int:
    """How often the carrier came or went."""
    return int(port.run(["cat", f"/sys/class/net/{port.name}/carrier_changes"]).out)


def settings(port: Port) -> dict[str, Any]:
    """All that a refused command must not change, as the user sees it."""
    name = port.name
    shown = port.run(
        f"cd /sys/class/net/{name} && grep . mtu carrier_changes carrier address flags "
        f"queues/*/byte_queue_limits/limit_max; grep -o '{name}.*' /proc/interrupts"
    ).out.splitlines()
    files = dict(line.split(":", 1) for line in shown if ":" in line)
    return {
        **files,
        "rings": rings(port),
        "channels": channels(port),
        "irqs": [line for line in shown if ":" not in line],
    }


# Everything that can be set, and what a renegotiation or a reset would leave behind.  Left out
# is what changes by itself: statistics, queue disciplines' too, and the partner's offer.
SHOWN = {
    "link": "ethtool -I DEV | grep -v 'Link partner'",
    "rings": "ethtool -g DEV",
    "channels": "ethtool -l DEV",
    "coalesce": "ethtool -c DEV",
    "each queue": "ethtool --per-queue DEV queue_mask 0x1 --show-coalesce",
    "pause": "ethtool -a DEV",
    "features": "ethtool -k DEV",
    "eee": "ethtool --show-eee DEV",
    "rss": "ethtool -x DEV",
    "hashed": "for flow in tcp4 tcp6 udp4 udp6 sctp4; do ethtool -n DEV rx-flow-hash $flow; done",
    "rules": "ethtool -n DEV",
    "flags": "ethtool --show-priv-flags DEV",
    "tunables": "ethtool --get-tunable DEV rx-copybreak; ethtool --get-tunable DEV tx-copybreak",
    "stamps": "ethtool -T DEV; hwstamp_ctl -i DEV",
    "interface": "ip -d link show dev DEV",
    "addresses": "ip -o addr show dev DEV",
    "filters": "bridge fdb show dev DEV; ip maddr show dev DEV",
    "VLANs": "ls /proc/net/vlan 2>/dev/null | grep -v config",
    "sysfs": "cd /sys/class/net/DEV; grep . mtu carrier carrier_changes threaded "
    "napi_defer_hard_irqs gro_flush_timeout tx_queue_len proto_down queues/*/xps_cpus "
    "queues/*/rps_cpus queues/*/rps_flow_cnt queues/*/byte_queue_limits/limit_m*",
    "napi": "python3 PLACE/netdev_genl.py napis DEV",
    "disciplines": "tc qdisc show dev DEV",
    "interrupts": "grep -o 'DEV.*' /proc/interrupts",
    "devlink": "devlink dev param show; devlink health show pci/PCI; devlink region show",
}


def everything(port: Port) -> dict[str, str]:
    """What each question of SHOWN is answered, and by which error if it is refused."""
    parts = [f"echo '=== {name}'; ( {question} )" for name, question in SHOWN.items()]
    script = "\n".join(parts)
    for word, value in (("DEV", port.name), ("PCI", port.pci), ("PLACE", PLACE)):
        script = script.replace(word, value)
    text = port.run(f"exec 2>&1; {script}\ntrue").out
    sections = (part.partition("\n") for part in text.split("=== ")[1:])
    return {name: shown for name, _, shown in sections}


# Of these lines and answers a change and its undoing leave something: events are counted, NAPI
# instances have other numbers.
EVENTS_COUNTED = ("carrier_", "Link Down Events", "reporter", "state healthy")
LASTING = [name for name in SHOWN if name not in ("napi", "devlink", "filters")]


def lasting(port: Port) -> dict[str, list[str]]:
    """everything() that must be the same after whatever happened to the port, in any order."""
    shown = everything(port)
    return {
        name: sorted(
            line
            for line in shown[name].splitlines()
            if not any(word in line for word in EVENTS_COUNTED)
        )
        for name in LASTING
    }


def counts(port: Port, table: str = "") -> Counts:
    """Interrupt -> how often it came on each CPU, of a port's interrupts; of what /proc/interrupts
    was, or is now."""
    mine = port.irqs()
    found: Counts = {}
    lines = (table or port.machine.run(["cat", "/proc/interrupts"]).out).splitlines()
    cpus = len(lines[0].split())
    for line in lines[1:]:
        number, *words = line.split()
        if number.rstrip(":").isdigit() and int(number.rstrip(":")) in mine:
            found[int(number.rstrip(":"))] = [int(word) for word in words[:cpus]]
    return found


def queue_irqs(port: Port) -> dict[int, int]:
    """Queue pair -> number of its interrupt, by the name in /proc/interrupts."""
    found = {}
    for irq, name in port.irqs().items():
        head, _, number = name.rpartition("-")
        # igb has one interrupt for each ring, or for each pair when there are many.
        if number.isdigit() and head.endswith(("-TxRx", "-rx")):
            found[int(number)] = irq
    return found


@contextlib.contextmanager
def restored(port: Port) -> Iterator[None]:
    """Ring sizes, channels and MTU are put back."""
    (rx, tx), (combined, _) = rings(port), channels(port)
    mtu = port.stats()["mtu"]
    try:
        yield
    finally:
        if channels(port)[0] != combined:
            port.ethtool("-L", "combined", str(combined))
        if rings(port) != (rx, tx):
            port.ethtool("-G", "rx", str(rx), "tx", str(tx))
        if port.stats()["mtu"] != mtu:
            port.run(["ip", "link", "set", port.name, "mtu", str(mtu)])
        port.wait_carrier()


@contextlib.contextmanager
def mode(port: Port, wanted: str) -> Iterator[None]:
    """The port under a driver that can have only that kind of interrupt.  To undo it, the
    kernel forgets the device and finds it anew, for the helper that hides MSI-X cannot
    bring it back."""
    machine = port.machine
    if wanted == "msix":
        yield
        return
    port.unbind()
    machine.run(f". /lab/lib.sh; port_irq {port.pci} {wanted}")
    port.bind()
    port.wait_carrier()
    try:
        yield
    finally:
        port.unbind()
        machine.run(
            f"echo 1 > /sys/bus/pci/devices/{port.pci}/remove; echo 1 > /sys/bus/pci/rescan; "
            f"[ -e /sys/bus/pci/devices/{port.pci} ]"
        )
        port.bind()
        port.wait_carrier()


# ---- transmit queues that do not send -------------------------------------------------

ENABLE = 1 << 25


def txdctl(queue: int) -> int:
    return 0xE028 + 0x40 * queue


def tdt(queue: int) -> int:
    return 0xE018 + 0x40 * queue


def registers(port: Port, lines: list[str]) -> list[str]:
    """Several register accesses with one process, as quick as can be."""
    return port.machine.run(
        ["regs", port.pci, "-"], stdin="\n".join([*lines, ""]).encode()
    ).out.split()


@dataclasses.dataclass
class Gate:
    """The transmit queues of a port: shut and open."""

    port: Port
    before: list[int]

    def shut(self) -> None:
        registers(
            self.port,
            [f"{txdctl(queue):x} {value & ~ENABLE:x}" for queue, value in enumerate(self.before)],
        )

    def open(self) -> None:
        """Enable the queues again, and ring the doorbell for what has piled up: the device
        looks only when the tail is written.  One queue after the other, and with the tail
        that the register has at that moment: the driver goes on as soon as it can, and an
        old tail would make the device send what it has sent before."""
        lines = []
        for queue, value in enumerate(self.before):
            lines += [f"{txdctl(queue):x} {value:x}", f"{tdt(queue):x} ="]
        registers(self.port, lines)


def gate_of(port: Port) -> Gate:
    count = len(port.run(f"ls -d /sys/class/net/{port.name}/queues/tx-*").out.split())
    values = [int(word, 16) for word in registers(port, [f"{txdctl(q):x}" for q in range(count)])]
    enabled = [value for value in values if value & ENABLE]
    assert enabled, "no transmit queue is enabled"
    return Gate(port, values[: len(enabled)])


# ---- faults -------------------------------------------------------------------------


_armed: WeakSet[Machine] = WeakSet()


def arm(machine: Machine) -> None:
    """Copy the module of tests/guest/failcall into the machine, once."""
    if machine in _armed:
        return
    directory, _ = build(machine.kernel, FAILCALL)
    machine.put(directory / "failcall.ko", f"{PLACE}/failcall.ko")
    _armed.add(machine)


@contextlib.contextmanager
def failing(
    machine: Machine, symbol: str, *, value: int, comm: str, skip: int = 0, count: int = 1
) -> Iterator[Callable[[], int]]:
    """Calls of a kernel function that a process named `comm` causes return `value`: all
    from number `skip` (from 0) on, `count` of them.  Yields how many it were so far."""
    arm(machine)
    machine.run(
        [
            "insmod",
            f"{PLACE}/failcall.ko",
            f"symbol={symbol}",
            f"value={value}",
            f"comm={comm}",
            f"skip={skip}",
            f"count={count}",
        ]
    )
    try:
        yield lambda: int(machine.run(["cat", "/sys/module/failcall/parameters/hits"]).out)
    finally:
        machine.run(["rmmod", "failcall"])
