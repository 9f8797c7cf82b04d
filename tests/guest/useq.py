#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Numbered datagrams: what has arrived says exactly what was lost, and where.

    useq.py recv ADDRESS PORT [--idle SECONDS]
    useq.py send ADDRESS PORT COUNT [--rate PER_SECOND] [--sizes A,B,...] [--repeat N]

Each datagram holds its number, its size and a pattern that depends on both.  Sizes (of the
payload, at least 1) are used in turn, each N times.  A payload shorter than the header holds
only its size, over and over: it is checked and counted, but has no number.

The receiver ends soon after the last datagram, or when nothing came for a while, and prints
what it saw; the sender prints what it sent.  Both hold the numbers in "sizes" as well, which
maps each size to how often it was seen or sent.
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import sys
import time
from collections import Counter

HEADER = struct.Struct("!IIHBB")
MAGIC = 0x6E617069
LAST = 1
PERIOD = 251
PATTERN = bytes(range(PERIOD)) * (65536 // PERIOD + 2)
SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
BUFFER = 64 << 20
# After the last datagram, those that took another way may still come.
LATECOMERS = 0.5


def body(number: int, size: int) -> bytes:
    """What follows the header."""
    start = (number + size) % PERIOD
    return PATTERN[start : start + size - HEADER.size]


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def send(options: argparse.Namespace) -> dict[str, object]:
    sizes = [int(word) for word in options.sizes.split(",") for _ in range(options.repeat)]
    sent: Counter[int] = Counter()
    with socket.socket(family(options.address), socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER)
        sock.connect((options.address, options.port))
        begin = time.monotonic()
        for number in range(options.count):
            if options.rate:
                ahead = begin + number / options.rate - time.monotonic()
                if ahead > 0.002:
                    time.sleep(ahead)
                elif ahead < -0.1:
                    # No burst for a time in which the machine did not run.
                    begin -= ahead
            last = number == options.count - 1
            size = sizes[number % len(sizes)]
            if last:
                size = max(size, HEADER.size)
            if size < HEADER.size:
                data = bytes([size]) * size
            else:
                data = HEADER.pack(MAGIC, number, size, LAST if last else 0, 0)
                data += body(number, size)
            sock.send(data)
            sent[size] += 1
        seconds = time.monotonic() - begin
    return {"sent": options.count, "seconds": round(seconds, 3), "sizes": sent}


def check(data: bytes) -> tuple[int, bool]:
    """Number and whether it is the last; number -1 without one, -2 if it is damaged."""
    if len(data) < HEADER.size:
        return (-1 if data and data == bytes([len(data)]) * len(data) else -2), False
    magic, number, size, flags, _ = HEADER.unpack_from(data)
    if magic != MAGIC or size != len(data) or data[HEADER.size :] != body(number, size):
        return -2, False
    return number, bool(flags & LAST)


def receive(options: argparse.Namespace) -> dict[str, object]:
    sizes: Counter[int] = Counter()
    seen = bytearray(1 << 22)
    unnumbered = damaged = doubled = late = 0
    highest = -1
    with socket.socket(family(options.address), socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        sock.bind((options.address, options.port))
        print("ready", file=sys.stderr, flush=True)
        sock.settimeout(options.first)
        connected = False
        while True:
            try:
                data, sender = sock.recvfrom(65536)
            except TimeoutError:
                break
            if not connected:
                # The kernel remembers where the reader of a flow runs (RFS) only for sockets
                # that know the other end.
                sock.connect(sender)
                connected = True
            number, last = check(data)
            if number == -2:
                damaged += 1
                continue
            sizes[len(data)] += 1
            if number == -1:
                unnumbered += 1
            else:
                doubled += seen[number]
                seen[number] = 1
                late += number < highest
                highest = max(highest, number)
            sock.settimeout(LATECOMERS if last else options.idle)
    got = seen.count(1)
    # Among datagrams without a number, a number that is missing says nothing.
    holes = [] if unnumbered else gaps(seen, highest)
    return {
        "received": got + unnumbered,
        "numbered": got,
        "doubled": doubled,
        "late": late,
        "damaged": damaged,
        "highest": highest,
        "sizes": sizes,
        "gaps": holes,
    }


def gaps(seen: bytearray, highest: int) -> list[tuple[int, int]]:
    """(first number, how many) of each run of numbers that did not come; at most 1,000."""
    found: list[tuple[int, int]] = []
    at = seen.find(0, 0, highest + 1)
    while at >= 0 and len(found) < 1000:
        end = seen.find(1, at, highest + 1)
        end = highest + 1 if end < 0 else end
        found.append((at, end - at))
        at = seen.find(0, end, highest + 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("send", "recv"))
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int, nargs="?", default=0)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--sizes", default="1000")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--idle", type=float, default=4.0)
    parser.add_argument("--first", type=float, default=30.0)
    options = parser.parse_args()
    print(json.dumps(send(options) if options.role == "send" else receive(options)))


if __name__ == "__main__":
    main()
