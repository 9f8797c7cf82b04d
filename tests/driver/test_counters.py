# SPDX-License-Identifier: GPL-2.0-only
"""Counters against the truth: numbered datagrams say what was sent and what arrived, and every
place where the port's counters are shown has to agree with that and with the others.

The emulated device counts no frame that it loses (no MPC, RQDPC, RNBC): what is lost because a
ring is full or being changed is in no counter at all, and only the numbers show it.
"""

from __future__ import annotations

import time
from typing import Any

import frames
import pytest
import tools
from tools import (
    Figures,
    Numbered,
    genl,
    grown,
    private,
    qstats,
    send_frames,
    standard,
    stats64,
    until,
)

from lab import Port

COUNT, SIZES = 1000, [18, 100, 500, 1000, 1472]
HEADERS = 14 + 20 + 8
# /proc/net/dev, from left to right.
COLUMNS = (
    "rx_bytes",
    "rx_packets",
    "rx_errors",
    "rx_dropped",
    "rx_fifo",
    "rx_frame",
    "rx_compressed",
    "rx_multicast",
    "tx_bytes",
    "tx_packets",
    "tx_errors",
    "tx_dropped",
    "tx_fifo",
    "tx_collisions",
    "tx_carrier",
    "tx_compressed",
)


def shown(port: Port) -> dict[str, dict[str, int]]:
    """The same counters as three places show them; one command, so that they can be equal."""
    name = port.name
    text = port.run(
        f"cat /proc/net/dev; echo ===; cd /sys/class/net/{name}/statistics; grep . *"
    ).out
    table, _, files = text.partition("===")
    row = next(
        line.split(":")[1] for line in table.splitlines() if line.strip().startswith(f"{name}:")
    )
    sysfs = {key: int(value) for key, value in (line.split(":") for line in files.split())}
    return {
        "/proc/net/dev": dict(zip(COLUMNS, map(int, row.split()), strict=True)),
        "sysfs": sysfs,
        "ip -s link": stats64(port),
    }


def agreeing(port: Port) -> dict[str, int]:
    """rtnl_link_stats64 once all three agree; they may be read while it changes."""

    def same() -> dict[str, int]:
        views = shown(port)
        sysfs, proc, link = views["sysfs"], views["/proc/net/dev"], views["ip -s link"]
        equal = all(link[key] == sysfs[key] for key in link if key in sysfs)
        # Columns of /proc/net/dev are sums (net/core/net-procfs.c, dev_seq_printf_stats).
        equal &= all(
            proc[key] == sysfs[key]
            for key in (
                "rx_bytes",
                "rx_packets",
                "rx_errors",
                "tx_bytes",
                "tx_packets",
                "tx_errors",
                "tx_dropped",
            )
        )
        equal &= proc["rx_dropped"] == sysfs["rx_dropped"] + sysfs["rx_missed_errors"]
        equal &= proc["rx_multicast"] == sysfs["multicast"]
        return sysfs if equal else {}

    return until(same, 10, "ip -s link, /proc/net/dev and sysfs to agree")


def moved(source: Port, frames_each: int, octets: int) -> dict[str, dict[str, Any]]:
    """Send the datagrams; what each interface of the port under test says has changed."""
    dut = source if source.role == "dut" else source.far
    before = everything(dut)
    Numbered(source, frames_each, rate=400, sizes=SIZES).perfect()
    way = "rx" if source.far is dut else "tx"
    until(
        lambda: grown(before["link"], agreeing(dut)).get(f"{way}_bytes", 0) >= octets,
        10,
        f"{octets} bytes in {way}_bytes",
    )
    after = everything(dut)
    return {name: grown(before[name], after[name]) for name in before}


def everything(dut: Port) -> dict[str, dict[str, int]]:
    """All places of a port's counters, flat."""
    found = {"link": agreeing(dut), "ethtool -S": private(dut)}
    if dut.driver == "napier":
        groups = standard(dut)
        found["qstats"] = qstats(dut)
        found["queues"] = {
            f"{one['queue-type']} {one['queue-id']} {key}": value
            for one in genl(dut, "queue-qstats")
            for key, value in one.items()
            if "-packets" in key or "-bytes" in key
        }
        found["mac"] = {
            key: value for key, value in groups["eth-mac"].items() if isinstance(value, int)
        }
        found["rmon"] = buckets(groups["rmon"])
    return found


def buckets(group: dict[str, Any]) -> dict[str, int]:
    """RMON's histogram, as "rx 64" and so on, named by the low end."""
    return {
        f"{way} {one['low']}": one["val"]
        for way in ("rx", "tx")
        for one in group.get(f"{way}-pktsNtoM", [])
    }


@pytest.mark.parametrize("direction", ["sent", "received"])
def test_counters_agree_with_the_truth(dut: Port, peer: Port, direction: str) -> None:
    """Exactly: each frame once, each byte once, in every place."""
    source, way = (dut, "tx") if direction == "sent" else (peer, "rx")
    octets = sum(size + HEADERS for size in SIZES) * COUNT // len(SIZES)
    with tools.quiet(dut, peer):
        changed = moved(source, COUNT, octets)
    link = changed["link"]
    assert link[f"{way}_packets"] == COUNT
    assert link[f"{way}_bytes"] == octets
    other = "rx" if way == "tx" else "tx"
    assert {key: value for key, value in link.items() if not key.startswith(way)} == {}, (
        f"nothing was {other}, and nothing went wrong"
    )
    if dut.driver == "igb":
        # igb has neither standard groups nor statistics of queues in netlink.
        own = changed["ethtool -S"]
        assert (own[f"{way}_packets"], own[f"{way}_bytes"]) == (COUNT, octets + 4 * COUNT)
        return
    assert changed["qstats"][f"{way}-packets"] == COUNT
    assert changed["qstats"][f"{way}-bytes"] == octets
    for what, total in (("packets", COUNT), ("bytes", octets)):
        of_queues = [
            value for key, value in changed["queues"].items() if key.endswith(f" {way}-{what}")
        ]
        assert sum(of_queues) == total
    # The device counts the FCS too, and pads what is shorter than Ethernet allows.
    name = "Transmitted" if way == "tx" else "Received"
    assert changed["mac"][f"Frames{name}OK"] == COUNT
    assert changed["mac"][f"Octets{name}OK"] == octets + 4 * COUNT
    per = COUNT // len(SIZES)
    rmon = changed["rmon"]
    # The emulator counts a received frame of the shortest length in no bucket (it takes it
    # for one of 60 bytes once the FCS is stripped).
    assert rmon.pop(f"{way} 64", 0) in ((per,) if way == "tx" else (per, 0))
    assert rmon == {f"{way} 128": per, f"{way} 512": per, f"{way} 1024": 2 * per}


def test_groups_are_counted(dut: Port, peer: Port) -> None:
    """Multicast and broadcast; the first has a field in the link's statistics, too."""
    group, count = "01:00:5e:11:22:44", 60
    with tools.quiet(dut, peer):
        dut.run(["ip", "maddr", "add", group, "dev", dut.name])
        try:
            before = everything(dut)
            send_frames(
                peer,
                [frames.marked(group, peer.mac, "m")] * count
                + [frames.marked(frames.BROADCAST, peer.mac, "b")] * (2 * count),
            )

            def counted() -> bool:
                link = grown(before["link"], agreeing(dut))
                return link.get("rx_packets") == 3 * count and link.get("multicast") == count

            # A field of the device's own is as old as the driver's last look at it.
            until(counted, 10, f"{count} in multicast, {3 * count} in rx_packets")
            after = everything(dut)
        finally:
            dut.run(["ip", "maddr", "del", group, "dev", dut.name])
    if dut.driver == "napier":
        mac = grown(before["mac"], after["mac"])
        assert mac["MulticastFramesReceivedOK"] == count
        assert mac["BroadcastFramesReceivedOK"] == 2 * count


def test_nothing_is_lost_in_steady_state(dut: Port, peer: Port, figures: Figures) -> None:
    """Both ways at once, at a rate that the guest sustains."""
    rate, count = 600, 6000
    with tools.quiet(dut, peer):
        before = agreeing(dut)
        both = [Numbered(source, count, rate=rate, sizes=[64, 1472, 512]) for source in (dut, peer)]
        results = [one.perfect() for one in both]
        changed = until(lambda: grown(before, agreeing(dut)), 5, "counters")
    assert changed["rx_packets"] == changed["tx_packets"] == count
    achieved = [got["sent"] / got["seconds"] for got in results]
    figures(
        f"{count} datagrams each way at {achieved[0]:.0f} and {achieved[1]:.0f} a second: "
        "none lost, none doubled, none damaged"
    )


RATE = 400
SECONDS = 9
CHANGES = {
    "ring size": ["ethtool -G %s rx 1024 tx 1024", "ethtool -G %s rx 512 tx 512"],
    "queue pairs": ["ethtool -L %s combined 1", "ethtool -L %s combined 2"],
    "renegotiation": ["ethtool -r %s"],
}
# How long each may interrupt the traffic.  A new negotiation takes half a second in the
# emulator; changes of the rings are to be much quicker, but the emulation is slow.
LONGEST = {"ring size": 0.5, "queue pairs": 0.5, "renegotiation": 3.0}


@pytest.mark.parametrize("change", CHANGES)
def test_loss_over_a_change_is_bounded(
    dut: Port, peer: Port, figures: Figures, change: str
) -> None:
    """Some frames are on their way when rings are exchanged; it is said how many."""
    commands = [command.replace("%s", dut.name) for command in CHANGES[change]]
    allowed = LONGEST[change]
    if dut.driver == "igb":
        # igb resets the device for each of them, and the link goes down for as long.
        allowed = 4.0
    with tools.quiet(dut, peer):
        both = {
            way: Numbered(source, RATE * SECONDS, rate=RATE, sizes=[200], idle=15)
            for way, source in (("sent", dut), ("received", peer))
        }
        done = 0
        time.sleep(1.5)
        try:
            while done < 4 and all(one.sender.poll() is None for one in both.values()):
                dut.run(commands[done % len(commands)])
                done += 1
                dut.wait_carrier(20)
                time.sleep(0.5)
            results = {way: one.result() for way, one in both.items()}
        finally:
            if change != "renegotiation":
                dut.run(commands[-1], check=False)
            dut.wait_carrier()
    assert done >= 2, "the traffic was over before anything was changed"
    for way, got in results.items():
        assert got["damaged"] == got["doubled"] == 0, got
        longest = max((size for _, size in got["gaps"]), default=0)
        figures(
            f"{change}, {done} times: of {got['sent']} {way} {got['lost']} lost, at most "
            f"{longest} in a row ({longest / RATE * 1000:.0f} ms)"
        )
        assert longest <= allowed * RATE, f"{way}: {got['gaps']}"
        assert got["lost"] <= done * allowed * RATE
