# SPDX-License-Identifier: GPL-2.0-only
"""Everything there is to run, part by part, and docs/reliability.md told: make test-full.

It takes hours.  P="mutants selftests" runs only some; the others keep the row that they have,
with the commit it was written at."""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
import time
from pathlib import Path

from lab import docs
from lab.base import REPO, LabError, cache, call, say

REPORT = REPO / "docs" / "reliability.md"
PLACE = "test-full"
# Name -> what make is told.
PARTS = {
    "run": ["run"],
    "check": ["check"],
    "cli-test": ["cli-test"],
    "test": ["test"],
    "test-backports": ["test", "KERNEL=backports"],
    "test-igb": ["test", "DUT=igb"],
    "kunit": ["kunit"],
    "test-debug": ["test-debug"],
    "selftests": ["selftests"],
    "selftests-igb": ["selftests", "DUT=igb"],
    "bench-check": ["bench-check"],
    "bench": ["bench"],
    "mutants": ["mutants"],
}
HEAD = "| part | command | commit | date | result |\n|---|---|---|---|---|"
# The line that says how it went, whoever wrote it: pytest, the selftests, the defects, ...
CLOSING = re.compile(
    r"^=+ (.*\b(?:passed|failed|errors?)\b.* in [\d.]+s).*=+$|"
    r"^(\d+ of \d+ defects were noticed.*)$|^check: (\d+ of \d+ passed.*)$|"
    r"^((?:PASSED|FAILED): .*)$|^bench: (.*)$|^(Verdict: .*)$"
)


def commit() -> str:
    """What is checked out, and whether something was changed since."""
    name = call(["git", "-C", REPO, "rev-parse", "--short", "HEAD"]).strip()
    status = call(["git", "-C", REPO, "status", "--porcelain", "--", ".", ":!docs"])
    return f"{name} and changes" if status.strip() else name


def closing(log: Path) -> str:
    """The last line of a part that says how it went."""
    found = ""
    for line in log.read_text(errors="replace").splitlines():
        if match := CLOSING.match(line):
            found = next(group for group in match.groups() if group)
    return found


def run(name: str) -> tuple[bool, str]:
    """Run a part; whether it passed, and its row."""
    words, begin = PARTS[name], time.monotonic()
    log = cache() / "full" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    say(f"make {' '.join(words)}: see {log}")
    with log.open("w") as handle:
        done = subprocess.run(
            ["make", "--no-print-directory", *words],
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
        )
    minutes = (time.monotonic() - begin) / 60
    verdict = f"{'passed' if not done.returncode else 'FAILED'}, {minutes:.0f} min"
    if said := closing(log):
        verdict += f": {said}"
    say(f"{name}: {verdict}")
    today = datetime.datetime.now(datetime.UTC).date()
    row = f"| {name} | `make {' '.join(words)}` | {commit()} | {today} | {verdict} |"
    return not done.returncode, row


def write(rows: dict[str, str]) -> None:
    """Put rows into the table; those of other parts stay."""
    for line in docs.place(REPORT, PLACE).splitlines():
        name = line.strip("| ").partition(" |")[0]
        if name in PARTS:
            rows.setdefault(name, line)
    docs.fill(REPORT, PLACE, "\n".join([HEAD, *(rows[name] for name in PARTS if name in rows)]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.full", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"only these of {', '.join(PARTS)}")
    options = parser.parse_args()
    chosen = options.parts or list(PARTS)
    try:
        if unknown := set(chosen) - set(PARTS):
            raise LabError(f"no such part: {', '.join(sorted(unknown))}; try {', '.join(PARTS)}")
        failed = []
        for name in chosen:
            passed, row = run(name)
            # Each when it is known: somebody may end this before the next one.
            write({name: row})
            if not passed:
                failed.append(name)
    except LabError as error:
        print(f"full: {error}", file=sys.stderr)
        return 1
    print(f"{len(chosen) - len(failed)} of {len(chosen)} parts passed, {REPORT.name} says which")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
