#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""phc.py get|rate /dev/ptpN [SECONDS]: reads a PTP clock, in nanoseconds as JSON.

get: now, and what CLOCK_MONOTONIC, CLOCK_BOOTTIME and CLOCK_REALTIME said at that moment.
rate: how fast it goes, as a multiple of CLOCK_MONOTONIC_RAW, over so many seconds."""

from __future__ import annotations

import json
import os
import sys
import time

# Looks at both clocks: so many at least, and then until one took no longer than CLOSE
# nanoseconds. A host that is busy stops the guest for milliseconds at a time.
TRIES, MOST, CLOSE = 25, 500, 100_000


def clock_of(path: str) -> int:
    """The clock's number, as the kernel makes it of a file descriptor."""
    return (~os.open(path, os.O_RDWR) << 3) | 3


def together(phc: int, host: int) -> tuple[int, int]:
    """Both clocks at one moment: the closest of some looks."""
    best = (1 << 62, 0, 0)
    for tries in range(MOST):
        if tries >= TRIES and best[0] <= CLOSE:
            break
        before = time.clock_gettime_ns(host)
        there = time.clock_gettime_ns(phc)
        after = time.clock_gettime_ns(host)
        best = min(best, (after - before, there, (before + after) // 2))
    return best[1], best[2]


def main() -> None:
    what, path = sys.argv[1:3]
    phc = clock_of(path)
    answer: dict[str, float] = {}
    if what == "get":
        for name in ("MONOTONIC", "BOOTTIME", "REALTIME"):
            there, here = together(phc, getattr(time, f"CLOCK_{name}"))
            # All for the moment of the first: between two there may be milliseconds.
            moment = answer.setdefault("phc", there)
            answer[name.lower()] = here - (there - moment)
    else:
        begin = together(phc, time.CLOCK_MONOTONIC_RAW)
        time.sleep(float(sys.argv[3]))
        end = together(phc, time.CLOCK_MONOTONIC_RAW)
        answer["rate"] = (end[0] - begin[0]) / (end[1] - begin[1])
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
