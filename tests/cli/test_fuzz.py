# SPDX-License-Identifier: GPL-2.0-only
"""The fuzzers run, for a moment; for longer: make cli-fuzz."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import fuzz

# Of each a few seconds.
RUNS = {"replay": 20000, "snapshot": 1500, "text": 10000}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    fuzz.build_fuzzers()
    with fuzz.fed([]) as place:
        yield place


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_nothing_is_found(place: Path, target: str) -> None:
    done = fuzz.run(place, target, f"-runs={RUNS[target]}", "-seed=1")
    assert done.returncode == 0, done.stderr[-6000:]


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_a_defect_is_found(place: Path, target: str) -> None:
    done = fuzz.run(place, target, "-runs=1000", "-seed=1", NAPIER_FUZZ_SEEDED="1")
    assert done.returncode
    assert "heap-buffer-overflow" in done.stderr
