# SPDX-License-Identifier: GPL-2.0-only
"""What is weighed: the loads, and which parts of the machine they run on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.counts import PASS, Figures, figures
from bench.rig import INTERRUPTS, Rig
from lab import LabError, Port
from lab.base import say

FRAME, MIB, REQUEST = "frame", "MiB", "request"


@dataclass(frozen=True)
class Scenario:
    """name: as in tables; title: for people; unit: what one of is counted; units: how many in
    the first window, in full and in short runs (0: not in short ones); words: arguments of
    bench/guest/load.c before the number of units; down: the end that is set down meanwhile;
    idle: the port under test is not to do anything."""

    name: str
    title: str
    unit: str
    units: int
    short: int
    words: tuple[str, ...]
    down: str = ""
    idle: bool = False


def _tx(clone: int, burst: int, units: int, short: int) -> Scenario:
    what = "a fresh skb each" if clone == 0 else "clones of one skb"
    if clone == 0 and burst > 1:
        what = "a fresh skb each burst"
    return Scenario(
        f"tx_b{burst}_c{clone}",
        f"send 60 B, {f'bursts of {burst}' if burst > 1 else 'one by one'}, {what}",
        FRAME,
        units,
        short,
        ("pktgen", "{dut}", "{peer_mac}", "{peer_ip}", str(clone), str(burst), "none", "-"),
        down="peer",
    )


def _rx(name: str, title: str, sink: str, units: int, short: int, down: str = "") -> Scenario:
    words = ("pktgen", "{peer}", "{dut_mac}", "{dut_ip}", "0", "1", sink, "peer")
    return Scenario(name, title, FRAME, units, short, words, down, idle=bool(down))


SCENARIOS = (
    _tx(0, 1, 32768, 16384),
    _tx(1000, 1, 32768, 16384),
    _tx(0, 32, 65536, 0),
    _tx(1000, 32, 65536, 32768),
    _rx("rx_base", "the same generator, port under test down", "none", 16384, 8192, down="dut"),
    _rx("rx_udp_full", "receive 60 B UDP, socket full", "full", 16384, 8192),
    _rx("rx_udp_read", "receive 60 B UDP, read at once", "read", 16384, 8192),
    _rx("rx_udp_hold", "receive 60 B UDP, read every 4 ms", "hold", 16384, 0),
    # Long, also in short runs: with 16 ms, which 8 MiB take, passes differ by 4 %.
    Scenario("tcp_rx", "receive a TCP stream", MIB, 64, 64, ("tcp", "peer", "-", "{dut_ip}")),
    Scenario("tcp_tx", "send a TCP stream", MIB, 64, 64, ("tcp", "-", "peer", "{peer_ip}")),
    Scenario(
        "rr_tcp",
        "TCP, one byte and one back",
        REQUEST,
        1000,
        500,
        ("rr", "tcp", "peer", "-", "{dut_ip}"),
    ),
    Scenario(
        "rr_udp",
        "UDP, one byte and one back",
        REQUEST,
        1000,
        500,
        ("rr", "udp", "peer", "-", "{dut_ip}"),
    ),
)


def _words(scenario: Scenario, dut: Port, peer: Port) -> list[str]:
    values = {
        "dut": dut.name,
        "peer": peer.name,
        "dut_mac": dut.mac,
        "peer_mac": peer.mac,
        "dut_ip": dut.ipv4,
        "peer_ip": peer.ipv4,
    }
    return [word.format(**values) for word in scenario.words]


def weigh(rig: Rig, scenario: Scenario, units: int) -> list[Figures]:
    """The figures of each pass of a scenario."""
    dut, peer = rig.machine.dut, rig.machine.peer
    words = [*_words(scenario, dut, peer), str(units)]
    idle = {"dut": dut, "peer": peer}.get(scenario.down)
    if idle:
        idle.down()
    try:
        marks = rig.run(words)
    finally:
        if idle:
            idle.up()
            idle.wait_carrier()
    base, _ = rig.driver.span()
    handlers = [
        address - base
        for name in INTERRUPTS[rig.name]
        if (address := rig.driver.find(name)) is not None
    ]
    passes = [
        figures(marks[at : at + PASS], units, base, rig.driver, rig.kernel, handlers)
        for at in range(0, len(marks), PASS)
    ]
    for found in passes:
        _plausible(rig.name, scenario, found)
    return passes


def _plausible(driver: str, scenario: Scenario, found: Figures) -> None:
    """A scale that shows nothing must not pass for a light driver."""
    name = f"{driver}, {scenario.name}"
    if found.total <= 0:
        raise LabError(f"{name}: no instructions were counted")
    if scenario.idle:
        return
    if found.driver <= 0 or found.writes <= 0:
        raise LabError(f"{name}: nothing was counted in the driver")
    if scenario.unit == FRAME and not 0.98 < found.frames < 1.02:
        raise LabError(f"{name}: {found.frames:.3f} frames went through the driver for each sent")


def run(rig: Rig, short: bool, only: list[str]) -> Iterator[tuple[Scenario, list[Figures]]]:
    """Weigh all scenarios on a machine."""
    for scenario in SCENARIOS:
        units = scenario.short if short else scenario.units
        if not units or (only and scenario.name not in only):
            continue
        say(f"{rig.name}: {scenario.name}")
        yield scenario, weigh(rig, scenario, units)
