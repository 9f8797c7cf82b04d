# SPDX-License-Identifier: GPL-2.0-only
"""Shows results: on a terminal, as docs/performance.md with what bench/prose.md tells, and as
a picture.  The layout does not depend on the figures, so that two versions can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.results import DRIVERS, Results, Row, Weight
from bench.scenarios import REQUEST
from lab.base import REPO

DOCS = REPO / "docs"
PROSE = REPO / "bench" / "prose.md"
PAGE = DOCS / "performance.md"
FUNCTIONS = 8
CALLEES = 8
DETAILED = ("tx_b1_c1000", "tx_b32_c1000", "rx_udp_full", "tcp_rx", "rr_udp")


def number(value: float | None) -> str:
    """With as many digits as mean something."""
    if value is None:
        return "-"
    # No "-0.00".
    value += 0.0
    size = abs(value)
    if size >= 10000:
        return f"{value:,.0f}"
    if size >= 1000:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}" if size >= 0.0005 else "0"


def _both(row: Row, pick: str) -> list[str]:
    return [number(getattr(getattr(row, driver).figures, pick)) for driver in DRIVERS]


def _pair(row: Row, pick: str) -> str:
    return " / ".join(_both(row, pick))


def _lines(row: Row, which: str) -> str:
    """Of cache, per frame.  Zero where it was not asked for."""
    values = [getattr(row, driver).figures.lines[which] for driver in DRIVERS]
    return " / ".join(f"{value:.1f}" if value else "-" for value in values)


def _spread(row: Row) -> str:
    driver = max(row.napier.driver_spread, row.igb.driver_spread)
    total = max(row.napier.total_spread, row.igb.total_spread)
    return f"{driver:.2%} / {total:.2%}"


Column = tuple[str, list[str]]


def _main(results: Results) -> list[Column]:
    rows = results.rows
    return [
        ("scenario", [row.scenario.name for row in rows]),
        ("unit", [row.scenario.unit for row in rows]),
        ("driver: napier", [_both(row, "driver")[0] for row in rows]),
        ("igb", [_both(row, "driver")[1] for row in rows]),
        ("ratio", [f"{row.driver_ratio:.3f}" for row in rows]),
        ("total: napier", [_both(row, "total")[0] for row in rows]),
        ("igb", [_both(row, "total")[1] for row in rows]),
        ("ratio", [f"{row.total_ratio:.3f}" for row in rows]),
        ("spread: driver / total", [_spread(row) for row in rows]),
    ]


def _more(results: Results) -> list[Column]:
    rows = results.rows
    columns = [("scenario", [row.scenario.name for row in rows])]
    for title, pick in (
        ("register writes", "writes"),
        ("register reads", "reads"),
        ("interrupts", "interrupts"),
        ("cond. jumps", "jcc"),
        ("calls", "call"),
        ("locked", "lock"),
    ):
        columns.append((title, [_pair(row, pick) for row in rows]))
    # The kernel's clock moves on in steps that many frames fit into.
    times = [_pair(row, "time") if row.scenario.unit == REQUEST else "-" for row in rows]
    return [*columns, ("guest's ns", times)]


def _cache(results: Results) -> list[Column]:
    rows = results.rows
    columns = [("scenario", [row.scenario.name for row in rows])]
    for title, which in (
        ("driver's code", "driver_code"),
        ("driver's data", "driver_data"),
        ("kernel's code", "kernel_code"),
        ("kernel's data", "kernel_data"),
    ):
        columns.append((title, [_lines(row, which) for row in rows]))
    return columns


def _port_side(results: Results) -> list[Column]:
    rows = [row for row in results.rows if results.port_side(row, DRIVERS[0]) is not None]
    columns = [("scenario", [row.scenario.name for row in rows])]
    for driver in DRIVERS:
        columns.append((driver, [number(results.port_side(row, driver)) for row in rows]))
    ratios = []
    for row in rows:
        one, two = (results.port_side(row, driver) or 0.0 for driver in DRIVERS)
        ratios.append(f"{one / two:.3f}" if two else "-")
    return [*columns, ("ratio", ratios)]


def text_table(columns: Sequence[Column]) -> str:
    """Columns for a terminal; the first one to the left, all others to the right."""
    widths = [max(len(cell) for cell in (title, *cells)) for title, cells in columns]
    rows = zip(*((title, *cells) for title, cells in columns), strict=True)
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown_table(columns: Sequence[Column]) -> str:
    """The same for Markdown."""
    head = "| " + " | ".join(title for title, _ in columns) + " |"
    rule = "|" + "|".join("---" if at == 0 else "--:" for at in range(len(columns))) + "|"
    body = zip(*(cells for _, cells in columns), strict=True)
    return "\n".join([head, rule, *("| " + " | ".join(row) + " |" for row in body)])


def terminal(results: Results) -> str:
    """All tables."""
    parts = ["Instructions per unit", text_table(_main(results))]
    parts += ["", "Per unit, napier / igb", text_table(_more(results))]
    parts += ["", "Different cache lines touched per frame, napier / igb"]
    parts += [text_table(_cache(results))]
    if results.base:
        parts += ["", "Receiving, without the generator", text_table(_port_side(results))]
    return "\n".join(parts)


def _functions(weight: Weight) -> str:
    shown = [
        f"{name} {number(cost)}"
        for name, cost in list(weight.figures.functions.items())[:FUNCTIONS]
        if cost >= 0.05
    ]
    return ", ".join(shown)


def _callees(weight: Weight) -> str:
    shown = [
        f"{name} {number(callee.collapsed)}"
        + (f" in {number(callee.calls)} calls" if abs(callee.calls - 1) > 0.005 else "")
        for name, callee in list(weight.figures.callees.items())[:CALLEES]
        if callee.collapsed >= 0.05
    ]
    return ", ".join(shown)


def breakdown(row: Row) -> list[Column]:
    """Where the instructions are."""
    weights = (row.napier, row.igb)
    return [
        ("driver", list(DRIVERS)),
        ("in its own functions", [_functions(weight) for weight in weights]),
        ("in functions that it calls", [_callees(weight) for weight in weights]),
    ]


def _details(results: Results) -> str:
    parts = []
    for row in results.rows:
        if row.scenario.name in DETAILED:
            parts += [f"### {row.scenario.name}: {row.scenario.title}", ""]
            parts += [markdown_table(breakdown(row)), ""]
    return "\n".join(parts).rstrip()


def _scenarios(results: Results) -> str:
    rows = [row.scenario for row in results.rows]
    return markdown_table(
        [
            ("scenario", [s.name for s in rows]),
            ("what happens", [s.title for s in rows]),
            ("unit", [s.unit for s in rows]),
        ]
    ).replace("--:", "---")


def page(results: Results) -> str:
    """docs/performance.md"""
    where = results.where
    parts = {
        "where": f"Kernel {where['kernel']}, QEMU {where['qemu']}, peer {where['peer']}.",
        "main": markdown_table(_main(results)),
        "more": markdown_table(_more(results)),
        "cache": markdown_table(_cache(results)),
        "port-side": markdown_table(_port_side(results)),
        "scenarios": _scenarios(results),
        "details": _details(results),
    }
    text = PROSE.read_text()
    for name, part in parts.items():
        slot = f"<!-- {name} -->"
        if text.count(slot) != 1:
            raise ValueError(f"{PROSE.name} must have {slot} once")
        text = text.replace(slot, part)
    note = "<!-- Written by `make bench` from bench/prose.md: edit that. -->\n"
    first, _, rest = text.partition("\n")
    return f"{first}\n{note}{rest}"


# ---- the picture ----------------------------------------------------------------------

WIDTH, LEFT, UNIT, BAR, GAP = 760, 130, 400, 11, 16
COLOURS = {"napier": "#1f77b4", "igb": "#9aa0a6"}


def _bars(at: int, row: Row) -> list[str]:
    """One scenario: igb's bar has the same length in each."""
    top = 56 + at * (2 * BAR + GAP)
    parts = [
        f'<text x="{LEFT - 8}" y="{top + BAR + 4}" text-anchor="end">'
        f"{escape(row.scenario.name)}</text>"
    ]
    for line, driver in enumerate(DRIVERS):
        weight: Weight = getattr(row, driver)
        length = UNIT * weight.figures.driver / row.igb.figures.driver
        y = top + line * BAR
        parts.append(
            f'<rect x="{LEFT}" y="{y}" width="{min(length, WIDTH - LEFT):.1f}" '
            f'height="{BAR - 1}" fill="{COLOURS[driver]}"/>'
        )
        parts.append(
            f'<text x="{LEFT + length + 6:.1f}" y="{y + BAR - 2}" font-size="10">'
            f"{escape(number(weight.figures.driver))} per {escape(row.scenario.unit)}</text>"
        )
    return parts


def picture(results: Results) -> str:
    """Driver instructions of both, igb's as the measure, as SVG."""
    height = 64 + len(results.rows) * (2 * BAR + GAP)
    parts = [
        "<!-- SPDX-License-Identifier: GPL-2.0-only -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<text x="10" y="20" font-size="14">Instructions in the driver, '
        "in each row as a part of igb's</text>",
    ]
    for at, driver in enumerate(DRIVERS):
        x = LEFT + at * 90
        parts.append(f'<rect x="{x}" y="32" width="12" height="12" fill="{COLOURS[driver]}"/>')
        parts.append(f'<text x="{x + 17}" y="43">{driver}</text>')
    for at, row in enumerate(results.rows):
        parts += _bars(at, row)
    return "\n".join([*parts, "</svg>", ""])


def write(results: Results, home: Path = DOCS) -> list[Path]:
    """Page, picture and figures."""
    files = {
        home / "performance.md": page(results),
        home / "performance.svg": picture(results),
        home / "performance.json": json.dumps(results.as_json(), indent=1) + "\n",
    }
    for path, text in files.items():
        path.write_text(text)
    return list(files)
