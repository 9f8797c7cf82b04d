# SPDX-License-Identifier: GPL-2.0-only
"""Flow steering as the operator types it.

The emulated 82576 has no filter that chooses a queue, so every rule is refused, with that
reason in the log, and nothing changes.  What hardware is told is in tests/kunit/test_steer.c."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from control import channels, restored

from lab import Machine, Port

pytestmark = [
    pytest.mark.machine(cpus=2),
    pytest.mark.napier_only(reason="igb has rules from the I350 on, and not even a list here"),
]

# ETQF, RAL and RAH of the first entries, RCTL, MRQC and a word of the RSS table.
FILTERS = [
    *range(0x5CB0, 0x5CD0, 4),
    *range(0x5400, 0x5420, 4),
    0x0100,
    0x5818,
    0x5C00,
]
REASON = "the emulated 82576 has no filter that steers"

# Each would be good on some part, or is bad on all.
RULES = (
    "flow-type ether proto 0x88b5 action 1",
    "flow-type ether proto 0x88b5 action 1 loc 3",
    "flow-type ether proto 0x88b5 action -1",
    "flow-type ether dst 02:00:5e:00:00:07 action 0",
    "flow-type ether vlan 0xa000 m 0x1fff action 1",
    "flow-type tcp4 dst-port 80 action 1",
    "flow-type udp4 src-ip 192.0.2.1 dst-ip 192.0.2.2 src-port 9 dst-port 9 action 0",
    "flow-type tcp6 dst-port 80 action 1",
    "flow-type ip4 l4proto 50 action 1",
    "flow-type tcp4 dst-port 80 action 99",
)


@pytest.fixture
def dut(dut: Port) -> Iterator[Port]:
    """Here every refusal gets into the log, however many there are in a row."""
    with restored(dut):
        was = dut.machine.run("sysctl -n net.core.message_cost").out.strip()
        dut.machine.run("sysctl -qw net.core.message_cost=0")
        try:
            yield dut
        finally:
            dut.machine.run(f"sysctl -qw net.core.message_cost={was}")


def rules(port: Port) -> tuple[int, int]:
    """RX rings and rules, by `ethtool -n`."""
    shown = port.ethtool("-n").out
    rings = re.search(r"^(\d+) RX rings available$", shown, re.MULTILINE)
    total = re.search(r"^Total (\d+) rules$", shown, re.MULTILINE)
    assert rings and total, shown
    return int(rings[1]), int(total[1])


def state(port: Port) -> tuple[object, ...]:
    return rules(port), port.ethtool("-k").out, [port.reg_read(reg) for reg in FILTERS]


def logged(machine: Machine) -> int:
    """How often the reason was given."""
    return machine.run("dmesg").out.count(REASON)


@pytest.mark.parametrize("up", [True, False], ids=["up", "down"])
def test_every_rule_is_refused_and_changes_nothing(dut: Port, machine: Machine, up: bool) -> None:
    if not up:
        dut.down()
    try:
        before, told = state(dut), logged(machine)
        for rule in RULES:
            refused = dut.ethtool("-N", *rule.split(), check=False)
            assert refused.rc, rule
            assert "Operation not supported" in refused.err, (rule, refused.err)
        assert state(dut) == before
        assert logged(machine) == told + len(RULES)
    finally:
        if not up:
            dut.up()


def test_a_list_without_rules(dut: Port) -> None:
    count, _ = channels(dut)
    assert rules(dut) == (count, 0)
    shown = dut.ethtool("-n", "rule", "0", check=False)
    assert shown.rc and "No such file or directory" in shown.err
    gone = dut.ethtool("-N", "delete", "0", check=False)
    assert gone.rc and "No such file or directory" in gone.err
    # The numbers of channels are nobody's business but the user's then.
    dut.ethtool("-L", "combined", "1")
    assert rules(dut) == (1, 0)


def test_the_feature_is_not_offered(dut: Port) -> None:
    assert "ntuple-filters: off [fixed]" in dut.ethtool("-k").out
    refused = dut.ethtool("-K", "ntuple", "on", check=False)
    assert refused.rc
    assert "ntuple-filters: off [fixed]" in dut.ethtool("-k").out
