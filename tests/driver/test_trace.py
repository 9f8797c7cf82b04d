# SPDX-License-Identifier: GPL-2.0-only
"""Tracepoints napier:*: each thing that happens to a port is seen there, once, in order."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from control import carrier_changes, gate_of, restored
from tools import Figures, Numbered, grown, private, qstats, stats64, until

from lab import Port

pytestmark = pytest.mark.napier_only(reason="igb has no tracepoints")

TRACING = "/sys/kernel/tracing"
EVENTS = (
    "irq_lost",
    "link",
    "queue_restart",
    "reconfig_begin",
    "reconfig_end",
    "reset_begin",
    "reset_end",
    "tx_doorbell",
    "tx_hang",
    "tx_stop",
    "tx_wake",
)
LINE = re.compile(r" (\d+\.\d+): napier_(\w+): (.*)$", re.M)


@dataclass
class Event:
    """What a line of the trace says."""

    name: str
    when: float
    fields: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields[name]


class Trace:
    """The trace while it is on."""

    def __init__(self, port: Port) -> None:
        self.port = port

    def events(self, *names: str) -> list[Event]:
        """Those of the port, so far; only these if any are named."""
        text = self.port.machine.run(["cat", f"{TRACING}/trace"], timeout=120).out
        found = [
            Event(name, float(when), dict(re.findall(r"(\w+)=(\S+)", rest)))
            for when, name, rest in LINE.findall(text)
        ]
        return [
            event
            for event in found
            if event["dev"] == self.port.name and (not names or event.name in names)
        ]

    def names(self, *names: str) -> list[str]:
        return [event.name for event in self.events(*names)]


@contextlib.contextmanager
def tracing(port: Port, *names: str) -> Iterator[Trace]:
    """These tracepoints are on, and nothing else is in the trace."""
    machine = port.machine
    machine.run(f"[ -e {TRACING}/trace ] || mount -t tracefs tracefs {TRACING}")
    switch = [f"echo 1 > {TRACING}/events/napier/napier_{name}/enable" for name in names]
    machine.run("; ".join([f"echo > {TRACING}/trace", *switch, f"echo 1 > {TRACING}/tracing_on"]))
    try:
        yield Trace(port)
    finally:
        machine.run(f"echo 0 > {TRACING}/events/napier/enable; echo > {TRACING}/trace")


def test_all_are_there(dut: Port) -> None:
    """With the name of the interface first, which is what one filters by."""
    machine = dut.machine
    machine.run(f"[ -e {TRACING}/trace ] || mount -t tracefs tracefs {TRACING}")
    listed = machine.run(f"ls -d {TRACING}/events/napier/*/").out.split()
    assert sorted(path.rstrip("/").rsplit("/", 1)[1] for path in listed) == [
        f"napier_{name}" for name in EVENTS
    ]
    for name in EVENTS:
        shown = machine.run(["cat", f"{TRACING}/events/napier/napier_{name}/format"]).out
        assert re.search(r"__data_loc char\[\] dev;", shown), shown
        assert 'print fmt: "dev=%s' in shown
        assert machine.run(["cat", f"{TRACING}/events/napier/napier_{name}/enable"]).out == "0\n"


def test_link(dut: Port) -> None:
    changes = carrier_changes(dut)
    with tracing(dut, "link") as trace:
        dut.link(up=False)
        dut.wait_carrier(want=False)
        dut.link(up=True)
        dut.wait_carrier()
        down, up = trace.events()
    assert (down["up"], up["up"]) == ("0", "1")
    assert (up["speed"], up["duplex"]) == ("1000", "1")
    assert down.when < up.when
    assert carrier_changes(dut) == changes + 2


def test_reconfiguration(dut: Port) -> None:
    """What is asked for and what came of it; nothing of an interface that is down."""
    with restored(dut), tracing(dut, "reconfig_begin", "reconfig_end", "reset_begin") as trace:
        dut.ethtool("-G", "rx", "256", "tx", "1024")
        dut.ethtool("-L", "combined", "1")
        dut.run(["ip", "link", "set", dut.name, "mtu", "4000"])
        assert dut.ethtool("-G", "rx", "100", check=False).rc
        found = trace.events()
        assert [event.name for event in found] == ["reconfig_begin", "reconfig_end"] * 3
        wanted = [
            {name: event[name] for name in ("queues", "rx", "tx", "mtu")} for event in found[::2]
        ]
        assert wanted == [
            {"queues": "2", "rx": "256", "tx": "1024", "mtu": "1500"},
            {"queues": "1", "rx": "256", "tx": "1024", "mtu": "1500"},
            {"queues": "1", "rx": "256", "tx": "1024", "mtu": "4000"},
        ]
        assert {event["err"] for event in found[1::2]} == {"0"}


def test_resets(dut: Port) -> None:
    """Each with its reason."""
    with tracing(dut, "reset_begin", "reset_end") as trace:
        dut.ethtool("--reset", "dedicated")
        dut.wait_carrier()
        dut.machine.run(f"devlink dev reload pci/{dut.pci}")
        dut.wait_carrier()
        dut.machine.run(f"echo 1 > /sys/bus/pci/devices/{dut.pci}/reset")
        dut.wait_carrier()
        found = trace.events()
    assert [event.name for event in found] == ["reset_begin", "reset_end"] * 3
    assert [event["reason"] for event in found[::2]] == ["user", "reload", "function"]
    assert {event["err"] for event in found[1::2]} == {"0"}


@pytest.mark.expects_trouble(r"NETDEV WATCHDOG", reason="a queue is made to hang")
def test_a_hung_queue(dut: Port, figures: Figures) -> None:
    """The hang, what the device knew, and the remedy behind it."""
    before = private(dut)["queue_restarts"]
    with tracing(dut, "tx_hang", "queue_restart", "tx_doorbell") as trace:
        gate = gate_of(dut)
        # Only the one that is used: nobody would open the other again.
        gate.before = gate.before[:1]
        gate.shut()
        dut.run(f"taskset -c 0 ping -c 200 -i 0.002 -w 2 {dut.far.ipv4}", check=False)
        until(lambda: private(dut)["queue_restarts"] > before, 60, "a restart")
        dut.ping(3)
        hang = trace.events("tx_hang")[0]
        restart = next(
            event for event in trace.events("queue_restart") if event["queue"] == hang["queue"]
        )
        rung = [event for event in trace.events("tx_doorbell") if event["queue"] == hang["queue"]]
    assert hang["tdh"] != hang["tdt"]
    assert restart.when > hang.when
    assert (restart["tx"], restart["rx"], restart["done"]) == ("1", "0", "1")
    # The last that was rung before it is what the device has not sent.
    last = [event for event in rung if event.when < hang.when][-1]
    assert last["tail"] == hang["tdt"]
    figures(f"restarted {(restart.when - hang.when) * 1e3:.0f} ms after the hang was noticed")


def test_a_lost_interrupt(dut: Port) -> None:
    """All vectors of queues are masked behind the driver's back."""
    with tracing(dut, "irq_lost") as trace:
        dut.machine.run(["regs", dut.pci, "-"], stdin=b"1528 3fe\n")
        dut.far.run(f"ping -c 5 -i 0.2 -W 1 {dut.ipv4}", check=False)
        until(trace.events, 20, "the event")
        assert int(trace.events()[0]["queues"], 16) & 3
    until(lambda: dut.far.run(f"ping -c 1 -W 1 {dut.ipv4}", check=False).rc == 0, 20, "an answer")


def test_a_full_ring(dut: Port) -> None:
    """As many stops and wakes as are counted, each on its queue with its room."""
    limits = f"/sys/class/net/{dut.name}/queues/tx-*/byte_queue_limits/limit_min"
    with restored(dut), tracing(dut, "tx_stop", "tx_wake") as trace:
        dut.ethtool("-G", "tx", "64")
        dut.run(f"for file in {limits}; do echo 1000000 > $file; done")
        # The limit is looked at when frames of that queue complete.
        for cpu in range(dut.machine.spec.cpus):
            dut.run(["taskset", "-c", str(cpu), "ping", "-c", "3", "-i", "0.2", dut.far.ipv4])
        before = qstats(dut)
        # A datagram's socket holds more than this ring; ping's holds three.
        # It still flows when the gate is shut, and is waited for until that is open.
        flow = Numbered(dut, 2400, rate=200, send_on=0, idle=20)
        begin = stats64(dut)["tx_packets"]
        until(lambda: stats64(dut)["tx_packets"] > begin + 10, 20, "the flow to begin")
        gate = gate_of(dut)
        gate.shut()
        try:
            until(lambda: trace.events("tx_stop"), 4, "a stop")
        finally:
            gate.open()
        flow.perfect()
        until(lambda: len(trace.events("tx_wake")) == len(trace.events("tx_stop")), 20, "wakes")
        stops, wakes = trace.events("tx_stop"), trace.events("tx_wake")
        counted = grown(before, qstats(dut))
        dut.run(f"for file in {limits}; do echo 0 > $file; done")
    assert stops
    assert (counted["tx-stop"], counted["tx-wake"]) == (len(stops), len(wakes))
    for stop, wake in zip(stops, wakes, strict=True):
        assert (wake["queue"], wake.when > stop.when) == (stop["queue"], True)
        assert int(wake["room"]) > int(stop["room"])
