#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams in an even flow, and how long they were under way.

    paced.py send ADDRESS PORT RATE SECONDS
    paced.py receive ADDRESS PORT LEAD SECONDS IFACE VECTOR

send: one at a time, RATE a second, each with the time when it was sent.  receive: after
LEAD seconds, for SECONDS, prints as JSON how many frames the interface received and how often its
VECTOR fired in a second, and how long the middle one of all datagrams and the slowest but one in
a hundred took, in microseconds, from the sender's call to the receiver's stack."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
import time
from pathlib import Path

# What makes a frame of 60 bytes.
SIZE = 18
STAMP = struct.Struct("@q")
# socket(7): the time when the stack got it, as a struct timespec.
SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("@qq")


def send(address: str, port: str, rate: str, seconds: str) -> None:
    gap = 10**9 // int(rate)
    rest = bytes(SIZE - STAMP.size)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        due = now = time.time_ns()
        end = now + int(float(seconds) * 10**9)
        while now < end:
            # Never asleep: a timer would be late, and wake up for its own sake.
            while (now := time.time_ns()) < due:
                pass
            sock.sendto(STAMP.pack(now) + rest, (address, int(port)))
            # What cannot be kept up with is let go.
            due = max(due + gap, now - gap)


def counted(iface: str, vector: str) -> tuple[int, int]:
    """Frames that the interface received; interrupts of a vector."""
    frames = Path(f"/sys/class/net/{iface}/statistics/rx_packets")
    (row,) = [
        line.split()
        for line in Path("/proc/interrupts").read_text().splitlines()
        if line.endswith(f" {vector}")
    ]
    return int(frames.read_text()), sum(int(word) for word in row[1:] if word.isdigit())


def took(sock: socket.socket) -> float:
    """Of the next datagram, in microseconds."""
    data, notes, _, _ = sock.recvmsg(SIZE, 64)
    seconds, ns = TIMESPEC.unpack(notes[0][2][: TIMESPEC.size])
    (sent,) = STAMP.unpack_from(data)
    return (seconds * 10**9 + ns - sent) / 1000


def gathered(sock: socket.socket, seconds: float) -> list[float]:
    """How long those took that come within so many seconds."""
    delays = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(TimeoutError):
            delays.append(took(sock))
    return delays


def receive(address: str, port: str, lead: str, seconds: str, iface: str, vector: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.settimeout(0.1)
        sock.bind((address, int(port)))
        gathered(sock, float(lead))
        before = counted(iface, vector)
        begin = time.monotonic()
        delays = sorted(gathered(sock, float(seconds)))
        passed = time.monotonic() - begin
        frames, fired = (
            (now - then) / passed for now, then in zip(counted(iface, vector), before, strict=True)
        )
    print(
        json.dumps(
            {
                "frames": frames,
                "interrupts": fired,
                "delay": delays[len(delays) // 2] if delays else 0.0,
                "slow": delays[len(delays) * 99 // 100] if delays else 0.0,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(*sys.argv[2:])
    else:
        receive(*sys.argv[2:])
