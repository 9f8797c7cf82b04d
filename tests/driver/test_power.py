# SPDX-License-Identifier: GPL-2.0-only
"""The device goes away below the driver: without a word, by the attention button, to sleep,
or into a reset.  Nothing crashes or hangs, and when it is back so is everything that the
user had set."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from control import Load, blasting, channels, restored, rings
from tools import Figures, program, until

from lab import Machine, Port
from lab.port import MODULES

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
    it must not be found with one of these by the core's watchdog when it is up again."""
    try:
        dut.vanish()
        machine.run(f"until ip link show {dut.name} | grep -q NO-CARRIER; do sleep 0.2; done")
        dut.down()
        dut.return_()
        machine.run(f"echo 1 > /sys/bus/pci/devices/{dut.pci}/reset", timeout=30)
        dut.up()
        dut.wait_carrier()
        # The watchdog's time, and its period.
        time.sleep(11)
        with Load(dut):
            pass
    finally:
        dut.return_()
        anew(dut)


def test_unplugged_under_load(dut: Port, peer: Port) -> None:
    """The attention button, twice: the driver is asked to let go, with frames both ways."""
    for _ in range(2):
        with blasting(dut, peer, rate=1000):
            dut.ping(3)
            dut.unplug()
        dut.plug()
        dut.wait_carrier()
    with Load(dut):
        pass


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


# Before the tests that sleep: after that the emulated root port reports no error any more.
# In lower case: 7.3 writes some of it with a capital that 6.12 did not have.
RECOVERIES = {
    "correctable": "correctable error message received",
    "nonfatal": "device recovery successful",
    "fatal": "device recovery successful",
}


@pytest.mark.parametrize("kind", RECOVERIES)
def test_bus_error_under_load(settled: Port, figures: Figures, kind: str) -> None:
    """An error that the root port reports; a fatal one resets the link of the bus."""
    machine = settled.machine
    with Load(settled) as load:
        mark = machine.klog_mark()
        settled.aer(kind)
        until(
            lambda: any(RECOVERIES[kind] in line.lower() for line in machine.klog_since(mark)),
            20,
            f"the kernel says: {RECOVERIES[kind]}",
        )
        settled.wait_carrier()
        load.moves()
    figures(str(load))


def test_suspend_to_memory_under_load(machine: Machine, settled: Port, figures: Figures) -> None:
    """The machine sleeps and wakes; the streams go on where they were."""
    with Load(settled) as load:
        slept = 0
        for _ in range(2):
            slept += machine.suspend()
            settled.wait_carrier()
            settled.far.wait_carrier()
            load.moves()
    figures(f"asleep {slept} of 2 times; {load}")


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
def test_function_level_reset_under_load(settled: Port, figures: Figures) -> None:
    """By sysfs, as before the device is given to a virtual machine."""
    path = f"/sys/bus/pci/devices/{settled.pci}"
    assert "flr" in settled.machine.run(["cat", f"{path}/reset_method"]).out
    with Load(settled) as load:
        for _ in range(3):
            settled.machine.run(f"echo 1 > {path}/reset", timeout=30)
            settled.wait_carrier()
            load.moves()
    figures(str(load))


@pytest.mark.leaves_mess(reason="what tests had put into the machine is gone")
def test_orderly_reboot_under_load(machine: Machine, dut: Port, peer: Port) -> None:
    """The kernel shuts the driver down while frames come and go."""
    running = [
        port.spawn(program("endless", "blast", port.far.ipv4, 9, 1000)) for port in (dut, peer)
    ]
    assert all(process.poll() is None for process in running)
    machine.reboot(orderly=True)
    dut.ping(3)
