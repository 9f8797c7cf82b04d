# SPDX-License-Identifier: GPL-2.0-only
"""The driver compiled for other machines than the lab's: 64-bit ARM with pages of 4 and of 64
KiB, and 32-bit x86.  None of them is run; what a compiler sees there is all that is said."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from check.base import Tree, output, scratch
from check.driver import diagnoses
from lab.base import REPO, LabError, Stamp, cache, call, digest, lock, step
from lab.modules import copy_sources
from lab.ownkernel import source

# What the driver needs of a kernel, whose menus select it only for others.
NEEDED = ("MODULES", "PCI_MSI", "PAGE_POOL", "DIMLIB", "MII", "NET_DEVLINK", "PTP_1588_CLOCK")


@dataclass(frozen=True)
class Target:
    """name: of its directory; arch, prefix: as make's ARCH and CROSS_COMPILE; defconfig: which
    configuration it starts from; options: lines that are put after it."""

    name: str
    arch: str
    prefix: str
    defconfig: str
    options: tuple[str, ...]

    @property
    def output(self) -> Path:
        return cache() / "cross" / self.name

    def make(self, *words: str) -> list[str]:
        return [
            "make",
            "-C",
            str(source()),
            f"O={self.output}",
            f"ARCH={self.arch}",
            f"CROSS_COMPILE={self.prefix}",
            f"-j{os.cpu_count()}",
            *words,
        ]


TARGETS = (
    Target("arm64", "arm64", "aarch64-linux-gnu-", "defconfig", ("CONFIG_ARM64_4K_PAGES=y",)),
    Target("arm64-64k", "arm64", "aarch64-linux-gnu-", "defconfig", ("CONFIG_ARM64_64K_PAGES=y",)),
    Target(
        "i386",
        "i386",
        "",
        "i386_defconfig",
        # Drivers that select what no menu offers.
        ("CONFIG_VIRTIO_NET=m", "CONFIG_IGB=m", "CONFIG_NETDEVSIM=m", "CONFIG_WERROR=n"),
    ),
)


def _prepare(target: Target) -> None:
    """Configure the kernel's source, and make what modules are compiled with; not the kernel."""
    want = digest(1, source(), target)
    stamp = Stamp(f"cross-{target.name}")
    if stamp.read() == want:
        return
    with step(f"preparing a kernel for {target.name} (about a minute, once)"):
        target.output.mkdir(parents=True, exist_ok=True)
        call(target.make("-s", target.defconfig))
        with open(target.output / ".config", "a") as config:
            config.writelines(f"{line}\n" for line in target.options)
        call(target.make("-s", "olddefconfig"))
        lines = (target.output / ".config").read_text().splitlines()
        wanted = [f"CONFIG_{name}=" for name in NEEDED]
        wanted += [line for line in target.options if not line.endswith("=n")]
        lost = [line for line in wanted if not any(have.startswith(line) for have in lines)]
        if lost:
            raise LabError(f"the kernel for {target.name} lacks {' '.join(lost)}")
        call(target.make("-s", "modules_prepare"))
    stamp.write(want)


def _compile(tree: Tree, target: Target, module: str) -> list[str]:
    directory = cache() / "cross" / f"driver-{target.name}-{digest(REPO, tree.root)}"
    with lock(f"cross-{target.name}"):
        _prepare(target)
        copy_sources(tree.root / "driver", directory)
        command = target.make("W=1", f"M={directory}", f"{module}.o")
        status, said, errors = output(command, scratch("."))
        text = said + errors
        found = [f"{line} ({target.name})" for line in diagnoses(text, directory)]
        if status and not found:
            found = [f"driver:0: make for {target.name} ended with status {status}:\n{text}"]
        # A compiler warns only when it compiles.
        for left in directory.glob("*.o") if found else ():
            left.unlink()
    return found


def build_cross(tree: Tree) -> list[str]:
    """W=1 for each of them, against the newest source."""
    found: list[str] = []
    for target in TARGETS:
        found += _compile(tree, target, "napier")
    return found


def seeds_cross(tree: Tree) -> list[str]:
    """The defect that only a 32-bit compiler can see."""
    return _compile(tree, TARGETS[-1], "seed")
