#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Traffic that goes on until it is told to stop, whatever happens to the interface below it.

    endless.py sink ADDRESS PORT           takes one TCP stream and checks every byte
    endless.py source ADDRESS PORT [PACE]  sends it until SIGTERM, so many bytes a second at most
    endless.py blast ADDRESS PORT RATE     datagrams a second, to nobody, until SIGTERM

Sink and source print {"bytes": ...} at the end; the sink also the longest time in which
nothing came, and where the content was wrong first (null: nowhere).  While it runs the sink
keeps the number of bytes in /run/sink.PORT.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sys
import time

# The content has this period, which no size of a segment or a buffer divides: what is
# missing, doubled or moved shows.
PERIOD = 1_000_003
CHUNK = 1 << 18
PATIENCE = 20.0
SO_MAX_PACING_RATE = 47
TCP_USER_TIMEOUT = 18
TCP_RTO_MAX_MS = 44
# Seconds without an answer.
GIVE_UP = 900

stopped = False


def stop(*_: object) -> None:
    global stopped  # noqa: PLW0603 - a signal handler has no other way to tell
    stopped = True


def pattern() -> bytes:
    block = random.Random(PERIOD).randbytes(PERIOD)
    return block + block[:CHUNK]


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def sink(address: str, port: int) -> dict[str, object]:
    content, total, damaged, longest = pattern(), 0, None, 0.0
    with socket.create_server((address, port), family=family(address)) as listener:
        listener.settimeout(PATIENCE)
        connection, _ = listener.accept()
    with connection, open(f"/run/sink.{port}", "w+b", buffering=0) as progress:
        connection.settimeout(None)
        last = noted = time.monotonic()
        while data := connection.recv(CHUNK):
            now = time.monotonic()
            longest, last = max(longest, now - last), now
            at = total % PERIOD
            if damaged is None and data != content[at : at + len(data)]:
                damaged = total
            total += len(data)
            if now - noted > 0.05:
                os.pwrite(progress.fileno(), b"%20d" % total, 0)
                noted = now
        connection.sendall(b".")
    return {"bytes": total, "damaged": damaged, "longest_gap": round(longest, 3)}


def connected(address: str, port: int) -> socket.socket:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection((address, port), timeout=PATIENCE)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def source(address: str, port: int, pace: int = 0) -> dict[str, object]:
    content, total = pattern(), 0
    with connected(address, port) as sock:
        # Try again each second, however often the wire was cut; kernels before 6.15 wait longer
        # each time.  They would count the tries and give up after fifteen.
        sock.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 1000 * GIVE_UP)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, TCP_RTO_MAX_MS, 1000)
        if pace:
            sock.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, pace)
        sock.settimeout(0.2)
        while not stopped:
            at = total % PERIOD
            with contextlib.suppress(TimeoutError):
                total += sock.send(content[at : at + CHUNK])
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(120)
        if sock.recv(1) != b".":
            raise ConnectionError("the sink closed without a word")
    return {"bytes": total}


def blast(address: str, port: int, rate: float) -> dict[str, object]:
    sizes, sent, failed = (18, 700, 1472, 64), 0, 0
    data = bytes(max(sizes))
    begin = time.monotonic()
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        while not stopped:
            try:
                sock.sendto(data[: sizes[sent % len(sizes)]], (address, port))
            except OSError:
                # The interface is down or gone; that is what this is for.
                failed += 1
            sent += 1
            ahead = begin + sent / rate - time.monotonic()
            if ahead > 0.001:
                time.sleep(ahead)
            elif ahead < -1:
                # Do not make up for a time in which this did not run.
                begin -= ahead
    return {"sent": sent - failed, "failed": failed}


def main() -> None:
    role, address, port, *more = sys.argv[1:]
    signal.signal(signal.SIGTERM, stop)
    if role == "blast":
        result = blast(address, int(port), float(more[0]))
    elif role == "source":
        result = source(address, int(port), *map(int, more))
    else:
        result = sink(address, int(port))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
