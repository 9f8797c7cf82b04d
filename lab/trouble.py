# SPDX-License-Identifier: GPL-2.0-only
"""Finds what must never be in a kernel log: oopses, warnings, lockdep, hung tasks, ...

It reads the console rather than the log buffer because the console is still there when
the guest is not.  A report is returned whole, for the first line of a lockdep splat or a
WARN says little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# How a report begins.  Each is the text of a line after its time stamp.
BEGINNINGS = re.compile(
    "|".join(
        (
            r"BUG: ",
            r"BUG \S+ \(.*\): ",
            r"kernel BUG at ",
            r"Kernel BUG at ",
            r"Oops[: ]",
            r"(?:general|double) (?:protection )?fault",
            r"Kernel panic - not syncing",
            r"WARNING: ",
            r"watchdog: BUG",
            r"INFO: possible ",
            r"INFO: task .* blocked for more",
            r"INFO: rcu\S* .*stall",
            r"rcu: INFO: .*stall",
            r"rcu: rcu_\w+ kthread .*starved",
            r"INFO: suspicious RCU",
            r"INFO: (?:HARDIRQ|SOFTIRQ|RECLAIM)",
            r"INFO: trying to register",
            r"INFO: lockdep is turned off",
            r"UBSAN: ",
            r"KASAN: ",
            r"KCSAN: ",
            r"KFENCE: ",
            r"KMSAN: ",
            r"kmemleak: \d+ new suspected",
            r"DMA-API: (?!preallocated|debugging (?:en|dis)abled)",
            r"DMAR: .*fault",
            r"DMAR: DRHD: handling fault",
            r".*NETDEV WATCHDOG: ",
            r".*refcount_t: ",
            r"list_(?:add|del) corruption",
            r"irq \d+: nobody cared",
            r"Disabling IRQ #",
            r"page:\S+ .*refcount",
            r"Bad page ",
            r"page_pool_release_retry\(\) stalled",
            r".*page_pool.*inflight.*stalled",
            r"unregister_netdevice: waiting for ",
            r"kobject\S* .*does not have a release",
            r"sysfs: cannot create duplicate",
            r"slab.*Objects remaining",
            r"-+\[ cut here ",
            r"divide error",
            r"invalid opcode",
            r"stack segment",
            r"Unable to handle kernel ",
            r"softlockup",
            r"NMI backtrace",
            r"hardirqs last",
            r"BTF: .*mismatch",
            r"genirq: Flags mismatch",
            r"do_IRQ: .*No irq handler",
            r"Out of memory: ",
            r".*page allocation failure",
            r"scheduling while atomic",
            r"sleeping function called",
        )
    )
)
END = re.compile(r"---\[ end (?:trace|Kernel panic)|---\[ end trace \S+ \]---")
STAMP = re.compile(r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?(.*)$")
# A report without an end mark is over when the log goes on about something else; these
# lines belong to a report, or may.
CONTINUES = re.compile(
    r"^(?:\s|Call Trace|Modules linked|CPU: |Hardware name|RIP: |RSP: |R[A-Z0-9]{2}: |Code: |"
    r"[CEF]S: |CR\d: |DR\d: |PKRU|Tainted|Workqueue|Sending NMI|Showing|-+|=+|#\d|\?|"
    r"</?(?:TASK|IRQ|NMI|SOFTIRQ)|rcu: |task:|note: |other info|stack backtrace|the existing|"
    r"which lock|but task|but there|Possible|lock\(|\*\*\*|Mem-Info|Node |\w+ [a-z_]+: |$|"
    r"Read of|Write of|Allocated|Freed|The buggy|Memory state|irq event|handlers:|"
    r"Preemption disabled|in_atomic|preempt_count|RCU nest|[0-9]+ locks? held|INFO: lockdep)"
)
# Below the title of lockdep's reports, and the line with the kernel's version.
LOCKDEP = re.compile(r"-{5,}$")
LONGEST = 200
# What is known to be wrong with a kernel itself, and is reported whatever drives the port.
# pciehp of 7.3 (pciehp_unconfigure_device()) lets go of the slot's lock while a driver unbinds
# and takes it again, inside a lock that it otherwise takes second.
FOREIGN = re.compile(
    r"possible circular locking dependency.*irq/\d+-pciehp.*"
    r"&ctrl->reset_lock.*pciehp_unconfigure_device",
    re.S,
)
OURS = re.compile(r"\bnapier_")


def _text(line: str) -> str:
    match = STAMP.match(line)
    return match[1] if match else line


def reports(console: str) -> list[str]:
    """Every report in a piece of console output, each whole."""
    lines = console.replace("\r", "").split("\n")
    found: list[str] = []
    at = 0
    while at < len(lines):
        if not BEGINNINGS.match(_text(lines[at])):
            at += 1
            continue
        end = _end(lines, at)
        found.append("\n".join(lines[at:end]).rstrip())
        at = end
    return found


def _end(lines: list[str], start: int) -> int:
    """Where the report that begins at `start` is over (one past its last line)."""
    cut = _text(lines[start]).startswith("------------[ cut")
    limit = min(len(lines), start + LONGEST)
    if start + 2 < limit and LOCKDEP.match(_text(lines[start + 2])):
        return _end_of_lockdep(lines, start, limit)
    for at in range(start + 1, limit):
        text = _text(lines[at])
        if END.search(text):
            return at + 1
        if not cut and at > start + 2 and not CONTINUES.match(text):
            return at
    return limit


def _end_of_lockdep(lines: list[str], start: int, limit: int) -> int:
    """Where a report of lockdep is over: its last part is a backtrace."""
    for at in range(start + 3, limit):
        text = _text(lines[at])
        if text.strip() == "</TASK>":
            return at + 1
        if BEGINNINGS.match(text):
            return at
    return limit


def foreign(report: str) -> bool:
    """Whether a report is about the kernel alone.  The machine is of no use after it: lockdep
    reports once."""
    return bool(FOREIGN.search(report)) and not OURS.search(report)


def judge(found: list[str], expected: Iterable[str] = ()) -> list[str]:
    """What is wrong with the reports of a test: those that match none of the expected
    regular expressions, and expressions that no report matches."""
    regexes = [re.compile(regex, re.S) for regex in expected]
    problems = [
        f"the guest's kernel reported during this test:\n{report}"
        for report in found
        if not any(regex.search(report) for regex in regexes)
    ]
    problems += [
        f"this test injects a fault whose report was to match {regex.pattern!r}; "
        f"there {'were others' if found else 'was none'}"
        for regex in regexes
        if not any(map(regex.search, found))
    ]
    return problems
