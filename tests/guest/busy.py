#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams there and back, one at a time, from a socket that polls its queue itself.

    busy.py serve ADDRESS PORT COUNT             sends back what comes
    busy.py ask ADDRESS PORT COUNT USECS PREFER  USECS of polling, 0: waits; PREFER: 1 lets the
                                                 socket keep interrupts away

`ask` prints {"median": microseconds of a round trip, "slowest": ...}."""

from __future__ import annotations

import json
import socket
import statistics
import sys
import time

SO_BUSY_POLL, SO_PREFER_BUSY_POLL, SO_BUSY_POLL_BUDGET = 46, 69, 70


def serve(address: str, port: int, count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        sock.settimeout(60)
        for _ in range(count):
            data, sender = sock.recvfrom(2048)
            sock.sendto(data, sender)


def ask(address: str, port: int, count: int, usecs: int, prefer: int) -> dict[str, float]:
    took = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if usecs:
            sock.setsockopt(socket.SOL_SOCKET, SO_BUSY_POLL, usecs)
            sock.setsockopt(socket.SOL_SOCKET, SO_PREFER_BUSY_POLL, prefer)
            sock.setsockopt(socket.SOL_SOCKET, SO_BUSY_POLL_BUDGET, 16)
        # A socket that has a time limit of Python's own does not block, and does not poll.
        sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVTIMEO, (30).to_bytes(8, "little") + bytes(8)
        )
        sock.connect((address, port))
        for number in range(count):
            begin = time.monotonic()
            sock.send(number.to_bytes(64, "little"))
            if int.from_bytes(sock.recv(2048), "little") != number:
                raise SystemExit(f"another datagram than number {number}")
            took.append((time.monotonic() - begin) * 1e6)
    return {"median": round(statistics.median(took)), "slowest": round(max(took))}


if __name__ == "__main__":
    role, address, *numbers = sys.argv[1:]
    if role == "serve":
        serve(address, *map(int, numbers))
    else:
        print(json.dumps(ask(address, *map(int, numbers))))
