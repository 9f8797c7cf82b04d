# SPDX-License-Identifier: GPL-2.0-only
"""What every part of the lab shares: where things are, how progress is shown, how
a slow step is done once and never half.

A step is finished when its stamp says so: the stamp is written last and holds what
the step depended on, so an interrupted or outdated step is simply done again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
GUEST = REPO / "lab" / "guest"


# A kernel with every checker on is several times slower, and the guest's clock is not: PATIENCE
# multiplies every time limit of the lab and its tests, REPEAT how often a test repeats what one
# time would do to show.
PATIENCE = float(os.environ.get("PATIENCE") or 1)
REPEAT = float(os.environ.get("REPEAT") or 1)


class LabError(Exception):
    """The lab cannot go on; the message says what to do next."""


def cache() -> Path:
    """The directory for all that was downloaded or built."""
    given = os.environ.get("NAPIER_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = Path(given) if given else Path(home) / "napier"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def rounds(count: int, least: int = 1) -> int:
    """How often to do what is done `count` times unless REPEAT says otherwise."""
    return max(least, round(count * REPEAT))


def say(text: str) -> None:
    """One line of progress; on stderr, so that results on stdout stay clean."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


def digest(*parts: object) -> str:
    """A short fingerprint of what a step depends on."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Two labs may share a cache: whoever comes second waits, and says so."""
    directory = cache() / "locks"
    directory.mkdir(exist_ok=True)
    with open(directory / re.sub(r"\W+", "-", name), "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another lab that works on {name} ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Stamp:
    """Says whether a step of the set-up was done, and from what."""

    def __init__(self, name: str) -> None:
        self.path = cache() / "stamps" / name
        self.path.parent.mkdir(exist_ok=True)

    def read(self) -> str:
        try:
            return self.path.read_text()
        except FileNotFoundError:
            return ""

    def write(self, value: str) -> None:
        temporary = self.path.with_suffix(f".{os.getpid()}")
        temporary.write_text(value)
        temporary.replace(self.path)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a slow step and say how long it took."""
    say(f"{title} ...")
    begin = time.monotonic()
    yield
    say(f"{title}: done in {time.monotonic() - begin:.0f} s")


def as_root(command: Sequence[str | Path]) -> list[str]:
    """The same command with the rights of root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        return words
    if not shutil.which("sudo"):
        raise LabError(f"this needs root: {' '.join(words)}\nrun it as root, or install sudo")
    return ["sudo", *words]


def call(
    command: Sequence[str | Path],
    *,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    quiet: bool = True,
) -> str:
    """Run a program of the host; its output is returned, or is in the error."""
    words = [str(word) for word in command]
    pipe = subprocess.PIPE if quiet else None
    done = subprocess.run(
        words, env=env, cwd=cwd, text=True, errors="replace", stdout=pipe, stderr=pipe
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}" if quiet else "(its output is above)"
        raise LabError(f"failed with status {done.returncode}: {' '.join(words)}\n{said}")
    return done.stdout or ""
