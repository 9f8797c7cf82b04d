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
from bench.results import DRIVERS, Results, collect, compare, write_baseline
from bench.rig import Rig
from bench.scenarios import SCENARIOS, run
from lab import LabError
from lab.base import REPO, say
from lab.setup import setup_host


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
        "--update-baseline", action="store_true", help="the same run; write bench/baseline.json"
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


def _weigh(options: argparse.Namespace) -> Results:
    """Both drivers, one machine after the other."""
    short = options.check or options.update_baseline
    found, kernels = {}, set()
    for driver in DRIVERS:
        module = options.module if driver == "napier" else None
        say(f"booting for {driver}, on the scale")
        with Rig(driver, options.kernel, all_lines=not short, module=module) as rig:
            kernels.add(rig.machine.kernel.version)
            found[driver] = {
                scenario.name: (scenario, passes)
                for scenario, passes in run(rig, short, options.only or [])
            }
    where = {"kernel": kernels.pop(), "qemu": qemu_version(), "peer": "e1000e"}
    return collect(found, where)


def main() -> int:
    """Weigh, show, and do what was asked for with it."""
    options = _arguments()
    begin = time.monotonic()
    try:
        setup_host()
        results = _weigh(options)
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(report.terminal(results))
    faults: list[str] = []
    if options.only:
        for row in results.rows:
            print(f"\n{row.scenario.name}: {row.scenario.title}")
            for driver, own, called in zip(
                *(cells for _, cells in report.breakdown(row)), strict=True
            ):
                print(f"  {driver}: {own}\n    calls: {called}")
    elif options.check:
        faults = compare(results)
    elif options.update_baseline:
        write_baseline(results)
    else:
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
