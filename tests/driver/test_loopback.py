# SPDX-License-Identifier: GPL-2.0-only
"""`ethtool -K ... loopback on`: what is sent comes back, the partner sees nothing of it, and
switching it off brings the link back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import frames
import pytest
from control import Load, restored
from test_selftest import selftest
from tools import send_frames, until

from lab import Machine, Port

pytestmark = pytest.mark.napier_only(reason="igb has no NETIF_F_LOOPBACK")

CAUGHT = "/run/tests/loopback.pcap"


@contextlib.contextmanager
def loopback(port: Port) -> Iterator[None]:
    """On, with a carrier; and off, with one."""
    port.ethtool("-K", "loopback", "on")
    try:
        port.wait_carrier()
        yield
    finally:
        port.ethtool("-K", "loopback", "off")
        port.wait_carrier()


def is_on(port: Port) -> bool:
    return "loopback: on" in port.ethtool("-k").out


def comes_back(port: Port, where: Port, marks: list[str], timeout: float = 15.0) -> set[str]:
    """Which of some frames, sent by the port to everybody, come in at a port."""
    where.run(["rm", "-f", CAUGHT])
    words = ["-i", where.name, "--immediate-mode", "-s", "256", "-U", "-w", CAUGHT, "-Q", "in"]
    capture = where.spawn(["tcpdump", *words])

    def names() -> set[str]:
        caught = b"".join(frames.pcap(where.machine.get(CAUGHT)))
        return {name.decode() for name in re.findall(rb"<([\w -]+)>", caught)} & set(marks)

    try:
        until(lambda: where.run(["test", "-s", CAUGHT], check=False).rc == 0, 15, "tcpdump")
        send_frames(port, [frames.marked(frames.BROADCAST, port.mac, mark) for mark in marks])
        with contextlib.suppress(AssertionError):
            until(lambda: names() == set(marks), timeout, "all of the frames")
        return names()
    finally:
        capture.kill(2)
        capture.wait(15)


def test_frames_come_back(dut: Port, peer: Port) -> None:
    """To the port that sent them, and to nobody else; without it, the other way round."""
    assert comes_back(dut, dut, ["off"], timeout=2) == set()
    with loopback(dut):
        assert is_on(dut)
        marks = [f"back {number}" for number in range(20)]
        assert comes_back(dut, dut, marks) == set(marks)
        assert comes_back(dut, peer, ["not there"], timeout=2) == set()
    assert not is_on(dut)
    assert comes_back(dut, peer, ["there"]) == {"there"}
    with Load(dut):
        pass


CHANGES = {
    "rings": ["ethtool -G DEV rx 1024 tx 128"],
    "channels": ["ethtool -L DEV combined 1"],
    "mtu": ["ip link set DEV mtu 4000"],
    "ifdown, ifup": ["ip link set DEV down", "ip link set DEV up"],
    "pause": ["ethtool -A DEV rx off", "ethtool -A DEV rx on"],
    "link settings": ["ethtool -s DEV advertise 0x020", "ethtool -s DEV advertise 0x02f"],
    "a reset of the function": ["echo 1 > /sys/class/net/DEV/device/reset"],
}


@pytest.mark.parametrize("what", CHANGES)
def test_survives(dut: Port, what: str) -> None:
    with restored(dut), loopback(dut):
        for command in CHANGES[what]:
            dut.run(command.replace("DEV", dut.name))
        dut.wait_carrier()
        assert is_on(dut)
        assert comes_back(dut, dut, [what.replace(",", "")]) == {what.replace(",", "")}
    dut.ping(3)


def test_self_test_in_loopback(dut: Port) -> None:
    with loopback(dut):
        selftest(dut, "offline")
        dut.wait_carrier()
        selftest(dut, "online")
        assert comes_back(dut, dut, ["after"]) == {"after"}
    dut.ping(3)


def test_is_set_while_down(dut: Port, machine: Machine) -> None:
    """It takes effect with the next ifup, and so does its end."""
    dut.down()
    dut.ethtool("-K", "loopback", "on")
    dut.up()
    try:
        dut.wait_carrier()
        assert comes_back(dut, dut, ["down"]) == {"down"}
        refused = dut.ethtool("-r", check=False)
        assert refused.rc and "busy" in refused.err.lower(), refused.err
    finally:
        dut.down()
        dut.ethtool("-K", "loopback", "off")
        dut.up()
        dut.wait_carrier()
    dut.configure()
    dut.ping(3)
