# SPDX-License-Identifier: GPL-2.0-only
"""The lab itself: if these fail, no other test means anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import LabError, Machine, MachineDied, Port, trouble
from lab.base import PATIENCE
from lab.port import MODULES

# "Ready (module loaded, links up) within 20 s" is a promise for an idle machine; twice
# that is what a busy one may take before something is wrong, and a kernel under checkers
# takes longer.
READY_WITHIN = 40.0 * PATIENCE


def test_boots_in_time(machine: Machine) -> None:
    if machine.boot_seconds >= READY_WITHIN:
        # The host may have been busy just then.
        with Machine(machine.spec) as again:
            assert again.boot_seconds < READY_WITHIN, f"{machine.boot_seconds:.0f} s before"


def test_each_port_has_the_driver_that_was_asked_for(dut: Port, peer: Port) -> None:
    assert dut.bound == MODULES[dut.driver]
    assert peer.bound == MODULES[peer.driver]


def test_links_are_up(dut: Port, peer: Port) -> None:
    assert dut.carrier()
    assert peer.carrier()


@pytest.mark.parametrize("family", [4, 6])
def test_ping_both_ways(dut: Port, peer: Port, family: int) -> None:
    dut.ping(3, family)
    peer.ping(3, family)


def test_traffic_crosses_the_wire(dut: Port, peer: Port) -> None:
    """Addresses of the peer must not be reachable without the wire."""
    before = peer.stats()["stats64"]["rx"]["packets"]
    dut.ping(5)
    assert peer.stats()["stats64"]["rx"]["packets"] >= before + 5
    dut.link(up=False)
    try:
        dut.wait_carrier(want=False)
        assert dut.ping(1, check=False).rc != 0
    finally:
        dut.link(up=True)
        dut.wait_carrier()


def test_command_gives_status_and_both_outputs(machine: Machine) -> None:
    result = machine.run("cat; echo bad >&2; exit 3", check=False, stdin=b"good\n")
    assert (result.rc, result.out, result.err) == (3, "good\n", "bad\n")
    with pytest.raises(LabError, match=r"status 3(.|\n)*bad"):
        machine.run("echo bad >&2; exit 3")


def test_command_that_hangs_is_killed(machine: Machine) -> None:
    with pytest.raises(LabError, match=r"still running after \d+ s(.|\n)*begun"):
        machine.run("echo begun; sleep 71.5", timeout=1.0)
    assert machine.run(["pgrep", "-f", "sleep 71.5"], check=False).rc == 1


def test_files_arrive_whole(machine: Machine) -> None:
    data = bytes(range(256)) * 10_000
    machine.put(data, "/tmp/whole", mode=0o750)
    assert machine.get("/tmp/whole") == data
    assert machine.run(["stat", "-c", "%a %s", "/tmp/whole"]).out == f"750 {len(data)}\n"


def test_what_is_wrong_with_the_kernel_alone_is_told_apart() -> None:
    report = (
        "WARNING: possible circular locking dependency detected\n"
        "irq/24-pciehp/46 is trying to acquire lock:\n"
        "ffff (&ctrl->reset_lock){.+.+}-{4:4}, at: pciehp_unconfigure_device+0x1d3/0x2c0\n"
    )
    assert trouble.foreign(report)
    assert not trouble.foreign(report + "       napier_remove+0x1c/0x30 [napier]\n")
    assert not trouble.foreign(report.replace("reset_lock", "rtnl_mutex"))


@pytest.mark.expects_trouble(r"seeded by the lab.*Call Trace.*end trace", reason="seeded")
def test_a_warning_in_the_guest_is_noticed(machine: Machine) -> None:
    """A real WARN by a helper module; without the marker it would fail this test."""
    mark = machine.console_mark()
    machine.run("insmod /lab/seedwarn.ko && rmmod seedwarn")
    (problem,) = trouble.judge(machine.kernel_trouble(mark))
    assert "seeded by the lab" in problem
    assert "seedwarn_init" in problem
    assert machine.kernel_trouble(machine.console_mark()) == []


PLUMBING = """
import pytest
from lab import trouble

class Fake:
    spec, duts, log, slept = None, [], "", False
    def console_mark(self): return len(self.log)
    def console_since(self, mark): return self.log[mark:]
    def kernel_trouble(self, mark): return trouble.reports(self.log[mark:])
    def stop(self): print("stopped")

@pytest.fixture
def fake(request, monkeypatch):
    pool = request.config.pluginmanager.get_plugin(CONFTEST).POOL
    found = pool.current = Fake()
    monkeypatch.setattr(pool, "get", lambda spec: found)
    return found

def test_silent(fake, machine): pass
def test_warns(fake, machine): fake.log += "[    1.0] WARNING: CPU: 0 PID: 1 at x.c:1 f+0x0/0x1\\n"
@pytest.mark.expects_trouble("at x.c", reason="seeded")
def test_warns_as_expected(fake, machine): test_warns(fake, machine)
@pytest.mark.expects_trouble("at x.c", reason="seeded")
def test_expected_never_came(fake, machine): pass
def test_dead_for_itself(fake, machine): assert fake.log
"""


def test_the_fixture_turns_trouble_into_failures(pytester: pytest.Pytester) -> None:
    """The whole way, on a machine that is only a log: who must fail does, nobody else."""
    here = Path(__file__).resolve()
    conftest = pytester.makeconftest(here.parents[1].joinpath("conftest.py").read_text())
    pytester.makepyfile(PLUMBING.replace("CONFTEST", repr(str(conftest))))
    root = str(here.parents[2])
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\npythonpath = [{root!r}]")
    result = pytester.runpytest_subprocess("-v", "-p", "no:cacheprovider")
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"], outcomes["errors"]) == (4, 1, 2)
    result.stdout.fnmatch_lines_random(
        [
            "*::test_warns ERROR*",
            "*::test_expected_never_came ERROR*",
            "*WARNING: CPU: 0 PID: 1 at x.c:1*",
            "*there was none*",
        ]
    )


def test_a_port_can_vanish_and_return(dut: Port) -> None:
    """All ones from registers and configuration space, and everything back afterwards."""
    status = dut.reg_read(8)
    assert status not in (0, 0xFFFFFFFF)
    dut.unbind()
    dut.vanish()
    try:
        dut.reg_write(0x0038, 0x8100)
        assert dut.reg_read(0x0038) == 0xFFFFFFFF
        assert dut.machine.run(f"lspci -s {dut.pci} -xxx").out.count("ff ff ff ff") >= 4
    finally:
        dut.return_()
        assert dut.reg_read(8) not in (0, 0xFFFFFFFF)
        dut.bind()
        dut.wait_carrier()


def test_a_port_can_be_unplugged_and_plugged(dut: Port) -> None:
    dut.unplug()
    assert dut.machine.run(["lspci", "-s", dut.pci]).out == ""
    dut.plug()
    dut.wait_carrier()
    assert dut.bound == MODULES[dut.driver]


@pytest.mark.machine(iommu=True)
def test_iommu_is_strict(machine: Machine) -> None:
    assert machine.run("dmesg | grep 'DMAR: IOMMU enabled'").rc == 0
    group = machine.run(f"cat /sys/bus/pci/devices/{machine.dut.pci}/iommu_group/type").out
    assert group.strip() == "DMA"


@pytest.mark.leaves_mess(reason="the machine dies")
@pytest.mark.expects_trouble(
    r"sysrq triggered crash", r"QEMU has ended", reason="a panic is injected"
)
def test_a_panic_is_noticed(machine: Machine) -> None:
    with pytest.raises(MachineDied, match="sysrq triggered crash"):
        machine.run("echo c > /proc/sysrq-trigger", timeout=20)
