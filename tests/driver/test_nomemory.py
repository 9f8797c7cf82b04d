# SPDX-License-Identifier: GPL-2.0-only
"""A change that cannot be made leaves everything as it was.

Every call of the kernel that the reconfiguration engine makes and that may fail is made to
fail once, early and late in the row, while checked TCP streams run both ways: the command
says so, no setting moves, the carrier stays, the streams go on, and without the fault the
same command works."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from control import Load, failing, restored, settings

from lab import Port

ENOMEM = -12
ENOSPC = -28
NULL = 0

pytestmark = pytest.mark.machine(cpus=2)


class Fault(NamedTuple):
    command: tuple[str, ...]  # {} is the interface
    symbol: str
    value: int
    skip: int

    def __str__(self) -> str:
        return f"{' '.join(self.command)}: {self.symbol} number {self.skip}".replace("{} ", "")


RINGS = ("ethtool", "-G", "{}", "rx", "1024", "tx", "1024")
CHANNELS = ("ethtool", "-L", "{}", "combined", "5")
JUMBO = ("ip", "link", "set", "{}", "mtu", "9000")

FAULTS = [
    Fault(RINGS, "dma_alloc_attrs", NULL, 0),
    Fault(RINGS, "dma_alloc_attrs", NULL, 3),
    Fault(RINGS, "page_pool_create", ENOMEM, 0),
    Fault(RINGS, "page_pool_create", ENOMEM, 1),
    Fault(CHANNELS, "dma_alloc_attrs", NULL, 5),
    Fault(CHANNELS, "page_pool_create", ENOMEM, 2),
    Fault(CHANNELS, "request_threaded_irq", ENOSPC, 0),
    Fault(CHANNELS, "request_threaded_irq", ENOSPC, 2),
    Fault(CHANNELS, "netif_set_real_num_queues", ENOMEM, 0),
    Fault(JUMBO, "page_pool_create", ENOMEM, 0),
    Fault(JUMBO, "page_pool_create", ENOMEM, 1),
]


def command(port: Port, words: tuple[str, ...]) -> list[str]:
    return [word.format(port.name) for word in words]


@pytest.fixture(autouse=True)
def _napier_only(dut: Port) -> None:
    if dut.driver != "napier":
        pytest.skip(
            "igb takes its rings down before it allocates new ones, so a failure "
            "leaves it dead; and it has no page_pool"
        )


def test_a_failed_change_changes_nothing(dut: Port) -> None:
    with restored(dut), Load(dut) as load:
        for fault in FAULTS:
            before = settings(dut)
            with failing(
                dut.machine, fault.symbol, value=fault.value, comm=fault.command[0], skip=fault.skip
            ) as hits:
                result = dut.run(command(dut, fault.command), check=False)
                assert hits() == 1, f"{fault}: was not reached"
            assert result.rc != 0, f"{fault}: went unnoticed"
            assert settings(dut) == before, f"{fault}: changed something"
            if fault.command is RINGS:
                assert "not enough memory for the rings" in result.err, result.err
            load.moves()


def test_the_same_change_works_without_the_fault(dut: Port) -> None:
    with restored(dut), Load(dut) as load:
        carrier = settings(dut)["carrier_changes"]
        for words in (RINGS, CHANNELS, JUMBO):
            dut.run(command(dut, words))
            load.moves()
        now = settings(dut)
        assert (now["rings"], now["channels"][0], now["mtu"]) == ((1024, 1024), 5, "9000")
        assert now["carrier_changes"] == carrier


@pytest.mark.parametrize(
    "fault",
    [
        Fault(("ip", "link", "set", "{}", "up"), "dma_alloc_attrs", NULL, 0),
        Fault(("ip", "link", "set", "{}", "up"), "page_pool_create", ENOMEM, 1),
        Fault(("ip", "link", "set", "{}", "up"), "netif_set_real_num_queues", ENOMEM, 0),
    ],
    ids=lambda fault: fault.symbol,
)
def test_ifup_without_memory_fails_and_works_later(dut: Port, fault: Fault) -> None:
    dut.down()
    try:
        with failing(
            dut.machine, fault.symbol, value=fault.value, comm="ip", skip=fault.skip
        ) as hits:
            result = dut.run(command(dut, fault.command), check=False)
            assert hits() == 1
        assert result.rc != 0
        assert "annot allocate memory" in result.err, result.err
        assert not dut.irqs(), "interrupts stay requested"
    finally:
        dut.up()
        dut.configure()
    dut.wait_carrier()
    dut.ping()
