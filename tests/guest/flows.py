#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames of many flows both ways, little of each.

flows.py echo ADDRESS PORT               sends every datagram back, until killed
flows.py ask ADDRESS PORT FLOWS          some from each of that many ports; prints how
                                         many came back
flows.py tcp-echo ADDRESS PORT           the same with connections
flows.py tcp-ask ADDRESS PORT FLOWS

Addresses are of IPv4 or IPv6."""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import time

ROUNDS = 8
PATIENCE = 20.0


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def echo(address: str, port: int) -> None:
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
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
    socks = [socket.socket(family(address), socket.SOCK_DGRAM) for _ in range(flows)]
    for number, sock in enumerate(socks):
        # Fixed ports, so that a given key spreads them alike every time.
        sock.bind(("", 30000 + number))
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


def tcp_echo(address: str, port: int) -> None:
    waiting = selectors.DefaultSelector()
    with socket.create_server((address, port), family=family(address), backlog=256) as listener:
        waiting.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is listener:
                    waiting.register(listener.accept()[0], selectors.EVENT_READ)
                    continue
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                if data := connection.recv(2048):
                    connection.sendall(data)
                else:
                    waiting.unregister(connection)
                    connection.close()


def connected(address: str, port: int, own: int) -> socket.socket:
    """A connection from a given port, as soon as somebody listens."""
    end = time.monotonic() + PATIENCE
    while True:
        sock = socket.socket(family(address), socket.SOCK_STREAM)
        # One that has just been closed waits, for another address.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(PATIENCE)
        sock.bind(("", own))
        try:
            sock.connect((address, port))
        except ConnectionRefusedError:
            sock.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return sock


def tcp_ask(address: str, port: int, flows: int) -> int:
    socks = [connected(address, port, 30000 + number) for number in range(flows)]
    came = 0
    for _ in range(ROUNDS):
        for sock in socks:
            sock.sendall(bytes(100))
        came += sum(map(answered, socks))
    return came


def main() -> None:
    role, address, port, *more = sys.argv[1:]
    if more:
        asks = {"ask": ask, "tcp-ask": tcp_ask}
        print(asks[role](address, int(port), int(more[0])))
    else:
        {"echo": echo, "tcp-echo": tcp_echo}[role](address, int(port))


if __name__ == "__main__":
    main()
