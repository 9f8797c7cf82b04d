# SPDX-License-Identifier: GPL-2.0-only
"""Every DMA mapping that the driver makes is undone.

The debug kernel keeps a list of all mappings there are.  A mapping that stays is a page that
the device may write to when it belongs to somebody else."""

from __future__ import annotations

import pytest
from control import failing, restored
from tools import Figures, stream, until

from lab import Port

pytestmark = pytest.mark.machine(kernel="debug", cpus=2)

ENOMEM = -12
DUMP = "/sys/kernel/debug/dma-api/dump"


def mappings(port: Port) -> int:
    """How many mappings the kernel knows of for this port's device."""
    text = port.machine.run(["cat", DUMP], timeout=60).out
    return sum(port.pci in line for line in text.splitlines())


def none_left(dut: Port) -> None:
    until(lambda: mappings(dut) == 0, 20, f"no mapping is left, there are {mappings(dut)}")


def test_mappings_go_with_the_interface(dut: Port, figures: Figures) -> None:
    """After traffic with large and fragmented frames, and after changes of everything that
    has mappings, an interface that is down has none."""
    with restored(dut):
        for words in ((), ("-G", "rx", "1024", "tx", "512"), ("-L", "combined", "4")):
            if words:
                dut.ethtool(*words)
            stream(dut, 2_000_000)
            stream(dut.far, 2_000_000)
            figures(f"{' '.join(words) or 'as loaded'}: {mappings(dut)} mappings")
            assert mappings(dut) > 256, "the receive rings alone have more"
            dut.down()
            none_left(dut)
            dut.up()
            dut.wait_carrier()


@pytest.mark.napier_only(reason="igb has no page_pool")
def test_mappings_go_when_ifup_fails(dut: Port) -> None:
    dut.down()
    try:
        with failing(dut.machine, "page_pool_create", value=ENOMEM, comm="ip", skip=1) as hits:
            assert dut.run(["ip", "link", "set", dut.name, "up"], check=False).rc
            assert hits() == 1
        none_left(dut)
    finally:
        dut.up()
        dut.configure()
        dut.wait_carrier()


def test_mappings_go_with_the_driver(dut: Port) -> None:
    stream(dut.far, 2_000_000)
    dut.unbind()
    try:
        none_left(dut)
    finally:
        dut.bind()
        dut.wait_carrier()
