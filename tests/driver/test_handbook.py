# SPDX-License-Identifier: GPL-2.0-only
"""Every command that an administrator's handbook gives for a network card works as it is
written there, and what it prints is true.

DEV stands for the interface, exactly where the handbook has ethX."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import tools
from control import channels, queue_irqs, restored, rings
from tools import Figures, until

from lab import Machine, Port
from lab.port import MODULES

pytestmark = pytest.mark.machine(cpus=4)

COUNTERS = (
    "rx_packets",
    "rx_bytes",
    "tx_packets",
    "tx_bytes",
    "rx_errors",
    "tx_errors",
    "rx_dropped",
    "tx_dropped",
    "multicast",
    "collisions",
    "rx_fifo_errors",
    "rx_frame_errors",
    "tx_carrier_errors",
    "rx_crc_errors",
    "rx_missed_errors",
    "rx_length_errors",
    "rx_over_errors",
    "tx_aborted_errors",
    "tx_fifo_errors",
    "tx_heartbeat_errors",
    "tx_window_errors",
    "rx_compressed",
    "tx_compressed",
)
# The columns of /proc/net/dev, in the terms of the above (net/core/net-procfs.c).
COLUMNS = (
    ("rx_bytes",),
    ("rx_packets",),
    ("rx_errors",),
    ("rx_dropped", "rx_missed_errors"),
    ("rx_fifo_errors",),
    ("rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors"),
    ("rx_compressed",),
    ("multicast",),
    ("tx_bytes",),
    ("tx_packets",),
    ("tx_errors",),
    ("tx_dropped",),
    ("tx_fifo_errors",),
    ("collisions",),
    ("tx_carrier_errors", "tx_aborted_errors", "tx_window_errors", "tx_heartbeat_errors"),
    ("tx_compressed",),
)


def sh(port: Port, command: str) -> str:
    """A command of the handbook, in a shell."""
    return port.run(command.replace("DEV", port.name)).out


@pytest.fixture
def dut(dut: Port) -> Iterator[Port]:
    """With its ring sizes and channels put back afterwards."""
    with restored(dut):
        yield dut


def test_ethtool_i(dut: Port) -> None:
    shown = dict(
        line.split(": ", 1) for line in sh(dut, "ethtool -i DEV").splitlines() if ": " in line
    )
    assert shown["driver"] == dut.driver
    assert shown["bus-info"] == dut.pci
    assert shown["version"] == sh(dut, "uname -r").strip()
    assert shown["supports-statistics"] == "yes"


@pytest.mark.differs_on_igb(reason="igb does not tell what the link partner offers")
def test_ethtool(dut: Port) -> None:
    shown = sh(dut, "ethtool DEV")
    for fact in (
        "Speed: 1000Mb/s",
        "Duplex: Full",
        "Auto-negotiation: on",
        "Link detected: yes",
        "1000baseT/Full",
        "Supported pause frame use: Symmetric",
        "Link partner advertised link modes",
    ):
        assert fact in shown, shown


def test_ethtool_without_a_link(dut: Port) -> None:
    dut.link(up=False)
    try:
        dut.wait_carrier(want=False)
        shown = sh(dut, "ethtool DEV")
        assert "Link detected: no" in shown
        assert "Speed: Unknown!" in shown
    finally:
        dut.link(up=True)
        dut.wait_carrier()


def test_ethtool_g_and_G(dut: Port) -> None:
    shown = sh(dut, "ethtool -g DEV")
    assert re.search(r"maximums:\s+RX:\s+4096\s", shown), shown
    sh(dut, "ethtool -G DEV rx 4096")
    assert rings(dut)[0] == 4096
    sh(dut, "ethtool -G DEV rx 512 tx 2048")
    assert rings(dut) == (512, 2048)
    dut.wait_carrier()
    dut.ping()


def test_ethtool_l_and_L(dut: Port) -> None:
    shown = sh(dut, "ethtool -l DEV")
    assert "Combined:" in shown
    sh(dut, "ethtool -L DEV combined 8")
    assert channels(dut)[0] == 8
    dut.wait_carrier()
    dut.ping()
    assert len(sh(dut, "cat /proc/interrupts | grep DEV-TxRx").splitlines()) == 8


def test_ethtool_S(dut: Port) -> None:
    header, *rows = sh(dut, "ethtool -S DEV").splitlines()
    assert header == "NIC statistics:"
    assert rows
    for row in rows:
        assert re.fullmatch(r"     [a-z0-9_.]+: \d+", row), row


def test_ethtool_S_all_groups(dut: Port) -> None:
    if dut.driver == "igb":
        pytest.skip("igb has no standard groups")
    before = json.loads(sh(dut, "ethtool --json -S DEV --all-groups"))[0]
    dut.ping(5)
    assert {"eth-mac", "eth-ctrl", "rmon"} <= before.keys()

    def told() -> bool:
        after = json.loads(sh(dut, "ethtool --json -S DEV --all-groups"))[0]
        grown = [
            after["eth-mac"][name] - before["eth-mac"][name]
            for name in ("FramesTransmittedOK", "FramesReceivedOK")
        ]
        return min(grown) >= 5

    until(told, 10, "the MAC has counted the pings")


def test_ethtool_x(dut: Port) -> None:
    """The table of as many entries as the hardware has points evenly to all the queues."""
    for number in (4, 3, 8):
        if number != channels(dut)[0]:
            sh(dut, f"ethtool -L DEV combined {number}")
        shown = sh(dut, "ethtool -x DEV")
        assert f"with {number} RX ring(s)" in shown, shown
        rows = re.findall(r"^ *\d+: +(.*)", shown, re.M)
        entries = [int(word) for row in rows for word in row.split()]
        assert len(entries) == 128
        uses = [entries.count(queue) for queue in range(number)]
        assert sum(uses) == 128
        assert max(uses) - min(uses) <= 1, uses
        key = re.search(r"RSS hash key:\s+([0-9a-f:]+)", shown)
        if dut.driver == "igb":
            assert "Operation not supported" in shown  # igb shows no key
        else:
            assert key and len(key[1].split(":")) == 40 and len(set(key[1].split(":"))) > 10


def test_ethtool_r(dut: Port) -> None:
    """Negotiates anew: the link goes and comes."""
    before = int(sh(dut, "cat /sys/class/net/DEV/carrier_changes"))
    sh(dut, "ethtool -r DEV")
    until(
        lambda: int(sh(dut, "cat /sys/class/net/DEV/carrier_changes")) >= before + 2,
        15,
        "the link has gone and come",
    )
    dut.wait_carrier()
    dut.ping()


@pytest.mark.differs_on_igb(reason="igb does not tell what pause was negotiated")
def test_other_questions(dut: Port) -> None:
    """What monitoring asks of every port answers without an error, and says something."""
    pause = sh(dut, "ethtool -a DEV")
    assert "Autonegotiate:" in pause and "RX negotiated: on" in pause
    features = sh(dut, "ethtool -k DEV")
    for feature in (
        "rx-checksumming",
        "tx-checksumming",
        "scatter-gather",
        "tcp-segmentation-offload",
        "generic-receive-offload",
        "rx-vlan-offload",
        "tx-vlan-offload",
    ):
        assert f"{feature}: on" in features, feature
    # The kernel's newer message has other words for it.
    clock = "(PTP Hardware Clock|Hardware timestamp provider index): [0-9]"
    assert re.search(clock, sh(dut, "ethtool -T DEV"))
    assert sh(
        dut, "cat /sys/class/net/DEV/speed /sys/class/net/DEV/duplex /sys/class/net/DEV/operstate"
    ).split() == ["1000", "full", "up"]
    assert f"link/ether {dut.mac}" in sh(dut, "ip link show DEV")
    assert dut.mac in sh(dut, "ethtool -P DEV")


def test_proc_interrupts_and_smp_affinity(dut: Port, machine: Machine) -> None:
    """`cat /proc/interrupts | grep DEV`, and the mask echoed as the handbook has it."""
    # In the lab the peer's interface may have the same name, in its namespace.
    rows = [
        row
        for row in sh(dut, "cat /proc/interrupts | grep DEV").splitlines()
        if dut.pci in row or "MSI" not in row
    ]
    assert len(rows) == len(dut.irqs()) >= channels(dut)[0]
    irq = queue_irqs(dut)[0]
    was = machine.run(["cat", f"/proc/irq/{irq}/smp_affinity"]).out.strip()
    try:
        sh(dut, f"echo 03 > /proc/irq/{irq}/smp_affinity")
        assert int(sh(dut, f"cat /proc/irq/{irq}/smp_affinity"), 16) == 3
        dut.ping()
    finally:
        sh(dut, f"echo {was} > /proc/irq/{irq}/smp_affinity")


def test_counters_are_the_same_everywhere(dut: Port, peer: Port, figures: Figures) -> None:
    """ip -s link, /proc/net/dev and /sys/class/net/DEV/statistics, with the wire silent."""
    script = (
        "cd /sys/class/net/DEV/statistics; for f in *; do echo $f $(cat $f); done; "
        "echo ===; grep DEV: /proc/net/dev; echo ===; ip -s -s -j link show dev DEV"
    )
    # Nothing may come between the three: IPv6 and the neighbour table are not silent.
    with tools.quiet(dut, peer):
        dut.ping(10, size=1000)
        files, columns, link = sh(dut, script).split("===")
    values = {words[0]: int(words[1]) for words in map(str.split, files.strip().splitlines())}
    assert set(COUNTERS) <= values.keys()
    stats = json.loads(link)[0]["stats64"]
    shown = [int(word) for word in columns.split(":", 1)[1].split()]
    wanted = [sum(values[name] for name in names) for names in COLUMNS]
    figures(f"/proc/net/dev: {shown}")
    assert shown == wanted
    for way in ("rx", "tx"):
        for name, value in stats[way].items():
            for file in (f"{way}_{name}", f"{way}_{name}_errors", name):
                if file in values:
                    assert values[file] == value, file
    assert values["rx_packets"] >= 10 and values["tx_bytes"] >= 10 * 1042


def test_ip_s_link(dut: Port) -> None:
    shown = sh(dut, "ip -s link show DEV")
    assert re.search(r"RX: +bytes +packets +errors +dropped +missed", shown), shown
    assert re.search(r"TX: +bytes +packets", shown)


@pytest.mark.differs_on_igb(reason="Debian's igb names no author")
def test_lsmod_and_modinfo(dut: Port, machine: Machine) -> None:
    module = MODULES[dut.driver]
    assert re.search(rf"^{module} +\d+ +\d+", sh(dut, "lsmod"), re.M)
    # Not installed below /lib/modules in the lab, so it is named by its file.
    name = f"/lab/{module}.ko" if dut.driver == "napier" else module
    shown: dict[str, list[str]] = {}
    for line in sh(dut, f"modinfo {name}").splitlines():
        key, _, value = line.partition(":")
        shown.setdefault(key, []).append(value.strip())
    assert shown["license"][0].startswith("GPL")
    assert shown["description"] and shown["author"]
    assert sh(dut, "uname -r").strip() in shown["vermagic"][0]
    ids = " ".join(shown["alias"])
    for device in ("10C9", "150E", "1521", "1F41", "1533", "1539"):
        assert f"d0000{device}sv" in ids, f"no alias for 8086:{device.lower()}"
    if dut.driver == "napier":
        assert "parm" not in shown, "no module parameters"
