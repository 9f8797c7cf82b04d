# SPDX-License-Identifier: GPL-2.0-only
"""Cables pulled and plugged: the carrier follows, and traffic waits for it."""

from __future__ import annotations

import re
import statistics
import time

from control import Load, blasting, carrier_changes
from tools import Figures

from lab import Port
from lab.base import rounds

FLAPS = rounds(50, 10)


def losses(port: Port) -> int | None:
    """How often the link went down, as ethtool tells it; None if the driver does not count."""
    told = re.search(r"Link Down Events: (\d+)", port.run(["ethtool", "-I", port.name]).out)
    return int(told[1]) if told else None


def test_every_flap_is_told_once(dut: Port, figures: Figures) -> None:
    """The cable out and in, each time after the carrier has followed: in the carrier's changes
    and in the number of losses, which igb does not have."""
    before, lost, took = carrier_changes(dut), losses(dut), []
    assert (lost is None) == (dut.driver == "igb")
    for _ in range(FLAPS):
        dut.link(up=False)
        dut.wait_carrier(want=False)
        dut.link(up=True)
        took.append(dut.wait_carrier())
    assert carrier_changes(dut) == before + 2 * FLAPS
    if lost is not None:
        assert losses(dut) == lost + FLAPS
    dut.ping(3)
    dut.ping(3, 6)
    figures(
        f"{FLAPS} flaps; from the cable to the carrier {statistics.median(took):.2f} s, "
        f"at most {max(took):.2f} s"
    )


def test_a_loose_cable_under_load(dut: Port, peer: Port, figures: Figures) -> None:
    """Faster than the driver can follow, with frames both ways: whatever it has seen of
    it, at the end it sees the cable as it is."""
    before = carrier_changes(dut)
    with blasting(dut, peer, rate=500):
        for number in range(FLAPS):
            dut.link(up=False)
            time.sleep(0.01 * (number % 5))
            dut.link(up=True)
            time.sleep(0.02 * (number % 3))
        dut.wait_carrier()
        dut.link(up=False)
        dut.wait_carrier(want=False)
        dut.link(up=True)
        dut.wait_carrier()
    seen = carrier_changes(dut) - before
    assert 2 <= seen <= 2 * FLAPS + 2
    assert seen % 2 == 0
    dut.ping(3)
    figures(f"{FLAPS} quick flaps, of which the carrier followed {seen // 2 - 1}")


def test_cable_out_under_load(dut: Port, figures: Figures) -> None:
    """Shorter and longer than the transmit watchdog's patience: it has nothing to bark at,
    and the streams go on."""
    with Load(dut) as load:
        for seconds in (1, 7):
            dut.link(up=False)
            dut.wait_carrier(want=False)
            time.sleep(seconds)
            dut.link(up=True)
            dut.wait_carrier()
            load.moves()
    figures(str(load))
