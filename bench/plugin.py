# SPDX-License-Identifier: GPL-2.0-only
"""Builds the plugin that counts (bench/plugin.c) for the QEMU that is installed.

Its interface is a header that no binary package has, so that one file is taken out of QEMU's
source package.  The interface carries a version, and QEMU refuses a plugin that was built
for one it does not know.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from lab.base import REPO, LabError, cache, call, digest, lock
from lab.debs import Sources, os_release

HOME = REPO / "bench"
SOURCES = ("plugin.c", "decode.c")
HEADERS = ("decode.h", "glib.h")


def qemu_version() -> str:
    """The whole version: Debian's if it is Debian's."""
    said = call(["qemu-system-x86_64", "--version"])
    match = re.search(r"version (\S+)(?: \(Debian ([^)\s]+)\))?", said)
    if not match:
        raise LabError(f"QEMU does not tell its version: {said}")
    # A rebuild has a version of its own, and the source of the first build.
    return re.sub(r"\+b\d+$", "", match[2] or match[1])


def _source(version: str) -> Path:
    """The tarball with that QEMU's source, or with the nearest of the same series."""
    codename = os_release().get("VERSION_CODENAME", "")
    sources = Sources(codename if codename in ("bookworm", "trixie") else "trixie")
    offered = sources.versions("qemu")
    upstream = re.sub(r"^\d+:|[+~-].*$", "", version)
    series = ".".join(upstream.split(".")[:2])
    for wanted in (version, upstream, f"{series}."):
        # Of those that are as good, the last one listed is from the newest suite.
        for candidate in reversed(offered):
            bare = candidate.partition(":")[2]
            if candidate == version or bare.startswith(wanted):
                return sources.fetch_source("qemu", candidate)
    raise LabError(
        f"Debian has no source of QEMU {upstream}, only {', '.join(offered)}: "
        "the plugin cannot be built for it"
    )


def header() -> Path:
    """The directory that holds qemu-plugin.h and nothing else."""
    version = qemu_version()
    target = cache() / "qemu-plugin" / digest(version)
    if (target / "qemu-plugin.h").exists():
        return target
    with lock("qemu-plugin"):
        tarball = _source(version)
        target.mkdir(parents=True, exist_ok=True)
        names = call(["tar", "-tf", tarball, "--wildcards", "*/qemu-plugin.h"]).split()
        if len(names) != 1:
            raise LabError(f"{tarball.name} holds no one qemu-plugin.h: {names}")
        text = call(["tar", "-xf", tarball, "--to-stdout", names[0]])
        fresh = target / "qemu-plugin.new"
        fresh.write_text(text)
        fresh.replace(target / "qemu-plugin.h")
        # 40 MB that nobody needs again.
        tarball.unlink()
    return target


def library() -> Path:
    """The plugin, as QEMU loads it."""
    include = header()
    texts = [(HOME / name).read_text() for name in (*SOURCES, *HEADERS)]
    target = cache() / "tools" / digest(qemu_version(), *texts) / "scale.so"
    if target.exists():
        return target
    with lock("plugin"):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        words: list[str | Path] = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC"]
        words += ["-shared", "-fvisibility=hidden", "-I", HOME, "-I", include]
        words += ["-o", fresh, *(HOME / name for name in SOURCES)]
        done = subprocess.run(words, text=True, capture_output=True)
        if done.returncode:
            raise LabError(f"the plugin does not compile:\n{done.stderr}")
        fresh.replace(target)
    return target
