# SPDX-License-Identifier: GPL-2.0-only
"""What an operator sets and asks about the link, as the operator types it.

The emulated 82576 sends no pause frame, blinks no LED and wakes nobody; but the registers
that would make it do so are there, and the PHY negotiates."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator

import pytest
from control import carrier_changes, restored
from tools import Figures, program, until

from lab import Machine, Port

CTRL, LEDCTL, WUC, WUFC, FCRTH = 0x0000, 0x0E00, 0x5800, 0x5808, 0x2168
RFCE, TFCE = 1 << 27, 1 << 28
CAP, ASYM = 0x400, 0x800
ADVERTISE = 4

pytestmark = pytest.mark.napier_only(reason="igb resets the device for these, or lacks them")


def pause(port: Port) -> tuple[str, ...]:
    """Autonegotiate, RX, TX: as `ethtool -a` has it."""
    shown = json.loads(port.run(["ethtool", "--json", "-a", port.name]).out)[0]
    return tuple("on" if shown[key] else "off" for key in ("autonegotiate", "rx", "tx"))


def set_pause(port: Port, autoneg: str, rx: str, tx: str) -> None:
    port.ethtool("-A", "autoneg", autoneg, "rx", rx, "tx", tx)


def working(port: Port) -> tuple[bool, bool]:
    """Whether pause frames are honoured and sent, by the MAC's registers."""
    ctrl = port.reg_read(CTRL)
    assert bool(ctrl & TFCE) == bool(port.reg_read(FCRTH))
    return bool(ctrl & RFCE), bool(ctrl & TFCE)


def mii(port: Port, *words: object) -> str:
    """A line of tests/guest/mii.py."""
    return port.run(program("mii", port.name, *words)).out.strip()


def advertised(port: Port) -> int:
    """The pause bits that the PHY has."""
    return int(mii(port, "get", 1, ADVERTISE).split()[1], 16) & (CAP | ASYM)


def shown(port: Port) -> dict[str, str]:
    """`ethtool DEV`: what is on one line."""
    pairs = (line.split(": ", 1) for line in port.ethtool().out.splitlines() if ": " in line)
    return {key.strip(): value.strip() for key, value in pairs}


@pytest.fixture
def dut(dut: Port) -> Iterator[Port]:
    """With the link's settings put back afterwards."""
    with restored(dut):
        try:
            yield dut
        finally:
            dut.link(up=True)
            dut.up()
            dut.ethtool("-s", "autoneg", "on", "mdix", "auto", "advertise", "0x2f", check=False)
            dut.ethtool("-A", "autoneg", "on", "rx", "on", "tx", "on", check=False)
            dut.wait_carrier()


# ---- what happens to settings ---------------------------------------------------------


def down_up(dut: Port) -> None:
    dut.down()
    dut.up()


def new_mtu(dut: Port) -> None:
    dut.run(["ip", "link", "set", dut.name, "mtu", "4000"])


def new_channels(dut: Port) -> None:
    dut.ethtool("-L", "combined", "1")


def function_reset(dut: Port) -> None:
    dut.machine.run(f"echo 1 > /sys/bus/pci/devices/{dut.pci}/reset", timeout=30)


def asleep(dut: Port) -> None:
    dut.machine.suspend()


EVENTS: dict[str, Callable[[Port], None]] = {
    "down and up": down_up,
    "MTU": new_mtu,
    "channels": new_channels,
    "reset": function_reset,
    "suspend": asleep,
}


@pytest.mark.parametrize("event", EVENTS)
def test_settings_survive(dut: Port, event: str) -> None:
    """Whatever happens to the port, it comes back with what its user has set."""
    set_pause(dut, "off", "on", "off")
    dut.ethtool("-s", "mdix", "on", "advertise", "0x20")
    dut.wait_carrier()
    for _ in range(2):
        assert pause(dut) == ("off", "on", "off")
        until(lambda: working(dut) == (True, False), 5, "the MAC does as it was told")
        assert advertised(dut) == CAP | ASYM
        assert "(forced)" in shown(dut)["MDI-X"]
        assert shown(dut)["Advertised link modes"] == "1000baseT/Full"
        EVENTS[event](dut)
        dut.wait_carrier()
        dut.far.wait_carrier()
    dut.ping(3)


@pytest.mark.parametrize("event", [event for event in EVENTS if event != "MTU"])
@pytest.mark.parametrize("speed", [100, 10])
def test_forced_speed_survives(dut: Port, speed: int, event: str) -> None:
    """Also what makes the emulator forget that there is a link."""
    dut.ethtool("-s", "speed", str(speed), "duplex", "full", "autoneg", "off")
    for _ in range(2):
        dut.wait_carrier()
        settings = shown(dut)
        assert settings["Speed"] == f"{speed}Mb/s"
        assert settings["Duplex"] == "Full"
        assert settings["Auto-negotiation"] == "off"
        dut.far.wait_carrier()
        dut.ping(3)
        EVENTS[event](dut)
    dut.wait_carrier()


# ---- pause ------------------------------------------------------------------------------


def test_pause_without_negotiation(dut: Port, figures: Figures) -> None:
    """A matter of registers: at once, and the link stays."""
    set_pause(dut, "off", "on", "on")
    dut.wait_carrier()
    before, mark = carrier_changes(dut), dut.machine.klog_mark()
    for rx, tx, bits in (
        ("off", "off", 0),
        ("on", "off", CAP | ASYM),
        ("off", "on", ASYM),
        ("on", "on", CAP),
    ):
        set_pause(dut, "off", rx, tx)
        assert pause(dut) == ("off", rx, tx)
        assert working(dut) == (rx == "on", tx == "on")
        assert advertised(dut) == bits
    assert carrier_changes(dut) == before
    told = [line for line in dut.machine.klog_since(mark) if "Flow control is" in line]
    assert len(told) == 4, told
    figures(f"4 changes, the carrier changed {carrier_changes(dut) - before} times")


def test_pause_negotiated(dut: Port) -> None:
    """The partner has to be told: a negotiation, unless it knows already."""
    before = carrier_changes(dut)
    # Offered as symmetric by the emulated partner: to send alone comes to nothing.
    for rx, tx, bits, works in (
        ("off", "off", 0, (False, False)),
        ("off", "on", ASYM, (False, False)),
        ("on", "off", CAP | ASYM, (True, False)),
        ("on", "on", CAP, (True, True)),
    ):
        set_pause(dut, "on", rx, tx)
        dut.wait_carrier()
        assert pause(dut) == ("on", rx, tx)
        assert working(dut) == works
        assert advertised(dut) == bits
    seen = carrier_changes(dut)
    assert seen == before + 2 * 4

    # Nothing new to be told.
    set_pause(dut, "off", "on", "on")
    set_pause(dut, "on", "on", "on")
    assert working(dut) == (True, True)
    assert carrier_changes(dut) == seen

    # Told later: what was only written when nobody negotiated.
    set_pause(dut, "off", "off", "off")
    assert carrier_changes(dut) == seen
    set_pause(dut, "on", "off", "off")
    dut.wait_carrier()
    assert carrier_changes(dut) == seen + 2


def test_pause_while_down(dut: Port) -> None:
    """Stored, and in effect with the next `up`."""
    dut.down()
    set_pause(dut, "off", "off", "on")
    assert pause(dut) == ("off", "off", "on")
    dut.up()
    dut.wait_carrier()
    assert pause(dut) == ("off", "off", "on")
    assert working(dut) == (False, True)
    assert advertised(dut) == ASYM


# ---- MDI-X ---------------------------------------------------------------------------------


def test_mdix(dut: Port) -> None:
    """The emulated PHY stores the setting, and always says MDI."""
    assert shown(dut)["MDI-X"] == "off (auto)"
    dut.ethtool("-s", "mdix", "on")
    dut.wait_carrier()
    # Of a forced one, ethtool shows what was asked for.
    assert shown(dut)["MDI-X"] == "on (forced)"
    assert mii(dut, "get", 1, 0x12) == "1 2000"
    dut.ethtool("-s", "mdix", "off")
    dut.wait_carrier()
    assert shown(dut)["MDI-X"] == "off (forced)"
    assert mii(dut, "get", 1, 0x12) == "1 0"
    dut.ethtool("-s", "mdix", "auto")
    dut.wait_carrier()
    assert mii(dut, "get", 1, 0x12) == "1 1000"
    # A forced speed wants it fixed, but that is not the user's business.
    dut.ethtool("-s", "speed", "100", "duplex", "full", "autoneg", "off")
    dut.wait_carrier()
    assert shown(dut)["MDI-X"] == "off (auto)"
    assert mii(dut, "get", 1, 0x12) == "1 0"


def test_mdix_without_a_link(dut: Port) -> None:
    dut.link(up=False)
    dut.wait_carrier(want=False)
    assert shown(dut)["MDI-X"].startswith("Unknown")


# ---- why there is no link -----------------------------------------------------------------


def test_extended_state(dut: Port) -> None:
    def detected() -> str:
        return shown(dut)["Link detected"]

    assert detected() == "yes"
    dut.link(up=False)
    dut.wait_carrier(want=False)
    assert detected() == "no (Autoneg, No partner detected)"
    dut.ethtool("-s", "speed", "100", "duplex", "full", "autoneg", "off")
    assert detected() == "no (Autoneg, No partner detected during force mode)"
    dut.ethtool("-s", "autoneg", "on")
    assert detected() == "no (Autoneg, No partner detected)"
    dut.down()
    assert detected() == "no"
    dut.up()
    dut.link(up=True)
    dut.wait_carrier()
    assert detected() == "yes"


# ---- PHY: statistics, ioctls -----------------------------------------------------------------


def test_phy_statistics(dut: Port) -> None:
    """What every gigabit PHY has to count; the emulated one sees no error."""
    text = dut.ethtool("--phy-statistics").out
    assert [line.split(":") for line in text.splitlines()[1:]] == [["     phy_idle_errors", " 0"]]


def test_mii_ioctls(dut: Port) -> None:
    assert mii(dut, "phy").split()[0] == "1"
    assert mii(dut, "get", 1, 2) == "1 2a8"
    # Nobody there: so tools can look for PHYs. A register that there is not: the same.
    assert mii(dut, "get", 7, 2) == "7 ffff"
    assert mii(dut, "get", 1, 0x1A) == "1 ffff"
    old = mii(dut, "get", 1, ADVERTISE).split()[1]
    try:
        assert mii(dut, "set", 1, ADVERTISE, 0x61) == "1 0"
        assert mii(dut, "get", 1, ADVERTISE) == "1 61"
        # Refused, and nothing is changed.
        assert mii(dut, "set", 7, ADVERTISE, 0x21) == "ENXIO"
        assert mii(dut, "set", 1, 0x1A, 1) == "EIO"
        assert mii(dut, "set", 1, 0x24, 0x21) == "ENXIO"
        assert mii(dut, "set", 1, ADVERTISE, 0x21, 65534) == "EPERM"
        assert mii(dut, "get", 1, ADVERTISE) == "1 61"
    finally:
        mii(dut, "set", 1, ADVERTISE, f"0x{old}")


# ---- LEDs -------------------------------------------------------------------------------------


def test_identify(dut: Port, machine: Machine) -> None:
    """The fourth LED goes on and off, and afterwards all are as they were."""
    dut.reg_write(LEDCTL, 0x07068302)
    process = machine.spawn(["ethtool", "-p", dut.name, "60"])
    seen = set()

    def both() -> bool:
        seen.add(dut.reg_read(LEDCTL))
        return len(seen - {0x07068302}) >= 2

    try:
        until(both, 40, "it is on, and off")
    finally:
        process.kill(signal.SIGINT)
        process.wait()
    # The one besides it is kept off meanwhile.
    assert seen - {0x07068302} == {0x0E0F8302, 0x0F0F8302}
    assert dut.reg_read(LEDCTL) == 0x07068302
    dut.reg_write(LEDCTL, 0)


# ---- what this part does not have ---------------------------------------------------------------


def test_no_wake_on_lan(dut: Port, machine: Machine) -> None:
    """The emulated function cannot signal PME: nothing is offered, and nothing armed."""
    assert "Supports Wake-on: d" in dut.ethtool().out
    refused = dut.ethtool("-s", "wol", "g", check=False)
    assert refused.rc
    assert "cannot enable unsupported WoL mode" in refused.err
    dut.ethtool("-s", "wol", "d")
    machine.suspend()
    dut.wait_carrier()
    assert (dut.reg_read(WUC), dut.reg_read(WUFC)) == (0, 0)


def test_no_eee(dut: Port) -> None:
    for words in (("--show-eee",), ("--set-eee", "eee", "on")):
        refused = dut.ethtool(*words, check=False)
        assert refused.rc
        assert "not supported" in refused.err


# ---- refused -------------------------------------------------------------------------------------

REFUSED = {
    "speed 1000 duplex full autoneg off": "Invalid argument",
    "speed 100 duplex half advertise 0x1000": "Invalid argument",
    "advertise 0x10": "Invalid argument",
    "wol p": "unsupported WoL mode",
    "wol s": "unsupported WoL mode",
}


@pytest.mark.parametrize("words", REFUSED)
def test_refused_changes_nothing(dut: Port, words: str) -> None:
    before = dut.ethtool().out, pause(dut), carrier_changes(dut)
    refused = dut.ethtool("-s", *words.split(), check=False)
    assert refused.rc
    assert REFUSED[words] in refused.err, refused.err
    assert (dut.ethtool().out, pause(dut), carrier_changes(dut)) == before
