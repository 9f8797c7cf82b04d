# SPDX-License-Identifier: GPL-2.0-only
"""Reads what a selftest prints.

Most speak KTAP ("ok 3 rss_api.test_rxfh_fields # SKIP why"); older shell scripts print
"TEST: name  [FAIL]".  Whatever the form, a program that ends early, or whose status says
otherwise than its lines, must not look like one that went well.  A script that gives up
prints a passed test whose name begins with "SKIP: "; its exit status tells the truth.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

# What a program exits with when it can say nothing: kselftest's own number.
STATUS_SKIP = 4
WHOLE = "(whole)"
PLAN = "(plan)"
STATUS = "(status)"

COLOURS = re.compile(r"\x1b\[[\d;]*m")
KTAP = re.compile(r"^(not )?ok (\d+)[ \t]*(.*?)(?:[ \t]+# ?(SKIP|XFAIL)\b[ \t]*(.*))?$")
PLANNED = re.compile(r"^1\.\.(\d+)")
SHELL = re.compile(r"^TEST: (.*?)\s*\[ ?(OK|FAIL|SKIP|XFAIL|XPASS) ?\]\s*$")
SHELL_RESULT = {"OK": "pass", "FAIL": "fail", "SKIP": "skip", "XFAIL": "xfail", "XPASS": "fail"}


@dataclass
class Outcome:
    """What one subtest gave, and the words that went with it."""

    result: str
    why: str = ""


@dataclass
class Output:
    """The results of one program: subtest -> outcome."""

    results: dict[str, Outcome] = field(default_factory=dict)
    planned: int | None = None

    def add(self, name: str, result: str, why: str = "") -> None:
        """Keep a result.  A name that comes twice gets a number, for both count."""
        number, unique = 2, name
        while unique in self.results:
            unique = f"{name}#{number}"
            number += 1
        self.results[unique] = Outcome(result, why)

    def totals(self) -> Counter[str]:
        return Counter(outcome.result for outcome in self.results.values())


def _ktap_name(text: str, program: str) -> str:
    """A subtest's name without what all names of its program begin with."""
    stem = program.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    text = text.strip().removeprefix("- ")
    return text.removeprefix(f"{stem}.").strip() or WHOLE


def parse(text: str, program: str, status: int | None) -> Output:
    """The results in `text`.  `status` is the program's exit status, None if it was ended
    by force, in which case what is missing is simply missing."""
    output = Output()
    remark = ""
    for raw in COLOURS.sub("", text).splitlines():
        line = raw.strip("\r")
        if match := KTAP.match(line):
            failed, _, name, directive, why = match.groups()
            result = "fail" if failed else (directive or "pass").lower()
            output.add(_ktap_name(name, program), result, why or (remark if failed else ""))
            remark = ""
        elif (match := SHELL.match(line)) and not match[1].startswith("SKIP: "):
            output.add(match[1].strip(), SHELL_RESULT[match[2]], remark)
            remark = ""
        elif match := PLANNED.match(line):
            output.planned = int(match[1])
        elif line.strip("# \t"):
            remark = _better(remark, line.strip("# \t"))
    if status is not None:
        _conclude(output, status, remark)
    return output


def _better(old: str, new: str) -> str:
    """The line that says most about a failure: the first failed check, else the last line
    of an exception or whatever came last."""
    if old.startswith("Check failed"):
        return old
    if new.startswith(("Check failed", "Exception| ")) or not old.startswith("Exception| "):
        return new if new.strip("Exception| ") else old
    return old


def _conclude(output: Output, status: int, remark: str) -> None:
    """What the end of a program says beyond its lines."""
    if output.planned is not None and output.results and len(output.results) < output.planned:
        missing = output.planned - len(output.results)
        output.add(PLAN, "fail", f"{missing} of {output.planned} subtests gave no result")
    if not output.results:
        result = {0: "pass", STATUS_SKIP: "skip"}.get(status, "fail")
        output.add(WHOLE, result, remark or f"status {status}")
        return
    totals = output.totals()
    # Shell scripts end with 2 when the worst was an expected failure.
    explained = totals["fail"] or (status == 2 and totals["xfail"])
    if status not in (0, STATUS_SKIP) and not explained:
        output.add(STATUS, "fail", f"ended with status {status} though nothing failed")
