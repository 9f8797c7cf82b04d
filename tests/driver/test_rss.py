# SPDX-License-Identifier: GPL-2.0-only
"""Receive-side scaling: what an operator sets decides which queue gets a flow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from control import channels, restored
from tools import RSS_KEY, address, genl, port_number, program

from lab import Port

pytestmark = pytest.mark.machine(cpus=4)

FLOWS = 64
NO_QSTATS = "igb has no statistics of a queue"
UDP_ONLY = "igb can switch the ports of UDP alone"


def frames(port: Port) -> list[int]:
    """What each receive queue has had."""
    queues = [one for one in genl(port, "queue-qstats") if one["queue-type"] == 0]
    return [one["rx-packets"] for one in sorted(queues, key=lambda one: one["queue-id"])]


def spread(port: Port, flow: str = "udp4") -> list[int]:
    """What each receive queue gets of many flows between two addresses, in percent."""
    number, before = port_number(), frames(port)
    tcp, words = ("tcp-" if flow.startswith("tcp") else ""), (address(port, int(flow[3])), number)
    server = port.spawn(program("flows", f"{tcp}echo", *words))
    done = port.far.run(program("flows", f"{tcp}ask", *words, FLOWS), timeout=60)
    server.kill()
    assert int(done.out) > 0, "nothing came back"
    got = [now - then for now, then in zip(frames(port), before, strict=True)]
    return [100 * one // sum(got) for one in got]


def table(port: Port) -> list[int]:
    """The indirection table, by `ethtool -x`."""
    rows = re.findall(r"^ *\d+:((?: +\d+)+)$", port.ethtool("-x").out, re.MULTILINE)
    return [int(word) for row in rows for word in row.split()]


@pytest.fixture(autouse=True)
def defaults(dut: Port) -> Iterator[None]:
    """What a test sets is put back."""
    with restored(dut):
        key = re.search(r"^(?:[0-9a-f]{2}:){39}[0-9a-f]{2}$", dut.ethtool("-x").out, re.MULTILINE)
        assert key
        dut.ethtool("-L", "combined", "4")
        dut.ethtool("-X", "hkey", RSS_KEY)
        yield
        dut.ethtool("-X", "default")
        dut.ethtool("-X", "hkey", key[0])
        for flow in ("tcp4", "tcp6", "udp4", "udp6"):
            dut.ethtool("-N", "rx-flow-hash", flow, "sdfn", check=False)


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
def test_every_queue_gets_its_share(dut: Port) -> None:
    assert sorted(set(table(dut))) == [0, 1, 2, 3]
    assert min(spread(dut)) >= 10


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
def test_equal_leaves_the_others_alone(dut: Port) -> None:
    dut.ethtool("-X", "equal", "2")
    assert sorted(set(table(dut))) == [0, 1]
    got = spread(dut)
    assert min(got[:2]) >= 25 and sum(got[2:]) <= 3


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
def test_weights(dut: Port) -> None:
    dut.ethtool("-X", "weight", "0", "6", "0", "2")
    entries = table(dut)
    assert (entries.count(1), entries.count(3)) == (96, 32)
    got = spread(dut)
    assert got[1] > got[3] > 5
    assert got[0] + got[2] <= 3


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
def test_one_queue_from_the_second_on(dut: Port) -> None:
    dut.ethtool("-X", "equal", "1", "start", "2")
    assert set(table(dut)) == {2}
    assert spread(dut)[2] >= 97


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
def test_the_key_decides(dut: Port) -> None:
    """A key of zeros makes every hash zero, and all flows go where entry 0 says."""
    dut.ethtool("-X", "hkey", ":".join(["00"] * 40))
    assert "00:00:00:00" in dut.ethtool("-x").out
    got = spread(dut)
    assert got[0] >= 97
    dut.ethtool("-X", "hkey", RSS_KEY)
    assert spread(dut)[0] < 60


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
def test_what_is_hashed(dut: Port) -> None:
    """Between two addresses, only ports tell flows apart."""
    assert "L4 bytes 0 & 1" in dut.ethtool("-n", "rx-flow-hash", "udp4").out
    dut.ethtool("-N", "rx-flow-hash", "udp4", "sd")
    assert "L4 bytes" not in dut.ethtool("-n", "rx-flow-hash", "udp4").out
    assert "L4 bytes" in dut.ethtool("-n", "rx-flow-hash", "udp6").out
    assert max(spread(dut)) >= 97
    # Not lost when the interface comes and goes.
    dut.run(["ip", "link", "set", dut.name, "down"])
    dut.run(["ip", "link", "set", dut.name, "up"])
    dut.wait_carrier()
    dut.ping(3)
    assert max(spread(dut)) >= 97
    dut.ethtool("-N", "rx-flow-hash", "udp4", "sdfn")
    assert max(spread(dut)) < 60


@pytest.mark.differs_on_igb(reason=NO_QSTATS)
@pytest.mark.parametrize("flow", ["tcp4", "tcp6", "udp6"])
def test_what_is_hashed_of_others(dut: Port, flow: str) -> None:
    """As with UDP over IPv4, above; the others go on as they were."""
    assert max(spread(dut, flow)) < 60
    dut.ethtool("-N", "rx-flow-hash", flow, "sd")
    assert max(spread(dut, flow)) >= 97
    assert max(spread(dut, "udp4")) < 60
    dut.ethtool("-N", "rx-flow-hash", flow, "sdfn")
    assert max(spread(dut, flow)) < 60


@pytest.mark.differs_on_igb(reason=UDP_ONLY)
@pytest.mark.parametrize("flow", ["tcp4", "tcp6", "udp4", "udp6"])
def test_each_kind_of_flow_apart(dut: Port, flow: str) -> None:
    others = {"tcp4", "tcp6", "udp4", "udp6", "sctp4", "esp6"} - {flow}
    before = {one: dut.ethtool("-n", "rx-flow-hash", one).out for one in others}
    dut.ethtool("-N", "rx-flow-hash", flow, "sd")
    assert "L4 bytes" not in dut.ethtool("-n", "rx-flow-hash", flow).out
    assert {one: dut.ethtool("-n", "rx-flow-hash", one).out for one in others} == before


@pytest.mark.parametrize(
    "words",
    [
        "-N rx-flow-hash udp4 s",
        "-N rx-flow-hash udp4 sdf",
        "-N rx-flow-hash sctp4 sdfn",
        "-N rx-flow-hash tcp4 v",
        "-X hfunc xor",
        "-X hkey 00:01",
        "-X weight 1 1 1 1 1",
        "-X equal 5",
        "-X context new equal 2",
        "-X xfrm symmetric-xor",
    ],
)
def test_refused_values_change_nothing(dut: Port, words: str) -> None:
    flows = ("tcp4", "tcp6", "udp4", "udp6", "sctp4")

    def shown() -> list[str]:
        hashed = [dut.ethtool("-n", "rx-flow-hash", flow).out for flow in flows]
        return [dut.ethtool("-x").out, *hashed]

    before = shown()
    result = dut.ethtool(*words.split(), check=False)
    assert result.rc and result.err.strip()
    assert shown() == before


@pytest.mark.differs_on_igb(reason="igb overwrites the user's table when channels change")
def test_the_users_table_stays(dut: Port) -> None:
    """As long as it names no queue that goes away; such a change is refused."""
    dut.ethtool("-X", "weight", "1", "0", "1")
    mine = table(dut)
    dut.ethtool("-L", "combined", "3")
    assert table(dut) == mine
    assert dut.ethtool("-L", "combined", "2", check=False).rc
    assert channels(dut)[0] == 3 and table(dut) == mine
    dut.ethtool("-L", "combined", "4")
    assert table(dut) == mine
    dut.ethtool("-X", "default")
    dut.ethtool("-L", "combined", "2")
    assert sorted(set(table(dut))) == [0, 1]
