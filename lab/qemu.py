# SPDX-License-Identifier: GPL-2.0-only
"""The command line of QEMU, which is where the machine's hardware is decided.

Each port sits alone behind a PCIe root port: unplugging, error reporting and resets need
one.  The two ends of a wire are joined by a hub, which is several times faster than a
socket and, unlike QEMU's stream netdev between two ports of one process, cannot deadlock.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lab.base import LabError, cache
from lab.spec import CHECKED, Spec

if TYPE_CHECKING:
    from lab.port import Port

# The register window of an 82576; Port.vanish() covers it with an expansion ROM of ones.
BAR0_SIZE = 128 << 10
VOID_SLOT = 0x1E
DEVICES = {"napier": "igb", "igb": "igb", "e1000e": "e1000e", "virtio": "virtio-net-pci"}

# Without the promise of fast string instructions: TCG executes those byte by byte, and a
# kernel that believes the promise clears and copies memory ten times slower.
# And without five-level page tables: a kernel under KASAN that is interrupted while it looks
# at the CPU's features takes its own memory for wild (seen with 7.3).
EMULATED_CPU = "max,-erms,-fsrm,-fsrs,-fzrm,-fsrc,-la57"

KERNEL_COMMAND_LINE = (
    "console=ttyS0 loglevel=7 panic=-1 oops=panic nokaslr mitigations=off net.ifnames=0 "
    "random.trust_cpu=on no_timer_check printk.devkmsg=on iomem=relaxed root=/dev/vda rw "
)
# What checkers wait for besides their line in lab/kernel/checkers.config.
DEBUG_COMMAND_LINE = "kasan_multi_shot page_poison=1 kunit.enable=1 kunit.autorun=1 "
# It makes everything twice as slow and says nothing unless it is asked to scan: only machines of
# tests that do have it, by append="kmemleak=on".
LEAKS = "kmemleak="


def void_rom() -> Path:
    """An expansion ROM that reads as all ones everywhere, like a device that is gone."""
    path = cache() / "void.rom"
    if not path.exists() or path.stat().st_size != BAR0_SIZE:
        path.write_bytes(b"\xff" * BAR0_SIZE)
    return path


def device(port: Port) -> dict[str, str]:
    """The arguments of -device or device_add for a port."""
    return {
        "driver": DEVICES[port.driver],
        "id": port.id,
        "bus": port.root,
        "netdev": port.netdev,
        "mac": port.mac,
    }


def _accelerator(spec: Spec) -> list[str]:
    if spec.accel == "kvm":
        return ["-accel", "kvm", "-cpu", "host,-arch-capabilities"]
    if spec.icount is not None:
        # Guest time is the number of instructions: repeatable, and slow on purpose.
        return [
            "-accel",
            "tcg,thread=single,tb-size=512",
            "-cpu",
            EMULATED_CPU,
            "-icount",
            f"shift={spec.icount},sleep=off",
        ]
    return ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", EMULATED_CPU]


def _remapping(spec: Spec) -> list[str]:
    """The IOMMU.  With interrupt remapping the kernel talks to its local APICs by MSR.  It
    should, for on a busy host QEMU 10.0 now and then seems to lose a write to memory-mapped
    registers while another vCPU moves a BAR (docs/lab.md): a lost end of interrupt stops a CPU
    for ever.  One that counts instructions has a single thread and not that fault; but it
    refuses to read the APIC's timer by MSR ("Bad icount read").  KVM has no such fault, and
    remaps only if its interrupt controller is split."""
    if spec.accel == "tcg" and spec.icount is None:
        return ["-device", "intel-iommu,intremap=on,eim=on"]
    return ["-device", "intel-iommu,intremap=off"] if spec.iommu else []


def command(
    spec: Spec,
    directory: Path,
    vmlinuz: Path,
    ramfs: Path,
    disks: Sequence[Path],
    ports: Sequence[Port],
) -> list[str]:
    """The whole command that runs a machine with these ports."""
    program = shutil.which("qemu-system-x86_64")
    if not program:
        raise LabError("qemu-system-x86_64 is not installed; `make setup` does it")
    words = [
        program,
        "-name",
        "napier-lab",
        "-M",
        "q35",
        *_accelerator(spec),
        "-smp",
        str(spec.cpus),
        "-m",
        spec.memory,
        "-display",
        "none",
        "-nodefaults",
        "-no-user-config",
        "-action",
        "reboot=shutdown",
    ]
    line = KERNEL_COMMAND_LINE
    # The IOMMU must come before the devices that it is to watch.
    words += _remapping(spec)
    line += "intel_iommu=on iommu.strict=1 " if spec.iommu else "intel_iommu=off "
    if spec.kernel in CHECKED:
        line += DEBUG_COMMAND_LINE
        line += f"{LEAKS}off " if LEAKS not in spec.append else ""
    line += "lab.shell " if spec.shell else ""
    line += "init=/lib/systemd/systemd " if spec.systemd else ""
    words += ["-kernel", str(vmlinuz), "-initrd", str(ramfs), "-append", line + spec.append]
    words += _control(spec, directory)
    for number, disk in enumerate(disks):
        words += [
            "-drive",
            f"file={_escape(disk)},if=none,id=disk{number},format=raw,snapshot=on",
            "-device",
            # As for the agent, below.
            f"virtio-blk-pci,drive=disk{number},addr={0x4 + number:#x},event_idx=off",
        ]
    # ACPI hotplug would take the slots away from the native one, and with it the data
    # link state that error recovery and bus resets look at.
    words += [
        "-global",
        "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off",
        "-device",
        f"pci-testdev,addr={VOID_SLOT:#x},romfile={_escape(void_rom())},rombar=1",
    ]
    for port in ports:
        # After S3 the kernel takes an e1000e for another card than before (6.11 and newer
        # compare serial numbers) and removes it.  Nobody unplugs a peer: its slot is fixed.
        hotplug = "on" if port.role == "dut" else "off"
        words += [
            "-device",
            f"pcie-root-port,id={port.root},slot={port.slot},chassis={port.slot},"
            f"addr={port.slot:#x},hotplug={hotplug}",
        ]
        words += ["-netdev", f"hubport,id={port.netdev},hubid={port.index}"]
        words += [
            "-device",
            ",".join(
                value if key == "driver" else f"{key}={value}"
                for key, value in device(port).items()
            ),
        ]
    if spec.trace:
        words += ["-trace", spec.trace, "-D", str(directory / "trace")]
    return words


def _escape(path: Path) -> str:
    return str(path).replace(",", ",,")


def _control(spec: Spec, directory: Path) -> list[str]:
    """Console, monitor, agent, entropy and, for `make shell`, a terminal."""
    words = [
        "-chardev",
        f"file,id=console,path={directory}/console",
        "-serial",
        "chardev:console",
        "-qmp",
        f"unix:{directory}/qmp,server=on,wait=off",
        "-device",
        "virtio-rng-pci,addr=0x2",
        "-device",
        # A notification that got lost must not keep the next one back, too.
        "virtio-serial-pci,addr=0x3,event_idx=off",
        "-chardev",
        f"socket,id=agent,path={directory}/agent,server=on,wait=off",
        "-device",
        "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
    ]
    if spec.shell:
        words += [
            "-chardev",
            f"socket,id=shell,path={directory}/shell,server=on,wait=off",
            "-device",
            "virtconsole,chardev=shell",
        ]
    return words
