# SPDX-License-Identifier: GPL-2.0-only
"""`ethtool -t`: a sound port passes, whatever the kind of interrupt and however busy the
machine; afterwards everything is as it was; and what is wrong is named."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from control import Load, blasting, carrier_changes, mode, restored, settings
from tools import Figures, private, stats64, until

from lab import Machine, Port
from lab.base import PATIENCE

pytestmark = pytest.mark.napier_only(reason="igb's tests are others, and take ten seconds")

NAMES = ("registers", "NVM checksum", "interrupts", "link", "MAC loopback", "PHY loopback")
# A negotiation of the emulator takes half a second; what the rest may take is 3 s.
LIMIT = 3.0 + 0.5
ROUNDS = 3


# Writes FCTTV for ever.
WRITER = """
import mmap, os, sys
file = os.open(f"/sys/bus/pci/devices/{sys.argv[1]}/resource0", os.O_RDWR | os.O_SYNC)
bar = memoryview(mmap.mmap(file, 4096)).cast("I")
while True:
    bar[0x170 // 4] = 0x1234
"""


def selftest(port: Port, kind: str, *, check: bool = True) -> dict[str, int]:
    """Test -> 0 or the errno of its failure."""
    result = port.run(
        ["taskset", "-c", "0", "ethtool", "-t", port.name, kind], check=False, timeout=90
    )
    verdict = re.search(r"The test result is (PASS|FAIL)", result.out)
    assert verdict, result
    found = {
        name.strip(): int(value)
        for name, value in re.findall(r"^(.+?)\s+\(\S+\)\s+(-?\d+)\s*$", result.out, re.M)
    }
    assert tuple(found) == NAMES, result.out
    assert (verdict[1] == "FAIL") == any(found.values()) == bool(result.rc), result.out
    if check:
        assert not any(found.values()), result.out
    return found


def everything(port: Port) -> dict[str, Any]:
    """All that a test must leave as it was."""
    found = settings(port)
    del found["carrier_changes"]
    for words in (("-k",), ("-x",), ("-a",), ("-l",), ("-g",)):
        found["ethtool " + " ".join(words)] = port.ethtool(*words).out
    found["ethtool"] = port.ethtool().out
    found["addresses"] = port.run(f"bridge fdb show dev {port.name}; ip maddr show {port.name}").out
    return found


@contextlib.contextmanager
def busy(machine: Machine, each: int = 2) -> Iterator[None]:
    """Something that never sleeps, so many times on each CPU."""
    loops = [
        machine.spawn(["taskset", "-c", str(cpu), "sh", "-c", "while :; do :; done"])
        for cpu in range(machine.spec.cpus)
        for _ in range(each)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()


@pytest.mark.parametrize("wanted", ["msix", "msi", "intx"])
def test_passes(dut: Port, wanted: str, figures: Figures) -> None:
    with mode(dut, wanted):
        took = []
        for _ in range(ROUNDS):
            begin = time.monotonic()
            selftest(dut, "offline")
            took.append(time.monotonic() - begin)
            assert dut.carrier() or dut.wait_carrier(2) < 2
            selftest(dut, "online")
            dut.ping()
        figures(f"{wanted}: offline takes {min(took):.1f} to {max(took):.1f} s")
        assert min(took) < LIMIT * PATIENCE


def test_leaves_everything_as_it_was(dut: Port, machine: Machine) -> None:
    """Rings, channels, RSS, VLANs, addresses, promiscuity, link settings; and no counter goes
    back."""
    vlan, name = f"{dut.name}.77", dut.name
    with restored(dut):
        dut.run(
            f"""set -e
            ethtool -G {name} rx 1024 tx 256
            ethtool -L {name} combined 3
            ethtool -X {name} weight 1 5 2
            ethtool -K {name} tso off rxhash off
            ip link set {name} mtu 3000
            ip link add link {name} name {vlan} type vlan id 77
            ip link set {vlan} up
            ip link set {name} promisc on
            bridge fdb add 02:00:00:00:a5:01 dev {name}
            ip maddr add 01:00:5e:7f:11:22 dev {name}"""
        )
        try:
            dut.wait_carrier()
            dut.ping(3)
            before, stats, own = everything(dut), stats64(dut), private(dut)
            for kind in ("offline", "online"):
                selftest(dut, kind)
                dut.wait_carrier()
                assert everything(dut) == before, kind
                now = stats64(dut)
                assert not [key for key in stats if now[key] < stats[key]]
                assert private(dut)["device_resets"] == own["device_resets"]
                dut.ping(3, size=56)
        finally:
            dut.run(
                f"""ip link del {vlan}; ip link set {name} promisc off
                bridge fdb del 02:00:00:00:a5:01 dev {name}
                ip maddr del 01:00:5e:7f:11:22 dev {name}
                ethtool -X {name} default; ethtool -K {name} tso on rxhash on"""
            )


def test_of_an_interface_that_is_down(dut: Port) -> None:
    """One that was up, and one that never was: the link is taken up for the test, and down."""
    try:
        dut.down()
        before = settings_down(dut)
        selftest(dut, "offline")
        assert settings_down(dut) == before
        found = selftest(dut, "online", check=False)
        assert {name for name, value in found.items() if value} == {"link"}
        dut.unbind()
        dut.bind(configure=False)
        selftest(dut, "offline")
        assert not dut.irqs()
    finally:
        dut.unbind()
        dut.bind()
        dut.wait_carrier()
    dut.ping(3)


def settings_down(port: Port) -> tuple[str, str, dict[int, str]]:
    return port.stats()["flags"], port.ethtool("-g").out + port.ethtool("-k").out, port.irqs()


def test_online_disturbs_nobody(dut: Port, figures: Figures) -> None:
    before = carrier_changes(dut)
    with Load(dut) as load:
        for _ in range(10):
            selftest(dut, "online")
        load.moves()
    assert carrier_changes(dut) == before
    figures(str(load))


def test_offline_under_traffic(dut: Port, peer: Port) -> None:
    """Frames from the wire are none of the loopback's business, and streams survive."""
    with Load(dut) as load, blasting(dut, peer, rate=2000):
        for _ in range(ROUNDS):
            selftest(dut, "offline")
            load.moves()


def test_on_a_busy_machine(dut: Port, machine: Machine, figures: Figures) -> None:
    """Every CPU has other things to do; nothing has come too late for a wait."""
    took = []
    with busy(machine):
        for kind in ("offline", "online") * ROUNDS:
            begin = time.monotonic()
            selftest(dut, kind)
            took.append(time.monotonic() - begin)
    dut.wait_carrier()
    figures(f"on a busy machine {min(took):.1f} to {max(took):.1f} s")


def test_a_pulled_cable_is_named(dut: Port, machine: Machine) -> None:
    """The emulator has no link in a loopback either, then."""
    dut.link(up=False)
    try:
        dut.wait_carrier(want=False)
        mark = machine.klog_mark()
        found = selftest(dut, "online", check=False)
        assert {name for name, value in found.items() if value} == {"link"}
        log = "\n".join(machine.klog_since(mark))
        assert re.search(r"self-test: link: expected STATUS.LU within 5 s, STATUS is 0x", log)
        found = selftest(dut, "offline", check=False)
        assert {name for name, value in found.items() if value} == {
            "link",
            "MAC loopback",
            "PHY loopback",
        }
    finally:
        dut.link(up=True)
        dut.wait_carrier()
    dut.ping()
    selftest(dut, "offline")


def test_a_wrong_register_is_named(dut: Port, machine: Machine) -> None:
    """Somebody else writes a register while it is tested."""
    mark = machine.klog_mark()
    # On the CPU that does not test.
    writer = machine.spawn(["taskset", "-c", "1", "python3", "-c", WRITER, dut.pci])
    try:

        def noticed() -> bool:
            return selftest(dut, "offline", check=False)["registers"] != 0

        until(noticed, 180, "a test that meets a wrong value")
    finally:
        writer.kill()
    log = "\n".join(machine.klog_since(mark))
    assert re.search(r"self-test: register FCTTV\[0\] at 0x170: wrote 0x\w+, read 0x1234", log)
    selftest(dut, "offline")
