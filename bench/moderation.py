# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts and delay against the rate of frames: `python3 -m bench.moderation`.

The peer sends frames of 60 bytes in an even flow, at some rates.  Once with the default, net_dim,
and once without moderation (rx-usecs 0), where NAPI alone keeps interrupts away while it polls.
More than a sender in the guest can do comes from the host, up to more than the port can take; of
these nobody knows how long they were under way.  The guest's time counts instructions: the queue
is on CPU 0, the sender on CPU 1, who receives on CPU 2, and the host's work is at nobody's cost.
Writes docs/moderation.json and docs/moderation.svg, and the table into docs/datapath.md."""

from __future__ import annotations

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from lab import LabError, Machine, Port, Spec, docs
from lab.base import REPO, say
from lab.flood import Flood

# Frames are built by the same code as the tests'.
sys.path.insert(0, str(REPO / "tests" / "guest"))

from frames import UDP, ethernet, ip, udp

DOCS = REPO / "docs"
PROGRAM = REPO / "bench" / "guest" / "paced.py"
PLACE = "/run/paced.py"
SETTINGS = {
    "default": "adaptive-rx on adaptive-tx on",
    "rx-usecs 0": "adaptive-rx off rx-usecs 0 adaptive-tx off tx-usecs 0",
}
RATES = (100, 300, 1000, 3000, 10000, 25000)
# In a second of the host's, which takes several of the guest's; 0: as many as it can.
FLOODS = (10000, 20000, 0)
# In seconds of the guest: until net_dim has found its way, and what is measured then.
LEAD, SECONDS = 0.5, 1.0
TURNS = 3
PORT = 9009
KEYS = ("frames", "interrupts", "delay", "slow")
COLOURS = {"default": "#1f77b4", "rx-usecs 0": "#d62728", "one per frame": "#9aa0a6"}
WIDTH, HEIGHT, LEFT, TOP = 420, 320, 60, 40

Point = dict[str, float]


# ---- measuring --------------------------------------------------------------------------


def datagram(port: Port) -> bytes:
    """A frame of 60 bytes to a port that nobody listens at; its far end sent it."""
    far = port.far
    # Port 9 discards.
    data = udp(far.ipv4, port.ipv4, (9, 9), bytes(18))
    return ethernet(port.mac, far.mac, 0x0800, ip(far.ipv4, port.ipv4, UDP, data))


def paced(cpu: int, *words: object) -> list[str]:
    return ["taskset", "-c", str(cpu), "python3", PLACE, *map(str, words)]


def receiving(port: Port) -> Point:
    """What the program in the guest has counted."""
    words = ("receive", port.ipv4, PORT, LEAD, SECONDS, port.name, f"{port.name}-TxRx-0")
    found: Point = json.loads(port.run(paced(2, *words), timeout=300).out)
    return found


def point(port: Port, rate: int) -> Point:
    length = LEAD + SECONDS + 1
    sender = port.far.spawn(paced(1, "send", port.ipv4, PORT, rate, length))
    found = receiving(port)
    done = sender.wait(300)
    if done.rc:
        raise LabError(f"the sender failed: {done.err}")
    return found


def flooded(port: Port, flood: Flood) -> list[Point]:
    """With the far end down, which would receive all of it, too.  The time of a guest that sleeps
    leaps to its next timer, however little the host has done; so one CPU does not."""
    found = []
    port.far.down()
    awake = port.machine.spawn(["taskset", "-c", "1", "sh", "-c", "while :; do :; done"])
    for rate in FLOODS:
        with flood.flowing(datagram(port), rate):
            found.append(receiving(port))
    awake.kill()
    port.far.up()
    port.wait_carrier()
    return found


def prepared(machine: Machine) -> Port:
    port = machine.dut
    machine.put(PROGRAM.read_bytes(), PLACE)
    port.ethtool("-L", "combined", "1")
    for one, cpu in ((port, 0), (port.far, 1)):
        one.wait_carrier()
        machine.run(
            f"for irq in $(grep '{one.name}' /proc/interrupts | cut -d: -f1); do "
            f"echo {cpu} > /proc/irq/$irq/smp_affinity_list || true; done"
        )
    for one in (port, port.far):
        far = one.far
        one.run(f"ip neigh replace {far.ipv4} lladdr {far.mac} dev {one.name} nud permanent")
    return port


def measure() -> dict[str, Any]:
    found: dict[str, list[list[Point]]] = {name: [] for name in SETTINGS}
    with tempfile.TemporaryDirectory() as directory:
        flood = Flood(Path(directory))
        with Machine(Spec(cpus=3, icount=0), extra=flood.words()) as machine:
            port = prepared(machine)
            for turn in range(TURNS):
                for name, words in SETTINGS.items():
                    say(f"{name}, turn {turn + 1} of {TURNS}")
                    port.ethtool("-C", *words.split())
                    row = [point(port, rate) for rate in RATES]
                    found[name].append([*row, *flooded(port, flood)])
            version = machine.kernel.version
        flood.close()
    middle = {
        name: [
            {key: sorted(turn[at][key] for turn in turns)[TURNS // 2] for key in KEYS}
            for at in range(len(turns[0]))
        ]
        for name, turns in found.items()
    }
    return {"kernel": version, "points": middle}


# ---- showing ------------------------------------------------------------------------------


def table(results: dict[str, Any]) -> str:
    """For docs/datapath.md."""
    rows = [
        "| frames a second | interrupts a second, default | rx-usecs 0 "
        "| delay in µs, default: middle, slowest of 100 | rx-usecs 0 |",
        "|---:|---:|---:|---:|---:|",
    ]
    default, none = results["points"].values()
    for one, other in zip(default, none, strict=True):
        delays = [
            f"{each['delay']:,.0f}, {each['slow']:,.0f}" if each["delay"] else ""
            for each in (one, other)
        ]
        rows.append(
            f"| {one['frames']:,.0f} | {one['interrupts']:,.0f} | {other['interrupts']:,.0f} "
            f"| {delays[0]} | {delays[1]} |"
        )
    return "\n".join(rows)


def lines(at: int, title: str, curves: dict[str, list[tuple[float, float]]]) -> list[str]:
    """One diagram with logarithmic axes."""
    every = [spot for curve in curves.values() for spot in curve if spot[0] > 0 and spot[1] > 0]
    low = [math.floor(math.log10(min(spot[axis] for spot in every))) for axis in (0, 1)]
    high = [math.ceil(math.log10(max(spot[axis] for spot in every))) for axis in (0, 1)]
    left, wide, tall = LEFT + at * WIDTH, WIDTH - LEFT - 20, HEIGHT - TOP - 50

    def place(spot: tuple[float, float]) -> tuple[float, float]:
        part = [(math.log10(spot[n]) - low[n]) / ((high[n] - low[n]) or 1) for n in (0, 1)]
        return left + part[0] * wide, TOP + (1 - part[1]) * tall

    parts = [f'<text x="{left}" y="24" font-size="14">{title}</text>']
    for axis in (0, 1):
        for power in range(low[axis], high[axis] + 1):
            spot = [10.0 ** low[0], 10.0 ** low[1]]
            spot[axis] = 10.0**power
            x, y = place((spot[0], spot[1]))
            x2, y2 = (x, TOP) if axis == 0 else (left + wide, y)
            where = f'x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle"'
            if axis:
                where = f'x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end"'
            parts.append(f'<path d="M{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}" stroke="#dddddd"/>')
            parts.append(f"<text {where}>{10**power:,}</text>")
    for name, curve in curves.items():
        spots = " ".join("{:.1f},{:.1f}".format(*place(spot)) for spot in curve if min(spot) > 0)
        colour = COLOURS[name]
        parts.append(f'<polyline points="{spots}" fill="none" stroke="{colour}" stroke-width="2"/>')
    parts.append(f'<text x="{left}" y="{HEIGHT - 8}">frames received each second</text>')
    return parts


def picture(results: dict[str, Any]) -> str:
    points = results["points"]

    def curve(name: str, key: str) -> list[tuple[float, float]]:
        return [(one["frames"], one[key]) for one in points[name]]

    each = [(frames, frames) for frames, _ in curve("default", "frames")]
    fired = {name: curve(name, "interrupts") for name in points} | {"one per frame": each}
    delay = {name: curve(name, "delay") for name in points}
    parts = [
        "<!-- SPDX-License-Identifier: GPL-2.0-only -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{HEIGHT + 24}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{2 * WIDTH}" height="{HEIGHT + 24}" fill="white"/>',
        *lines(0, "Interrupts each second", fired),
        *lines(1, "From the sender to the stack, µs", delay),
    ]
    for at, (name, colour) in enumerate(COLOURS.items()):
        x, y = LEFT + at * 160, HEIGHT + 6
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17}" y="{y + 11}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> int:
    """Measure, or with `--draw` only draw again what was measured."""
    place = DOCS / "moderation.json"
    if "--draw" not in sys.argv:
        place.write_text(json.dumps(measure(), indent=1) + "\n")
    results = json.loads(place.read_text())
    (DOCS / "moderation.svg").write_text(picture(results))
    docs.fill(DOCS / "datapath.md", "moderation", table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
