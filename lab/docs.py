# SPDX-License-Identifier: GPL-2.0-only
"""Places in docs/ that a program fills: what is between "<!-- NAME: begin -->" and its end."""

from __future__ import annotations

from pathlib import Path

from lab.base import LabError


def _parts(path: Path, name: str) -> tuple[str, str, str]:
    """What is before the place, in it, and behind it."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    head, found, rest = path.read_text().partition(begin)
    body, ended, tail = rest.partition(end)
    if not found or not ended:
        raise LabError(f"{path.name} has no place for {name} ({begin.strip()} ... {end})")
    return head + begin, body, end + tail


def place(path: Path, name: str) -> str:
    """What is in that place."""
    return _parts(path, name)[1]


def fill(path: Path, name: str, text: str) -> None:
    """Put lines into that place, instead of what was there."""
    head, _, tail = _parts(path, name)
    path.write_text(f"{head}{text}\n{tail}")
