# SPDX-License-Identifier: GPL-2.0-only
"""A system that boots systemd: udev gives a port the settings of its .link file when the driver
finds it, systemd-networkd its addresses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from control import carrier_changes, channels, rings
from tools import until

from lab import Machine, Port

pytestmark = [
    pytest.mark.machine(cpus=4, systemd=True),
    pytest.mark.leaves_mess(reason="the port has another name, and belongs to networkd"),
    pytest.mark.napier_only(reason="igb has no adaptive moderation"),
]

LINK = """[Match]
PermanentMACAddress={mac}

[Link]
NamePolicy=
Name=lan0
MTUBytes=4000
TransmitQueueLength=500
RxBufferSize=1024
TxBufferSize=256
CombinedChannels=2
UseAdaptiveRxCoalesce=no
UseAdaptiveTxCoalesce=no
RxCoalesceSec=60us
TxCoalesceSec=30us
RxFlowControl=yes
TxFlowControl=no
AutoNegotiationFlowControl=no
TCPSegmentationOffload=no
GenericReceiveOffload=no
Advertise=1000baset-full
"""
NETWORK = """[Match]
Name=lan0

[Network]
Address={ipv4}/24
Address={ipv6}/64
LinkLocalAddressing=no
IPv6AcceptRA=no
"""
PLACE = "/run/systemd/network"


def as_json(port: Port, option: str) -> dict[str, Any]:
    return json.loads(port.run(["ethtool", "--json", option, port.name]).out)[0]


def features(port: Port) -> str:
    return port.ethtool("-k").out


def expect(port: Port) -> None:
    """Each line of LINK, as ethtool and ip show it."""
    assert rings(port) == (1024, 256)
    assert channels(port)[0] == 2
    moderation = as_json(port, "-c")
    assert not moderation["adaptive-rx"] and not moderation["adaptive-tx"]
    # The emulator counts in steps of two microseconds.
    assert abs(moderation["rx-usecs"] - 60) <= 1
    assert abs(moderation["tx-usecs"] - 30) <= 1
    pause = as_json(port, "-a")
    assert (pause["autonegotiate"], pause["rx"], pause["tx"]) == (False, True, False)
    # IPv4 alone is what that line is about.
    assert "tx-tcp-segmentation: off" in features(port)
    assert "generic-receive-offload: off" in features(port)
    assert re.search(r"Advertised link modes: +1000baseT/Full\n", port.ethtool().out)
    assert (port.stats()["mtu"], port.stats()["txqlen"]) == (4000, 500)


def journal(machine: Machine, unit: str) -> list[str]:
    """What a service complained of."""
    words = ["journalctl", "--no-pager", "-o", "cat", "-p", "warning", "-u", unit]
    return [line for line in machine.run(words).out.splitlines() if "lan0" in line]


def test_a_link_file_is_obeyed(machine: Machine, dut: Port) -> None:
    # Nothing of it is the default.
    assert rings(dut) != (1024, 256) and channels(dut)[0] != 2
    link = LINK.format(mac=dut.mac)
    network = NETWORK.format(ipv4=dut.ipv4, ipv6=dut.ipv6)
    dut.unbind()
    machine.run(f"mkdir -p {PLACE}")
    machine.put(link.encode(), f"{PLACE}/10-lan0.link")
    machine.put(network.encode(), f"{PLACE}/10-lan0.network")
    machine.run("udevadm control --reload; systemctl restart systemd-networkd", timeout=60)
    dut.bind(configure=False)
    until(lambda: machine.run(["ip", "link", "show", "lan0"], check=False).rc == 0, 20, "lan0")
    dut.refresh()
    assert dut.name == "lan0"
    until(lambda: "routable" in machine.run("networkctl --no-pager").out, 30, "an address")
    dut.wait_carrier()
    expect(dut)
    dut.ping(3)
    # Its address is tried for a second or two before it is used.
    until(lambda: dut.ping(1, 6, check=False).rc == 0, 20, "an answer over IPv6")
    assert journal(machine, "systemd-udevd") == []
    assert journal(machine, "systemd-networkd") == []

    # Told the same again, nothing happens to the link.
    changes = carrier_changes(dut)
    machine.run("udevadm trigger -c add /sys/class/net/lan0; udevadm settle", timeout=60)
    expect(dut)
    assert carrier_changes(dut) == changes

    # networkd takes it down and up.
    machine.run("networkctl down lan0; networkctl up lan0", timeout=60)
    dut.wait_carrier()
    expect(dut)
    until(lambda: dut.ping(1, check=False).rc == 0, 20, "an answer")
    machine.run("systemctl stop systemd-networkd.socket systemd-networkd", timeout=60)
