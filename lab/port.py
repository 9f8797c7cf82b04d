# SPDX-License-Identifier: GPL-2.0-only
"""One end of a wire: the port under test, or its peer.

All that can happen to a port from outside is here: its cable, its slot, its bus errors,
and that it vanishes, which means that every access reads all ones, as a device does that
was torn out or whose link to the CPU died.
"""

from __future__ import annotations

import json
import shlex
import time
from typing import TYPE_CHECKING, Any

from lab import qemu
from lab.base import PATIENCE, LabError

if TYPE_CHECKING:
    from lab.machine import Machine, Process, Result

CTRL, CTRL_RST = 0x0000, 1 << 26
MODULES = {"napier": "napier", "igb": "igb", "e1000e": "e1000e", "virtio": "virtio-pci"}


class Port:
    """role is "dut" or "peer", index the number of the wire; peers live in a network
    namespace, so that what goes from one end to the other crosses the wire."""

    def __init__(self, machine: Machine, role: str, index: int) -> None:
        spec = machine.spec
        far = role == "peer"
        self.machine = machine
        self.role: str = role
        self.index: int = index
        self.driver: str = spec.peer if far else spec.dut
        self.netns: str | None = "peer" if far else None
        self.mac: str = f"52:54:00:00:{index:02x}:{2 if far else 1:02x}"
        self.ipv4: str = f"192.0.{2 + index}.{2 if far else 1}"
        net = f"2001:db8:{index}" if index else "2001:db8"
        self.ipv6: str = f"{net}::{2 if far else 1}"
        self.id: str = f"{role}{index}"
        self.root: str = f"root-{self.id}"
        self.netdev: str = f"wire-{self.id}"
        self.slot: int = 0x10 + 2 * index + far
        self.pci = ""
        self._name = ""
        self._gone: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return f"<{self.id} {self.driver} {self.pci}>"

    @property
    def far(self) -> Port:
        """The port at the other end of the wire."""
        ends = self.machine.peers if self.role == "dut" else self.machine.duts
        return ends[self.index]

    # ---- commands -------------------------------------------------------------------

    def run(self, cmd: str | list[str], **how: Any) -> Result:
        """machine.run() in the port's namespace."""
        return self.machine.run(cmd, netns=self.netns, **how)

    def spawn(self, cmd: str | list[str], **how: Any) -> Process:
        """machine.spawn() in the port's namespace."""
        return self.machine.spawn(cmd, netns=self.netns, **how)

    def ethtool(self, *words: str, check: bool = True) -> Result:
        """`ethtool WORDS...` with the port's name after an option that comes first, e.g.
        ethtool("-G", "rx", "512"); with no words, `ethtool NAME`."""
        return self.run(["ethtool", *words[:1], self.name, *words[1:]], check=check)

    # ---- what it is -----------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its interface's name; found by its place on the bus, since VLANs and bonds
        share its MAC, and tests change that.  refresh() after a rename."""
        if not self._name:
            found = self.run(f". /lab/lib.sh; port_netdev {self.pci}", check=False).out.strip()
            if not found:
                raise LabError(f"{self!r} has no network interface")
            self._name = found
        return self._name

    def refresh(self) -> None:
        """Forget the interface's name: it may have changed."""
        self._name = ""

    @property
    def bound(self) -> str:
        """The driver that has the port now, or nothing."""
        path = f"/sys/bus/pci/devices/{self.pci}/driver"
        link = self.machine.run(["readlink", path], check=False).out.strip()
        return link.rpartition("/")[2]

    def stats(self) -> dict[str, Any]:
        """`ip -s -s -j link show`: flags, mtu, stats64 ..."""
        return json.loads(
            self.run(["ip", "-s", "-s", "-d", "-j", "link", "show", "dev", self.name]).out
        )[0]

    def irqs(self) -> dict[int, str]:
        """Its interrupts: number -> name as in /proc/interrupts."""
        text = self.machine.run(
            f"cat /proc/interrupts; echo ===; ls /sys/bus/pci/devices/{self.pci}/msi_irqs; "
            f"cat /sys/bus/pci/devices/{self.pci}/irq"
        ).out
        table, _, numbers = text.partition("===")
        mine = {int(word) for word in numbers.split()}
        rows = (line.split() for line in table.splitlines()[1:])
        named = ((row[0].rstrip(":"), row[-1]) for row in rows if row)
        return {
            int(number): name for number, name in named if number.isdigit() and int(number) in mine
        }

    # ---- up, down, carrier ----------------------------------------------------------

    def up(self) -> None:
        """ip link set up"""
        self.run(["ip", "link", "set", self.name, "up"])

    def down(self) -> None:
        """ip link set down"""
        self.run(["ip", "link", "set", self.name, "down"])

    def carrier(self) -> bool:
        """Whether the interface is up and has a link."""
        path = f"/sys/class/net/{self.name}/carrier"
        return self.run(["cat", path], check=False).out.strip() == "1"

    def wait_carrier(self, timeout: float = 20.0, want: bool = True) -> float:
        """Wait until there is (or is no) link; returns how long it took."""
        begin, limit = time.monotonic(), timeout * PATIENCE
        path = f"/sys/class/net/{self.name}/carrier"
        value = "1" if want else "0"
        # One command that waits in the guest is cheaper than many that ask; reading an
        # interface that is down fails, which is no link either.
        script = f'until x=0; read x < {path}; [ "$x" = {value} ]; do sleep 0.05; done'
        if self.run(
            ["timeout", str(limit), "sh", "-c", script], check=False, timeout=timeout + 60
        ).rc:
            raise LabError(f"{self!r}: {'no link' if want else 'still a link'} after {limit:g} s")
        return time.monotonic() - begin

    def ping(
        self, count: int = 1, family: int = 4, *, check: bool = True, size: int = 56
    ) -> Result:
        """Ping the far end; it must answer every time."""
        target = self.far.ipv4 if family == 4 else self.far.ipv6
        return self.run(
            ["ping", "-n", "-q", "-c", str(count), "-i", "0.2", "-W", "3", "-s", str(size), target],
            check=check,
            timeout=30 + 4 * count,
        )

    # ---- cable, slot, errors --------------------------------------------------------

    def link(self, up: bool) -> None:
        """Plug the cable in or pull it; as in reality, only this end is told."""
        self.machine.qmp("set_link", name=self.id, up=up)

    def configuration(self) -> str:
        """Arguments of the guest's port_configure."""
        return shlex.join([self.netns or "-", f"{self.ipv4}/24", f"{self.ipv6}/64"])

    def configure(self) -> None:
        """Give a new interface its namespace, its addresses, and set it up."""
        self.refresh()
        self.machine.run(f". /lab/lib.sh; port_configure {self.pci} {self.configuration()}")

    def bind(self, driver: str | None = None, *, configure: bool = True) -> None:
        """Bind a driver (the port's own unless told otherwise)."""
        module = MODULES.get(driver or self.driver, driver or self.driver)
        self.refresh()
        self.machine.run(f". /lab/lib.sh; port_bind {self.pci} {module}")
        if configure:
            self.configure()

    def unbind(self) -> None:
        """Leave the port without a driver."""
        self.refresh()
        self.machine.run(f". /lab/lib.sh; port_unbind {self.pci}")

    def unplug(self, timeout: float = 30.0) -> None:
        """Press the attention button and wait until the slot is empty (about 7 s)."""
        if self.role != "dut":
            raise LabError(f"{self!r} cannot be unplugged: only slots of ports under test can")
        since = len(self.machine.events())
        self.machine.qmp("device_del", id=self.id)
        self.machine.wait_event(
            "DEVICE_DELETED", timeout, since, lambda event: event["data"].get("device") == self.id
        )
        self.refresh()

    def plug(self, *, bind: bool = True, timeout: float = 20.0) -> None:
        """Put the device back into its slot, and give it its driver and addresses.

        The kernel has the device before the lab can say which driver it is to get; when
        drivers that claim the same ids are loaded, the wrong one may have had it for a
        moment."""
        self.machine.qmp("device_add", **qemu.device(self))
        path = f"/sys/bus/pci/devices/{self.pci}"
        script = f"until [ -e {path}/driver_override ]; do sleep 0.05; done"
        words = ["timeout", str(timeout * PATIENCE), "sh", "-c", script]
        if self.machine.run(words, check=False, timeout=timeout + 60).rc:
            raise LabError(f"{self!r} did not appear within {timeout:g} s of being plugged")
        self.refresh()
        if bind:
            self.bind()

    def aer(self, kind: str) -> None:
        """Inject a PCIe error: "nonfatal", "fatal", "correctable", or what QEMU's monitor
        takes after the device (e.g. "MALF_TLP").  It is injected at the root port: QEMU's
        network devices never send an error message of their own."""
        words = {
            "nonfatal": f"{self.root} COMP_TIME",
            "fatal": f"{self.root} DLP",
            "correctable": f"-c {self.root} 0x40",
        }.get(kind, f"{self.root} {kind}")
        answer = self.machine.hmp(f"pcie_aer_inject_error {words}")
        if "OK" not in answer:
            raise LabError(f"pcie_aer_inject_error {words}: {answer.strip()}")

    # ---- registers ------------------------------------------------------------------

    def reg_read(self, offset: int) -> int:
        """A 32-bit register, behind the driver's back."""
        return int(self.machine.run(["regs", self.pci, f"{offset:x}"]).out, 16)

    def reg_write(self, offset: int, value: int) -> None:
        """Write a 32-bit register, behind the driver's back."""
        self.machine.run(["regs", self.pci, f"{offset:x}", f"{value:x}"])

    # ---- gone -----------------------------------------------------------------------

    def vanish(self) -> None:
        """From now on the device does not answer: its registers and its configuration
        space read all ones, writes to them go nowhere, it neither interrupts nor does DMA.

        QEMU cannot tear a device out, and an address that nobody answers reads 0 there.
        So an expansion ROM full of ones is laid over its registers, its own decoding and
        DMA are switched off, and its root port is told that its bus has another number;
        all by one setpci, for a driver must not see a device that is half gone.
        """
        if self._gone:
            return
        root, void = f"0:{self.slot:x}.0", f"0:{qemu.VOID_SLOT:x}.0"
        script = f"""set -e
            bar=$(setpci -s {self.pci} BASE_ADDRESS_0)
            bus=$(setpci -s {root} PRIMARY_BUS.L)
            old=$(setpci -s {void} ROM_ADDRESS)
            if [ $((0x$old & 1)) = 1 ]; then
                echo "another port has vanished: only one can at a time" >&2; exit 1
            fi
            rom=$(printf %08x $((0x$bar & 0xfffe0000 | 1)))
            gone=$(printf %08x $((0x$bus & 0xff0000ff | 0xfefe00)))
            setpci -s {void} ROM_ADDRESS=$rom COMMAND=2:2 -s {self.pci} COMMAND=0000 \\
                -s {root} PRIMARY_BUS.L=$gone
            echo $bus $old"""
        bus, old = self.machine.run(script).out.split()
        self._gone = (bus, old)
        probe = self.machine.run(
            f"od -An -tx4 -N4 /sys/bus/pci/devices/{self.pci}/config", check=False
        ).out.strip()
        value = self.reg_read(8)
        if value != 0xFFFFFFFF or probe != "ffffffff":
            self.return_()
            raise LabError(
                f"{self!r} did not vanish: STATUS reads {value:08x}, its "
                f"configuration space {probe or 'nothing'}"
            )

    def return_(self) -> None:
        """Undo vanish().  The device comes back as from a power cycle, reset and no bus
        master: it still has the addresses of buffers that are long gone, and must not write
        to them."""
        if not self._gone:
            return
        bus, old = self._gone
        root, void = f"0:{self.slot:x}.0", f"0:{qemu.VOID_SLOT:x}.0"
        self.machine.run(
            f"""set -e
            setpci -s {root} PRIMARY_BUS.L={bus} -s {void} COMMAND=0:2 ROM_ADDRESS={old}
            if [ -e /sys/bus/pci/devices/{self.pci} ]; then
                setpci -s {self.pci} COMMAND=0002
                regs {self.pci} {CTRL:x} {CTRL_RST:x}
            fi"""
        )
        self._gone = None
