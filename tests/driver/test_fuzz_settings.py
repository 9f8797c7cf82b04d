# SPDX-License-Identifier: GPL-2.0-only
"""Random settings under traffic: tests/guest/fuzz_settings.py makes some thousand calls, valid and
not, while checked TCP streams and datagrams go both ways.

FUZZ_SEED repeats a run, FUZZ_COUNT asks for more calls: 100,000 on the debug kernel are

    make test-debug T=tests/driver/test_fuzz_settings.py FUZZ_COUNT=100000
"""

from __future__ import annotations

import json
import os
import random

import pytest
from control import Load, blasting, lasting
from tools import Figures, program

from lab import Machine, Port
from lab.base import rounds
from lab.spec import CHECKED

OFTEN = 40
# Under checkers, streams at full speed leave a setting waiting for minutes.
PACE = 100_000
COUNT = int(os.environ.get("FUZZ_COUNT") or rounds(3000))
# What is refused on the emulator whatever the value; all else has values that are right.
NEVER_TAKEN = {
    "coalesce, odd ones",
    "EEE",
    "EEE modes",
    "FEC",
    "MAC merge",
    "PLCA",
    "PSE",
    "bad link settings",
    "message level",
    "module",
    "private flags",
    "steering rule",
    "wake-on-LAN",
}
# What only some kernels or boards take, or only a 0 of it.
SOME = {"rings, odd ones", "NAPI", "time stamps", "tunable"}
# Messages that 6.12 does not know.
LATER = {"RSS by netlink", "hashed fields by netlink", "time stamps by netlink"}
# Where the kernel takes any value.
NEVER_REFUSED = {"down and up", "interface flags", "link settings", "self-test", "pause"}

pytestmark = [
    pytest.mark.machine(cpus=2),
    pytest.mark.napier_only(reason="igb takes much of this and resets for more of it"),
]


def test_random_settings_under_traffic(
    dut: Port, peer: Port, machine: Machine, figures: Figures
) -> None:
    seed = int(os.environ.get("FUZZ_SEED") or random.randrange(1 << 30))
    before = lasting(dut)
    words = (dut.name, dut.pci, seed, COUNT)
    figures(f"FUZZ_SEED={seed} FUZZ_COUNT={COUNT}")
    pace = PACE if machine.spec.kernel in CHECKED else 0
    with Load(dut, pace=pace) as load, blasting(dut, peer, rate=300 if not pace else 20):
        done = dut.spawn(program("fuzz_settings", *words)).wait(120 + COUNT / 2)
        assert done.rc == 0, done.err
        # Below an MTU of 1280 an interface forgets its IPv6 addresses; that of the link comes
        # back with the next up.
        dut.down()
        dut.up()
        dut.run(["ip", "addr", "replace", f"{dut.ipv6}/64", "dev", dut.name, "nodad"])
        dut.wait_carrier()
        load.moves(180)
    told = json.loads(done.out)
    figures(
        f"{told['calls']} calls in {told['seconds']} s, {told['calls'] / told['seconds']:.0f}/s: "
        f"{sum(told['taken'].values())} taken, {sum(told['refused'].values())} refused; {load}"
    )
    assert told["calls"] >= COUNT
    assert not told["changed"], f"refused, and yet: {told['changed']}"
    assert not told["back"], f"counters went back: {told['back']}"
    assert not told["complaints"], told["complaints"]
    never = NEVER_TAKEN | (LATER if machine.spec.kernel == "stock" else set())
    assert not never & set(told["taken"]), told["taken"]
    # What was tried often enough was both.
    often = {kind for kind, count in told["refused"].items() if count >= OFTEN}
    assert often - set(told["taken"]) <= never | SOME, told["refused"]
    often = {kind for kind, count in told["taken"].items() if count >= OFTEN}
    assert often - set(told["refused"]) <= NEVER_REFUSED, told["taken"]
    after = lasting(dut)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}
    with Load(dut):
        pass
