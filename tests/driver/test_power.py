# SPDX-License-Identifier: GPL-2.0-only
"""The device goes away below the driver: without a word, by the attention button, to sleep,
or into a reset.  Nothing crashes or hangs, and when it is back so is everything that the
user had set."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

import pytest
from control import Load, blasting, channels, lasting, restored, rings
from test_filters import BASIC, addresses, arriving, group_joined, marked, usual
from tools import Figures, private, program, qstats, reporters, stats64, until

from lab import Machine, Port
from lab.base import rounds
from lab.port import MODULES

# How often what ends well must do so.
ROUNDS = int(os.environ.get("POWER_ROUNDS") or rounds(3, 2))
UNSAVED = "igb is not told of a reset that the user asks for, and stays deaf after it"

# What an operator or a daemon may ask of a port at any time.
QUESTIONS = (
    "ip -s link show dev DEV",
    "ethtool DEV",
    "ethtool -i DEV",
    "ethtool -S DEV",
    "ethtool -S DEV --all-groups",
    "ethtool -g DEV",
    "ethtool -x DEV",
    "ethtool -G DEV rx 256",
    "ethtool -r DEV",
    "ip link set DEV mtu 2000",
    "ip link set DEV promisc on",
    "cat /sys/class/net/DEV/carrier",
)
FAREWELLS = {
    "rmmod": "rmmod MODULE",
    "unbind": "echo BDF > /sys/bus/pci/drivers/MODULE/unbind",
    "remove": "echo 1 > /sys/bus/pci/devices/BDF/remove",
    "ifdown, rmmod": "ip link set DEV down && rmmod MODULE",
}


def anew(dut: Port) -> None:
    """The kernel forgets the device and finds it again, as if it had been replaced."""
    path = f"/sys/bus/pci/devices/{dut.pci}"
    dut.machine.run(
        f"if [ -e {path} ]; then echo 1 > {path}/remove; fi; echo 1 > /sys/bus/pci/rescan; "
        f"[ -e {path} ]"
    )
    dut.bind()
    dut.wait_carrier()


@pytest.mark.parametrize("farewell", FAREWELLS)
def test_vanishes_under_load(
    machine: Machine, dut: Port, peer: Port, figures: Figures, farewell: str
) -> None:
    """Registers and configuration space read all ones from one moment to the next.  Every
    question is answered or refused, and the driver can be unloaded."""
    name, module = dut.name, MODULES[dut.driver]
    mark = machine.klog_mark()
    number = 20001
    streams = [
        peer.spawn(program("endless", "sink", peer.ipv4, number)),
        dut.spawn(program("endless", "source", peer.ipv4, number)),
    ]
    try:
        with blasting(dut, peer, rate=1000):
            dut.ping(3)
            dut.vanish()
            # Long enough for the slow look at the device; once also for the watchdog, which
            # igb lets bark.
            time.sleep(8 if farewell == "rmmod" and dut.driver != "igb" else 2)
            for question in QUESTIONS:
                machine.run(question.replace("DEV", name), check=False, timeout=20)
            command = FAREWELLS[farewell]
            for word, value in (("DEV", name), ("MODULE", module), ("BDF", dut.pci)):
                command = command.replace(word, value)
            begin = time.monotonic()
            machine.run(command, timeout=30)
            took = time.monotonic() - begin
    finally:
        for process in streams:
            process.kill()
        dut.return_()
        anew(dut)
    if dut.driver == "napier":
        # That a VLAN could not be taken from it is said by the stack.
        told = [
            line
            for line in machine.klog_since(mark, max_level=4)
            if "napier" in line and "failed to kill vid" not in line
        ]
        assert len(told) == 1, told
        figures(f"{farewell} took {took:.1f} s; the log: {told[0]}")
    with Load(dut):
        pass


@pytest.mark.napier_only(reason=UNSAVED)
def test_closed_while_it_was_gone(machine: Machine, dut: Port) -> None:
    """A detached interface has all its queues stopped, those that nobody uses too.  Closed then,
    it must not be found with one of these by the core's watchdog when it is up again.  That it
    answers, by the user's own doing, is noticed."""
    try:
        dut.vanish()
        # Until the driver has tried and given up: a device that is back by then is reset at once,
        # and cannot be put up at that moment.
        until(lambda: reporters(dut)["hw"]["state"] == "error", 20, "the report")
        dut.down()
        dut.return_()
        machine.run(f"echo 1 > /sys/bus/pci/devices/{dut.pci}/reset", timeout=30)
        dut.up()
        dut.wait_carrier()
        assert reporters(dut)["hw"]["state"] == "healthy"
        # The watchdog's time, and its period.
        time.sleep(11)
        with Load(dut):
            pass
    finally:
        dut.return_()
        anew(dut)


def test_unplugged_under_load(dut: Port, peer: Port) -> None:
    """The attention button: the driver is asked to let go, with frames both ways."""
    for _ in range(ROUNDS):
        with blasting(dut, peer, rate=1000):
            dut.ping(3)
            dut.unplug()
        dut.plug()
        dut.wait_carrier()
    with Load(dut):
        pass


def test_removed_and_found_under_load(dut: Port, peer: Port) -> None:
    """By sysfs, with frames both ways."""
    for _ in range(ROUNDS):
        with blasting(dut, peer, rate=1000):
            dut.ping(3)
            anew(dut)
            dut.ping(3)
    with Load(dut):
        pass


# Settings with which a driver that starts afresh would not begin.
TASTE = (
    "ethtool -A DEV autoneg off rx on tx off",
    "ethtool -C DEV adaptive-rx off rx-usecs 70 adaptive-tx off tx-usecs 30",
    "ethtool -K DEV tso off rxvlan off",
    "ethtool -X DEV equal 1",
    "ethtool -N DEV rx-flow-hash udp4 sd",
    "echo 1 > /sys/class/net/DEV/threaded",
    "echo 2 > /sys/class/net/DEV/napi_defer_hard_irqs",
    "echo 100000 > /sys/class/net/DEV/gro_flush_timeout",
)
AS_BEFORE = (
    "echo 0 > /sys/class/net/DEV/gro_flush_timeout",
    "echo 0 > /sys/class/net/DEV/napi_defer_hard_irqs",
    "echo 0 > /sys/class/net/DEV/threaded",
    "ethtool -N DEV rx-flow-hash udp4 sdfn",
    "ethtool -X DEV default",
    "ethtool -K DEV rxvlan on tso on",
    "ethtool -C DEV rx-usecs 100 tx-usecs 100",
    "ethtool -C DEV adaptive-rx on adaptive-tx on",
    "ethtool -A DEV autoneg on rx on tx on",
)


def tell(dut: Port, commands: tuple[str, ...]) -> None:
    for command in commands:
        dut.run(command.replace("DEV", dut.name))
    dut.wait_carrier()


def counters(port: Port) -> dict[str, int]:
    """All that count up for ever."""
    return {**stats64(port), **private(port), **{f"q {k}": v for k, v in qstats(port).items()}}


@pytest.fixture
def at_taste(settled: Port) -> Iterator[Port]:
    """More settings than igb knows; they and the counters are kept."""
    if settled.driver != "napier":
        yield settled
        return
    try:
        tell(settled, TASTE)
        wanted, counted = lasting(settled), counters(settled)
        yield settled
        settled.wait_carrier()
        found = lasting(settled)
        assert {name: found[name] for name in found if found[name] != wanted[name]} == {}
        now = counters(settled)
        assert {name: now[name] for name in now if now[name] < counted[name]} == {}
        assert now["rx_packets"] > counted["rx_packets"]
    finally:
        tell(settled, AS_BEFORE)


@pytest.fixture
def settled(dut: Port) -> Iterator[Port]:
    """A port with settings of its user's, which must be the same afterwards."""
    with restored(dut):
        dut.ethtool("-G", "rx", "1024", "tx", "256")
        dut.run(["ip", "link", "set", dut.name, "mtu", "3000"])
        dut.run(["ip", "link", "set", dut.name, "promisc", "on"])
        dut.wait_carrier()
        before = rings(dut), channels(dut), dut.mac
        try:
            yield dut
            shown = dut.stats()
            assert (rings(dut), channels(dut), shown["address"]) == before
            assert shown["mtu"] == 3000
            assert shown["promiscuity"] == 1
        finally:
            dut.run(["ip", "link", "set", dut.name, "promisc", "off"])


# In lower case: 7.3 writes some of it with a capital that 6.12 did not have.
RECOVERIES = {
    "correctable": "correctable error message received",
    "nonfatal": "device recovery successful",
    "fatal": "device recovery successful",
}


@pytest.mark.parametrize("kind", RECOVERIES)
def test_bus_error_under_load(at_taste: Port, figures: Figures, kind: str) -> None:
    """An error that the root port reports; a fatal one resets the link of the bus."""
    machine = at_taste.machine
    with Load(at_taste) as load:
        for _ in range(ROUNDS):
            mark = machine.klog_mark()
            at_taste.aer(kind)
            until(
                lambda mark=mark: any(  # type: ignore[misc]
                    RECOVERIES[kind] in line.lower() for line in machine.klog_since(mark)
                ),
                20,
                f"the kernel says: {RECOVERIES[kind]}",
            )
            at_taste.wait_carrier()
            load.moves()
    figures(f"{ROUNDS} times; {load}")


def test_suspend_to_memory_under_load(machine: Machine, at_taste: Port, figures: Figures) -> None:
    """The machine sleeps and wakes; the streams go on where they were."""
    with Load(at_taste) as load:
        slept = 0
        for _ in range(ROUNDS):
            slept += machine.suspend()
            at_taste.wait_carrier()
            at_taste.far.wait_carrier()
            load.moves()
    figures(f"asleep {slept} of {ROUNDS} times; {load}")


def test_suspend_while_down(machine: Machine, dut: Port) -> None:
    """An interface that was down stays down, and comes up when it is told to."""
    dut.down()
    try:
        machine.suspend()
        assert not dut.carrier()
    finally:
        dut.up()
        dut.wait_carrier()
    with Load(dut):
        pass


@pytest.mark.differs_on_igb(reason=UNSAVED)
def test_function_level_reset_under_load(at_taste: Port, figures: Figures) -> None:
    """By sysfs, as before the device is given to a virtual machine."""
    path = f"/sys/bus/pci/devices/{at_taste.pci}"
    assert "flr" in at_taste.machine.run(["cat", f"{path}/reset_method"]).out
    with Load(at_taste) as load:
        for _ in range(ROUNDS):
            at_taste.machine.run(f"echo 1 > {path}/reset", timeout=30)
            at_taste.wait_carrier()
            load.moves()
    figures(f"{ROUNDS} times; {load}")


def reset_by_sysfs(port: Port) -> None:
    port.machine.run(f"echo 1 > /sys/bus/pci/devices/{port.pci}/reset", timeout=30)


def reset_by_ethtool(port: Port) -> None:
    port.ethtool("--reset", "dedicated")


def bus_error(port: Port) -> None:
    """Over when the kernel has said so."""
    mark = port.machine.klog_mark()
    port.aer("fatal")

    def over() -> bool:
        return any(RECOVERIES["fatal"] in line.lower() for line in port.machine.klog_since(mark))

    until(over, 20, "the recovery")


def asleep(port: Port) -> None:
    port.machine.suspend()


# Sleep is the last: after it the root port reports no error any more.
FORGETFUL = {
    "reset by ethtool": reset_by_ethtool,
    "function-level reset": reset_by_sysfs,
    "bus error": bus_error,
    "sleep": asleep,
}


@pytest.mark.napier_only(reason=UNSAVED)
def test_filters_survive(dut: Port) -> None:
    """A second unicast address and a group are received as before, and nothing else is: the
    device has forgotten both, and the port is not promiscuous."""
    (second,) = addresses(1)
    sent = usual(dut) | marked(dut, {"second": second})
    fdb = ["dev", dut.name, "self", "permanent"]
    with group_joined(dut):
        dut.run(["bridge", "fdb", "add", second, *fdb])
        try:
            for what, event in {"nothing": lambda _: None, **FORGETFUL}.items():
                event(dut)
                dut.wait_carrier()
                dut.far.wait_carrier()
                assert dut.stats()["promiscuity"] == 0, what
                assert arriving(dut, sent) == BASIC | {"joined", "second"}, what
        finally:
            dut.run(["bridge", "fdb", "del", second, *fdb])
    assert arriving(dut, sent) == BASIC


@pytest.mark.napier_only(reason="igb refuses settings while it sleeps")
def test_sleeps_while_down(machine: Machine, dut: Port) -> None:
    """Runtime power management, which the user has to allow: a port whose interface is down
    sleeps, answers whoever asks, and comes up with what was set meanwhile."""
    device = f"/sys/bus/pci/devices/{dut.pci}"

    def status() -> str:
        return machine.run(["cat", f"{device}/power/runtime_status"]).out.strip()

    def awake() -> int:
        return int(machine.run(["cat", f"{device}/power/runtime_active_time"]).out)

    with restored(dut):
        machine.run(f"echo auto > {device}/power/control")
        try:
            for number in range(ROUNDS):
                dut.down()
                until(lambda: status() == "suspended", 20, "sleep")
                state = machine.run(["setpci", "-s", dut.pci, "CAP_PM+4.W"]).out
                assert int(state, 16) & 3 == 3, f"not in D3hot: {state}"
                dut.run(["ip", "link", "set", dut.name, "mtu", str(1600 + number)])
                assert status() == "suspended"
                before = awake()
                shown = machine.run(["devlink", "dev", "info", f"pci/{dut.pci}"]).out
                assert awake() > before, "it was not woken"
                assert "asic.id 82576" in shown, shown
                until(lambda: status() == "suspended", 20, "sleep")
                machine.run(f"echo 1 > {device}/reset", timeout=30)
                dut.up()
                dut.wait_carrier()
                assert (status(), dut.stats()["mtu"]) == ("active", 1600 + number)
                with Load(dut):
                    pass
                assert status() == "active"
        finally:
            machine.run(f"echo on > {device}/power/control")
            dut.up()
            dut.wait_carrier()


def config_space(machine: Machine, port: Port) -> int:
    """Where the machine has a port's configuration space in its memory."""
    ranges = machine.run(["cat", "/proc/iomem"]).out
    found = re.search(r"([0-9a-f]+)-[0-9a-f]+ : PCI (?:ECAM|MMCONFIG) 0000 \[bus 00", ranges)
    assert found, ranges
    _, bus, slot, function = re.split("[:.]", port.pci)
    place = int(bus, 16) << 20 | int(slot, 16) << 15 | int(function, 16) << 12
    return int(found[1], 16) + place


def word(machine: Machine, address: int) -> int:
    """Two octets of the machine's memory, which needs no guest."""
    return int(machine.hmp(f"xp /1hx {address:#x}").split(":")[1], 16)


@pytest.mark.leaves_mess(reason="what tests had put into the machine is gone")
def test_power_off_under_load(machine: Machine, dut: Port, peer: Port) -> None:
    """A machine that is off goes on feeding a port that could wake it: it sleeps, and no longer
    writes into memory."""
    place = config_space(machine, dut)
    said = machine.run(["setpci", "-v", "-s", dut.pci, "CAP_PM+4.W"]).out
    found = re.search(r"@([0-9a-f]+) = ", said.split(")")[1])
    assert found, said
    command, power = place + 4, place + int(found[1], 16)
    # The words are those that the guest sees: it is awake and may write.
    assert word(machine, command) & 4 and not word(machine, power) & 3
    for port in (dut, peer):
        port.spawn(program("endless", "blast", port.far.ipv4, 9, 1000))
    machine.power_off()
    assert word(machine, power) & 3 == 3, "not in D3hot"
    assert not word(machine, command) & 4, "still master of the bus"
    machine.reboot()
    dut.ping(3)


@pytest.mark.leaves_mess(reason="what tests had put into the machine is gone")
def test_orderly_reboot_under_load(machine: Machine, dut: Port, peer: Port) -> None:
    """The kernel shuts the driver down while frames come and go."""
    running = [
        port.spawn(program("endless", "blast", port.far.ipv4, 9, 1000)) for port in (dut, peer)
    ]
    assert all(process.poll() is None for process in running)
    machine.reboot(orderly=True)
    dut.ping(3)
