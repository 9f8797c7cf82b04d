#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames from hell: everything that a wire can carry and no sender should send.

    hell.py IFACE SEED COUNT RATE DST_MAC SRC_MAC DST4 SRC4 DST6 SRC6

The same seed makes the same frames.  Prints how many of each kind were sent, and how many the
kernel refused to send.  Ports from 20000 on are left to those who behave.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable

from frames import checksum, mac

LONGEST = 9014
PORTS = 19999
TAGS = (0x8100, 0x88A8, 0x9100, 0x9200)
TYPES = (
    0x0800,
    0x86DD,
    0x0806,
    0x8100,
    0x88A8,
    0x88F7,
    0x8847,
    0x8863,
    0x8864,
    0x88CC,
    0x22F0,
    0x0000,
    0x0001,
    0x05DC,
    0x05FF,
    0x0600,
    0xFFFF,
)
EXTENSIONS = (0, 43, 44, 50, 51, 59, 60, 135)
UPPER = (6, 17, 1, 58, 132, 2, 4, 41, 47, 255, 0)
OPTIONS = (0, 1, 7, 68, 130, 131, 134, 136, 137, 148, 255)


class Hell:
    """Makes the frames of one seed."""

    def __init__(
        self, seed: int, macs: tuple[str, str], four: tuple[str, str], six: tuple[str, str]
    ) -> None:
        self.random = random.Random(seed)
        self.dst, self.src = map(mac, macs)
        self.four = tuple(map(socket.inet_aton, four))
        self.six = tuple(socket.inet_pton(socket.AF_INET6, text) for text in six)
        self.kinds: dict[str, tuple[Callable[[], bytes], int]] = {
            "runt": (self.runt, 10),
            "oversize": (self.oversize, 4),
            "noise": (self.noise, 8),
            "vlan stack": (self.vlan_stack, 12),
            "llc": (self.llc, 4),
            "arp": (self.arp, 4),
            "ipv4 lengths": (self.ipv4_lengths, 14),
            "ipv4 options": (self.ipv4_options, 10),
            "ipv4 fragment": (self.ipv4_fragment, 12),
            "ipv6 lengths": (self.ipv6_lengths, 8),
            "ipv6 extensions": (self.ipv6_extensions, 12),
            "ipv6 fragment": (self.ipv6_fragment, 8),
            "tcp": (self.tcp, 8),
            "tcp flow": (self.tcp_flow, 8),
            "udp": (self.udp, 8),
        }
        self.sequence = 0
        self.pseudo = self.four[1] + self.four[0] + b"\x00\x06"

    def batch(self, count: int) -> list[tuple[str, bytes]]:
        """So many frames, each with the name of its kind."""
        names = self.random.choices(
            list(self.kinds), [odds for _, odds in self.kinds.values()], k=count
        )
        return [(name, self.address(self.kinds[name][0]())) for name in names]

    def noise_of(self, most: int) -> bytes:
        return self.random.randbytes(self.random.randrange(most + 1))

    def address(self, rest: bytes) -> bytes:
        """Mostly to the port, sometimes to all or to a group, rarely from nowhere."""
        dice = self.random.random()
        dst, src = self.dst, self.src
        if dice < 0.04:
            dst = b"\xff" * 6
        elif dice < 0.08:
            dst = b"\x01\x00\x5e" + self.random.randbytes(3)
        elif dice < 0.10:
            src = self.random.choice((bytes(6), b"\xff" * 6, self.dst))
        return dst + src + rest

    # ---- Ethernet --------------------------------------------------------------------

    def runt(self) -> bytes:
        """Shorter than Ethernet allows; the sender pads what the hardware demands."""
        kind = self.random.choice(TYPES)
        return struct.pack("!H", kind) + self.noise_of(45)

    def oversize(self) -> bytes:
        """Longer than the port's MTU, up to jumbo."""
        size = self.random.randrange(1501, LONGEST - 14)
        return self.udp(size - 28)

    def noise(self) -> bytes:
        return struct.pack("!H", self.random.choice(TYPES)) + self.noise_of(1500)

    def llc(self) -> bytes:
        """A length where others have a type, mostly a wrong one."""
        return struct.pack("!H", self.random.randrange(1501)) + self.noise_of(300)

    def vlan_stack(self) -> bytes:
        """One to ten tags, cut off or with something in them."""
        tags = b"".join(
            struct.pack("!HH", self.random.choice(TAGS), self.random.getrandbits(16))
            for _ in range(self.random.randrange(1, 11))
        )
        inner: tuple[Callable[[], bytes], ...] = (
            self.noise,
            self.udp,
            self.runt,
            self.ipv4_lengths,
        )
        rest = self.random.choice(inner)()
        if self.random.random() < 0.3:
            rest = b""
        return (tags + rest)[:1504]

    def arp(self) -> bytes:
        head = struct.pack(
            "!HHHBBH",
            0x0806,
            *self.random.choices((1, 0x0800, 6, 0xFFFF), k=2),
            *self.random.choices((0, 4, 6, 16, 255), k=2),
            self.random.randrange(10),
        )
        return head + self.random.randbytes(self.random.randrange(40))

    # ---- IPv4 ------------------------------------------------------------------------

    def ipv4(
        self,
        protocol: int,
        payload: bytes,
        *,
        options: bytes = b"",
        total: int | None = None,
        words: int | None = None,
        fragment: int = 0,
        number: int = 0,
        version: int = 4,
    ) -> bytes:
        """A packet with a right checksum, so that the rest is looked at."""
        words = 5 + len(options) // 4 if words is None else words
        total = 20 + len(options) + len(payload) if total is None else total
        head = (
            struct.pack(
                "!BBHHHBBH4s4s",
                version << 4 | words,
                0,
                total & 0xFFFF,
                number,
                fragment,
                64,
                protocol,
                0,
                self.four[1],
                self.four[0],
            )
            + options
        )
        return b"\x08\x00" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload

    def ipv4_lengths(self) -> bytes:
        """Header length, total length or version that do not fit."""
        payload = self.noise_of(200)
        return self.ipv4(
            self.random.choice(UPPER),
            payload,
            words=self.random.randrange(16) if self.random.random() < 0.5 else 5,
            total=self.random.choice(
                (0, 19, 20, 20 + len(payload) + 1, 1500, 65535, self.random.getrandbits(16))
            ),
            version=4 if self.random.random() < 0.9 else self.random.randrange(16),
        )

    def ipv4_options(self) -> bytes:
        """Options, well formed or not."""
        options = b""
        while len(options) < 36 and self.random.random() < 0.8:
            options += bytes((self.random.choice(OPTIONS), self.random.randrange(40)))
            options += self.noise_of(12)
        options = options[:40] + bytes(-len(options[:40]) % 4)
        return self.ipv4(self.random.choice(UPPER), self.noise_of(100), options=options)

    def ipv4_fragment(self) -> bytes:
        """Pieces that overlap, repeat, leave holes, end beyond 64 KiB."""
        offset = self.random.choice((0, 1, 2, 3, 185, 370, 8000, 8191, self.random.getrandbits(13)))
        return self.ipv4(
            self.random.choice((6, 17, 1)),
            self.noise_of(600),
            fragment=self.random.choice((0, 0x2000, 0x4000)) | offset,
            number=self.random.randrange(64),
        )

    # ---- IPv6 ------------------------------------------------------------------------

    def ipv6(
        self, header: int, payload: bytes, length: int | None = None, version: int = 6
    ) -> bytes:
        length = len(payload) if length is None else length
        return (
            b"\x86\xdd"
            + struct.pack("!IHBB", version << 28, length & 0xFFFF, header, 64)
            + self.six[1]
            + self.six[0]
            + payload
        )

    def ipv6_lengths(self) -> bytes:
        payload = self.noise_of(200)
        return self.ipv6(
            self.random.choice(UPPER),
            payload,
            self.random.choice((0, len(payload) + 1, 1500, 65535, self.random.getrandbits(16))),
            6 if self.random.random() < 0.9 else self.random.randrange(16),
        )

    def ipv6_extensions(self) -> bytes:
        """A chain of headers in any order, some too long, some cut off."""
        chain = self.random.choices(EXTENSIONS, k=self.random.randrange(1, 9))
        payload = b""
        for following in [*chain[1:], self.random.choice(UPPER)]:
            long = self.random.choice((0, 0, 0, 1, 2, 255))
            body = self.random.randbytes(6 + 8 * min(long, 4))
            payload += bytes((following, long)) + body
        if self.random.random() < 0.3:
            payload = payload[: self.random.randrange(len(payload))]
        return self.ipv6(chain[0], payload + self.noise_of(60))

    def ipv6_fragment(self) -> bytes:
        offset = self.random.choice((0, 1, 2, 3, 8000, 8191, self.random.getrandbits(13)))
        head = struct.pack(
            "!BBHI",
            self.random.choice((6, 17, 58)),
            0,
            offset << 3 | self.random.getrandbits(1),
            self.random.randrange(64),
        )
        return self.ipv6(44, head + self.noise_of(600))

    # ---- above -----------------------------------------------------------------------

    def ports(self) -> tuple[int, int]:
        return self.random.randrange(PORTS), self.random.randrange(PORTS)

    def ip(self, protocol: int, payload: bytes) -> bytes:
        if self.random.random() < 0.5:
            return self.ipv4(protocol, payload)
        return self.ipv6(protocol, payload)

    def tcp(self) -> bytes:
        """Any flags, any data offset, any options; the checksum is wrong, too."""
        head = struct.pack(
            "!HHIIBBHHH",
            *self.ports(),
            self.random.getrandbits(32),
            self.random.getrandbits(32),
            self.random.getrandbits(8),
            self.random.getrandbits(8),
            self.random.getrandbits(16),
            self.random.getrandbits(16),
            0,
        )
        return self.ip(6, head + self.noise_of(100))

    def tcp_flow(self) -> bytes:
        """Segments of one connection, as GRO merges them, except that they repeat, overlap,
        leave holes and change their flags; the checksum is right."""
        data = self.noise_of(1400) if self.random.random() < 0.5 else bytes(1400)
        flags = 0x10 if self.random.random() < 0.7 else self.random.getrandbits(8)
        head = struct.pack("!HHIIBBHHH", 7, 7, self.sequence, 1, 5 << 4, flags, 512, 0, 0)
        self.sequence += self.random.choice((len(data), len(data), len(data), 0, 1, 9999))
        self.sequence &= 0xFFFFFFFF
        value = checksum(self.pseudo + struct.pack("!H", 20 + len(data)) + head + data)
        return self.ipv4(6, head[:16] + struct.pack("!H", value) + head[18:] + data)

    def udp(self, size: int | None = None) -> bytes:
        """A length that may not fit; no checksum, so that IPv4 has to believe the rest."""
        payload = self.noise_of(600) if size is None else bytes(size)
        length = self.random.choice((0, 7, 8, 8 + len(payload), 8 + len(payload), 65535))
        return self.ip(17, struct.pack("!HHHH", *self.ports(), length, 0) + payload)


def main() -> None:
    interface = sys.argv[1]
    seed, count, rate = map(int, sys.argv[2:5])
    dst, src, dst4, src4, dst6, src6 = sys.argv[5:]
    hell = Hell(seed, (dst, src), (dst4, src4), (dst6, src6))
    sent: Counter[str] = Counter()
    refused = done = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((interface, 0))
        begin = time.monotonic()
        while sent.total() < count and refused < count:
            for name, frame in hell.batch(min(64, count - sent.total())):
                try:
                    sock.send(frame[:LONGEST])
                    sent[name] += 1
                except OSError:
                    refused += 1
            done = sent.total() + refused
            ahead = begin + done / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        seconds = time.monotonic() - begin
    print(
        json.dumps(
            {"sent": sent, "total": sent.total(), "refused": refused, "seconds": round(seconds, 2)}
        )
    )


if __name__ == "__main__":
    main()
