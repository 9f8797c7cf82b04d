# SPDX-License-Identifier: GPL-2.0-only
"""A device that does not send.

The emulated device sends inside the doorbell, so its ring is never full by itself.  Here the
transmit queues are switched off in TXDCTL behind the driver's back, which is what a port that
is held up looks like: descriptors pile up, nothing is reported done.

How it is seen that nothing is freed early: a packet is charged to the socket that sent it
until the driver frees it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import tools
from control import Gate, carrier_changes, gate_of
from tools import Figures, Numbered, Stream, address, bql, program, qstats, stats64, until

from lab import Port, Process
from lab.base import PATIENCE, rounds

# Held for less than the watchdog's five seconds, however slow the guest; and more than a ring of
# 128 descriptors takes.
COUNT, SIZE = rounds(1500, 400), 1000
# From when it was shut; the driver looks at its device each second.
SHUT = 1.5 / PATIENCE
FRAME = SIZE + 8 + 20 + 14


@contextlib.contextmanager
def plain_queues(port: Port) -> Iterator[None]:
    """Queues of the stack that never drop, so that each packet is the driver's affair."""
    queues = len(gate_of(port).before)
    lines = [f"qdisc replace dev {port.name} root handle 1: mq"]
    lines += [
        f"qdisc replace dev {port.name} parent 1:{queue + 1:x} pfifo limit 100000"
        for queue in range(queues)
    ]
    port.run(["tc", "-batch", "-"], stdin="\n".join([*lines, ""]).encode())
    try:
        yield
    finally:
        port.run(["tc", "qdisc", "del", "dev", port.name, "root"])


@dataclasses.dataclass
class State:
    """Where packets are: bytes in flight in each ring, BQL's limit of each, how many packets
    wait in the stack's queues, how many have left those, how many the other end has seen, and
    the guest's time.  One command reads it all, for a gate must not stay shut for the five
    seconds after which the stack's watchdog fires."""

    inflight: list[int]
    limit: list[int]
    waiting: int
    left: int
    arrived: int
    when: float

    @classmethod
    def of(cls, port: Port) -> State:
        far, files = port.far, f"/sys/class/net/{port.name}/queues/tx-*/byte_queue_limits"
        shown, when, arrived, *lines = port.run(
            f"tc -s -j qdisc show dev {port.name} | tr -d '\\n'; echo; cat /proc/uptime; "
            f"ip netns exec {far.netns} cat /sys/class/net/{far.name}/statistics/rx_packets; "
            f"cat $(ls -v {files}/inflight) $(ls -v {files}/limit)"
        ).out.splitlines()
        queues = [entry for entry in json.loads(shown) if entry["kind"] == "pfifo"]
        values = [int(line) for line in lines]
        half = len(values) // 2
        waiting, left = (sum(entry[what] for entry in queues) for what in ("qlen", "packets"))
        return cls(
            values[:half], values[half:], waiting, left, int(arrived), float(when.split()[0])
        )

    @property
    def held(self) -> int:
        """Packets that the rings and the stack's queues hold."""
        assert sum(self.inflight) % FRAME == 0, f"{self.inflight} bytes are no whole frames"
        return sum(self.inflight) // FRAME + self.waiting


@dataclasses.dataclass
class Held:
    """Datagrams sent into a shut gate."""

    dut: Port
    receiver: Process
    sender: Process
    shut: float

    @classmethod
    def send(cls, gate: Gate, timeout: int = 60, idle: int = 60) -> Held:
        """Shut the gate and send; whoever calls opens it again."""
        dut = gate.port
        number, target = tools.port_number(), address(dut.far, 4)
        receiver = dut.far.spawn(program("useq", "recv", target, number, "--idle", idle))
        tools.listening(dut.far, number)
        gate.shut()
        shut = time.monotonic()
        sender = dut.spawn(program("hold", target, number, COUNT, SIZE, timeout))
        return cls(dut, receiver, sender, shut)

    def all_of_them(self) -> State:
        """Wait until the rings and the stack's queues hold every one."""

        def complete() -> State | None:
            state = State.of(self.dut)
            return state if state.held == COUNT else None

        state: State = until(complete, 30, f"{COUNT} packets in ring and qdisc")
        return state

    def stay_shut(self) -> None:
        """Let the gate be shut for some time: of the watchdog's five seconds a busy machine
        may have used some already."""
        time.sleep(max(0.2, self.shut + SHUT - time.monotonic()))

    def result(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the sender and the receiver say."""
        sender, receiver = self.sender.wait(90), self.receiver.wait(90)
        assert sender.rc == 0, sender.err
        assert receiver.rc == 0, receiver.err
        return json.loads(sender.out), json.loads(receiver.out)


def held_until(report: dict[str, Any], when: float) -> None:
    """Every packet was charged to the socket, and stayed so until that time."""
    unit = report["charges"][0]
    assert unit > SIZE
    assert report["charges"] == [unit * (number + 1) for number in range(COUNT)], (
        "a packet was freed while the device had not sent it"
    )
    early = [charge for at, charge in report["samples"] if at < when]
    assert early, "the datagrams were sent too late to see anything"
    assert set(early) == {unit * COUNT}, "packets were freed while the device had not sent them"
    assert report["samples"][-1][1] == 0, "packets were never freed"


def test_queue_stops_within_its_byte_limit(dut: Port, peer: Port, figures: Figures) -> None:
    """BQL holds the excess back in the stack; what is in the ring is kept."""
    gate = gate_of(dut)
    with tools.quiet(dut, peer), plain_queues(dut):
        received = stats64(peer)["rx_packets"]
        try:
            held = Held.send(gate)
            first = held.all_of_them()
            held.stay_shut()
            state = State.of(dut)
        finally:
            gate.open()
        report, got = held.result()
        assert state.arrived == received, "frames passed a shut gate"
        inflight, limit = state.inflight, state.limit
        assert inflight == first.inflight, "the ring lost or took packets while the gate was shut"
        assert sum(inflight) > 0
        assert state.waiting > 0, "the queue never stopped"
        # A queue that is not over its limit may take one more packet, whole; the limit of
        # one that has never sent anything is 0.
        over = [now - top for now, top in zip(inflight, limit, strict=True)]
        assert max(over) <= FRAME, f"in flight {inflight}, limit {limit}"
        held_until(report, state.when)
        assert (got["numbered"], got["doubled"], got["damaged"]) == (COUNT, 0, 0), got
        assert State.of(dut).held == 0
        assert stats64(peer)["rx_packets"] == received + COUNT
    figures(f"in flight while shut {inflight}, limit {limit}, waiting in the stack {state.waiting}")


@contextlib.contextmanager
def no_byte_limit(port: Port) -> Iterator[None]:
    """BQL out of the way, so that only the ring itself can be full."""
    files = f"/sys/class/net/{port.name}/queues/tx-*/byte_queue_limits/limit_min"
    script = f"for f in {files}; do echo %s > $f; done"
    many_flows = (
        "import socket\n"
        "for _ in range(64):\n"
        "    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"    s.sendto(bytes(9), ('{port.far.ipv4}', 9))\n"
    )
    port.run(script % "max")
    try:
        # A limit is only looked at when packets complete, so each queue needs some: which
        # one is taken depends on the CPU (XPS), or on the flow.
        def raised() -> bool:
            for cpu in range(port.machine.spec.cpus):
                port.run(["taskset", "-c", str(cpu), "python3", "-c", many_flows])
            return min(bql(port, "limit")) > 1 << 20

        until(raised, 20, "the limits of all queues to follow limit_min")
        yield
    finally:
        port.run(script % 0)


def test_full_ring_stops_and_wakes(dut: Port, peer: Port, figures: Figures) -> None:
    """Without a byte limit the driver itself must stop its queue, and wake it."""
    old = json.loads(dut.run(["ethtool", "--json", "-g", dut.name]).out)[0]["tx"]
    dut.ethtool("-G", "tx", "128")
    dut.wait_carrier()
    try:
        gate = gate_of(dut)
        napier = dut.driver == "napier"
        with tools.quiet(dut, peer), plain_queues(dut), no_byte_limit(dut):
            received = stats64(peer)["rx_packets"]
            before = qstats(dut) if napier else {}
            try:
                held = Held.send(gate)
                in_ring = [count // FRAME for count in held.all_of_them().inflight]
                held.stay_shut()
                opened = State.of(dut).when
            finally:
                gate.open()
            report, got = held.result()
            # igb writes a context descriptor with each packet, napier when it changes.
            least = 80 if napier else 40
            assert least < max(in_ring) < 128, "this was to fill a ring of 128 descriptors"
            held_until(report, opened)
            assert (got["numbered"], got["doubled"], got["damaged"]) == (COUNT, 0, 0), got
            assert stats64(peer)["rx_packets"] == received + COUNT
            if napier:
                changed = tools.grown(before, qstats(dut))
                assert changed.get("tx-stop", 0) > 0
                assert changed.get("tx-wake") == changed["tx-stop"]
                figures(
                    f"{max(in_ring)} frames in a ring of 128 descriptors, "
                    f"stopped {changed['tx-stop']} times, woken as often"
                )
    finally:
        dut.ethtool("-G", "tx", str(old))
        dut.wait_carrier()


@pytest.mark.machine(iommu=True)
@pytest.mark.parametrize("seconds", [1.0, 3.0])
def test_stream_survives_a_gate(dut: Port, peer: Port, seconds: float) -> None:
    """TCP with all offloads, on several queues: nothing is doubled, damaged or forgotten."""
    gate = gate_of(dut)
    streams = [Stream(dut, 32 << 20), Stream(dut, 32 << 20, family=6)]
    start = stats64(peer)["rx_bytes"]
    until(lambda: stats64(peer)["rx_bytes"] > start + (4 << 20), 30, "the streams to flow")
    gate.shut()
    try:
        time.sleep(seconds)
    finally:
        gate.open()
    for one in streams:
        one.whole()


@contextlib.contextmanager
def every_group(port: Port) -> Iterator[None]:
    """So that the reports that IPv6 sends to a group when a link comes up are counted, too."""
    port.run(["ip", "link", "set", port.name, "allmulticast", "on"])
    try:
        yield
    finally:
        port.run(["ip", "link", "set", port.name, "allmulticast", "off"])


def timeouts(port: Port) -> int:
    return sum(
        map(int, port.run(f"cat /sys/class/net/{port.name}/queues/tx-*/tx_timeout").out.split())
    )


@pytest.mark.napier_only(
    reason='igb logs "Detected Tx Unit Hang" every 2 s, but on 6.12 the '
    "stack's watchdog then never fires for it: no reset in 30 s"
)
@pytest.mark.expects_trouble(r"NETDEV WATCHDOG", reason="the device is made to hang")
def test_hang_restarts_the_queue(dut: Port, peer: Port, figures: Figures) -> None:
    """Shut for longer than the watchdog's patience: the queue is restarted, the link stays, what
    was in the ring is freed and counted, and all that waited in the stack arrives."""
    gate = gate_of(dut)
    with tools.quiet(dut, peer), plain_queues(dut), every_group(peer):
        count, before, private = timeouts(dut), stats64(dut), tools.private(dut)
        carrier = carrier_changes(dut)
        try:
            held = Held.send(gate, timeout=80, idle=25)
            state = held.all_of_them()
            in_ring, begin = sum(state.inflight) // FRAME, state.when
            until(lambda: timeouts(dut) > count, 40, "the transmit watchdog")
            took = State.of(dut).when - begin
        except BaseException:
            gate.open()
            raise
        report, got = held.result()
        assert report["samples"][-1][1] == 0, "packets of the ring were never freed"
        assert (got["doubled"], got["damaged"]) == (0, 0), got
        dropped = stats64(dut)["tx_dropped"] - before["tx_dropped"]
        assert COUNT - got["numbered"] == dropped == in_ring > 0
        assert State.of(dut).inflight == [0] * len(gate.before)
        changed = tools.grown(private, tools.private(dut))
        assert changed["queue_restarts"] == changed["tx_timeouts"] >= 1
        assert "device_resets" not in changed
        assert carrier_changes(dut) == carrier
    # Queues that had nothing to send are still shut.
    gate.open()
    Numbered(dut, 500, rate=500).perfect()
    Numbered(peer, 500, rate=500).perfect()
    figures(
        f"timeout after {took:.1f} s; of {COUNT} packets the {in_ring} in the ring are lost and "
        "counted in tx_dropped"
    )
