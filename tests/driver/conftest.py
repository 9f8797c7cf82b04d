# SPDX-License-Identifier: GPL-2.0-only
"""For the tests of the driver: the programs of tests/guest are in the machine, and figures
that a test measured are shown at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Frames are built by the same code on both sides.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "guest"))

from tools import equip  # noqa: E402  (needs no path, but is useless without it)

from lab import Machine  # noqa: E402

Figures = Callable[[str], None]
_figures: list[tuple[str, str]] = []


@pytest.fixture
def figures(request: pytest.FixtureRequest,
            record_property: Callable[[str, object], None]) -> Figures:
    """figures("loss 3 of 1000"): a result that is shown whether or not the test passes."""
    def note(text: str) -> None:
        _figures.append((request.node.name, text))
        record_property("figure", text)
    return note


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """The machine, with the programs of tests/guest in it."""
    equip(machine)
    return machine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("figures")
    for name, text in _figures:
        terminalreporter.write_line(f"{name}: {text}")
