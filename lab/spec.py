# SPDX-License-Identifier: GPL-2.0-only
"""What a machine is made of, as one value that can be compared and hashed: the test
suite shares a machine between all tests whose Spec is equal.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from lab.base import LabError

KERNELS = ("stock", "backports", "newest", "debug", "kunit")
# Those with checkers, and that without a driver for a port.
CHECKED = ("debug", "kunit")
PORTLESS = "kunit"
DUT_DRIVERS = ("napier", "igb")
PEER_DRIVERS = ("e1000e", "igb", "virtio", "napier")
IRQ_MODES = ("msix", "msi", "intx")
# KASAN shadows an eighth of it and keeps what was freed for a while.
ROOMY = "2G"
ACCELS = ("tcg", "kvm")


@dataclass(frozen=True)
class Spec:
    """kernel: which of lab.kernels boots; dut and peer: the driver of each end;
    irq: the interrupt mode that the port under test is given; pairs: how many wires, none
    for what needs a kernel and no port;
    append: more kernel command line; trace: QEMU trace events, a pattern such as
    "igb_*"; shell: a console for `make shell`; icount: guest time counts instructions,
    each 2^icount ns (one CPU only makes sense); accel: tcg by default, so that every
    machine measures and orders the same, kvm on request; systemd: boot it instead of the
    lab's init.
    """

    kernel: str = "stock"
    dut: str = "napier"
    peer: str = "e1000e"
    cpus: int = 2
    memory: str = "1G"
    irq: str = "msix"
    iommu: bool = False
    pairs: int = 1
    append: str = ""
    trace: str | None = None
    shell: bool = False
    icount: int | None = None
    accel: str = "tcg"
    systemd: bool = False

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("DUT", self.dut, DUT_DRIVERS),
            ("PEER", self.peer, PEER_DRIVERS),
            ("IRQ", self.irq, IRQ_MODES),
            ("KERNEL", self.kernel, KERNELS),
            ("ACCEL", self.accel, ACCELS),
        ):
            if value not in allowed:
                raise LabError(f"{name}={value}: must be one of {', '.join(allowed)}")
        if not 1 <= self.cpus <= 64:
            raise LabError(f"CPUS={self.cpus}: must be 1 to 64")
        if not 0 <= self.pairs <= 4:
            raise LabError(f"PAIRS={self.pairs}: must be 1 to 4")

    @classmethod
    def from_env(cls) -> Spec:
        """A Spec from DUT, PEER, CPUS, MEM, IRQ, IOMMU, KERNEL, PAIRS, ACCEL, APPEND."""
        env = {key: value for key, value in os.environ.items() if value}
        try:
            cpus, pairs = int(env.get("CPUS", cls.cpus)), int(env.get("PAIRS", cls.pairs))
        except ValueError as error:
            raise LabError(f"CPUS and PAIRS are numbers: {error}") from error
        if not pairs:
            raise LabError("PAIRS=0: must be 1 to 4")
        kernel = env.get("KERNEL", cls.kernel)
        if kernel == PORTLESS:
            raise LabError(
                f"KERNEL={kernel}: it has no driver for a port; tests/kunit runs on it by itself"
            )
        return cls(
            kernel=kernel,
            dut=env.get("DUT", cls.dut),
            peer=env.get("PEER", cls.peer),
            cpus=cpus,
            pairs=pairs,
            memory=env.get("MEM", ROOMY if kernel == "debug" else cls.memory),
            irq=env.get("IRQ", cls.irq),
            iommu=env.get("IOMMU", "") in ("1", "y", "yes", "true", "on"),
            append=env.get("APPEND", cls.append),
            accel=env.get("ACCEL", cls.accel),
        )

    def __str__(self) -> str:
        words = [
            f"{self.dut} against {self.peer}",
            f"kernel {self.kernel}",
            f"{self.cpus} CPU{'s' if self.cpus > 1 else ''}",
            self.memory,
            self.irq,
        ]
        words += ["IOMMU"] if self.iommu else []
        words += [f"{self.pairs} pairs"] if self.pairs != 1 else []
        words += [self.accel] if self.accel != "tcg" else []
        words += [f"icount {self.icount}"] if self.icount is not None else []
        words += ["systemd"] if self.systemd else []
        words += [self.append] if self.append else []
        return ", ".join(words)
