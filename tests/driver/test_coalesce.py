# SPDX-License-Identifier: GPL-2.0-only
"""Interrupt moderation, as an operator sets it and as /proc/interrupts shows it."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from control import blasting, counts, queue_irqs, restored
from tools import Figures

from lab import Port
from lab.base import rounds

DYNAMIC = "igb has no adaptive moderation by that name, and refuses 2 and 4 to 9"


def coalesce(port: Port) -> dict[str, Any]:
    """`ethtool -c`, what is supported of it."""
    found = json.loads(port.run(["ethtool", "--json", "-c", port.name]).out)[0]
    return {name: value for name, value in found.items() if name != "ifname"}


def fixed(port: Port, rx: int, tx: int) -> None:
    port.ethtool(
        *("-C", "adaptive-rx", "off", "rx-usecs", str(rx)),
        *("adaptive-tx", "off", "tx-usecs", str(tx)),
    )


@pytest.fixture(autouse=True)
def defaults(dut: Port) -> Iterator[None]:
    """What a test sets is put back."""
    yield
    dut.ethtool("-C", "adaptive-rx", "off", "adaptive-tx", "off", check=False)
    dut.ethtool("-C", "rx-usecs", "100", "tx-usecs", "100", check=False)
    dut.ethtool("-C", "adaptive-rx", "on", "adaptive-tx", "on", check=False)


def fired(port: Port, seconds: float) -> float:
    """Interrupts of the busiest queue, each second."""
    irqs = queue_irqs(port).values()
    look = "cat /proc/interrupts"
    # One command, so that the guest's clock and its counters are read together; no less time
    # than lies between the counters.
    text = port.machine.run(
        f"cat /proc/uptime; {look}; sleep {seconds}; echo =; {look}; echo =; cat /proc/uptime"
    ).out
    first, after, end = text.split("\n=\n")
    begin, before = first.split("\n", 1)
    took = float(end.split()[0]) - float(begin.split()[0])
    then, now = counts(port, before), counts(port, after)
    return max(sum(now[irq]) - sum(then[irq]) for irq in irqs) / took


# ---- settings -----------------------------------------------------------------------


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_adaptive_both_ways_by_default(dut: Port) -> None:
    now = coalesce(dut)
    assert now["adaptive-rx"] and now["adaptive-tx"]
    assert now["rx-usecs"] == now["tx-usecs"] == 100


@pytest.mark.differs_on_igb(reason=DYNAMIC)
@pytest.mark.parametrize("rx,tx", [(0, 0), (1, 8191), (8, 50), (1000, 3)])
def test_what_is_set_is_read_back(dut: Port, rx: int, tx: int) -> None:
    fixed(dut, rx, tx)
    now = coalesce(dut)
    assert not now["adaptive-rx"] and not now["adaptive-tx"]
    # The emulator counts in steps of two microseconds; hardware has each.
    assert abs(now["rx-usecs"] - rx) <= 1
    assert abs(now["tx-usecs"] - tx) <= 1
    dut.ping(1)


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_each_queue_for_itself(dut: Port) -> None:
    with restored(dut):
        dut.ethtool("-L", "combined", "2")
        dut.ethtool("--per-queue", "queue_mask", "0x2", "--coalesce", "adaptive-rx", "off")
        dut.ethtool("--per-queue", "queue_mask", "0x2", "--coalesce", "rx-usecs", "500")
        shown = dut.ethtool("--per-queue", "queue_mask", "0x3", "--show-coalesce").out
        first, second = shown.split("Queue: 1")
        assert "Adaptive RX: on" in first and "rx-usecs: 100" in first
        assert "Adaptive RX: off" in second and "rx-usecs: 500" in second
        # Rings, channels and the interface come and go; the setting stays.
        dut.ethtool("-G", "rx", "256")
        dut.ethtool("-L", "combined", "1")
        dut.run(["ip", "link", "set", dut.name, "down"])
        dut.ethtool("-L", "combined", "2")
        dut.run(["ip", "link", "set", dut.name, "up"])
        again = dut.ethtool("--per-queue", "queue_mask", "0x2", "--show-coalesce").out
        assert "Adaptive RX: off" in again and "rx-usecs: 500" in again
        result = dut.ethtool("--per-queue", "queue_mask", "0x4", "--show-coalesce", check=False)
        assert result.rc, "there is no queue 2"


@pytest.mark.differs_on_igb(reason=DYNAMIC)
@pytest.mark.parametrize(
    "words,reason",
    [
        ("rx-usecs 50", "rx-usecs can be set with adaptive-rx off"),
        ("tx-usecs 50", "tx-usecs can be set with adaptive-tx off"),
        ("adaptive-rx off rx-usecs 8192", "at most 8191"),
        ("adaptive-tx off tx-usecs 100000", "at most 8191"),
        ("rx-frames 8", "unsupported parameter"),
        ("stats-block-usecs 8", "unsupported parameter"),
    ],
)
def test_refused_values_change_nothing(dut: Port, words: str, reason: str) -> None:
    before = coalesce(dut)
    result = dut.ethtool("-C", *words.split(), check=False)
    assert result.rc and reason in result.err
    assert coalesce(dut) == before


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_mode_and_value_at_once(dut: Port) -> None:
    """The core asks twice for that, and a value that the device cannot keep exactly (50 becomes
    49 on the emulator) must not be another one the second time."""
    before = coalesce(dut)
    try:
        dut.ethtool("-C", "adaptive-rx", "off", "rx-usecs", "20")
        dut.ethtool("-C", "adaptive-rx", "on", "rx-usecs", "50")
        shown = coalesce(dut)
        assert shown["adaptive-rx"] and shown["rx-usecs"] in (49, 50)
    finally:
        dut.ethtool("-C", "adaptive-rx", "off", "rx-usecs", str(before["rx-usecs"]))
        dut.ethtool("-C", "adaptive-rx", "on")


# ---- what comes of it ---------------------------------------------------------------


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_the_interval_bounds_the_rate(dut: Port, figures: Figures) -> None:
    """Under datagrams that come all the time.  The emulator adds one interrupt that nobody asked
    for at the end of each interval, so twice as many may be seen."""
    rates = {}
    with blasting(dut.far, rate=5000):
        for usecs in (1000, 8000):
            fixed(dut, usecs, usecs)
            time.sleep(0.5)
            rates[usecs] = fired(dut, 3)
    figures(", ".join(f"{usecs} us: {rate:.0f}/s" for usecs, rate in rates.items()))
    for usecs in (1000, 8000):
        assert rates[usecs] <= 2.1 * 1e6 / usecs
        # A guest that cannot keep up polls without interrupts, so there may be fewer.
        assert rates[usecs] > 0
    assert rates[1000] > rates[8000] * 1.5


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_tx_usecs_holds_where_only_is_sent(dut: Port, figures: Figures) -> None:
    rates = {}
    with blasting(dut, rate=5000):
        for rx, tx in ((50, 4000), (4000, 50)):
            fixed(dut, rx, tx)
            time.sleep(0.5)
            rates[tx] = fired(dut, 3)
    figures(", ".join(f"tx-usecs {usecs}: {rate:.0f}/s" for usecs, rate in rates.items()))
    # What the far end answers (nobody takes these datagrams) is received, and for a while after
    # it the shorter interval holds.
    assert rates[4000] <= 3 * 250
    assert rates[50] > 2 * rates[4000]


def round_trips(port: Port, count: int, interval: float) -> list[float]:
    """Microseconds of pings from the far end, one at a time."""
    words = ["ping", "-n", "-i", str(interval), "-c", str(count), port.ipv4]
    return [1000 * float(ms) for ms in re.findall(r"time=([\d.]+) ms", port.far.run(words).out)]


def medians(port: Port, count: int, interval: float, usecs: int) -> dict[str, float]:
    """Of round trips without throttle, with net_dim's, and with a fixed one; by turns, and the
    best of them, for the machine is not always as fast."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds(4, 3)):
        for name, words in {
            "none": "adaptive-rx off rx-usecs 0 adaptive-tx off tx-usecs 0",
            "adaptive": "adaptive-rx on adaptive-tx on",
            f"{usecs} us": f"adaptive-rx off rx-usecs {usecs} adaptive-tx off tx-usecs {usecs}",
        }.items():
            port.ethtool("-C", *words.split())
            middle = statistics.median(round_trips(port, count, interval))
            found.setdefault(name, []).append(middle)
    return {name: min(middles) for name, middles in found.items()}


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_rare_packets_do_not_wait(dut: Port, figures: Figures) -> None:
    """The throttle spaces interrupts; it does not hold back the first one after a pause.  (The
    interrupt that the emulator adds at the end of each interval takes some time.)  What net_dim
    chooses is too short to be told from noise here; it is shown."""
    middle = medians(dut, 100, 0.02, 2000)
    figures(", ".join(f"{name}: {value:.0f} us" for name, value in middle.items()))
    assert middle["2000 us"] < middle["none"] + 1000


@pytest.mark.differs_on_igb(reason=DYNAMIC)
def test_a_packet_each_millisecond_does_not_wait(dut: Port, figures: Figures) -> None:
    """By default: what net_dim chooses is shorter than that.  An interval that is not, shows."""
    middle = medians(dut, 300, 0.001, 8000)
    figures(", ".join(f"{name}: {value:.0f} us" for name, value in middle.items()))
    assert middle["adaptive"] < middle["none"] + 400
    assert middle["8000 us"] > middle["none"] + 800
