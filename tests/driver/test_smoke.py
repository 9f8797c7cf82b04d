# SPDX-License-Identifier: GPL-2.0-only
"""The lab itself: if these fail, no other test means anything."""

from __future__ import annotations

import pytest
from tests.conftest import judge_trouble

from lab import LabError
from lab.port import MODULES

# "Ready (module loaded, links up) within 20 s" is a promise for an idle machine; twice
# that is what a busy one may take before something is wrong.
READY_WITHIN = 40.0


def test_boots_in_time(machine):
    assert machine.boot_seconds < READY_WITHIN


def test_each_port_has_the_driver_that_was_asked_for(dut, peer):
    assert dut.bound == MODULES[dut.driver]
    assert peer.bound == MODULES[peer.driver]


def test_links_are_up(dut, peer):
    assert dut.carrier()
    assert peer.carrier()


@pytest.mark.parametrize("family", [4, 6])
def test_ping_both_ways(dut, peer, family):
    dut.ping(3, family)
    peer.ping(3, family)


def test_traffic_crosses_the_wire(dut, peer):
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


def test_command_gives_status_and_both_outputs(machine):
    result = machine.run("cat; echo bad >&2; exit 3", check=False, stdin=b"good\n")
    assert (result.rc, result.out, result.err) == (3, "good\n", "bad\n")
    with pytest.raises(LabError, match=r"status 3(.|\n)*bad"):
        machine.run("echo bad >&2; exit 3")


def test_command_that_hangs_is_killed(machine):
    with pytest.raises(LabError, match=r"still running after 1 s(.|\n)*begun"):
        machine.run("echo begun; sleep 71.5", timeout=1.0)
    assert machine.run(["pgrep", "-f", "sleep 71.5"], check=False).rc == 1


def test_files_arrive_whole(machine):
    data = bytes(range(256)) * 10_000
    machine.put(data, "/tmp/whole", mode=0o750)
    assert machine.get("/tmp/whole") == data
    assert machine.run(["stat", "-c", "%a %s", "/tmp/whole"]).out == f"750 {len(data)}\n"


@pytest.mark.expects_trouble(r"BUG: sleeping function|WARNING: .*|sysrq", reason="seeded")
def test_a_warning_in_the_guest_is_noticed(machine):
    """Writes to the log what a WARN_ON would; the fixture must find it, or this fails."""
    lines = ("------------[ cut here ]------------",
             "WARNING: CPU: 1 PID: 77 at drivers/net/ethernet/x/y.c:12 x_poll+0x1/0x2 [x]",
             "Call Trace:", " x_poll+0x1/0x2 [x]", "---[ end trace 0000000000000000 ]---")
    for line in lines:
        machine.put(f"<4>{line}\n".encode(), "/dev/kmsg")


def test_unexpected_trouble_fails(machine):
    """The other half: a report that no test expects is a failure, with its whole text."""
    mark = machine.console_mark()
    assert judge_trouble(machine.kernel_trouble(mark), []) == []
    report = "WARNING: CPU: 0 PID: 1 at x.c:1 f+0x0/0x0\nCall Trace:\n f+0x0/0x0"
    problem, = judge_trouble([report], [])
    assert report in problem
    expectation = pytest.mark.expects_trouble("lockdep", reason="never comes").mark
    assert len(judge_trouble([report], [expectation])) == 2


@pytest.mark.leaves_mess(reason="the machine dies")
@pytest.mark.expects_trouble(r"sysrq triggered crash", r"QEMU has ended",
                             reason="a panic is injected")
def test_a_panic_is_noticed(machine):
    with pytest.raises(LabError):
        machine.run("echo c > /proc/sysrq-trigger", timeout=20)
