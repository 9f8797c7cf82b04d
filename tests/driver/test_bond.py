# SPDX-License-Identifier: GPL-2.0-only
"""Bonds of two ports at each end.  A bond changes its ports' addresses, joins the group of
LACP, and believes what they say about link, speed and duplex."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from tools import Stream, until

from lab import Machine, Port

pytestmark = pytest.mark.machine(pairs=2)
MINE, FAR = "203.0.113.1", "203.0.113.2"


@contextlib.contextmanager
def bonded(machine: Machine, options: str) -> Iterator[None]:
    """A bond of both ports at each end, with an address."""
    ends = ((machine.duts, MINE), (machine.peers, FAR))
    machine.run("modprobe bonding max_bonds=0")
    try:
        for ports, address in ends:
            script = f"set -e; ip link add bond7 type bond {options} miimon 100; "
            for port in ports:
                script += f"ip link set {port.name} down; ip link set {port.name} master bond7; "
            script += f"ip addr add {address}/24 dev bond7; ip link set bond7 up"
            ports[0].run(script)
        yield
    finally:
        for port in (*machine.duts, *machine.peers):
            port.link(up=True)
        for ports, _ in ends:
            ports[0].run("ip link del bond7", check=False)
        for port in (*machine.duts, *machine.peers):
            port.configure()
        for port in (*machine.duts, *machine.peers):
            port.wait_carrier()


def state(port: Port) -> str:
    return port.run(["cat", "/proc/net/bonding/bond7"]).out


def answers(port: Port) -> bool:
    return port.run(["ping", "-n", "-q", "-c", "1", "-W", "1", FAR], check=False).rc == 0


def cable(machine: Machine, index: int, up: bool) -> None:
    """Both ends notice, as with a real cable."""
    machine.duts[index].link(up=up)
    machine.peers[index].link(up=up)


def test_active_backup(machine: Machine, dut: Port) -> None:
    """The stream goes on over the other port when a cable is pulled, and comes back."""
    one, other = machine.duts
    with bonded(machine, "mode active-backup"):
        for ports in (machine.duts, machine.peers):
            ports[0].run(f"ip link set bond7 type bond primary {ports[0].name}")
        until(lambda: answers(dut), 30, "an answer over the bond")
        assert (
            one.run(["cat", f"/sys/class/net/{one.name}/address"]).out
            == other.run(["cat", f"/sys/class/net/{other.name}/address"]).out
        )
        assert f"Currently Active Slave: {one.name}" in state(dut)
        running = Stream(dut, 48 << 20, to=FAR)
        before = other.stats()["stats64"]["tx"]["packets"]
        cable(machine, 0, up=False)
        until(
            lambda: f"Currently Active Slave: {other.name}" in state(dut),
            20,
            "the bond to use the other port",
        )
        running.whole()
        assert other.stats()["stats64"]["tx"]["packets"] > before
        cable(machine, 0, up=True)
        until(
            lambda: f"Currently Active Slave: {one.name}" in state(dut),
            20,
            "the bond to come back to its primary port",
        )
        Stream(machine.peer, 4 << 20, to=MINE).whole()


def test_802_3ad(machine: Machine, dut: Port) -> None:
    """Both ends agree by LACP; flows use both ports; one cable less is no loss of the link."""
    with bonded(machine, "mode 802.3ad lacp_rate fast xmit_hash_policy layer3+4"):

        def agreed(ports: int) -> bool:
            text = state(dut)
            partner = re.search(r"Partner Mac Address: (\S+)", text)
            return (
                f"Number of ports: {ports}" in text
                and partner is not None
                and partner[1] != "00:00:00:00:00:00"
            )

        until(lambda: agreed(2), 60, "LACP to put both ports into one aggregate")
        until(lambda: answers(dut), 20, "an answer over the bond")
        before = [port.stats()["stats64"]["tx"]["packets"] for port in machine.duts]
        for _ in range(40):
            # Each has a port number of its own, and so a place of its own in the hash.
            dut.run(f"for i in 1 2 3 4 5; do echo x | socat -u - UDP:{FAR}:9; done", check=False)
            after = [port.stats()["stats64"]["tx"]["packets"] for port in machine.duts]
            if all(now - then > 4 for now, then in zip(after, before, strict=True)):
                break
        else:
            pytest.fail(f"flows use one port only: {before} -> {after}")
        Stream(dut, 8 << 20, to=FAR).whole()
        Stream(machine.peer, 8 << 20, to=MINE).whole()
        cable(machine, 0, up=False)
        until(lambda: agreed(1), 30, "LACP to go on with one port")
        until(lambda: answers(dut), 20, "an answer over the port that is left")
        Stream(dut, 4 << 20, to=FAR).whole()
        cable(machine, 0, up=True)
        until(lambda: agreed(2), 60, "LACP to take the port back")
