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

from tools import Figures, equip

from lab import Machine


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """figures("loss 3 of 1000"): a result that is shown whether or not the test passes."""

    def note(text: str) -> None:
        record_property("figure", text)

    return note


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """The machine, with the programs of tests/guest in it."""
    equip(machine)
    return machine
