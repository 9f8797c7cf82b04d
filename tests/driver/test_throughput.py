# SPDX-License-Identifier: GPL-2.0-only
"""napier against in-tree igb: two ports of one machine, the same streams, in turn.

By the clock on the wall the runs of one driver differ by half, depending on what else the
host does.  So the guest's clock counts instructions here, 250 million for a second, which is
what the emulated devices, the stack and both drivers share; a stream then runs at about 700
Mbit/s.  That takes one CPU.  THROUGHPUT=wall measures with two and by the clock, which is for
people to read."""

from __future__ import annotations

import json
import os
import statistics

import pytest
from tools import Figures

from lab import Machine, Port

BY_WALL = os.environ.get("THROUGHPUT") == "wall"
pytestmark = pytest.mark.machine(pairs=2, cpus=2 if BY_WALL else 1, icount=None if BY_WALL else 2)

ROUNDS = 9
LEAST = 0.97
WAYS: dict[str, list[str]] = {"sent": [], "received": ["-R"]}


def megabits(dut: Port, way: str, number: int) -> float:
    """One second of iperf3.  Both drivers get the same port numbers."""
    server = dut.far.spawn(["iperf3", "-s", "-1", "-B", dut.far.ipv4, "-p", str(number)])
    dut.far.run(
        f"for i in $(seq 200); do ss -H -l -t -n sport = :{number} | grep -q . && exit 0; "
        "sleep 0.05; done; exit 1"
    )
    done = dut.run(
        ["iperf3", "-c", dut.far.ipv4, "-p", str(number), "-t", "1", "-J", *WAYS[way]], timeout=120
    )
    server.wait(60)
    return float(json.loads(done.out)["end"]["sum_received"]["bits_per_second"]) / 1e6


@pytest.mark.napier_only(reason="there is nothing to compare igb with")
def test_as_fast_as_igb(machine: Machine, figures: Figures) -> None:
    """Runs alternate, so that what else goes on harms both alike; medians forgive the rest."""
    ports = dict(zip(("napier", "igb"), machine.duts, strict=True))
    speeds: dict[tuple[str, str], list[float]] = {
        (driver, way): [] for driver in ports for way in WAYS
    }
    ports["igb"].bind("igb")
    try:
        for dut in ports.values():
            dut.wait_carrier()
            dut.ping(3)
        for turn in range(ROUNDS):
            for driver in ("napier", "igb") if turn % 2 else ("igb", "napier"):
                for number, way in enumerate(WAYS):
                    speed = megabits(ports[driver], way, 21000 + 2 * turn + number)
                    speeds[driver, way].append(speed)
    finally:
        ports["igb"].bind()
        ports["igb"].wait_carrier()
    ratios = {}
    for way in WAYS:
        medians = {driver: statistics.median(speeds[driver, way]) for driver in ports}
        ratios[way] = medians["napier"] / medians["igb"]
        spread = {
            driver: f"{min(speeds[driver, way]):.0f} to {max(speeds[driver, way]):.0f}"
            for driver in ports
        }
        figures(
            f"{way}: napier {medians['napier']:.0f} Mbit/s ({spread['napier']}), igb "
            f"{medians['igb']:.0f} ({spread['igb']}), ratio of medians {ratios[way]:.3f} "
            f"over {ROUNDS} alternations"
        )
    assert BY_WALL or min(ratios.values()) >= LEAST, ratios
