# SPDX-License-Identifier: GPL-2.0-only
"""devlink: what the port is, how many vectors it may have, and reload."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from control import Load, channels, queue_irqs, restored, rings
from test_rss import table
from tools import Figures, private, stats64

from lab import Machine, Port
from lab.machine import Result

pytestmark = pytest.mark.napier_only(reason="igb knows no devlink")

# The emulated device's MSI-X table.
TABLE = 10


def devlink(port: Port, *words: str, check: bool = True) -> Result:
    """`devlink -j dev COMMAND pci/... ...`"""
    at = 2 if words[0] == "param" else 1
    line = ["devlink", "-j", "dev", *words[:at], f"pci/{port.pci}", *words[at:]]
    return port.machine.run(line, check=check)


def one(result: Result) -> Any:
    """The only device in an answer."""
    (shown,) = json.loads(result.out).values()
    (found,) = shown.values()
    return found


def set_vectors(port: Port, value: int, check: bool = True) -> Result:
    name = ("name", "msix_vec_per_pf_max")
    return devlink(
        port, "param", "set", *name, "value", str(value), "cmode", "driverinit", check=check
    )


def vectors(port: Port) -> int:
    (param,) = one(devlink(port, "param", "show", "name", "msix_vec_per_pf_max"))
    assert (param["name"], param["type"]) == ("msix_vec_per_pf_max", "generic")
    (value,) = param["values"]
    assert value["cmode"] == "driverinit"
    return int(value["value"])


def reload(port: Port, check: bool = True) -> Result:
    return devlink(port, "reload", check=check)


@contextlib.contextmanager
def as_before(port: Port) -> Iterator[None]:
    with restored(port):
        try:
            yield
        finally:
            set_vectors(port, TABLE)
            reload(port)
            port.up()


def test_info(dut: Port) -> None:
    """What the emulated device has, and nothing made up for what it has not."""
    info = one(devlink(dut, "info"))
    assert info["driver"] == "napier"
    # It has no serial number in its configuration space, so it is that of the NVM.
    assert info["serial_number"] == dut.mac.replace(":", "-")
    fixed, running = info["versions"]["fixed"], info["versions"]["running"]
    assert fixed["asic.id"] == "82576"
    assert fixed["asic.rev"] == "01"
    shown = dut.ethtool("-i").out
    assert re.search(rf"^firmware-version: {re.escape(running['fw'])}$", shown, re.M), shown
    whole = bytes.fromhex(
        "".join(dut.run(f"ethtool -e {dut.name} raw on | od -An -v -tx1").out.split())
    )
    words = [int.from_bytes(whole[at : at + 2], "little") for at in range(0, len(whole), 2)]
    if words[8] in (0, 0xFFFF):
        assert "board.id" not in fixed
    else:
        assert fixed["board.id"] == f"{words[8]:04X}{words[9] >> 8:02X}-{words[9] & 0xFF:03X}"
    assert ("fw.bundle_id" in running) == (words[0x43] >> 12 == 8)
    assert "fw.undi" not in running


def test_reload_keeps_what_was_set(dut: Port, peer: Port, figures: Figures) -> None:
    """The interface is the same one, under traffic, and so is all that is set on it."""
    with restored(dut):
        dut.ethtool("-G", "rx", "256", "tx", "1024")
        dut.ethtool("-X", "weight", "3", "1")
        dut.ethtool("-K", "tso", "off")
        dut.ethtool("-C", "adaptive-rx", "off", "rx-usecs", "50")
        dut.run(["ip", "link", "set", dut.name, "mtu", "1400"])
        irqs = queue_irqs(dut)
        dut.machine.run(f"echo 1 > /proc/irq/{irqs[1]}/smp_affinity")
        try:
            table = dut.ethtool("-x").out
            coalesce = dut.ethtool("-c").out
            link = json.loads(dut.run(["ip", "-j", "link", "show", dut.name]).out)[0]
            address = dut.run(["ip", "-o", "addr", "show", dut.name]).out
            sent = stats64(dut)["tx_packets"]
            with Load(dut) as load:
                done = one(devlink(dut, "reload", "action", "driver_reinit"))
                assert done == ["driver_reinit"] or "driver_reinit" in str(done)
                dut.wait_carrier()
                load.moves()
            now = json.loads(dut.run(["ip", "-j", "link", "show", dut.name]).out)[0]
            for what in ("ifindex", "ifname", "address", "mtu"):
                assert now[what] == link[what], what
            assert dut.run(["ip", "-o", "addr", "show", dut.name]).out == address
            assert rings(dut) == (256, 1024)
            assert dut.ethtool("-x").out == table
            assert dut.ethtool("-c").out == coalesce
            assert "tcp-segmentation-offload: off" in dut.ethtool("-k").out
            # With as many vectors as before, they are the same ones.
            assert queue_irqs(dut) == irqs
            affinity = dut.machine.run(["cat", f"/proc/irq/{irqs[1]}/smp_affinity"]).out
            assert int(affinity, 16) == 1
            assert stats64(dut)["tx_packets"] > sent
            figures(f"reload under traffic: {load}")
        finally:
            dut.machine.run(f"echo 2 > /proc/irq/{irqs[1]}/smp_affinity")
            dut.ethtool("-C", "rx-usecs", "100")
            dut.ethtool("-C", "adaptive-rx", "on")
            dut.ethtool("-K", "tso", "on")
            dut.ethtool("-X", "default")


def test_vectors_limit_channels(dut: Port) -> None:
    """What is set holds with the next reload, not before."""
    assert vectors(dut) == TABLE
    assert channels(dut) == (2, TABLE - 1)
    with as_before(dut):
        set_vectors(dut, 2)
        assert vectors(dut) == 2
        assert channels(dut) == (2, TABLE - 1)
        reload(dut)
        assert channels(dut) == (1, 1)
        assert sorted(queue_irqs(dut)) == [0]
        refused = dut.ethtool("-L", "combined", "2", check=False)
        assert refused.rc
        dut.wait_carrier()
        with Load(dut):
            pass
        set_vectors(dut, 5)
        reload(dut)
        assert channels(dut) == (1, 4)
        dut.ethtool("-L", "combined", "4")
        assert sorted(queue_irqs(dut)) == [0, 1, 2, 3]
        dut.wait_carrier()
        with Load(dut):
            pass


def test_a_table_of_queues_that_are_lost(dut: Port, machine: Machine) -> None:
    """It becomes the default, which grows with the channels again, and the user is told."""
    mark = machine.klog_mark()
    with as_before(dut):
        dut.ethtool("-L", "combined", "4")
        dut.ethtool("-X", "equal", "4")
        set_vectors(dut, 3)
        reload(dut)
        assert set(table(dut)) == {0, 1}
        assert any(
            "indirection table lost" in line for line in machine.klog_since(mark, max_level=4)
        )
        set_vectors(dut, 5)
        reload(dut)
        dut.ethtool("-L", "combined", "4")
        assert set(table(dut)) == {0, 1, 2, 3}


@pytest.mark.parametrize("value", [0, 1, TABLE + 1, 2**32 - 1])
def test_impossible_numbers_are_refused(dut: Port, value: int) -> None:
    result = set_vectors(dut, value, check=False)
    assert result.rc
    assert f"{value} vectors: 2 to {TABLE} are possible" in result.err, result.err
    assert vectors(dut) == TABLE


def test_reload_while_down(dut: Port) -> None:
    with as_before(dut):
        dut.down()
        set_vectors(dut, 2)
        reload(dut)
        assert channels(dut) == (1, 1)
        assert not json.loads(dut.run(["ip", "-j", "link", "show", dut.name]).out)[0][
            "flags"
        ].count("UP")
        dut.up()
        dut.wait_carrier()
        dut.ping(3)


def test_reload_many_times(dut: Port, machine: Machine) -> None:
    """With another number of vectors each time."""
    before = private(dut)["device_resets"]
    with as_before(dut):
        for value in (2, 3, 10, 2, 4):
            set_vectors(dut, value)
            reload(dut)
        dut.wait_carrier()
        dut.ping(3)
    dut.wait_carrier()
    dut.ping(3)
    # It is no remedy for anything.
    assert private(dut)["device_resets"] == before


def test_namespaces_are_refused(dut: Port, machine: Machine) -> None:
    machine.run("ip netns add elsewhere")
    try:
        result = devlink(dut, "reload", "netns", "elsewhere", check=False)
        assert result.rc and "namespace" in result.err, result.err
        dut.ping(1)
    finally:
        machine.run("ip netns del elsewhere")


def test_a_device_that_is_gone_is_not_reloaded(dut: Port) -> None:
    dut.vanish()
    try:
        dut.ethtool("-d", "raw", "on", check=False)
        result = reload(dut, check=False)
        assert result.rc and "does not answer" in result.err, result.err
    finally:
        dut.return_()
        dut.unbind()
        dut.bind()
        dut.wait_carrier()
