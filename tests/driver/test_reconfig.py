# SPDX-License-Identifier: GPL-2.0-only
"""Ring sizes, channels and MTU change while traffic flows, and what cannot be changes nothing.

The judges are a TCP stream each way whose every byte is checked, the carrier as the kernel
counts it, and the settings as ethtool shows them afterwards."""

from __future__ import annotations

import random
import time

import pytest
from control import Load, carrier_changes, channels, restored, rings, settings
from tools import Figures, private

from lab import Port
from lab.base import rounds

CHANGES = rounds(200, 40)
SEED = 82576
SIZES = (64, 128, 256, 512, 1024, 2048, 4096)

CARRIER = (
    "igb resets the whole device for a change of ring sizes, channels or MTU, and the "
    "carrier goes with it"
)
ROUNDS = "igb clamps a ring size to what it can do, and rounds it up to a multiple of 8"


def plan(most: int) -> list[tuple[str, ...]]:
    """The same changes in every run: rings of one or both ways, channels, large jumps and
    small ones; every size and every number of channels is among them."""
    chance = random.Random(SEED)
    found: list[tuple[str, ...]] = []
    for number in range(CHANGES):
        if number % 2:
            found.append(
                (
                    "-L",
                    "combined",
                    str(1 + number // 2 % most if number < 4 * most else chance.randint(1, most)),
                )
            )
            continue
        words = ["rx", str(chance.choice(SIZES)), "tx", str(chance.choice(SIZES))]
        found.append(("-G", *(words if number % 4 else words[number // 4 % 2 * 2 :][:2])))
    return found


def test_many_changes_under_load(dut: Port, figures: Figures) -> None:
    with restored(dut):
        before, longest = carrier_changes(dut), 0.0
        resets = private(dut).get("device_resets")
        (rx, tx), (combined, most) = rings(dut), channels(dut)
        with Load(dut) as load:
            for number, words in enumerate(plan(most)):
                begin = time.monotonic()
                result = dut.ethtool(*words, check=False)
                longest = max(longest, time.monotonic() - begin)
                wanted = dict(zip(words[1::2], map(int, words[2::2]), strict=True))
                # Asked for what is already there, ethtool says so and does nothing.
                assert not result.rc or "no change" in result.err + result.out, result.err
                rx, tx = wanted.get("rx", rx), wanted.get("tx", tx)
                combined = wanted.get("combined", combined)
                if number % 10 == 9:
                    assert (rings(dut), channels(dut)) == ((rx, tx), (combined, most))
                    load.moves()
        moved = carrier_changes(dut) - before
        figures(
            f"{CHANGES} changes: {load}; longest change {longest:.2f} s, carrier changes {moved}"
        )
        if dut.driver != "igb":  # CARRIER
            assert moved == 0, f"{moved} changes of the carrier"
        if dut.driver == "napier":
            assert private(dut)["device_resets"] == resets


@pytest.mark.parametrize(
    "words", [("-G", "rx", "1024"), ("-G", "tx", "1024"), ("-L", "combined", "1")], ids=" ".join
)
@pytest.mark.differs_on_igb(reason=CARRIER)
def test_carrier_stays(dut: Port, words: tuple[str, ...]) -> None:
    with restored(dut):
        before = carrier_changes(dut)
        dut.ethtool(*words)
        dut.ping(2)
        assert carrier_changes(dut) == before


@pytest.mark.parametrize("while_up", [True, False], ids=["up", "down"])
def test_queues_that_went_away_are_forgotten(dut: Port, while_up: bool) -> None:
    """The stack's watchdog looks at queues that are no longer in use too; one that was left
    stopped would time out, five seconds after its last frame or the next ifup."""
    with restored(dut):
        dut.ethtool("-L", "combined", str(channels(dut)[1]))
        with Load(dut):
            pass
        if not while_up:
            dut.down()
        dut.ethtool("-L", "combined", "1")
        dut.up()
        dut.wait_carrier()
        with Load(dut):
            time.sleep(7)


BAD_RINGS = (
    "rx 100",
    "rx 32",
    "rx 8192",
    "rx 0",
    "tx 100",
    "tx 63",
    "tx 4097",
    "rx 512 tx 100",
    "rx-mini 64",
)
BAD_CHANNELS = ("combined 0", "combined 100", "rx 1", "tx 1", "other 0")
BAD_MTUS = ("67", "9217", "100000", "-1")


@pytest.mark.parametrize(
    "command,values",
    [
        ("ethtool -G DEV", BAD_RINGS),
        ("ethtool -L DEV", BAD_CHANNELS),
        ("ip link set DEV mtu", BAD_MTUS),
    ],
    ids=("rings", "channels", "mtu"),
)
def test_refused_values_change_nothing(dut: Port, command: str, values: tuple[str, ...]) -> None:
    if dut.driver == "igb" and values is BAD_RINGS:
        pytest.skip(ROUNDS)
    before, engine = settings(dut), private(dut).get("reconfigurations")
    for value in values:
        result = dut.run(f"{command.replace('DEV', dut.name)} {value}", check=False)
        assert result.rc != 0, f"{value}: accepted"
        assert result.err.strip(), f"{value}: refused without a word"
        assert settings(dut) == before, value
    assert private(dut).get("reconfigurations") == engine
    dut.ping(1)


@pytest.mark.napier_only(reason=ROUNDS)
def test_a_refusal_says_what_would_do(dut: Port) -> None:
    assert "power of two from 64 to 4096" in dut.ethtool("-G", "rx", "100", check=False).err


@pytest.mark.parametrize("rx,tx", [(64, 64), (4096, 4096), (64, 4096)])
def test_extreme_rings_carry_traffic(dut: Port, rx: int, tx: int) -> None:
    with restored(dut):
        dut.ethtool("-G", "rx", str(rx), "tx", str(tx))
        dut.wait_carrier()
        assert rings(dut) == (rx, tx)
        with Load(dut):
            pass


def test_changes_while_down_hold_when_up(dut: Port) -> None:
    with restored(dut):
        dut.down()
        try:
            dut.ethtool("-G", "rx", "2048", "tx", "128")
            dut.ethtool("-L", "combined", "1")
            assert (rings(dut), channels(dut)[0]) == ((2048, 128), 1)
        finally:
            dut.up()
            dut.wait_carrier()
        assert (rings(dut), channels(dut)[0]) == ((2048, 128), 1)
        with Load(dut):
            pass


def test_settings_survive_down_and_up(dut: Port) -> None:
    with restored(dut):
        most = min(4, channels(dut)[1])
        dut.ethtool("-G", "rx", "1024", "tx", "512")
        dut.ethtool("-L", "combined", str(most))
        dut.run(["ip", "link", "set", dut.name, "mtu", "4000"])
        dut.down()
        dut.up()
        dut.wait_carrier()
        assert (rings(dut), channels(dut)[0]) == ((1024, 512), most)
        assert dut.stats()["mtu"] == 4000
        dut.ping(1)


@pytest.mark.machine(iommu=True)
def test_mtu_changes_under_load(dut: Port, peer: Port, figures: Figures) -> None:
    """1500 and 9000 by turns: buffers of one page fragment, and chains of them."""
    peer.run(["ip", "link", "set", peer.name, "mtu", "9000"])
    try:
        peer.wait_carrier()
        with restored(dut):
            before, count = carrier_changes(dut), rounds(10, 3)
            with Load(dut) as load:
                for _ in range(count):
                    for mtu in (9000, 1500):
                        dut.run(["ip", "link", "set", dut.name, "mtu", str(mtu)])
                        if mtu == 9000 and dut.driver != "igb":  # CARRIER: igb has none now
                            # Whole, in one frame, both ways; streams fill rings, and not
                            # every frame has to arrive.
                            dut.ping(3, size=8972)
                    load.moves()
            moved = carrier_changes(dut) - before
            figures(f"{2 * count} changes: {load}; carrier changes {moved}")
            if dut.driver != "igb":  # CARRIER
                assert moved == 0
    finally:
        peer.run(["ip", "link", "set", peer.name, "mtu", "1500"])
        peer.wait_carrier()


@pytest.mark.parametrize("mtu", [68, 1501, 9000, 9216])
def test_mtu_is_what_it_says(dut: Port, peer: Port, mtu: int) -> None:
    """The longest packet of an MTU arrives whole.  An e1000e peer takes no more than 9212."""
    reach = min(mtu, 9212)
    peer.run(["ip", "link", "set", peer.name, "mtu", "9212"])
    try:
        peer.wait_carrier()
        with restored(dut):
            dut.run(["ip", "link", "set", dut.name, "mtu", str(mtu)])
            dut.wait_carrier()
            assert dut.stats()["mtu"] == mtu
            result = dut.run(
                [
                    "ping",
                    "-n",
                    "-M",
                    "do",
                    "-c",
                    "3",
                    "-i",
                    "0.2",
                    "-W",
                    "3",
                    "-s",
                    str(reach - 28),
                    dut.far.ipv4,
                ]
            )
            assert " 3 received" in result.out
    finally:
        peer.run(["ip", "link", "set", peer.name, "mtu", "1500"])
        peer.wait_carrier()
        # Below 1280 an interface has no IPv6, and forgets its addresses.
        dut.run(["ip", "addr", "replace", f"{dut.ipv6}/64", "dev", dut.name, "nodad"])
