# SPDX-License-Identifier: GPL-2.0-only
"""The virtual lab: a machine with the port under test and its peer back to back.

Tests and tools use four names, all exported here:

    with Machine(Spec(dut="igb")) as m:
        m.dut.run(["ping", "-c1", m.peer.ipv4])

`Spec` says what the machine is made of, `Machine` runs it, `Port` is one end of a
wire, `Result` is what a command in the guest gave back.  Everything else in this
package serves these and `python3 -m lab`.
"""

from lab.machine import GuestError, LabError, Machine, MachineDied, Process, Result
from lab.port import Port
from lab.spec import Spec

__all__ = [
    "GuestError",
    "LabError",
    "Machine",
    "MachineDied",
    "Port",
    "Process",
    "Result",
    "Spec",
]
