# SPDX-License-Identifier: GPL-2.0-only
"""Building napier.ko and the lab's helpers for a kernel.

Sources are copied into the cache and built there, once for each kernel: what was built
for 6.12 and for 7.x does not disturb each other, the source tree stays clean, and the
7.x's tools, which live in a root of their own, can reach the copy.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lab.base import GUEST, REPO, LabError, cache, digest, lock
from lab.kernels import Kernel

SUPPORTED = re.compile(r"^(6\.12\.|7\.)")
SOURCES = {".c", ".h", ".S"}
DRIVER = REPO / "driver"


def copy_sources(origin: Path, target: Path, *, keep: Sequence[str] = ()) -> bool:
    """Make the sources in `target` those in `origin`, leaving objects and the times of
    what has not changed alone, so that make does only what is needed.  What lies below
    one of `keep` in the target is somebody else's.  Returns whether anything changed."""
    target.mkdir(parents=True, exist_ok=True)
    changed = False

    def is_source(path: Path) -> bool:
        return path.suffix in SOURCES or path.name in ("Kbuild", "Makefile")

    wanted = {
        path.relative_to(origin): path
        for path in origin.rglob("*")
        if path.is_file() and is_source(path) and ".mod" not in path.name
    }
    for path in target.rglob("*"):
        if (
            path.is_file()
            and is_source(path)
            and not path.name.endswith(".mod.c")
            and path.relative_to(target) not in wanted
            and path.relative_to(target).parts[0] not in keep
        ):
            path.unlink()
            changed = True
    for name, path in wanted.items():
        copy = target / name
        data = path.read_bytes()
        if not copy.exists() or copy.read_bytes() != data:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            changed = True
    return changed


def run_make(command: Sequence[str], copy: Path, shown: str, inside: str, verbose: bool) -> str:
    """Run make; messages name the files that the user knows, not the copies."""
    done = subprocess.run(
        command, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    text = done.stdout.replace(f"{copy}/", f"{shown}/")
    if inside:
        text = text.replace(f"{inside}/", f"{shown}/")
    if done.returncode:
        raise LabError(f"{shown} does not build:\n{text}")
    warned = "warning:" in text.lower()
    if verbose or warned:
        sys.stderr.write(text)
    return text


def build(
    kernel: Kernel,
    origin: Path,
    *,
    words: Sequence[str] = (),
    label: str = "",
    verbose: bool = False,
) -> tuple[Path, str]:
    """Build the external module in `origin`; returns the build directory and make's
    output.  `words` go to make (W=1, C=2 ...); `label` keeps builds with other words or
    other sources (seeded defects) apart."""
    where = digest(REPO, origin, label)
    directory = kernel.workshop / f"{origin.name}-{where}"
    with lock(f"build-{kernel.name}-{where}"):
        copy_sources(origin, directory)
        inside = f"/{directory.relative_to(kernel.chroot)}" if kernel.chroot else ""
        shown = str(origin.relative_to(REPO)) if origin.is_relative_to(REPO) else str(origin)
        output = run_make(
            [*kernel.make(["modules", *words], directory)], directory, shown, inside, verbose
        )
    return directory, output


def build_driver(
    kernel: Kernel,
    *,
    words: Sequence[str] = (),
    label: str = "",
    verbose: bool = False,
    origin: Path = DRIVER,
) -> Path:
    """napier.ko for a kernel."""
    if not (origin / "Kbuild").exists() and not (origin / "Makefile").exists():
        raise LabError(
            f"{origin.name}/ holds no Kbuild: there is no driver to build here yet; "
            "DUT=igb runs the lab without it"
        )
    directory, _ = build(kernel, origin, words=words, label=label, verbose=verbose)
    module = directory / "napier.ko"
    if not module.exists():
        raise LabError(f"{directory} was built without napier.ko in it")
    return module


def build_helper(kernel: Kernel, name: str) -> Path:
    """A helper module of lab/guest/NAME/ for a kernel."""
    directory, _ = build(kernel, GUEST / name)
    return directory / f"{name}.ko"


def tool(name: str, home: Path = GUEST) -> Path:
    """A program of lab/guest/NAME.c (or another home), linked statically: the host compiles
    it and the guest runs it, whatever C library each has."""
    origin = home / f"{name}.c"
    target = cache() / "tools" / digest(origin.read_text()) / name
    if not target.exists():
        with lock(f"tool-{name}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_suffix(".new")
            done = subprocess.run(
                ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", fresh, origin],
                text=True,
                capture_output=True,
            )
            if done.returncode:
                raise LabError(f"{origin.name} does not compile:\n{done.stderr}")
            fresh.replace(target)
    return target


def version_of(kdir: Path) -> str:
    """The release of a prepared kernel build directory."""
    release = kdir / "include" / "config" / "kernel.release"
    if not release.exists():
        raise LabError(
            f"KDIR={kdir} is no prepared kernel build directory "
            "(it has no include/config/kernel.release); on Debian it is "
            "/lib/modules/$(uname -r)/build, from the linux-headers package"
        )
    return release.read_text().strip()


def build_in_place(kdir: Path) -> Path:
    """`make module KDIR=...`: driver/napier.ko for a kernel of the user's."""
    version = version_of(kdir)
    if not SUPPORTED.match(version):
        raise LabError(f"KDIR={kdir} is kernel {version}: napier builds for 6.12.y and 7.x only")
    where = digest(REPO, kdir.resolve(), version)
    directory = cache() / "build" / "kdir" / where / "driver"
    with lock(f"build-kdir-{where}"):
        copy_sources(DRIVER, directory)
        run_make(
            ["make", "-C", str(kdir), f"M={directory}", "modules"], directory, "driver", "", True
        )
    return Path(shutil.copy2(directory / "napier.ko", DRIVER / "napier.ko"))
