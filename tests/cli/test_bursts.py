# SPDX-License-Identifier: GPL-2.0-only
"""napier bursts: what is seen of bursts that were sent, on threaded veth, whose ring has 256
slots and whose losses only the sender counts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
import xml.etree.ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.host import NOBODY, TIMEOUT, Host, Said, assert_valid

pytestmark = pytest.mark.skipif(
    not Path("/sys/kernel/btf/vmlinux").exists(), reason="the kernel has no BTF"
)

Line = dict[str, Any]

RING = 256
# Receiving goes through NAPI with GRO only, and only if what is sent is not segmented late.
FEATURES = """
import ctypes, fcntl, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for name, command, value in ((b"np1", 0x2C, 1), (b"np0", 0x1F, 0), (b"np0", 0x24, 0)):
    word = ctypes.create_string_buffer(struct.pack("II", command, value))
    fcntl.ioctl(s, 0x8946, struct.pack("16sQ", name, ctypes.addressof(word)) + bytes(16))
"""
# Bursts by sendmmsg() from the CPU that also polls, with a priority that lets nothing be polled
# meanwhile: so many packets wait as were sent, which is the truth that all is held against.
SEND = """
import ctypes, os, socket, sys, time
count, times, pause = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
os.sched_setaffinity(0, {0})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("np0", 0x88B5))
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 << 20)
class Iov(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
class Message(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint),
                ("iov", ctypes.POINTER(Iov)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
                ("flags", ctypes.c_size_t), ("done", ctypes.c_size_t)]
frame = ctypes.create_string_buffer(b"\\xff" * 6 + b"\\2" * 6 + b"\\x88\\xb5" + bytes(60), 74)
iov = Iov(ctypes.cast(frame, ctypes.c_void_p), 74)
messages = (Message * count)()
for message in messages:
    message.iov, message.iovlen = ctypes.pointer(iov), 1
for _ in range(times):
    assert ctypes.CDLL(None).sendmmsg(s.fileno(), messages, count, 0) > 0
    time.sleep(pause)
"""


@pytest.fixture
def threaded(host: Host) -> Host:
    """np1 is polled by a thread on CPU 0, on which np0 sends."""
    host.run("/usr/bin/python3", "-c", FEATURES)
    host.set_sysfs("np1/threaded", "1")
    for status in Path("/proc").glob("[0-9]*/comm"):
        try:
            name = status.read_text()
        except OSError:
            continue
        if name.startswith("napi/np1"):
            subprocess.run(["taskset", "-pc", "0", status.parent.name], check=True)
    return host


def send(host: Host, count: int, times: int = 1, pause: float = 0.005) -> None:
    host.run("/usr/bin/python3", "-c", SEND, str(count), str(times), str(pause))


@dataclass
class Watched:
    """What a run has said, line by line."""

    lines: list[dict[str, Any]]

    @property
    def start(self) -> dict[str, Any]:
        return self.lines[0]

    @property
    def summary(self) -> dict[str, Any]:
        return self.lines[-1]

    @property
    def total(self) -> dict[str, Any]:
        (device,) = self.summary["devices"]
        assert isinstance(device, dict)
        return device

    @property
    def ends(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("event") == "end"]


def lines_of(text: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert_valid(line)
    assert [line["type"] for line in (lines[0], lines[-1])] == ["start", "summary"]
    return lines


@contextmanager
def watching(host: Host, *words: str | Path) -> Iterator[Watched]:
    """Run the tool until the block is left; what it has said is there behind it."""
    watched = Watched([])
    command = host.enter(host.program, "-j", "bursts", "np1", *words)
    # A pipe that nobody reads from would be full soon.
    with tempfile.TemporaryFile("w+") as out:
        with subprocess.Popen(command, stdout=out, text=True) as process:
            try:
                patience = time.monotonic() + TIMEOUT
                while not os.fstat(out.fileno()).st_size and process.poll() is None:
                    assert time.monotonic() < patience, "nothing is watched"
                    time.sleep(0.01)
                yield watched
                # What was told last is read at the next of ten times a second.
                time.sleep(0.3)
            finally:
                process.terminate()
                process.wait(TIMEOUT)
        assert process.returncode == 0
        out.seek(0)
        watched.lines = lines_of(out.read())


def test_bursts_that_fill_the_ring_are_seen(threaded: Host) -> None:
    sent = 300
    with watching(threaded) as watched:
        send(threaded, RING, sent)
    seen = [end for end in watched.ends if end["waiting-likely"] >= 0.9 * RING]
    print(f"bursts of {RING} frames: {len(seen)} of {sent} seen")
    assert 0.99 * sent <= len(seen) <= sent
    assert watched.total["events-lost"] == 0
    assert watched.total["polled-packets"] == watched.total["received-packets"]
    assert {end["queue-id"] for end in seen} <= {0, 1, 2}


@pytest.mark.parametrize("pps", [81274, 1488095, 14880952])
def test_no_more_is_proven_than_waited(threaded: Host, pps: int) -> None:
    sizes = range(8, RING + 1, 8)
    with watching(threaded, "--min-occupancy", "1%", "--arrivals", str(pps)) as watched:
        for size in sizes:
            send(threaded, size)
    # Bursts are told in the order in which they were sent; none is larger than its ring.
    found = [(end["packets"], end["waiting-least"]) for end in watched.ends]
    assert found
    assert all(least <= packets <= RING for packets, least in found)
    best = max(least for _, least in found)
    print(f"at {pps} packets per second {len(found)} bursts, at most {best} proven")
    # Few arrive meanwhile: so nearly all of them must have waited.
    assert pps > 100000 or best >= RING // 2


def test_what_was_lost_was_lost_in_bursts(threaded: Host) -> None:
    def dropped() -> int:
        (device,) = threaded.show("np0")
        return int(device["stats64"]["tx_dropped"])

    before = dropped()
    with watching(threaded) as watched:
        send(threaded, 1000, 50, 0.002)
    lost = dropped() - before
    assert lost > 0
    assert watched.total["lost"] == lost
    assert watched.total["lost-in-bursts"] >= 0.9 * lost
    assert sum(end.get("lost", 0) for end in watched.ends) == watched.total["lost-in-bursts"]
    # The receiver's own counters say nothing of it.
    assert watched.total["full"] > 0


def test_the_gap_and_what_filled_it(threaded: Host) -> None:
    with watching(threaded) as watched:
        send(threaded, RING, 20)
    late = [end for end in watched.ends if end.get("gap", {}).get("ns", 0) >= 50000]
    # Who sends keeps the thread from running; now and then somebody else does.
    sender = [end for end in late if end["gap"]["comm"] == "python3"]
    assert len(sender) >= 15
    assert all(end["cause"].endswith("late: cpu0 was in python3") for end in sender)


def test_a_poll_costs_little(threaded: Host) -> None:
    with watching(threaded) as watched:
        send(threaded, 1, 5000, 0.0002)
    cost = watched.summary["poll-overhead-ns"]
    print(f"{cost} ns a poll, {watched.summary['overhead-cpu-ppm']} millionths of one CPU")
    assert watched.total["polls"] > 1000
    # 100 is what it may cost where nothing else runs; caches of a machine at work are cold.
    assert cost <= 200


def test_stops_if_it_costs_too_much(threaded: Host) -> None:
    command = threaded.enter(
        threaded.program, "-j", "bursts", "np1", "--max-overhead", "0.001%", "--for", "15s"
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        while p.poll() is None:
            send(threaded, 1, 3000, 0.0002)
        out, errors = p.communicate(timeout=TIMEOUT)
    assert p.returncode == 1
    assert "more than --max-overhead allows" in errors
    assert '"type":"summary"' in out


def test_few_packets_are_no_burst(threaded: Host) -> None:
    with watching(threaded) as watched:
        send(threaded, 32, 100)
    assert watched.ends == []
    assert watched.total["bursts"] == 0
    assert watched.total["polls"] >= 90


def test_a_recording_is_the_same_again(threaded: Host, tmp_path: Path) -> None:
    record, svg = tmp_path / "record.jsonl", tmp_path / "heat.svg"
    with watching(threaded, "--record", record) as watched:
        send(threaded, RING, 20)
    again = threaded.napier("-j", "bursts", "--replay", record)
    assert (again.code, again.err) == (0, "")
    assert lines_of(again.out) == watched.lines
    kept = lines_of(record.read_text())
    assert [line for line in kept if line["type"] != "heat"] == watched.lines
    polls = sum(sum(line["classes"]) for line in kept if line["type"] == "heat")
    assert polls == sum(watched.total["classes"])
    said = threaded.napier("bursts", "--replay", record, "--heatmap", "--svg", svg)
    assert len(re.findall(r"^\d\d:\d\d:\d\d\.\d{6} np1 ", said.out, re.M)) == len(watched.ends)
    assert re.search(r"^np1 .*: \d+ bursts of >= 128 packets \(bound\)", said.out, re.M)
    assert re.search(r"^  100% \||^   99% \|", said.out, re.M)
    cells = xml.etree.ElementTree.parse(svg).getroot().iter("{http://www.w3.org/2000/svg}title")
    assert sum(int((cell.text or "").split()[0]) for cell in cells) == polls


def recording(*, events: int = 1) -> list[str]:
    """A recording as it could be, written by hand."""
    head: Line = {
        "schema": "napier.bursts/1",
        "time": "2026-01-01T00:00:00.000000Z",
        "host": "h",
        "unix-ns": 1767225600000000000,
    }
    device: Line = {"ifname": "eth0", "how": "bound", "high": 128, "low": 64, "class-shift": 4}
    numbers: Line = {"waiting-likely": 200, "waiting-most": 256, "packets": 300, "polls": 5}
    end: Line = {"event": "end", "ifname": "eth0", "how": "bound", "duration-ns": 1, **numbers}
    total: Line = {"ifname": "eth0", "how": "bound", "bursts": 1, "full": 0, "events-lost": 0}
    total |= {"scrapes": 0, "classes": [0] * 16}
    lines: list[Line] = [
        {**head, "type": "start", "tick-ns": 100000000, "devices": [device], "missing": []},
        *([{**head, "type": "event", **end}] * events),
        {
            **head,
            "type": "summary",
            "duration-ns": 1,
            "devices": [total],
            "gap-classes": [0] * 40,
            "missing": [],
        },
    ]
    for line in lines:
        assert_valid(line)
    return [json.dumps(line) for line in lines]


def replay(host: Host, place: Path, text: str) -> Said:
    file = place / "record.jsonl"
    file.write_text(text)
    return host.napier("-j", "bursts", "--replay", file)


def test_a_recording_written_by_hand_is_read(empty: Host, tmp_path: Path) -> None:
    said = replay(empty, tmp_path, "\n".join(recording(events=3)) + "\n")
    assert said.code == 0
    assert len(lines_of(said.out)) == 5


DAMAGE = (
    ("", r"line 1: the file is empty"),
    ("{", r"line 1: no JSON"),
    ("[]\n", r"line 1: not of schema"),
    ("{start}\n{start}\n", r"line 2: a second start"),
    ("{start}\n{event}\n", r"line 3: ends without a summary"),
    ("{event}\n", r"line 1: does not begin with a start"),
    ("{start}\n{half}\n", r"line 2: no JSON"),
    ("{start}\n{summary}\n{event}\n", r"line 3: goes on behind the summary"),
    ("{other}\n", r"line 1: not of schema napier.bursts/1"),
    ("{start}\n{negative}\n{summary}\n", r"line 2: a member of the event"),
    ("{start}\n{stranger}\n{summary}\n", r"line 2: an event of a device that was not watched"),
    ("{start}\n{short}\n", r"line 2: duration-ns or gap-classes"),
)


@pytest.mark.parametrize(("text", "message"), DAMAGE, ids=lambda value: str(value)[:30])
def test_a_damaged_recording_is_refused(
    empty: Host, tmp_path: Path, text: str, message: str
) -> None:
    start, event, summary = recording()
    parts = {
        "{start}": start,
        "{event}": event,
        "{summary}": summary,
        "{half}": event[: len(event) // 2],
        "{other}": start.replace("bursts/1", "bursts/2"),
        "{negative}": event.replace('"polls": 5', '"polls": -5'),
        "{stranger}": event.replace("eth0", "eth1"),
        "{short}": summary.replace('"gap-classes": [0, ', '"gap-classes": ['),
    }
    for name, part in parts.items():
        text = text.replace(name, part)
    said = replay(empty, tmp_path, text)
    assert said.code == 1
    assert re.search(message, said.err)
    assert json.loads(said.out.splitlines()[-1])["error"]


def test_any_cut_is_noticed(empty: Host, tmp_path: Path) -> None:
    whole = "\n".join(recording()) + "\n"
    for end in range(0, len(whole) - 1, 97):
        said = replay(empty, tmp_path, whole[:end])
        assert said.code == 1, end
        assert re.search(r"line \d+: ", said.err)


def test_nobody_is_told_what_is_missing(host: Host) -> None:
    said = host.napier("-j", "bursts", "np1", "--for", "1s", nobody=True)
    assert said.code == 2
    assert "CAP_BPF and CAP_PERFMON" in said.err
    assert "--coarse" in said.document["error"]


def test_a_kernel_without_btf_is_told_of(host: Host) -> None:
    hidden = 'mount -t tmpfs none /sys/kernel && exec "$@"'
    command = host.enter("unshare", "--mount", "sh", "-c", hidden, "sh", host.program)
    done = subprocess.run(
        [*command, "bursts", "np1", "--for", "1s"], capture_output=True, text=True, timeout=TIMEOUT
    )
    assert done.returncode == 2
    assert "CONFIG_DEBUG_INFO_BTF" in done.stderr


def test_coarse_sees_bursts_without_rights(threaded: Host) -> None:
    command = threaded.enter(
        *NOBODY, threaded.program, "-j", "bursts", "np1", "--coarse", "--for", "2s"
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = process.stdout.readline()
        send(threaded, RING, 20, 0.02)
        rest, _ = process.communicate(timeout=TIMEOUT)
    watched = Watched(lines_of(first + rest))
    assert {line["how"] for line in watched.ends} == {"coarse"}
    assert 10 <= len(watched.ends) <= 40
    assert all("waiting-least" not in end or end["waiting-least"] == 0 for end in watched.ends)


WRONG: tuple[tuple[list[str], str], ...] = (
    (["nosuch0"], "nosuch0: no such interface"),
    (["--for", "10parsecs", "lo"], "10parsecs: a time"),
    (["--min-occupancy", "0", "lo"], "0: a percentage"),
    (["--min-occupancy", "101%", "lo"], "101%: a percentage"),
    (["--ring", "0", "lo"], "0: a number"),
    (["--arrivals", "many", "lo"], "many: a number"),
    (["--replay", "/nowhere/at/all"], "/nowhere/at/all: No such file"),
    (["--replay", "x", "lo"], "--replay: neither DEV"),
    (["--record", "/nowhere/at/all", "lo"], "/nowhere/at/all: No such file"),
)


@pytest.mark.parametrize(("words", "message"), WRONG, ids=lambda value: str(value)[:30])
def test_wrong_words_are_refused(empty: Host, words: list[str], message: str) -> None:
    said = empty.napier("bursts", *words)
    assert said.code == 1
    assert message in said.err


def test_capabilities_are_given_up(host: Host) -> None:
    command = host.enter(host.program, "bursts", "np1", "--for", "10s")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        time.sleep(1)
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.terminate()
        process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    for name in ("CapPrm", "CapEff"):
        assert re.search(rf"^{name}:\t0+$", status, re.M)
    assert re.search(r"^NoNewPrivs:\t1$", status, re.M)
