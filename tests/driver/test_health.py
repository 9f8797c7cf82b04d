# SPDX-License-Identifier: GPL-2.0-only
"""devlink's health reporters: what hangs is noticed, told with its state, and cured by the least
that helps."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator

import pytest
from control import Gate, Load, carrier_changes, gate_of
from tools import Figures, Numbered, health, private, quiet, reporters, until

from lab import Port

pytestmark = pytest.mark.napier_only(reason="igb has no health reporters")

WATCHDOG = pytest.mark.expects_trouble(r"NETDEV WATCHDOG", reason="a queue is made to hang")

ETH_RESET_PHY = 1 << 6


@contextlib.contextmanager
def one_queue_each(port: Port) -> Iterator[None]:
    """What CPU n sends goes through queue n, and no neighbour is asked for: the question and
    its repetitions would be sent by any CPU, and through the queue that hangs nobody hears."""
    path = f"/sys/class/net/{port.name}/queues"
    old = port.run(f"cat {path}/tx-0/xps_cpus {path}/tx-1/xps_cpus").out.split()
    port.run(f"echo 1 > {path}/tx-0/xps_cpus; echo 2 > {path}/tx-1/xps_cpus")
    try:
        with quiet(port, port.far):
            yield
    finally:
        port.run(f"echo {old[0]} > {path}/tx-0/xps_cpus; echo {old[1]} > {path}/tx-1/xps_cpus")


def anew(port: Port) -> None:
    """Counters at zero, and no remedy remembered."""
    port.unbind()
    port.bind()
    port.wait_carrier()


def shut_first(port: Port) -> Gate:
    """Queue 0 stops sending."""
    gate = gate_of(port)
    gate.before = gate.before[:1]
    gate.shut()
    return gate


def hung(port: Port) -> int:
    return private(port)["tx_timeouts"]


def recovered(port: Port) -> int:
    return reporters(port)["tx"]["recover"]


def wait_for_recovery(port: Port, hangs: int, recoveries: int) -> None:
    """Until the watchdog has barked, and the remedy is done, once more than so often."""
    until(lambda: hung(port) > hangs, 40, "the watchdog")
    # Later, in the service task: who shuts the queue before has it opened again.
    until(lambda: recovered(port) > recoveries, 20, "the recovery")
    assert reporters(port)["tx"]["state"] == "healthy"


def knock(port: Port) -> None:
    """Something for queue 0 to send."""
    port.run(f"taskset -c 0 ping -c 200 -i 0.002 -w 2 {port.far.ipv4}", check=False)


def test_reporters_are_there(dut: Port) -> None:
    anew(dut)
    found = reporters(dut)
    assert set(found) == {"tx", "rx", "hw"}
    for name, one in found.items():
        assert (one["state"], one["error"], one["auto_recover"]) == ("healthy", 0, True)
        assert health(dut, "diagnose", "reporter", name), f"{name} has nothing to say"
    queues = health(dut, "diagnose", "reporter", "tx")["queues"]
    assert [one["queue"] for one in queues] == [0, 1]


@WATCHDOG
def test_a_hung_queue_is_restarted_alone(dut: Port, figures: Figures) -> None:
    """Its neighbour loses nothing, the link stays, and the state before is kept."""
    anew(dut)
    carrier, before = carrier_changes(dut), private(dut)
    with one_queue_each(dut):
        flow = Numbered(dut, 4000, rate=200, send_on=1, idle=20)
        begin = time.monotonic()
        shut_first(dut)
        knock(dut)
        wait_for_recovery(dut, before["tx_timeouts"], 0)
        took = time.monotonic() - begin
        dut.ping(3)
        flow.perfect(timeout=180)
    after = private(dut)
    assert after["queue_restarts"] == before["queue_restarts"] + 1
    assert after["device_resets"] == before["device_resets"]
    assert carrier_changes(dut) == carrier
    told = reporters(dut)["tx"]
    assert (told["state"], told["error"]) == ("healthy", 1)
    (queue,) = health(dut, "dump", "show", "reporter", "tx")["queues"]
    assert queue["queue"] == 0 and queue["unfinished"]
    assert [one["descriptor"] for one in queue["unfinished"]][-1] == queue["next_to_use"] - 1
    assert queue["TDH"] != queue["TDT"]
    assert not queue["TXDCTL"] & 1 << 25, "the dump is of a queue that works"
    health(dut, "dump", "clear", "reporter", "tx")
    figures(f"sending again {took:.1f} s after it began to hang; 4000 of the other queue arrived")


@WATCHDOG
def test_a_relapse_resets_the_device(dut: Port) -> None:
    anew(dut)
    before = private(dut)
    with one_queue_each(dut):
        for _ in range(2):
            known = hung(dut), recovered(dut)
            shut_first(dut)
            knock(dut)
            wait_for_recovery(dut, *known)
    after = private(dut)
    assert after["queue_restarts"] == before["queue_restarts"] + 1
    assert after["device_resets"] == before["device_resets"] + 1
    dut.wait_carrier()
    with Load(dut):
        pass


@WATCHDOG
def test_nothing_is_done_without_leave(dut: Port) -> None:
    anew(dut)
    health(dut, "set", "reporter", "tx", "auto_recover", "false")
    try:
        with one_queue_each(dut):
            before = private(dut)
            shut_first(dut)
            knock(dut)
            until(lambda: reporters(dut)["tx"]["state"] == "error", 40, "the report")
            assert private(dut)["queue_restarts"] == before["queue_restarts"]
            (stuck,) = [
                one
                for one in health(dut, "diagnose", "reporter", "tx")["queues"]
                if one["TDH"] != one["TDT"]
            ]
            assert stuck["queue"] == 0
            health(dut, "recover", "reporter", "tx")
            assert private(dut)["queue_restarts"] == before["queue_restarts"] + 1
            assert reporters(dut)["tx"]["state"] == "healthy"
            dut.ping(3)
    finally:
        health(dut, "set", "reporter", "tx", "auto_recover", "true")


@WATCHDOG
def test_what_others_reset_is_healthy(dut: Port) -> None:
    """Or devlink would let nobody help the next time."""
    anew(dut)
    health(dut, "set", "reporter", "tx", "auto_recover", "false")
    try:
        with one_queue_each(dut):
            shut_first(dut)
            knock(dut)
            until(lambda: reporters(dut)["tx"]["state"] == "error", 40, "the report")
            dut.machine.run(f"echo 1 > /sys/bus/pci/devices/{dut.pci}/reset")
            assert reporters(dut)["tx"]["state"] == "healthy"
            dut.wait_carrier()
            dut.ping(3)
    finally:
        health(dut, "set", "reporter", "tx", "auto_recover", "true")


def test_a_lost_interrupt_is_noticed(dut: Port, figures: Figures) -> None:
    """All vectors of queues are masked behind the driver's back: within seconds they fire again."""
    before = reporters(dut)["rx"]["error"]
    begin = time.monotonic()
    dut.machine.run(["regs", dut.pci, "-"], stdin=b"1528 3fe\n")
    dut.far.run(f"ping -c 5 -i 0.2 -W 1 {dut.ipv4}", check=False)
    until(lambda: reporters(dut)["rx"]["error"] > before, 20, "a report")
    until(lambda: dut.far.run(f"ping -c 1 -W 1 {dut.ipv4}", check=False).rc == 0, 20, "an answer")
    figures(f"answers again after {time.monotonic() - begin:.1f} s")
    assert reporters(dut)["rx"]["state"] == "healthy"
    with Load(dut):
        pass


def test_a_device_that_went_away(dut: Port) -> None:
    """It is not reset while it is not there; once it is back, it is when the user asks."""
    anew(dut)
    try:
        dut.vanish()
        until(lambda: reporters(dut)["hw"]["state"] == "error", 20, "the report")
        told = reporters(dut)["hw"]
        assert (told["error"], told["recover"]) == (1, 0)
        assert health(dut, "dump", "show", "reporter", "hw")["present"] is False
        refused = health(dut, "recover", "reporter", "hw", check=False)
        assert refused.rc and "the device is not there" in refused.err, refused.err
        dut.return_()
        health(dut, "recover", "reporter", "hw")
        assert reporters(dut)["hw"]["state"] == "healthy"
        dut.wait_carrier()
        with Load(dut):
            pass
    finally:
        dut.return_()
        anew(dut)


def test_reset_by_hand(dut: Port) -> None:
    """Everything of this port but PHY and firmware; its settings and counters stay."""
    before, sent = private(dut), dut.stats()["stats64"]["tx"]["packets"]
    dut.ethtool("-K", "tso", "off")
    try:
        shown = dut.ethtool("--reset", "dedicated")
        match = re.search(r"not reset: 0x(\w+)", shown.out + shown.err)
        assert match and int(match[1], 16) & ETH_RESET_PHY, shown
        assert private(dut)["device_resets"] == before["device_resets"] + 1
        dut.wait_carrier()
        with Load(dut):
            pass
        assert "tcp-segmentation-offload: off" in dut.ethtool("-k").out
        assert dut.stats()["stats64"]["tx"]["packets"] > sent
        for part in ("phy", "irq", "mac"):
            refused = dut.ethtool("--reset", part, check=False)
            assert refused.rc, part
        assert private(dut)["device_resets"] == before["device_resets"] + 1
    finally:
        dut.ethtool("-K", "tso", "on")
