# SPDX-License-Identifier: GPL-2.0-only
"""Frames from hell, 100,000 of them, while others use the port."""

from __future__ import annotations

import contextlib
import json
import os
import random
from collections.abc import Iterator

import tools
from tools import Figures, Numbered, Stream, genl, program, qstats, snmp, stats64, until

from lab import Machine, Port
from lab.base import rounds

COUNT, RATE = rounds(100_000, 10_000), 4000
# Packets that may still be somewhere when memory is compared, and what slab's caches of each
# CPU hide.  A leak of one kind of frame alone is ten times as much.
SLACK = 300
CACHES = ("skbuff_head_cache", "skbuff_small_head", "skbuff_fclone_cache")


def packets_in_memory(machine: Machine) -> int:
    """How many packets the kernel has allocated, once its caches are emptied."""
    script = "".join(f"echo 1 > /sys/kernel/slab/{name}/shrink 2>/dev/null; " for name in CACHES)
    rows = (
        line.split()
        for line in machine.run(script + "cat /proc/slabinfo", check=False).out.splitlines()
    )
    return sum(int(row[1]) for row in rows if row[0] in CACHES)


@contextlib.contextmanager
def armoured(dut: Port, peer: Port) -> Iterator[None]:
    """What a malicious neighbour could talk the stack into is none of the driver's business:
    no neighbours learned from lies, no redirects.  Fragments that never become whole are
    forgotten soon, as they hold buffers."""
    settings = {
        "net.ipv4.ipfrag_time": (2, 30),
        "net.ipv6.ip6frag_time": (2, 60),
        "net.ipv4.conf.all.accept_redirects": (0, 1),
        "net.ipv6.conf.all.accept_redirects": (0, 1),
    }
    with tools.quiet(dut, peer):
        dut.run(["sysctl", "-q", "-w", *(f"{name}={new}" for name, (new, _) in settings.items())])
        try:
            yield
        finally:
            dut.run(
                ["sysctl", "-q", "-w", *(f"{name}={old}" for name, (_, old) in settings.items())]
            )


def test_frames_from_hell(machine: Machine, dut: Port, peer: Port, figures: Figures) -> None:
    seed = int(os.environ.get("HELL_SEED") or random.getrandbits(32))
    figures(f"HELL_SEED={seed}")
    napier = dut.driver == "napier"
    with armoured(dut, peer):
        # Oversize frames leave the peer only if they are not oversize there.
        with tools.mtu([peer], 9000):
            Stream(peer, 1 << 20).whole()
            before = packets_in_memory(machine)
            packets, snapshot = stats64(dut), snmp(dut)
            words = [seed, COUNT, RATE, dut.mac, peer.mac, dut.ipv4, peer.ipv4, dut.ipv6, peer.ipv6]
            hell = peer.spawn(program("hell", peer.name, *words))
            datagrams = [
                Numbered(source, 2000, rate=100, sizes=[20, 200, 1400], idle=15)
                for source in (dut, peer)
            ]
            streams = [Stream(dut, 8 << 20), Stream(peer, 8 << 20, family=6)]
            for one in streams:
                one.whole()
            legitimate = [one.result(300) for one in datagrams]
            done = hell.wait(400)
        assert done.rc == 0, done.err
        sent = json.loads(done.out)
        assert sent["total"] == COUNT, sent
        assert sent["refused"] < COUNT // 100, sent
        for got in legitimate:
            assert got["damaged"] == got["doubled"] == 0, got
            # The wire loses what arrives while the ring is full; that is a frame now and then.
            assert got["lost"] < got["sent"] // 10, got
        changed = tools.grown(packets, stats64(dut))
        arrived = changed["rx_packets"] + changed.get("rx_errors", 0)
        assert arrived > COUNT * 0.6, f"of {COUNT} frames only {arrived} reached the driver"
        fragments = tools.grown(snapshot, snmp(dut))
        assert fragments["IpReasmReqds"] > 1000, "the frames were not what they should be"
        assert fragments["IpInHdrErrors"] > 1000
        dut.ping(3)
        dut.ping(3, 6)
        no_leak(machine, dut, before)
    lost = [f"{got['lost']} of {got['sent']}" for got in legitimate]
    figures(
        f"{sent['total']} frames in {sent['seconds']:.0f} s, {arrived} frames received with "
        f"the others; legitimate datagrams lost: {lost[0]} out, {lost[1]} in"
    )
    if napier:
        figures(
            f"rx_errors {changed.get('rx_errors', 0)}, rx-csum-bad {qstats(dut)['rx-csum-bad']}"
        )


def no_leak(machine: Machine, dut: Port, before: int) -> None:
    """The buffers of the rings are all back when the port is down, and no packet is left."""
    dut.down()
    try:
        if dut.driver == "napier":
            tools.gone(machine, lambda: genl(dut, "page-pools"))
        until(
            lambda: packets_in_memory(machine) <= before + SLACK,
            40,
            f"packets in memory: {packets_in_memory(machine)}, {before} before",
        )
    finally:
        dut.up()
        dut.wait_carrier()
    dut.ping(3)
