#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How many objects of each slab cache are in use, how many regions of virtual memory, and
how many pages somebody has, as JSON.

Caches are emptied of what they only keep, several times, and the least is taken: an object
that is in use at every look is one that somebody holds."""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path

LOOKS = 3
PAUSE = 0.2
# Under KASAN a look takes ten seconds, for each cache is looked for among all that was freed of
# late.  Then one look has to do, which sees objects that are about to go, too.
SLOW = 3.0
CACHES = Path("/sys/kernel/slab")
# Says of what vfree() has freed that it is still to be unmapped, which the kernel does when
# it has collected some megabytes.  Regions are counted in their own right.
LAZY = "vmap_area"
UNPURGED = "unpurged"


def objects() -> dict[str, int]:
    found = {}
    lazy = (CACHES / LAZY).resolve()
    for cache in CACHES.iterdir():
        # A link is another name for a cache that several have merged into.
        if not cache.is_symlink() and cache != lazy:
            with contextlib.suppress(OSError):
                (cache / "shrink").write_text("1")
                found[cache.name] = int((cache / "objects").read_text().split()[0])
    return found


def pages() -> int:
    """Less than none: what is free.  Each CPU keeps hundreds of free pages of its own, more
    and less of them as it sees fit, which no counter of free pages contains."""
    words = dict(line.split() for line in Path("/proc/vmstat").read_text().splitlines())
    kept = re.findall(r"^ +count: (\d+)$", Path("/proc/zoneinfo").read_text(), re.MULTILINE)
    return -int(words["nr_free_pages"]) - sum(map(int, kept))


def regions() -> int:
    """Mapped by vmalloc(), ioremap() and the like."""
    lines = Path("/proc/vmallocinfo").read_text().splitlines()
    return sum(UNPURGED not in line for line in lines)


def main() -> None:
    least: dict[str, int] = {}
    # From now on the kernel does not say when it is told to drop its caches.
    Path("/proc/sys/vm/drop_caches").write_text("4")
    begin = time.monotonic()
    for look in range(LOOKS):
        if look:
            if time.monotonic() - begin > SLOW:
                break
            time.sleep(PAUSE)
        Path("/proc/sys/vm/drop_caches").write_text("3")
        now = {**objects(), "pages": pages(), "regions": regions()}
        least = {name: min(number, least.get(name, number)) for name, number in now.items()}
    print(json.dumps(least))


if __name__ == "__main__":
    main()
