# SPDX-License-Identifier: GPL-2.0-only
"""What a machine is given besides Debian: /lab in the guest.

A tar on a disk of its own.  The guest unpacks it into a tmpfs before anything else runs,
so what a test run builds is in the guest without a copy through the agent.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from pathlib import Path

from lab import tool as operator
from lab.base import GUEST, call, lock
from lab.kernels import Kernel
from lab.modules import build_driver, build_helper, tool
from lab.spec import Spec

SCRIPTS = ("init", "fstab", "lib.sh")
TOOLS = ("regs", "stamps")
HELPERS = ("nomsix", "seedwarn")


def files(spec: Spec, kernel: Kernel, driver: Path | None) -> dict[str, Path]:
    """Name in /lab -> file on the host; builds whatever is not built yet."""
    found = {name: GUEST / name for name in SCRIPTS}
    found |= {name: tool(name) for name in TOOLS}
    with lock("the operator's tool"):
        found["napier"] = operator.build()
    if kernel.kdir:
        found |= {f"{name}.ko": build_helper(kernel, name) for name in HELPERS}
    if "napier" in (spec.dut, spec.peer):
        found["napier.ko"] = driver or build_driver(kernel)
    return found


def _lean(path: Path) -> bytes:
    """A file as the guest needs it: nine tenths of a module are for a debugger, which can
    read them in the cache."""
    if path.suffix != ".ko":
        return path.read_bytes()
    with tempfile.NamedTemporaryFile() as copy:
        call(["strip", "--strip-debug", "-o", copy.name, path])
        return Path(copy.name).read_bytes()


def write(target: Path, contents: dict[str, Path]) -> None:
    """The tar, as a disk image."""
    with tarfile.open(target, "w") as archive:
        for name, path in contents.items():
            data = _lean(path)
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mode = 0o755
            archive.addfile(member, io.BytesIO(data))
    # A disk is a whole number of sectors; tar's end is zeros anyhow.
    size = target.stat().st_size
    with open(target, "ab") as handle:
        handle.truncate(-(-size // 4096) * 4096)
