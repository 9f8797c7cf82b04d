# SPDX-License-Identifier: GPL-2.0-only
"""A machine on the scale: the lab's, with the plugin in QEMU and its generators in the guest.

While a window is open nobody may talk to the guest, for its agent runs on the same CPU.  So
the end of a run is seen on the host: the plugin has written all its snapshots by then.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from bench.counts import Snapshot, read_snapshots
from bench.plugin import HOME, library
from bench.symbols import Symbols, kernel_symbols, module_symbols
from lab import LabError, Machine, Spec
from lab.base import PATIENCE
from lab.modules import tool

MARKS = 8
# By the clock on the wall: a busy host may take long, a guest that hangs takes for ever.
RUN_TIMEOUT = 900.0
TX_RING = "1024"
# What net_dim chooses depends on the past; a fixed interval makes runs repeatable.
MODERATION = "adaptive-rx off rx-usecs 100 adaptive-tx off tx-usecs 100"
# The same for every boot: QEMU's own random numbers, and the time of day.
REPEATABLE = ("-seed", "1", "-rtc", "base=2026-01-01T00:00:00,clock=vm")
# Where a frame begins: entered for each one sent, called for each one received.
EDGES = {
    "napier": ("napier_xmit", "napi_gro_receive"),
    "igb": ("igb_xmit_frame", "napi_gro_receive"),
}
INTERRUPTS = {
    "napier": ("napier_irq_queue", "napier_irq_other", "napier_irq_legacy"),
    "igb": ("igb_msix_ring", "igb_msix_other", "igb_intr_msi", "igb_intr"),
}


class Rig:
    """Use it as a context manager."""

    def __init__(self, driver: str, kernel: str, *, all_lines: bool, module: Path | None) -> None:
        self.name = driver
        self.all_lines = all_lines
        self._home = tempfile.TemporaryDirectory(prefix="napier-scale-")
        self.control = Path(self._home.name) / "control"
        self.out = Path(self._home.name) / "out"
        self._read = 0
        words = ["-plugin", f"{library()},control={self.control},out={self.out}", *REPEATABLE]
        spec = Spec(kernel=kernel, dut=driver, peer="e1000e", cpus=1, icount=0)
        self.machine = Machine(spec, extra=words, driver=module)
        self.driver = self.kernel = Symbols({})
        self._module = module

    def __enter__(self) -> Rig:
        try:
            self.machine.start()
            self._prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.machine.stop()
        self._home.cleanup()

    def _prepare(self) -> None:
        """Everything that needs the agent or is slow on the scale, then on to it."""
        machine, dut, peer = self.machine, self.machine.dut, self.machine.peer
        machine.put(tool("load", HOME / "guest"), "/lab/load", 0o755)
        dut.ethtool("-G", "tx", TX_RING)
        if self.name == "napier":
            dut.ethtool("-C", *MODERATION.split())
        dut.wait_carrier()
        for port in (dut, peer):
            far = port.far
            port.run(f"ip neigh replace {far.ipv4} lladdr {far.mac} dev {port.name} nud permanent")
        machine.run("modprobe pktgen")
        dut.ping(2)
        self.kernel = kernel_symbols(machine)
        self.driver = module_symbols(machine, self.name, self._module)
        self._write_control()
        machine.run(["/lab/load", "arm"])

    def _write_control(self) -> None:
        first, last = self.driver.span()
        lines = [f"text {first:x} {last:x}", f"lines {int(self.all_lines):x} 0"]
        lines.append("bar {:x} {:x}".format(*self._registers()))
        for name in EDGES[self.name]:
            address = self.function(name)
            if address is None:
                raise LabError(f"there is no function {name}() in {self.name} or the kernel")
            lines.append(f"edge {address:x} 0")
        self.control.write_text("".join(line + "\n" for line in lines))

    def function(self, name: str) -> int | None:
        """Where a function of the driver or the kernel begins."""
        found = self.driver.find(name)
        return self.kernel.find(name) if found is None else found

    def _registers(self) -> tuple[int, int]:
        """Where the kernel has mapped the port's registers for its driver: of all mappings of
        that BAR the longest one, for the interrupt table lies in another."""
        pci = self.machine.dut.pci
        # Addresses are shown to root only, and only by this setting.
        script = (
            f"head -n 1 /sys/bus/pci/devices/{pci}/resource; "
            "echo 1 > /proc/sys/kernel/kptr_restrict; cat /proc/vmallocinfo"
        )
        first, _, rest = self.machine.run(script).out.partition("\n")
        bar = int(first.split()[0], 16)
        found = [
            (int(match[1], 16), int(match[2], 16))
            for match in re.finditer(r"^0x(\w+)-0x(\w+) .*\bphys=0x0*([0-9a-f]+) ", rest, re.M)
            if int(match[3], 16) == bar
        ]
        if not found:
            raise LabError(f"/proc/vmallocinfo shows no mapping of {bar:#x}, the port's BAR 0")
        return max(found, key=lambda pair: pair[1] - pair[0])

    def run(self, words: list[str]) -> list[Snapshot]:
        """Run a load (arguments of bench/guest/load.c) and return its snapshots."""
        process = self.machine.spawn(["/lab/load", *words])
        end = time.monotonic() + RUN_TIMEOUT * PATIENCE
        shown = f"load {' '.join(words)}"
        text = ""
        while text.count("\nend\n") < MARKS and "failed\n" not in text:
            time.sleep(0.1)
            text += self._new_text()
            self.machine.check_alive()
            if time.monotonic() > end:
                raise LabError(f"{shown}: not done after {RUN_TIMEOUT * PATIENCE:g} s")
        result = process.wait(120)
        if result.rc:
            raise LabError(f"{shown}: {result.err}")
        marks = read_snapshots(text)
        for mark, time_taken in zip(marks[1::2], result.out.split(), strict=True):
            mark.time = int(time_taken)
        return marks

    def _new_text(self) -> str:
        with open(self.out) as file:
            file.seek(self._read)
            text = file.read()
            self._read = file.tell()
        return text
