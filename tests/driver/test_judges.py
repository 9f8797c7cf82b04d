# SPDX-License-Identifier: GPL-2.0-only
"""The debug kernel's checkers are on, and the lab hears them.

A module commits one mistake of each kind.  Without these tests a kernel whose configuration
has lost a line would find everything in order."""

from __future__ import annotations

import pytest
from tools import GUEST_PROGRAMS, PLACE, Figures

from lab import Machine, Port
from lab.modules import build

pytestmark = pytest.mark.machine(kernel="debug", cpus=2, pairs=0)

KMEMLEAK = "kmemleak=on"
# Nor after one of KASAN's, which therefore come after those of lockdep.
SPOILT = "lockdep says nothing more after its first report"


def commit(machine: Machine, bug: str) -> None:
    """Let the module make that mistake."""
    directory, _ = build(machine.kernel, GUEST_PROGRAMS / "seedbug")
    machine.put(directory / "seedbug.ko", f"{PLACE}/seedbug.ko")
    result = machine.run(["insmod", f"{PLACE}/seedbug.ko", f"bug={bug}"], check=False)
    assert "canceled" in result.err, result.err


@pytest.mark.expects_trouble(r"sleeping function called from invalid.*seedbug", reason="seeded")
def test_sleep_in_atomic(machine: Machine) -> None:
    commit(machine, "sleep-in-atomic")


@pytest.mark.expects_trouble(r"DMA-API: .*has not allocated", reason="seeded")
def test_dma_unmapped_that_never_was_mapped(machine: Machine) -> None:
    commit(machine, "dma-unmap")


@pytest.mark.expects_trouble(r"WARNING: .*skbuff\.h.*seedbug", reason="seeded")
def test_network_invariant(machine: Machine) -> None:
    commit(machine, "net")


@pytest.mark.expects_trouble(r"suspicious RCU usage.*seedbug", reason="seeded")
@pytest.mark.leaves_mess(reason=SPOILT)
def test_rcu(machine: Machine) -> None:
    commit(machine, "rcu")


@pytest.mark.expects_trouble(r"possible circular locking dependency.*seedbug", reason="seeded")
@pytest.mark.leaves_mess(reason=SPOILT)
def test_lock_order(machine: Machine) -> None:
    commit(machine, "lock-order")


@pytest.mark.expects_trouble(r"lock held when returning to user space.*seedbug", reason="seeded")
@pytest.mark.leaves_mess(reason=SPOILT)
def test_lock_kept(machine: Machine) -> None:
    commit(machine, "lock-kept")


@pytest.mark.expects_trouble(r"KASAN: slab-out-of-bounds.*seedbug", reason="seeded")
def test_out_of_bounds(machine: Machine) -> None:
    commit(machine, "out-of-bounds")


@pytest.mark.expects_trouble(r"KASAN: slab-use-after-free.*seedbug", reason="seeded")
def test_use_after_free(machine: Machine) -> None:
    commit(machine, "use-after-free")


@pytest.mark.machine(append=KMEMLEAK)
@pytest.mark.expects_trouble(r"kmemleak: \d+ new suspected", reason="seeded")
@pytest.mark.leaves_mess(reason="what was leaked stays leaked")
def test_leak(machine: Machine) -> None:
    commit(machine, "leak")
    # The functions have no names any more once the module is gone.
    assert 'comm "insmod"' in leaks(machine)


@pytest.mark.machine(pairs=1, append=KMEMLEAK)
def test_driver_leaks_nothing(machine: Machine, dut: Port, figures: Figures) -> None:
    """All that the driver allocates is either in use or given back: after it was loaded, used,
    changed and unloaded, no memory is left that nobody points to."""
    for words in (("-G", "rx", "512"), ("-L", "combined", "4"), ("-L", "combined", "2")):
        dut.ethtool(*words)
    dut.ping(count=3)
    dut.unbind()
    dut.bind()
    dut.wait_carrier()
    found = leaks(machine)
    figures(f"kmemleak: {found.count('unreferenced object')} objects of anybody's")
    assert dut.driver not in found, found


def leaks(machine: Machine) -> str:
    """What kmemleak finds.  An object counts only from the second scan on: a pointer to it may
    have been in a register in the first."""
    path = "/sys/kernel/debug/kmemleak"
    # Where kmemleak is off, to write fails, and to read finds nothing.
    script = f"set -e; for i in 1 2 3; do echo scan > {path}; sleep 6; done; cat {path}"
    return machine.run(script, timeout=120).out
