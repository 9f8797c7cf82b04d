# SPDX-License-Identifier: GPL-2.0-only
"""The commands behind `make bench` and `make bench-check`: python3 -m bench."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from bench import report
from bench.plugin import qemu_version
from bench.results import DRIVERS, Fault, Found, Results, collect, compare, write_baseline
from bench.rig import Rig
from bench.scenarios import SCENARIOS, run
from lab import LabError
from lab.base import REPO, say
from lab.setup import setup_host

# TCP's totals vary by some per cent from pass to pass.  So many machines of each driver are
# behind the committed ratios, and at most so many behind one that seems worse.
LOOKS = 3


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m bench",
        description="Weigh napier and in-tree igb in instructions.  Without options: all "
        "scenarios, in full, and docs/performance.* anew.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="a shorter run; fail if a ratio got worse than in bench/baseline.json, or if "
        "napier is above igb",
    )
    what.add_argument(
        "--update-baseline",
        action="store_true",
        help="the same in three machines of each; write bench/baseline.json",
    )
    what.add_argument(
        "--only",
        metavar="SCENARIO",
        nargs="+",
        choices=[scenario.name for scenario in SCENARIOS],
        help="only these, in full, with where the instructions are; writes nothing",
    )
    parser.add_argument("--module", type=Path, help="another napier.ko than that of driver/")
    parser.add_argument(
        "--kernel", default=os.environ.get("KERNEL") or "stock", help="a kernel of the lab"
    )
    return parser.parse_args()


def _weigh(options: argparse.Namespace, only: list[str], found: Found) -> Results:
    """Both drivers, one machine after the other.  What was `found` before counts, too."""
    short = options.check or options.update_baseline
    kernels = set()
    for driver in DRIVERS:
        module = options.module if driver == "napier" else None
        say(f"booting for {driver}, on the scale")
        with Rig(driver, options.kernel, all_lines=not short, module=module) as rig:
            kernels.add(rig.machine.kernel.version)
            mine = found.setdefault(driver, {})
            for scenario, passes in run(rig, short, only):
                mine.setdefault(scenario.name, (scenario, []))[1].extend(passes)
    where = {"kernel": kernels.pop(), "qemu": qemu_version(), "peer": "e1000e"}
    return collect(found, where)


def recheck(options: argparse.Namespace, results: Results, found: Found) -> list[Fault]:
    """What is still worse in the average when everything suspicious was weighed in further
    machines: two passes may agree, and yet both be far from the usual."""
    faults = compare(results)
    for _ in range(1, LOOKS):
        names = [row.scenario.name for row in results.rows]
        doubtful = list(dict.fromkeys(f.scenario for f in faults if f.scenario in names))
        if not doubtful:
            break
        for fault in faults:
            say(f"{fault}; looking again")
        results = _weigh(options, doubtful, found)
        faults = compare(results)
        for row in results.rows:
            if row.scenario.name in doubtful:
                ratios = f"driver {row.driver_ratio:.3f}, total {row.total_ratio:.3f} of igb's"
                passes = len(found[DRIVERS[0]][row.scenario.name][1])
                say(f"{row.scenario.name}: {ratios}, by {passes} passes each")
    return faults


def main() -> int:
    """Weigh, show, and do what was asked for with it."""
    options = _arguments()
    begin = time.monotonic()
    try:
        setup_host()
        found: Found = {}
        for _ in range(LOOKS if options.update_baseline else 1):
            results = _weigh(options, options.only or [], found)
        print(report.terminal(results))
        faults = recheck(options, results, found) if options.check else []
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if options.only:
        for row in results.rows:
            print(f"\n{row.scenario.name}: {row.scenario.title}")
            for driver, own, called in zip(
                *(cells for _, cells in report.breakdown(row)), strict=True
            ):
                print(f"  {driver}: {own}\n    calls: {called}")
    elif options.update_baseline:
        write_baseline(results)
    elif not options.check:
        for path in report.write(results):
            print(f"wrote {path.relative_to(REPO)}")
    print()
    for fault in faults:
        print(f"bench: {fault}")
    verdict = f"FAILED ({len(faults)})" if faults else "ok"
    print(f"bench: {verdict}, {time.monotonic() - begin:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
