# SPDX-License-Identifier: GPL-2.0-only
"""The fuzzers of the operator's tool: built by clang in a directory of their own, fed and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.base import REPO, LabError, call, say, step
from lab.setup import TOOL_TESTS, setup_host
from lab.tool import SOURCES, build

BUILD = REPO / "build" / "fuzz"
TARGETS = ("replay", "snapshot", "text")
# What a recording of bursts begins with, and one of each other line.
RECORDING = SOURCES / "fuzz" / "recording.jsonl"
TEXTS = (b"\x00184467440737095516151", b"\x011.5ms", b"\x020-3,8,10-11", b"\x03ff,00000001",
         b"\x04rx_queue_0_drops", b"\x05" + bytes(12) + b"\x08\x00\x45" + bytes(40))  # fmt: skip


def build_fuzzers() -> None:
    """The fuzzers, with AddressSanitizer and UBSan."""
    setup_host(TOOL_TESTS)
    if not (BUILD / "build.ninja").exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        words = ["-Dfuzz=true", "-Dtests=disabled", "-Db_sanitize=address,undefined"]
        words += [
            "-Db_lundef=false",
            "-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=all",
        ]
        env = {**os.environ, "CC": "clang"}
        call(["meson", "setup", *words, BUILD, SOURCES], env=env)
    with step("building the fuzzers"):
        call(["ninja", "-C", BUILD, *(f"fuzz_{name}" for name in TARGETS)])


def _write(place: Path, inputs: list[bytes]) -> None:
    place.mkdir()
    for number, data in enumerate(inputs):
        (place / f"{number:04}").write_bytes(data)


def _files(sample: Path) -> list[Path]:
    return sorted((path for path in sample.rglob("*") if path.is_file()), key=str)


@contextmanager
def fed(names: list[str]) -> Iterator[Path]:
    """A directory in memory with a snapshot of these interfaces and inputs for each fuzzer."""
    program = build()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="napier-fuzz-") as name:
        place = Path(name)
        call([program, "snapshot", "--for", "20ms", place / "root", *names])
        files = [path.read_bytes() for path in _files(place / "root" / "2")]
        _write(place / "snapshot", [n.to_bytes(2, "big") + text for n, text in enumerate(files)])
        _write(place / "replay", [RECORDING.read_bytes()])
        _write(place / "text", list(TEXTS))
        yield place


def run(place: Path, target: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """One fuzzer; what it finds new stays in `place`."""
    command = [str(BUILD / f"fuzz_{target}"), *words, f"-artifact_prefix={place}/"]
    # LeakSanitizer needs ptrace(), which containers may lack; make check looks for leaks.  A list
    # that grows element by element would fill the memory, if all that was freed were kept.
    asan = "detect_leaks=0:quarantine_size_mb=32"
    settings = {"ASAN_OPTIONS": asan, "NAPIER_FUZZ_ROOT": f"{place}/root", **env}
    return subprocess.run(
        [*command, "-max_len=8192", str(place / target)],
        env=os.environ | settings,
        text=True,
        errors="replace",
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )


def fuzz(targets: list[str], seconds: int) -> None:
    """Each fuzzer for so many seconds, on a snapshot of this host."""
    for wrong in set(targets) - set(TARGETS):
        raise LabError(f"{wrong}: no such fuzzer; there are {', '.join(TARGETS)}")
    build_fuzzers()
    with fed([]) as place:
        for target in targets or TARGETS:
            with step(f"fuzzing {target}"):
                done = run(place, target, f"-max_total_time={seconds}", "-print_final_stats=1")
            if done.returncode:
                kept = [shutil.copy(path, ".") for path in place.glob("crash-*")]
                raise LabError(f"{done.stderr[-6000:]}\n{target}: kept {', '.join(kept)}")
            for line in done.stderr.splitlines():
                if line.startswith("stat::number_of_executed_units"):
                    say(f"{target}: {line.split()[-1]} inputs, nothing found")
