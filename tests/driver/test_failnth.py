# SPDX-License-Identifier: GPL-2.0-only
"""Every allocation of a control operation fails once, on a kernel that can do that.

test_nomemory.py picks the calls that the driver makes; here the kernel's fault injection takes
all of them in turn, the ones that we forgot too.  Whatever fails: the operation either succeeds
nevertheless or says no and leaves each setting as it was, traffic goes on, and nothing is
leaked, which the kernel's own checkers judge."""

from __future__ import annotations

import json

import pytest
from control import Load, restored
from tools import Figures, program

from lab import Port

pytestmark = [
    # The DMA checker would have its allocations fail, too, and then check nothing any more;
    # test_dma.py is where it judges.
    pytest.mark.machine(kernel="debug", cpus=2, append="dma_debug=off"),
    pytest.mark.napier_only(
        reason="igb takes its rings down before it allocates new ones: a failure leaves it dead"
    ),
]

# Some hundred system calls, and a Python that is started.
LIMIT = 200.0


def points(dut: Port, figures: Figures, *words: object) -> list[dict[str, object]]:
    """Run the operation once for each of its allocations; what must hold for each, does."""
    result = dut.run(program("failnth", dut.name, *words), timeout=LIMIT)
    rows = [json.loads(line) for line in result.out.splitlines()]
    hits = [row for row in rows if row["hit"]]
    refused = [row for row in hits if row["error"]]
    figures(f"{words[0]}: {len(hits)} allocations failed, {len(refused)} of them were refused")
    assert hits and not rows[-1]["hit"], "not every allocation had its turn"
    assert not rows[-1]["error"], f"fails without a fault: {rows[-1]}"
    assert not [row for row in rows if row["wrong"]]
    strange = {row["error"] for row in refused} - {"ENOMEM", "ENOBUFS"}
    assert not strange, f"refused for another reason than memory: {strange}"
    return refused


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [("ring", 256, 512), ("channels", 2, 3), ("mtu", 1500, 9000), ("mtu", 9000, 1500)],
    ids=["ring", "channels", "mtu-up", "mtu-down"],
)
def test_change(dut: Port, figures: Figures, operation: str, before: int, after: int) -> None:
    with restored(dut), Load(dut) as load:
        refused = points(dut, figures, operation, before, after)
        load.moves()
    assert refused, "no allocation was needed: the operation was not made"


def test_open(dut: Port, figures: Figures) -> None:
    try:
        refused = points(dut, figures, "open", 0, 1)
    finally:
        dut.up()
        dut.configure()
    assert refused
    dut.wait_carrier()
    dut.ping()
