#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Messages of PTP over Ethernet, and the hardware's time stamps of them, as JSON.

hwstamp.py IFACE send TYPE COUNT RATE [BURST]   stamp of each message that was sent, or null
hwstamp.py IFACE toss TYPE COUNT RATE           sends them and asks for none
hwstamp.py IFACE recv COUNT IDLE                [type, sequence number, stamp or null] of each

A burst is sent without waiting for the stamps of its messages in between."""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time

ETH_P_1588 = 0x88F7
MULTICAST = bytes.fromhex("011b19000000")
SO_TIMESTAMPING = 37
TX_HARDWARE, RX_HARDWARE, RAW_HARDWARE = 1 << 0, 1 << 2, 1 << 6
OPT_ID = 1 << 7
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST = 263, 1, 0
HEADER = struct.Struct("!BBHBBHqI8sHHBb")
# Where the kernel tells which of the socket's messages a stamp belongs to.
OPT_ID_AT = 12


def message(source: bytes, kind: int, sequence: int) -> bytes:
    """A frame with a message of version 2 and nothing in it."""
    identity = source[:3] + b"\xff\xfe" + source[3:]
    header = HEADER.pack(kind, 2, 44, 0, 0, 0, 0, 0, identity, 1, sequence, 0, 0)
    frame = MULTICAST + source + struct.pack("!H", ETH_P_1588) + header + bytes(10)
    return frame + bytes(60 - len(frame))


def hardware(control: list[tuple[int, int, bytes]]) -> int | None:
    """The raw hardware stamp among the control messages."""
    for level, kind, data in control:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPING):
            seconds, nanoseconds = struct.unpack("6q", data[:48])[4:]
            return seconds * 1_000_000_000 + nanoseconds or None
    return None


def number(control: list[tuple[int, int, bytes]]) -> int:
    """Which message a stamp belongs to."""
    for level, _, data in control:
        if level != socket.SOL_SOCKET and len(data) >= OPT_ID_AT + 4:
            return struct.unpack_from("I", data, OPT_ID_AT)[0]
    raise ValueError(f"no number among {control}")


def collect(sock: socket.socket, stamps: dict[int, int | None], seconds: float) -> None:
    """The stamps that come within some time, or the first."""
    poll = select.poll()
    poll.register(sock, select.POLLPRI)
    if not poll.poll(seconds * 1000):
        return
    while True:
        try:
            _, control, _, _ = sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        stamps[number(control)] = hardware(control)


def send(sock: socket.socket, kind: int, count: int, rate: float, burst: int) -> list[int | None]:
    source = sock.getsockname()[4]
    stamps: dict[int, int | None] = {}
    for first in range(0, count, burst):
        begin = time.monotonic()
        for sequence in range(first, min(first + burst, count)):
            sock.send(message(source, kind, sequence))
        collect(sock, stamps, 3)
        time.sleep(max(0.0, begin + burst / rate - time.monotonic()))
    end = time.monotonic() + 3
    while len(stamps) < count and burst > 1 and time.monotonic() < end:
        collect(sock, stamps, 0.5)
    return [stamps.get(sequence) for sequence in range(count)]


def receive(sock: socket.socket, count: int, idle: float) -> list[tuple[int, int, int | None]]:
    index = socket.if_nametoindex(sys.argv[1])
    # struct packet_mreq: the multicast group of PTP
    group = struct.pack("iHH8s", index, PACKET_MR_MULTICAST, 6, MULTICAST)
    sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, group)
    print("ready", flush=True)
    sock.settimeout(idle)
    got: list[tuple[int, int, int | None]] = []
    while len(got) < count:
        try:
            data, control, _, _ = sock.recvmsg(2048, 512)
        except TimeoutError:
            break
        fields = HEADER.unpack_from(data, 14)
        got.append((fields[0] & 15, fields[10], hardware(control)))
    return got


def main() -> None:
    name, what, *words = sys.argv[1:]
    protocol = ETH_P_1588 if what == "recv" else 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol)) as sock:
        sock.bind((name, protocol))
        flags = (RX_HARDWARE if what == "recv" else TX_HARDWARE | OPT_ID) | RAW_HARDWARE
        if what != "toss":
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, flags)
        if what == "toss":
            for sequence in range(int(words[1])):
                sock.send(message(sock.getsockname()[4], int(words[0]), sequence))
                time.sleep(1 / float(words[2]))
        elif what == "recv":
            print(json.dumps(receive(sock, int(words[0]), float(words[1]))))
        else:
            burst = int(words[3]) if len(words) > 3 else 1
            print(json.dumps(send(sock, int(words[0]), int(words[1]), float(words[2]), burst)))


if __name__ == "__main__":
    main()
