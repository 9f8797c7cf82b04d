# SPDX-License-Identifier: GPL-2.0-only
"""No setting takes the link down, but for those of which docs/operating.md says so ("What takes
the link down").  Each of the others is changed and changed back while datagrams go both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from control import blasting, carrier_changes
from tools import PLACE, Figures, stats64, until

from lab import Machine, Port

pytestmark = [
    pytest.mark.machine(cpus=2),
    pytest.mark.napier_only(reason="igb resets the device for some of these"),
]

# What is changed -> commands, which leave it as it was (DEV, PCI: the port; MAC: its own address).
STAYS: dict[str, tuple[str, ...]] = {
    "rings": ("ethtool -G DEV rx 256 tx 256", "ethtool -G DEV rx 512 tx 512"),
    "channels": ("ethtool -L DEV combined 1", "ethtool -L DEV combined 2"),
    "MTU": ("ip link set DEV mtu 4000", "ip link set DEV mtu 1400", "ip link set DEV mtu 1500"),
    "RSS table": ("ethtool -X DEV weight 3 1", "ethtool -X DEV equal 1", "ethtool -X DEV default"),
    "RSS key": (
        "KEY=$(ethtool -x DEV | grep -E '^([0-9a-f]{2}:){39}'); "
        f"ethtool -X DEV hkey {':'.join(['5a'] * 40)} && ethtool -X DEV hkey $KEY",
    ),
    "RSS fields": tuple(
        f"ethtool -N DEV rx-flow-hash {flow} {fields}"
        for fields in ("sd", "sdfn")
        for flow in ("tcp4", "tcp6", "udp4", "udp6")
    ),
    "interrupt moderation": (
        "ethtool -C DEV adaptive-rx off adaptive-tx off",
        "ethtool -C DEV rx-usecs 0 tx-usecs 8191",
        "ethtool --per-queue DEV queue_mask 0x2 --coalesce rx-usecs 20",
        # The numbers that adaptive moderation begins with.
        "ethtool -C DEV rx-usecs 100 tx-usecs 100",
        "ethtool -C DEV adaptive-rx on adaptive-tx on",
    ),
    "profiles of moderation": tuple(
        f"python3 PLACE/knob.py ethtool DEV 20 {profile}/1/1:{usecs}:4"
        for profile in (29, 30)
        for usecs in (33, 1)
    ),
    "offloads": (
        *(
            f"ethtool -K DEV {name} {value}"
            for name in ("tso", "gso", "gro", "sg", "tx", "rx", "rxhash")
            for value in ("off", "on")
        ),
        # Scatter-gather and checksums took them along.
        "ethtool -K DEV tso on gso on",
    ),
    "VLAN offloads": tuple(
        f"ethtool -K DEV {name} {value}"
        for name in ("rxvlan", "txvlan", "rx-vlan-filter")
        for value in ("off", "on")
    ),
    "FCS and bad frames": tuple(
        f"ethtool -K DEV {name} {value}" for name in ("rx-fcs", "rx-all") for value in ("on", "off")
    ),
    "rx-copybreak": (
        "ethtool --set-tunable DEV rx-copybreak 256",
        "ethtool --set-tunable DEV rx-copybreak 0",
    ),
    "VLANs": (
        "ip link add link DEV name stays7 type vlan id 7",
        "ip link set stays7 up",
        "ip link del stays7",
    ),
    "MAC address": ("ip link set DEV address 02:00:00:00:a5:01", "ip link set DEV address MAC"),
    "promiscuous mode": ("ip link set DEV promisc on", "ip link set DEV promisc off"),
    "all multicasts": (
        "ip link set DEV allmulticast on",
        "ip link set DEV allmulticast off",
    ),
    "filters": (
        "ip maddr add 01:00:5e:11:22:33 dev DEV",
        "bridge fdb add 02:00:00:00:a5:80 dev DEV self permanent",
        "bridge fdb del 02:00:00:00:a5:80 dev DEV self permanent",
        "ip maddr del 01:00:5e:11:22:33 dev DEV",
    ),
    # The emulated function wakes nobody, and takes that alone.
    "Wake-on-LAN": ("ethtool -s DEV wol d",),
    "what is set already": ("ethtool -s DEV autoneg on advertise 0x2f",),
    "identify": ("ethtool -p DEV 1",),
    # The partner knows what is offered.
    "pause, with nothing new": ("ethtool -A DEV autoneg off", "ethtool -A DEV autoneg on"),
    # In the end it is offered what the partner knows.
    "pause, without negotiation": (
        "ethtool -A DEV autoneg off",
        "ethtool -A DEV rx off tx off",
        "ethtool -A DEV rx on tx on",
        "ethtool -A DEV autoneg on",
    ),
    "NAPI": tuple(
        f"echo {value} > /sys/class/net/DEV/{name}"
        for value in ("1", "0")
        for name in ("threaded", "napi_defer_hard_irqs", "gro_flush_timeout")
    ),
    "RPS, RFS, XPS, limits of queues": tuple(
        f"echo {value} > /sys/class/net/DEV/queues/{name}"
        for name, values in (
            ("rx-0/rps_cpus", (3, 0)),
            ("rx-0/rps_flow_cnt", (1024, 0)),
            ("tx-0/xps_cpus", (3, 1)),
            ("tx-0/byte_queue_limits/limit_max", (20000, 1879048192)),
        )
        for value in values
    ),
    "affinity": (
        "for irq in $(grep 'DEV-TxRx' /proc/interrupts | cut -d: -f1); do "
        "old=$(cat /proc/irq/$irq/smp_affinity); echo 3 > /proc/irq/$irq/smp_affinity; "
        "echo $old > /proc/irq/$irq/smp_affinity; done",
    ),
    "time stamps": (
        "hwstamp_ctl -i DEV -t 1 -r 9",
        "hwstamp_ctl -i DEV -t 0 -r 0",
    ),
    "health": tuple(
        f"devlink health {what} pci/PCI reporter {reporter}{more}"
        for reporter in ("tx", "rx", "hw")
        for what, more in (("set", " auto_recover true"), ("recover", ""), ("diagnose", ""))
    ),
    "vectors at the next reload": (
        "devlink dev param set pci/PCI name msix_vec_per_pf_max value 5 cmode driverinit",
        "devlink dev param set pci/PCI name msix_vec_per_pf_max value 10 cmode driverinit",
    ),
    "self-test, online": ("ethtool -t DEV online",),
    "name and queue of the interface": (
        "ip link set DEV txqueuelen 500",
        "ip link set DEV alias stays",
        "ip link set DEV alias ''",
        "ip link set DEV txqueuelen 1000",
    ),
    "discipline": ("tc qdisc replace dev DEV root fq_codel", "tc qdisc del dev DEV root"),
    "runtime power management": (
        "echo auto > /sys/bus/pci/devices/PCI/power/control",
        "echo on > /sys/bus/pci/devices/PCI/power/control",
    ),
}


def losses(port: Port) -> tuple[int, int]:
    """The carrier's changes, and how often the driver saw the link go."""
    told = re.search(r"Link Down Events: (\d+)", port.run(["ethtool", "-I", port.name]).out)
    assert told
    return carrier_changes(port), int(told[1])


@pytest.fixture
def port(machine: Machine, dut: Port) -> Iterator[Port]:
    """What is not as it was afterwards: the address, if a command failed, and pause."""
    machine.run("modprobe 8021q")
    own = dut.mac
    try:
        yield dut
    finally:
        dut.run(["ip", "link", "set", dut.name, "address", own])
        dut.ethtool("-A", "autoneg", "on", "rx", "on", "tx", "on", check=False)
        dut.wait_carrier()


def changed(port: Port, commands: tuple[str, ...], mac: str) -> None:
    script = "\n".join(("set -e", *commands))
    words = (("DEV", port.name), ("PCI", port.pci), ("MAC", mac), ("PLACE", PLACE))
    for word, value in words:
        script = script.replace(word, value)
    port.run(script, timeout=60)


def flows(port: Port) -> None:
    """Something more comes in."""
    before = stats64(port)["rx_packets"]
    until(lambda: stats64(port)["rx_packets"] > before, 10, "frames come in")


def test_the_link_stays(port: Port, peer: Port, figures: Figures) -> None:
    mac, gone = port.mac, []
    with blasting(port, peer, rate=200):
        for what, commands in STAYS.items():
            before = losses(port)
            changed(port, commands, mac)
            flows(port)
            if losses(port) != before:
                gone.append(f"{what}: {before} became {losses(port)}")
                port.wait_carrier()
        # What the checks above rest on does see a link that goes.
        before = losses(port)
        port.ethtool("-r")
        port.wait_carrier()
        assert losses(port) == (before[0] + 2, before[1] + 1)
    figures(f"{len(STAYS)} settings, {sum(map(len, STAYS.values()))} commands")
    assert not gone, "\n".join(gone)
