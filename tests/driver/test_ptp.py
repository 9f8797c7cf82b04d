# SPDX-License-Identifier: GPL-2.0-only
"""The clock: it goes at the right rate, does what it is told, and outlives what happens to the
port.  Time stamps: of every frame that is asked for, of the right one, and none is made up.  And
what all this is for: ptp4l keeps two ports together.

The guest's idea of time is as good as an emulator's: what is compared to it may be off by a
part in a thousand, and nobody was asked to be quick."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator

import pytest
from control import channels, restored
from tools import Figures, private, program, until

from lab import Machine, Port
from lab.base import PATIENCE, rounds

SYNC, DELAY_REQ = 0, 1
# HWTSTAMP_FILTER_*
NONE, ALL, V1_L4_SYNC, V2_L4_EVENT, V2_L2_EVENT, V2_L2_SYNC, V2_L2_DELAY = 0, 1, 4, 6, 9, 10, 11
V2_EVENT = 12
TOLERANCE = 1e-3
MASTER_IGB = "one stamp after each reset: igb does not read what the emulator wants read"


# ---- the clock ----------------------------------------------------------------------


def info(port: Port) -> str:
    """`ethtool -T`, with the statistics."""
    return port.run(["ethtool", "-I", "-T", port.name]).out


def device(port: Port) -> str:
    """The port's clock."""
    lines = info(port)
    match = re.search(r"(?:PTP Hardware Clock|Hardware timestamp provider index): (\d+)", lines)
    assert match, lines
    return f"/dev/ptp{match[1]}"


def look(port: Port) -> dict[str, int]:
    """The clock and the host's, in nanoseconds."""
    return json.loads(port.machine.run(program("phc", "get", device(port))).out)


def rate(port: Port, seconds: float = 3.0) -> float:
    """Its rate, as a multiple of the host's."""
    command = program("phc", "rate", device(port), seconds)
    return json.loads(port.machine.run(command, timeout=seconds + 60).out)["rate"]


def phc_ctl(port: Port, *words: str) -> None:
    port.machine.run(["phc_ctl", device(port), "--", *words])


def reset(dut: Port) -> None:
    """What an operator asks of sysfs: a function-level reset."""
    path = f"/sys/bus/pci/devices/{dut.pci}/reset"
    dut.machine.run(f"echo 1 > {path}", timeout=30)


def reload(dut: Port) -> None:
    dut.machine.run(["devlink", "dev", "reload", f"pci/{dut.pci}"], timeout=30)
    dut.wait_carrier()


@pytest.fixture
def clock(dut: Port) -> Iterator[str]:
    """The clock, which is set back afterwards."""
    name = device(dut)
    yield name
    dut.machine.run(["phc_ctl", name, "freq", "0", "set"])


def test_goes_at_the_right_rate(dut: Port, clock: str, figures: Figures) -> None:
    """And begins with the host's time."""
    now, got = look(dut), rate(dut, 5)
    figures(f"the clock runs at {(got - 1) * 1e6:+.1f} ppm of the host's")
    assert abs(got - 1) < TOLERANCE
    assert abs(now["phc"] - now["realtime"]) < 3600e9


def test_set_and_shifted(dut: Port, clock: str) -> None:
    phc_ctl(dut, "set", "1000000000")
    now = look(dut)
    assert 1e18 <= now["phc"] < 1e18 + 60e9 * PATIENCE
    for shift in (7200, -86400, 0.25):
        before = look(dut)
        phc_ctl(dut, "adj", str(shift))
        after = look(dut)
        passed = after["monotonic"] - before["monotonic"]
        assert abs(after["phc"] - before["phc"] - passed - shift * 1e9) < 20e6, shift


def test_frequency_is_adjusted(dut: Port, clock: str, figures: Figures) -> None:
    """By what was asked for, up and down, without a jump; what would stop or overturn the clock
    is refused."""
    nominal = rate(dut)
    for ppb in (50_000_000, -50_000_000, 100_000_000, 2_000_000, 0):
        before = look(dut)
        phc_ctl(dut, "freq", str(ppb))
        after = look(dut)
        jump = (after["phc"] - before["phc"]) - (after["monotonic"] - before["monotonic"])
        assert abs(jump) < 0.11 * (after["monotonic"] - before["monotonic"]) + 1e6
        got = rate(dut) / nominal - 1
        figures(f"frequency {ppb / 1e3:+.0f} ppm asked, {got * 1e6:+.0f} ppm measured")
        assert abs(got - ppb / 1e9) < TOLERANCE
    refused = dut.machine.run(["phc_ctl", clock, "freq", "100000001"], check=False)
    assert abs(rate(dut) / nominal - 1) < TOLERANCE, refused.out


@pytest.mark.differs_on_igb("sets its clock to the host's time after each reset")
def test_outlives_the_port(dut: Port, clock: str, figures: Figures) -> None:
    """The time, and the frequency, go on over everything that stops or resets the device."""
    nominal = rate(dut)
    phc_ctl(dut, "freq", "10000000", "set", "5000")

    def rings(port: Port) -> None:
        port.ethtool("-G", "rx", "256", "tx", "256")

    def fewer(port: Port) -> None:
        port.ethtool("-L", "combined", str(max(1, channels(port)[0] - 1)))

    for what, act, slack in (
        ("ring sizes", rings, 0.0),
        ("channels", fewer, 0.0),
        ("down", Port.down, 0.0),
        ("up", Port.up, 0.0),
        ("reset", reset, 50e6),
        ("reload", reload, 50e6),
    ):
        with restored(dut) if what in ("ring sizes", "channels") else contextlib.nullcontext():
            before = look(dut)
            act(dut)
            after = look(dut)
        passed = after["boottime"] - before["boottime"]
        gone = after["phc"] - before["phc"] - 1.01 * passed
        figures(f"{what}: off by {gone / 1e6:+.3f} ms after {passed / 1e9:.2f} s")
        # The frequency is not known to the host, which carries the time over a reset.
        assert abs(gone) < 2 * TOLERANCE * passed + slack + 5e6, what
    dut.wait_carrier()
    assert abs(rate(dut) / nominal - 1.01) < TOLERANCE


def test_cannot_do_everything(dut: Port, clock: str) -> None:
    """No pins: neither pulses nor events are to be had."""
    got = dut.machine.run(["phc_ctl", clock, "caps"]).out
    for what in ("0 external time stamp", "0 programmable periodic", "have pulse per second"):
        assert what in got, got
    assert "doesn't have pulse per second" in got, got


# ---- which frames are stamped -------------------------------------------------------


def configure(port: Port, tx: int, rx: int) -> tuple[int, int] | None:
    """What became of it, or nothing if it was refused."""
    got = port.run(["hwstamp_ctl", "-i", port.name, "-t", str(tx), "-r", str(rx)], check=False)
    if got.rc:
        return None
    types = re.findall(r"tx_type (\d+)", got.out), re.findall(r"rx_filter (\d+)", got.out)
    return int(types[0][-1]), int(types[1][-1])


@pytest.fixture
def stamping(dut: Port) -> Iterator[None]:
    """Stamps are off again afterwards."""
    yield
    assert configure(dut, 0, NONE) == (0, NONE)


def test_says_what_it_can(dut: Port) -> None:
    text = info(dut)
    for word in ("hardware-transmit", "hardware-receive", "hardware-raw-clock"):
        assert word in text, text
    for word in ("ptpv2-l2-event", "ptpv2-l2-sync", "ptpv2-l2-delay-req"):
        assert (word in text) == (dut.driver == "napier"), text
    assert "ptpv1" not in text or dut.driver != "napier"


@pytest.mark.napier_only("igb claims more than the emulator does")
def test_filters_are_what_they_say(dut: Port, stamping: None) -> None:
    """What is accepted is applied as it is, what cannot be done is refused and changes nothing."""
    for rx in (V2_L2_EVENT, V2_L2_SYNC, V2_L2_DELAY, NONE):
        for tx in (0, 1):
            assert configure(dut, tx, rx) == (tx, rx)
    assert configure(dut, 1, V2_L2_SYNC) == (1, V2_L2_SYNC)
    for tx, rx in ((2, NONE), (1, ALL), (1, V1_L4_SYNC), (1, V2_L4_EVENT), (1, V2_EVENT)):
        assert configure(dut, tx, rx) is None, (tx, rx)
        got = dut.run(["hwstamp_ctl", "-i", dut.name]).out
        assert re.search(r"tx_type 1\s+rx_filter 10\b", got), got
    # They survive what the port goes through.
    dut.down()
    dut.up()
    reset(dut)
    dut.wait_carrier()
    assert re.search(r"rx_filter 10\b", dut.run(["hwstamp_ctl", "-i", dut.name]).out)


# ---- stamps -------------------------------------------------------------------------


def sent(port: Port, kind: int, count: int, rate: float = 20, burst: int = 1) -> list[int | None]:
    """Messages sent; the stamps of each."""
    command = program("hwstamp", port.name, "send", kind, count, rate, burst)
    return json.loads(port.run(command, timeout=30 + 4 * count / rate).out)


def statistics(port: Port) -> dict[str, int]:
    found = re.findall(r"\btx_(pkts|lost|err): (\d+)", info(port))
    assert len(found) == 3, info(port)
    return {name: int(value) for name, value in found}


def test_stamp_of_everything_sent(dut: Port, stamping: None, figures: Figures) -> None:
    """At a low rate every request is answered, in order, with the time that it was."""
    assert configure(dut, 1, NONE)
    count = rounds(60, 10)
    before, counted = look(dut), statistics(dut) if dut.driver == "napier" else {}
    stamps = sent(dut, SYNC, count)
    after = look(dut)
    assert None not in stamps, stamps
    times = [stamp for stamp in stamps if stamp]
    assert times == sorted(set(times))
    assert before["phc"] < times[0] and times[-1] < after["phc"]
    figures(f"{len(times)} stamps, {(times[-1] - times[0]) / 1e9 / (count - 1):.3f} s apart")
    if counted:
        now = statistics(dut)
        assert now["pkts"] - counted["pkts"] == count, now
        assert (now["lost"], now["err"]) == (counted["lost"], counted["err"])


@pytest.mark.napier_only("igb has no statistics of stamps")
def test_stamps_of_a_burst(dut: Port, stamping: None, figures: Figures) -> None:
    """There is one slot: some messages go without a stamp, which is counted, and no stamp is
    lost or comes in the wrong order."""
    assert configure(dut, 1, NONE)
    before = statistics(dut)
    stamps = sent(dut, SYNC, 160, rate=400, burst=16)
    times = [stamp for stamp in stamps if stamp]
    until(lambda: sum(statistics(dut).values()) - sum(before.values()) == 160, 10, "all counted")
    now = {name: value - before[name] for name, value in statistics(dut).items()}
    figures(f"of 160 in bursts of 16: {now}")
    assert now == {"pkts": len(times), "lost": 0, "err": 160 - len(times)}
    assert len(times) >= 10
    assert times == sorted(set(times))
    # And the slot is free.
    assert None not in sent(dut, SYNC, 3)


def test_no_stamp_unless_asked(dut: Port) -> None:
    """With stamps off, none comes."""
    assert configure(dut, 0, NONE) == (0, NONE)
    assert sent(dut, SYNC, 2, rate=10) == [None, None]


def received(dut: Port, kinds: list[int], rate: float = 20) -> list[list[int | None]]:
    """The peer sends messages of these types, one type after the other; what arrives."""
    peer = dut.far
    receiver = dut.spawn(program("hwstamp", dut.name, "recv", len(kinds), 20 * PATIENCE))
    joined = ["ip", "maddr", "show", "dev", dut.name]
    until(lambda: "01:1b:19:00:00:00" in dut.run(joined).out, 20, "the group is joined")
    for kind in dict.fromkeys(kinds):
        peer.run(program("hwstamp", peer.name, "toss", kind, kinds.count(kind), rate))
    done = receiver.wait(60 + 4 * len(kinds))
    assert done.rc == 0, done.err
    return json.loads(done.out.splitlines()[-1])


@pytest.mark.differs_on_igb(MASTER_IGB)
@pytest.mark.parametrize("kind", [SYNC, DELAY_REQ])
def test_stamp_of_everything_received(dut: Port, stamping: None, kind: int) -> None:
    """Every message of the kind, not only the first, and no other."""
    assert configure(dut, 0, V2_L2_SYNC if kind == SYNC else V2_L2_DELAY)
    before = look(dut)
    count = rounds(12, 6)
    got = received(dut, [SYNC] * count + [DELAY_REQ] * count)
    after = look(dut)
    assert len(got) == 2 * count, got
    mine = [stamp for type_, _, stamp in got if type_ == kind]
    others = [stamp for type_, _, stamp in got if type_ != kind]
    assert None not in mine, got
    assert others == [None] * count, got
    times = [stamp for stamp in mine if stamp]
    assert times == sorted(set(times))
    assert before["phc"] < times[0] and times[-1] < after["phc"]


@pytest.mark.napier_only("it is napier's way with the emulator")
def test_stamps_follow_the_role(dut: Port, stamping: None) -> None:
    """Of event messages, those that the port's role needs: a port that sends Sync gets stamps
    of Delay_Req, one that sends Delay_Req those of Sync."""
    assert configure(dut, 1, V2_L2_EVENT)
    for kind, other in ((SYNC, DELAY_REQ), (DELAY_REQ, SYNC)):
        assert None not in sent(dut, kind, 1)
        got = received(dut, [SYNC] * 4 + [DELAY_REQ] * 4)
        stamped = {type_ for type_, _, stamp in got if stamp}
        assert stamped == {other}, got
        assert sum(1 for _, _, stamp in got if stamp) == 4, got


@pytest.mark.napier_only("igb throws it away after five seconds, by its own watchdog")
def test_stamp_of_a_frame_that_was_dropped(dut: Port, stamping: None, figures: Figures) -> None:
    """A filter throws a stamped frame away. Its stamp does not block the next for ever, and
    goes to no other frame."""
    assert configure(dut, 0, V2_L2_SYNC)
    peer = dut.far
    before = private(dut)
    # Nobody has joined the group now: the emulator stamps first and filters then.
    peer.run(program("hwstamp", peer.name, "toss", SYNC, 1, 100))
    begin = time.monotonic()
    until(
        lambda: private(dut)["rx_hwtstamp_unclaimed"] > before["rx_hwtstamp_unclaimed"],
        10,
        "the stamp is thrown away",
    )
    figures(f"a stamp that nobody came for was thrown away after {time.monotonic() - begin:.1f} s")
    got = received(dut, [SYNC] * 4)
    assert [stamp for _, _, stamp in got if not stamp] == [], got
    assert private(dut)["rx_hwtstamp_mismatched"] == before["rx_hwtstamp_mismatched"]


# ---- what it is for -----------------------------------------------------------------

PHC_OFFSET = re.compile(r" offset +(-?\d+) s(\d) freq")


def test_phc2sys_keeps_it(dut: Port, clock: str, figures: Figures) -> None:
    """The clock follows the host's: from five seconds and a hundred ppm away, by one step and
    then by its frequency alone."""
    phc_ctl(dut, "freq", "-100000", "adj", "5")
    got = dut.machine.run(
        f"timeout {15 * PATIENCE:g} stdbuf -oL phc2sys -s CLOCK_REALTIME -c {clock} -O 0 -R 4 -m "
        "-S 0.05",
        check=False,
        timeout=60 * PATIENCE,
    )
    rows = [(int(offset), int(state)) for offset, state in PHC_OFFSET.findall(got.out)]
    assert len(rows) >= 20, got.out + got.err
    assert rows[-1][1] == 2, rows
    steady = sorted(abs(offset) for offset, _ in rows[-12:])
    now = look(dut)
    figures(
        f"phc2sys: {rows[0][0] / 1e9:.3f} s at first, median of the last {len(steady)} "
        f"{steady[len(steady) // 2] / 1e3:.1f} us, worst {steady[-1] / 1e3:.1f} us"
    )
    assert abs(rows[0][0]) > 4e9, rows
    assert steady[len(steady) // 2] < 1_000_000, rows
    assert abs(now["phc"] - now["realtime"]) < 10e6


OFFSET = re.compile(r"master offset +(-?\d+) s(\d) freq +([+-]?\d+) path delay +(-?\d+)")


@pytest.fixture
def pair(dut: Port, peer: Port) -> Iterator[tuple[Port, Port]]:
    """Two ports that know nothing of each other's time."""
    yield dut, peer
    for port in (dut, peer):
        port.machine.run(["phc_ctl", device(port), "freq", "0", "set"])
        configure(port, 0, NONE)


def ptp4l(port: Port, *words: str) -> list[str]:
    """The command; both ends on one machine need sockets of their own."""
    return [
        "stdbuf",
        "-oL",
        "ptp4l",
        "-2",
        "-m",
        "-i",
        port.name,
        f"--uds_address=/run/ptp4l.{port.id}",
        f"--uds_ro_address=/run/ptp4lro.{port.id}",
        "--tx_timestamp_timeout=1000",
        "--logSyncInterval=-2",
        "--logMinDelayReqInterval=-2",
        "--logAnnounceInterval=0",
        "--summary_interval=-2",
        *words,
    ]


@pytest.mark.machine(peer="napier")
@pytest.mark.napier_only(MASTER_IGB)
def test_ptp4l_locks_and_holds(pair: tuple[Port, Port], machine: Machine, figures: Figures) -> None:
    """Two ports, two clocks that are seconds and a hundred ppm apart: the slave locks and stays.
    phc2sys follows it meanwhile."""
    master, slave = pair[1], pair[0]
    for port in pair:
        machine.run(f"rm -f /run/ptp4l*.{port.id}")
    phc_ctl(master, "set", "1700000000")
    phc_ctl(slave, "set", "1700000007", "freq", "100000")
    logs = {port: f"/run/ptp4l.{port.id}.log" for port in pair}
    ends = {
        master: master.spawn(
            ["sh", "-c", 'exec "$@" > "$0" 2>&1', logs[master], *ptp4l(master, "--priority1=1")]
        ),
        slave: slave.spawn(
            [
                "sh",
                "-c",
                'exec "$@" > "$0" 2>&1',
                logs[slave],
                *ptp4l(slave, "--clientOnly=1", "--step_threshold=0.1"),
            ]
        ),
    }
    try:

        def offsets() -> list[tuple[int, int, int, int]]:
            text = machine.run(["cat", logs[slave]]).out
            return [tuple(map(int, found)) for found in OFFSET.findall(text)]  # type: ignore[misc]

        until(lambda: any(row[1] == 2 for row in offsets()), 90, "the slave is locked (s2)")
        locked = len(offsets())
        system = machine.run(
            f"timeout {6 * PATIENCE} phc2sys -s {device(slave)} -c {device(master)} -O 0 -m "
            "--free_running=1",
            check=False,
            timeout=60,
        )
        until(lambda: len(offsets()) >= locked + 60, 60, "the slave is still there")
        rows = offsets()[locked + 20 :]
        # A host that stops for a tenth of a second makes an offset that is stepped again.
        unlocked = [row for row in rows if row[1] != 2]
        assert len(unlocked) <= len(rows) // 10, rows
        # Each by the guest's own clock, for the two looks are seconds apart.
        mine, other = look(slave), look(master)
        apart = (mine["phc"] - mine["monotonic"]) - (other["phc"] - other["monotonic"])
        steady = sorted(abs(row[0]) for row in rows)
        figures(
            f"{len(rows)} offsets in s2: median {steady[len(steady) // 2] / 1e3:.1f} us, worst "
            f"{steady[-1] / 1e3:.1f} us; last: " + ", ".join(f"{row[0]} ns" for row in rows[-6:])
        )
        figures(f"by the host's clock they are {apart / 1e3:+.1f} us apart")
        assert steady[len(steady) // 2] < 1_000_000
        # They began seven seconds apart.
        assert abs(apart) < 10e6
        said = system.out + system.err
        assert len(re.findall(r"offset +-?\d+", said)) >= 3, said
        for port in pair:
            assert "timed out" not in machine.run(["cat", logs[port]]).out
    finally:
        for process in ends.values():
            process.kill()
            process.wait()
        figures(machine.run(["tail", "-n", "3", logs[slave]]).out)
