#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames of many flows both ways, little of each.

flows.py echo ADDRESS PORT               sends every datagram back, until killed
flows.py ask ADDRESS PORT FLOWS          some from each of that many ports; prints how
                                         many came back"""

from __future__ import annotations

import contextlib
import socket
import sys
import time

ROUNDS = 8
PATIENCE = 20.0


def echo(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        while True:
            data, sender = sock.recvfrom(2048)
            sock.sendto(data, sender)


def answered(sock: socket.socket) -> bool:
    try:
        return bool(sock.recv(2048))
    except (TimeoutError, ConnectionRefusedError):
        return False


def ask(address: str, port: int, flows: int) -> int:
    socks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(flows)]
    for number, sock in enumerate(socks):
        # Fixed ports, so that a given key spreads them alike every time.
        sock.bind(("0.0.0.0", 30000 + number))
        sock.connect((address, port))
        sock.settimeout(0.5)
    end = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            socks[0].send(b"is anybody there")
        if answered(socks[0]):
            break
        if time.monotonic() > end:
            return 0
        time.sleep(0.05)
    came = 0
    for _ in range(ROUNDS):
        for sock in socks:
            sock.send(bytes(100))
        came += sum(map(answered, socks))
    return came


def main() -> None:
    role, address, port, *more = sys.argv[1:]
    if role == "echo":
        echo(address, int(port))
    else:
        print(ask(address, int(port), int(more[0])))


if __name__ == "__main__":
    main()
