#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A stream of bytes whose content is checked end to end.

    stream.py serve tcp|sctp ADDRESS PORT [SECONDS]
    stream.py send tcp|sctp ADDRESS PORT BYTES SEED

Either prints {"bytes": ..., "sha256": ..., "seconds": ...} when the stream is over.  No two
blocks are alike, so a lost, doubled or swapped one changes the digest.
"""

from __future__ import annotations

import hashlib
import json
import random
import socket
import sys
import time

BLOCK = 1 << 20
PROTOCOLS = {"tcp": socket.IPPROTO_TCP, "sctp": 132}
# A server may be started at the same time; this is how long it is waited for.
PATIENCE = 15.0


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(protocol: str, address: str, port: int, seconds: float) -> tuple[int, str, float]:
    """Take one stream to its end."""
    digest, total = hashlib.sha256(), 0
    with socket.socket(family(address), socket.SOCK_STREAM, PROTOCOLS[protocol]) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(1)
        listener.settimeout(seconds)
        connection, _ = listener.accept()
        connection.settimeout(seconds)
        buffer = bytearray(BLOCK)
        begin = time.monotonic()
        with connection:
            while count := connection.recv_into(buffer):
                digest.update(memoryview(buffer)[:count])
                total += count
            return total, digest.hexdigest(), time.monotonic() - begin


def connect(protocol: str, address: str, port: int) -> socket.socket:
    """Connect as soon as somebody listens."""
    end = time.monotonic() + PATIENCE
    while True:
        sock = socket.socket(family(address), socket.SOCK_STREAM, PROTOCOLS[protocol])
        try:
            sock.connect((address, port))
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def send(protocol: str, address: str, port: int, total: int, seed: int) -> tuple[int, str, float]:
    """Send a stream of that many bytes."""
    block = bytearray(random.Random(seed).randbytes(BLOCK))
    digest, sent = hashlib.sha256(), 0
    with connect(protocol, address, port) as sock:
        begin = time.monotonic()
        while sent < total:
            block[:16] = f"{sent:016x}".encode()
            part = memoryview(block)[: min(BLOCK, total - sent)]
            # SCTP takes one message of a limited size at a time.
            step = len(part) if protocol == "tcp" else 32768
            for at in range(0, len(part), step):
                sock.sendall(part[at : at + step])
            digest.update(part)
            sent += len(part)
        if protocol == "tcp":
            sock.shutdown(socket.SHUT_WR)
            # The other end closes when it has all; until then this is not over.
            sock.settimeout(120)
            sock.recv(1)
        return sent, digest.hexdigest(), time.monotonic() - begin


def main() -> None:
    role, protocol, address, port, *more = sys.argv[1:]
    if role == "serve":
        seconds = float(more[0]) if more else 60.0
        total, digest, took = serve(protocol, address, int(port), seconds)
    else:
        total, digest, took = send(protocol, address, int(port), int(more[0]), int(more[1]))
    print(json.dumps({"bytes": total, "sha256": digest, "seconds": round(took, 3)}))


if __name__ == "__main__":
    main()
