# SPDX-License-Identifier: GPL-2.0-only
"""The operator's tool on this machine: built by meson into build/cli, installed, taken away.

Nothing of the lab is needed for it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lab import prometheus
from lab.base import REPO, LabError, call, say, step
from lab.setup import TOOL, TOOL_TESTS, setup_host

SOURCES = REPO / "cli"
BUILD = REPO / "build" / "cli"
PROGRAM = BUILD / "napier"


def _as_owner(command: Sequence[str | Path]) -> list[str]:
    """The same command, as whom the checkout belongs to: `sudo make install` must leave
    nothing in the build directory that stands in the way of the next `make cli`."""
    words, owner = [str(word) for word in command], REPO.stat()
    if os.geteuid() or os.environ.get("SUDO_UID") != str(owner.st_uid) or not owner.st_uid:
        return words
    ids = ["--reuid", str(owner.st_uid), "--regid", str(owner.st_gid), "--clear-groups"]
    return ["setpriv", *ids, "--", *words]


def _meson(*words: str | Path) -> str:
    return call(_as_owner(["meson", *words]))


def _configure(**wanted: str) -> None:
    """Have a build directory that is set to this; what is not named stays as it is."""
    # What meson writes last: without it, the first time was interrupted.
    if not (BUILD / "build.ninja").exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        options = {"tests": "disabled", **wanted}
        _meson("setup", *_words(options), BUILD, SOURCES)
        return
    if wanted:
        told = json.loads(_meson("introspect", "--buildoptions", BUILD))
        have = {option["name"]: str(option["value"]) for option in told}
        if any(have.get(name) != value for name, value in wanted.items()):
            _meson("setup", "--reconfigure", *_words(wanted), BUILD, SOURCES)


def _words(options: dict[str, str]) -> list[str]:
    return [f"-D{name}={value}" for name, value in options.items()]


def _ninja(*targets: str) -> None:
    """Build what is out of date; silent if nothing is."""
    command = _as_owner(["ninja", "-C", BUILD, *targets])
    if "no work to do" in call([*command, "-n"]):
        return
    with step("building the tool"):
        call(command, quiet=False)


def build() -> Path:
    """The tool, up to date."""
    setup_host(TOOL)
    _configure()
    _ninja()
    return PROGRAM


def unit_tests() -> None:
    """The tool and its unit tests, and that they pass."""
    setup_host(TOOL_TESTS)
    prometheus.programs()
    _configure(tests="enabled")
    _ninja()
    call(
        _as_owner(["meson", "test", "-C", BUILD, "--no-rebuild", "--print-errorlogs"]), quiet=False
    )


def _installed() -> list[Path]:
    """What an installation consists of: where each file goes, without DESTDIR."""
    return [Path(name) for name in json.loads(_meson("introspect", "--installed", BUILD)).values()]


def _below(destdir: str, path: Path) -> Path:
    return Path(destdir).absolute() / path.relative_to("/") if destdir else path


def _want_writable(path: Path) -> None:
    """Say so before anything is done; meson would ask for a password in a window."""
    place = next(above for above in path.parents if above.exists())
    if not os.access(place, os.W_OK):
        raise LabError(f"{place} is not yours to write: use sudo, or give PREFIX or DESTDIR")


def install(prefix: str, destdir: str) -> None:
    """Install the tool below `prefix`, or what is to be installed there below `destdir`."""
    setup_host(TOOL)
    _configure(prefix=prefix)
    _ninja()
    places = [_below(destdir, path) for path in _installed()]
    for place in places:
        _want_writable(place)
    where = {"DESTDIR": str(Path(destdir).absolute())} if destdir else {}
    env = {name: value for name, value in os.environ.items() if name != "DESTDIR"}
    call(["meson", "install", "-C", BUILD, "--no-rebuild"], env=env | where)
    # Root's, and nobody reads it: what is to be taken away meson's plan says, too.
    (BUILD / "meson-logs" / "install-log.txt").unlink(missing_ok=True)
    for place in places:
        say(f"installed {place}")


def uninstall(prefix: str, destdir: str) -> None:
    """Take away what install() with the same words has put there."""
    if not (BUILD / "build.ninja").exists():
        raise LabError("build/cli, which knows what was installed, is gone: `make cli` makes it")
    _configure(prefix=prefix)
    for place in (_below(destdir, path) for path in _installed()):
        if not place.exists():
            say(f"{place} is not there")
            continue
        _want_writable(place)
        place.unlink()
        say(f"removed {place}")


def clean() -> None:
    """Remove what was built; what was installed stays."""
    shutil.rmtree(BUILD.parent, ignore_errors=True)
