# SPDX-License-Identifier: GPL-2.0-only
"""The driver's table of registers (driver/napier_regs.c), read from its source: what is where
in a register dump.

    PYTHONPATH=. python3 tests/driver/registers.py > docs/registers.md

writes the document anew; test_dump.py compares it with the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lab.base import REPO

TABLE = REPO / "driver" / "napier_regs.c"
ADDRESSES = REPO / "driver" / "napier_csr.h"
DOCUMENT = REPO / "docs" / "registers.md"
PARTS = ("82576", "82580", "I350", "I354", "I210", "I211")
BOARDS = {
    "ALL": PARTS,
    "N82576": PARTS[:1],
    "I210": PARTS[4:5],
    "NOT_82576": PARTS[1:],
    "NOT_I21X": PARTS[:4],
    "SINCE_I350": PARTS[2:],
    "ONLY_I350": PARTS[2:3],
    "I21X": PARTS[4:],
}
NUMBERS = {
    "NAPIER_MAX_QUEUES": 16,
    "NAPIER_MTA_LEN": 128,
    "NAPIER_VFTA_LEN": 128,
    "NAPIER_RETA_LEN": 128,
    "NAPIER_RSS_KEY_LEN": 40,
    "NAPIER_INVM_DATA_COUNT": 64,
    "NAPIER_STEER_TUPLES": 8,
}
LIMITS = {
    "FIXED": "",
    "QUEUES": "queues of the part",
    "VECTORS": "queues of the part + 1",
    "IVARS": "82576: 8, else half the queues",
    "RARS": "address filters of the part - 16",
}
UNREAD = {
    "CLEARS": "reading clears it",
    "EFFECT": "reading does something else",
    "WRITE_ONLY": "write-only",
}


@dataclass(frozen=True)
class Row:
    """A row of the table: `place` is where it begins in the dump, if it is there."""

    name: str
    offset: int
    count: int
    stride: int
    boards: tuple[str, ...]
    limit: str
    read: str
    tested: bool
    place: int | None = None


def _number(text: str) -> int:
    for name, value in NUMBERS.items():
        text = text.replace(name, str(value))
    if not re.fullmatch(r"[\d +/]+", text):
        raise ValueError(f"napier_regs.c: {text!r} is no number that this program knows")
    return sum(
        int(first) // int(divisor or 1)
        for first, divisor in re.findall(r"(\d+)(?: / (\d+))?", text)
    )


def _addresses() -> dict[str, tuple[int, int]]:
    """Register -> address of its element 0, and the step to the next."""
    text = ADDRESSES.read_text()
    found = {
        name: (int(value, 16), 4)
        for name, value in re.findall(r"^#define NAPIER_(\w+)\t+(0x[0-9A-F]{5})\t", text, re.M)
    } | {
        name: (int(value, 16), 4)
        for name, value in re.findall(r"^#define NAPIER_(\w+)\t+(0x[0-9A-F]{5})$", text, re.M)
    }
    for name, base, step in re.findall(
        r"^#define NAPIER_(\w+)\(n\)\t+\((0x[0-9A-F]{5}) \+ (\d+) \* \(n\)\)", text, re.M
    ):
        found[name] = (int(base, 16), int(step))
    for name, side, place in re.findall(
        r"^#define NAPIER_(\w+)\(q\)\t+NAPIER_(RXQ|TXQ)\(q, (0x[0-9A-F]+)\)", text, re.M
    ):
        found[name] = ({"RXQ": 0xC000, "TXQ": 0xE000}[side] + int(place, 16), 0x40)
    return found


CALL = re.compile(r"\b(ONE|ONE_T|ARR|ARR_T|QUEUE|QUEUE_B|QUEUE_T|RAR_T|STAT)\(([^()]*)")


def _rows() -> Iterator[Row]:
    text = TABLE.read_text()
    body = text[text.index("napier_regs[] = {") :]
    body = re.sub(r"/\*.*?\*/", "", body[: body.index("\n};")], flags=re.S)
    where = _addresses()
    for macro, inner in CALL.findall(body):
        name, *words = (word.strip() for word in inner.split(","))
        base, step = where[name]
        count, first, limit, boards, read = 1, 0, "FIXED", "ALL", "PLAIN"
        if macro == "STAT":
            read = "CLEARS"
        elif macro == "ONE":
            boards, read = words[:2]
        elif macro == "ONE_T":
            boards = words[0]
        elif macro in ("ARR", "ARR_T"):
            count, limit, boards = _number(words[0]), words[1], words[2]
        elif macro == "RAR_T":
            count, first, limit, boards = 16, int(words[0]), words[1], words[2]
        elif macro == "QUEUE_B":
            count, limit, boards, read = 16, "QUEUES", words[0], words[1]
        else:
            count, limit, read = 16, "QUEUES", words[0] if macro == "QUEUE" else "PLAIN"
        yield Row(
            name,
            base + first * step,
            count,
            step,
            BOARDS[boards],
            limit,
            read,
            macro.endswith("_T"),
        )


def rows() -> list[Row]:
    """The whole table, with the places in the dump."""
    found, place = [], 0
    for row in _rows():
        if row.read == "PLAIN":
            found.append(replace(row, place=place))
            place += 4 * row.count
        else:
            found.append(row)
    return found


def layout() -> int:
    """The number of the layout, which is in the dump's version."""
    match = re.search(r"#define NAPIER_REGS_LAYOUT\s+(\d+)", TABLE.read_text())
    assert match
    return int(match[1])


def _parts(row: Row) -> str:
    return "all" if row.boards == PARTS else " ".join(row.boards)


def document() -> str:
    """docs/registers.md."""
    table = rows()
    length = sum(4 * row.count for row in table if row.place is not None)
    lines = [
        "<!-- SPDX-License-Identifier: GPL-2.0-only -->",
        "# The register dump",
        "",
        "Made from `driver/napier_regs.c` by `PYTHONPATH=. python3 tests/driver/registers.py`; do",
        "not edit.",
        "",
        "What `ethtool -d eth0 raw on` writes, and what the devlink region `registers` holds:",
        f"{length} bytes, little-endian words, in the same places for every part. ethtool knows",
        "nothing of it and, without `raw on`, prints it in hexadecimal with these places at the",
        "left.",
        "",
        "The version of the dump (`struct ethtool_regs`) says how to read it: bits 31 to 24 the",
        f"layout, which is {layout()} here, bits 23 to 16 the part ("
        + ", ".join(f"{number} {part}" for number, part in enumerate(PARTS))
        + "),",
        "bits 15 to 0 the PCI device id.",
        "",
        "A register that the part does not have is 0. A device that does not answer gives all",
        "ones. Registers that reading would change are not read; they stand at the end.",
        "",
        "*Test*: `ethtool -t eth0 offline` writes it and reads it back.",
        "",
        "| place | register | address | elements | step | fewer on some parts | parts | test |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.place:#06x} | {row.name} | {row.offset:#07x} | {row.count} | "
        f"{f'{row.stride:#x}' if row.count > 1 else ''} | {LIMITS[row.limit]} | {_parts(row)} | "
        f"{'yes' if row.tested else ''} |"
        for row in table
        if row.place is not None
    ]
    lines += [
        "",
        "## Not in the dump",
        "",
        "| registers | why |",
        "|---|---|",
    ]
    for read, why in UNREAD.items():
        names = ", ".join(row.name for row in table if row.read == read)
        lines.append(f"| {names} | {why} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
