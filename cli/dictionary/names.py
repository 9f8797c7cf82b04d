#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks the dictionary and counts what it explains of the names in drivers' string tables.

names.py KERNEL-SOURCE [DRIVER ...] [-v]     -v: each name without an explanation
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LAYERS = {
    *("wire", "filter", "fifo", "ring", "alloc", "dma", "xdp", "xsk", "stack", "offload"),
    *("pause", "link", "time", "virtual", "firmware", "power", "health"),
}
KINDS = {"traffic", "loss", "error", "warning", "info"}
NEEDED = {"name", "side", "layer", "kind", "unit", "says", "read"}
KNOWN = NEEDED | {"register", "field", "do"}
SHARE = 0.95
LONGEST = 240
NUMBER = re.compile(r"\\\{[a-z]+\\\}")


def names_of(table: dict[str, Any], source: Path) -> list[str]:
    lines = (source / table["file"]).read_text(errors="replace").splitlines()
    begin = next(i for i, line in enumerate(lines) if re.search(table["from"], line))
    end = next(i for i in range(begin + 1, len(lines)) if re.search(table["to"], lines[i]))
    text = "\n".join(lines[begin : end + 1])
    found = [match[1] for match in re.finditer(table["name"], text)]
    if drop := table.get("drop"):
        found = [name for name in found if not re.search(drop, name)]
    if not found:
        raise ValueError(f"no name between {table['from']} and {table['to']}")
    form = table.get("form", "{}")
    return [
        form.replace("{each}", each).replace("{}", name)
        for name in found
        for each in table.get("each", [""])
    ]


def complaints(entries: list[dict[str, Any]]) -> list[str]:
    found, seen = [], set()
    for one in entries:
        name = one.get("name", "?")
        if name in seen:
            found.append(f"{name}: twice")
        seen.add(name)
        if missing := NEEDED - set(one):
            found.append(f"{name}: without {', '.join(sorted(missing))}")
            continue
        if unknown := set(one) - KNOWN:
            found.append(f"{name}: unknown {', '.join(sorted(unknown))}")
        side, layer, kind = one["side"], one["layer"], one["kind"]
        if side not in ("rx", "tx", "both") or layer not in LAYERS or kind not in KINDS:
            found.append(f"{name}: side, layer or kind is none: {side}, {layer}, {kind}")
        if len(one["says"]) > LONGEST or not one["says"].endswith("."):
            found.append(f"{name}: says {len(one['says'])} characters, or without a full stop")
    return found


def main(arguments: list[str]) -> int:
    wordy = "-v" in arguments
    source, *drivers = [word for word in arguments if word != "-v"]
    bad = False
    for path in sorted(HERE.glob("*.toml")):
        if drivers and path.stem not in drivers:
            continue
        book = tomllib.loads(path.read_text())
        wrong = complaints(book["counter"])
        names = [name for table in book["table"] for name in names_of(table, Path(source))]
        entries = [re.escape(one["name"]) for one in book["counter"]]
        known = [re.compile(NUMBER.sub("[0-9]+", entry)) for entry in entries]
        # In a form, a number stands as {queue} and the like: any number will do.
        numbered = {name: re.sub(r"\{[a-z]+\}", "0", name) for name in names}
        missing = [
            name for name in names if not any(one.fullmatch(numbered[name]) for one in known)
        ]
        share = 1 - len(missing) / len(names)
        print(f"{path.stem}: {len(known)} entries, {len(names)} names, {share:.1%} explained")
        for line in wrong + (missing if wordy else []):
            print(f"  {line}")
        bad |= bool(wrong) or share < SHARE
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
