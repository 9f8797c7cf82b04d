# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus and promtool for the tests of the operator's tool.

Debian's package starts a service when it is installed, and nobody asked for that: it is unpacked in
the cache.  The programs need nothing but libc.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from lab.base import Stamp, cache, lock, step
from lab.debs import Suite, os_release, unpack
from lab.setup import RELEASES

PROGRAMS = ("prometheus", "promtool")


def programs() -> dict[str, Path]:
    """Where each of PROGRAMS is.  Fetched once; nothing is asked of a network after that."""
    found = {name: shutil.which(name) for name in PROGRAMS}
    if all(found.values()):
        return {name: Path(path) for name, path in found.items() if path}
    place, stamp = cache() / "prometheus", Stamp("prometheus")
    with lock("prometheus"):
        if stamp.read() != "unpacked" or not place.exists():
            codename = os_release().get("VERSION_CODENAME", "")
            suite = Suite(codename if codename in RELEASES else RELEASES[-1])
            (deb,) = suite.fetch("prometheus")
            with step("unpacking prometheus"):
                fresh = place.with_name(f"prometheus.{os.getpid()}")
                unpack(deb, fresh)
                shutil.rmtree(place, ignore_errors=True)
                fresh.rename(place)
            stamp.write("unpacked")
    return {name: place / "usr" / "bin" / name for name in PROGRAMS}
