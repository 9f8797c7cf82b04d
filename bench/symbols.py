# SPDX-License-Identifier: GPL-2.0-only
"""Where functions are: the kernel's, which the lab boots without KASLR, and a module's, which
the guest's kernel has put somewhere.
"""

from __future__ import annotations

import bisect
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

from lab import LabError, Machine
from lab.base import cache, call, digest
from lab.image import expanded
from lab.kernels import Kernel
from lab.modules import build_driver

PAGE = 0x1000


class Symbols:
    """Functions by address."""

    def __init__(self, table: dict[int, str]) -> None:
        self._table = table
        self._addresses = sorted(table)

    def __call__(self, address: int) -> str:
        """The function in which an address lies."""
        at = bisect.bisect_right(self._addresses, address) - 1
        return self._table[self._addresses[at]] if at >= 0 else f"{address:#x}"

    def find(self, name: str) -> int | None:
        """Where a function begins."""
        return next((at for at, known in self._table.items() if known == name), None)

    def span(self) -> tuple[int, int]:
        """The pages in which these functions lie: a module has its text's to itself."""
        return self._addresses[0] & -PAGE, (self._addresses[-1] | PAGE - 1) + 1


def kernel_symbols(machine: Machine) -> Symbols:
    """Asked once for each kernel: a list of 100,000 takes the guest long to write."""
    kernel = machine.kernel
    known = cache() / "symbols" / digest(kernel.version, kernel.vmlinuz.stat().st_mtime_ns)
    if not known.exists():
        known.parent.mkdir(exist_ok=True)
        command = "grep -E '^[0-9a-f]+ [tTwW] [^ ]+$' /proc/kallsyms | grep -v '\\['"
        fresh = known.with_suffix(".new")
        fresh.write_text(machine.run(command, timeout=300).out)
        fresh.replace(known)
    rows = (line.split() for line in known.read_text().splitlines())
    table = {int(row[0], 16): row[2] for row in rows if not row[2].startswith("__pfx_")}
    if not table:
        raise LabError("/proc/kallsyms of the guest shows no functions")
    return Symbols(table)


def module_file(kernel: Kernel, name: str) -> bytes:
    """A module as the guest loads it."""
    if name == "napier":
        return build_driver(kernel).read_bytes()
    for path in kernel.modules.rglob(f"{name}.ko*"):
        return expanded(path)
    raise LabError(f"kernel {kernel.version} has no module {name}")


def module_symbols(machine: Machine, name: str, module: Path | None = None) -> Symbols:
    """The functions of a loaded module; `module` is its file, if not the usual one."""
    where = f"/sys/module/{name}/sections"
    shown = machine.run(f"cd {where} && grep -H . .text* .init.text 2> /dev/null; true").out
    bases = {
        section: int(address, 16)
        for section, address in re.findall(r"^(\S+?):0x([0-9a-f]+)$", shown, re.M)
    }
    with NamedTemporaryFile(suffix=".ko") as copy:
        copy.write(module.read_bytes() if module else module_file(machine.kernel, name))
        copy.flush()
        sections = call(["readelf", "-SW", copy.name])
        symbols = call(["readelf", "-sW", copy.name])
    names = dict(re.findall(r"^\s*\[\s*(\d+)\] (\S+) ", sections, re.M))
    table = {}
    for row in re.findall(
        r"^\s*\d+: ([0-9a-f]+)\s+\S+ FUNC\s+\S+\s+\S+\s+(\d+) (\S+)$", symbols, re.M
    ):
        value, section, function = row
        base = bases.get(names.get(section, ""))
        if base is not None and ".init" not in names[section]:
            table[base + int(value, 16)] = function
    if not table:
        raise LabError(f"no functions of {name} in {where}")
    return Symbols(table)
