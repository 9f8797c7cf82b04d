# SPDX-License-Identifier: GPL-2.0-only
"""The tools that are no package of Debian: the kernel's own scripts, and ruff.

The scripts are those of Debian's newest kernel, out of Debian's package with its source;
all that is kept of it is what the checks use (7 MB of 1.5 GB).  ruff is what npm offers of
it, a WebAssembly module, with its version and checksum in check/package-lock.json.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from check.base import HERE
from lab.base import LabError, Stamp, cache, call, digest, lock, step
from lab.debs import Suite
from lab.kernels import kernel

KEPT = ("*/scripts", "*/tools/lib/python", "*/tools/docs")
FORMAT = 1
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def kernel_scripts() -> Path:
    """The top of a kernel source of which little more is there than scripts/."""
    stamp, target = Stamp("kernel-scripts"), cache() / "check" / "kernel-scripts"
    version = kernel("backports").version
    want = f"{FORMAT} {version}"
    with lock("kernel-scripts"):
        if stamp.read() == want and target.exists():
            return target
        series = ".".join(re.findall(r"\d+", version)[:2])
        (deb,) = Suite("trixie").fetch(f"linux-source-{series}")
        fresh = target.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        with step(f"the kernel's scripts, out of {deb.name}"):
            _extract(deb, fresh)
        if not (fresh / "scripts" / "checkpatch.pl").exists():
            raise LabError(f"{deb.name} holds no scripts/checkpatch.pl: its shape has changed")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        stamp.write(want)
        # 160 MB that nobody needs again.
        deb.unlink()
    return target


def _extract(deb: Path, target: Path) -> None:
    """An archive in an archive: both are read as streams, nothing else touches the disk."""
    inner: list[str | Path] = [
        "tar",
        "-x",
        "--to-stdout",
        "--wildcards",
        "./usr/src/linux-source-*.tar.*",
    ]
    outer: list[str | Path] = [
        "tar",
        "-x",
        "--xz",
        "-C",
        target,
        "--strip-components=1",
        "--wildcards",
        *KEPT,
    ]
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as one,
        subprocess.Popen(inner, stdin=one.stdout, stdout=subprocess.PIPE) as two,
        subprocess.Popen(outer, stdin=two.stdout) as three,
    ):
        for process in (one, two):
            assert process.stdout
            process.stdout.close()
    if one.returncode or two.returncode or three.returncode:
        raise LabError(f"{deb.name} could not be unpacked; is the disk full?")


def ruff() -> Path:
    """The directory in which node finds ruff."""
    files = [HERE / "package.json", HERE / "package-lock.json"]
    target = cache() / "check" / f"ruff-{digest(*(file.read_text() for file in files))}"
    done = target / ".complete"
    if done.exists():
        return target
    with lock("ruff"), step("ruff, from npm"):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in files:
            shutil.copy2(file, target)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        # npm trusts a list of its own, unless it is told to trust whom the system does.
        trust = {"NODE_EXTRA_CA_CERTS": str(CERTIFICATES)} if CERTIFICATES.exists() else {}
        try:
            call([*command, "--cache", cache() / "npm"], cwd=target, env={**trust, **os.environ})
        except FileNotFoundError as error:
            raise LabError("npm is not installed (Debian's package npm)") from error
        done.touch()
    return target
