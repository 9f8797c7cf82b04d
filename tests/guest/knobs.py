# SPDX-License-Identifier: GPL-2.0-only
"""The settings of an interface through each of the kernel's doors, for fuzz_settings.py: how
each is read and written without starting a program."""

from __future__ import annotations

import ctypes
import fcntl
import random
import socket
import struct
import time
from pathlib import Path
from typing import ClassVar

from netdev_genl import QUESTIONS, attribute, attributes
from netlink import (
    NETLINK_ROUTE,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_DUMP,
    NLM_F_EXCL,
    Answer,
    Family,
    Socket,
    nest,
    number,
    text,
)

SIOCETHTOOL, SIOCSHWTSTAMP = 0x8946, 0x89B0
# What changes by itself, in answers of ethtool's netlink: message -> attributes.  Crossover as it
# is; what the partner offers, speed, duplex and who is the clock's master.
BY_ITSELF = {2: {4}, 4: {4, 5, 6, 8, 10}}
# How addresses of IPv6's groups and of IPv4's begin.
GROUPS = ("3333", "01005e")
COMPACT = 1
RETA, KEY = 128, 40
FLOWS = (1, 2, 3, 5, 6, 7, 16, 17)


def wild(chance: random.Random, size: int) -> int:
    """A number that nobody expects."""
    most = (1 << (8 * size)) - 1
    some = chance.randint(0, most), chance.randint(4, 255)
    return chance.choice((0, 1, 2, 3, most, most >> 1, (most >> 1) + 1, *some))


class Knobs:
    """An interface."""

    def __init__(self, name: str) -> None:
        self.name, self.index = name, socket.if_nametoindex(name)
        self.sys = Path("/sys/class/net") / name
        self.mac = bytes.fromhex((self.sys / "address").read_text().strip().replace(":", ""))
        self.handle = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.route = Socket(NETLINK_ROUTE)

    def ioctl(self, data: bytearray, request: int = SIOCETHTOOL) -> Answer:
        """SIOCETHTOOL and its like; `data` is changed in place."""
        place = (ctypes.c_char * len(data)).from_buffer(data)
        words = struct.pack("16sP16x", self.name.encode(), ctypes.addressof(place))
        try:
            fcntl.ioctl(self.handle, request, words)
        except OSError as error:
            return Answer(error.errno or -1)
        return Answer()

    def queues(self) -> int:
        return len(list((self.sys / "queues").glob("rx-*")))

    def wait_carrier(self) -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                if (self.sys / "carrier").read_text() == "1\n":
                    return
            except OSError:
                pass
            time.sleep(0.02)

    def link(self, skip_stats: bool = True) -> tuple[int, dict[int, bytes]]:
        """Flags and attributes of RTM_GETLINK."""
        body = struct.pack("=BxHiII", 0, 0, self.index, 0, 0) + number(29, 8 if skip_stats else 0)
        answer = self.route.ask(18, body).bodies[0]
        return struct.unpack_from("=I", answer, 8)[0], attributes(answer[16:])

    def counters(self, netdev: Family) -> dict[str, int]:
        """Those that must not go back: the interface's, ethtool -S's, netdev-genl's."""
        data = self.link(skip_stats=False)[1][23]
        found = {
            f"stats64 {at}": value
            for at, value in enumerate(struct.unpack(f"={len(data) // 8}Q", data[: len(data) & ~7]))
        }
        info = bytearray(196)
        struct.pack_into("=I", info, 0, 3)
        self.ioctl(info)
        (count,) = struct.unpack_from("=I", info, 180)
        stats = bytearray(8 + 8 * count)
        struct.pack_into("=II", stats, 0, 0x1D, count)
        if not self.ioctl(stats).error:
            values = struct.unpack_from(f"={count}Q", stats, 8)
            found |= {f"ethtool -S {at}": value for at, value in enumerate(values)}
        return found | self.qstats(netdev)

    def qstats(self, netdev: Family) -> dict[str, int]:
        """netdev-genl's of the device: of its queues and of what they were before.  A queue's own
        begin anew with its ring."""
        command, names, by_interface, _ = QUESTIONS["qstats"]
        answer = netdev.call(command, number(by_interface, self.index), NLM_F_DUMP)
        told = attributes(answer.bodies[0][4:])
        return {
            f"qstats {names[kind]}": int.from_bytes(value, "little")
            for kind, value in told.items()
            if names.get(kind, "ifindex") != "ifindex"
        }

    def napis(self, netdev: Family) -> list[int]:
        found = netdev.call(11, number(1, self.index), NLM_F_DUMP)
        return [int.from_bytes(attributes(body[4:])[2], "little") for body in found.bodies]

    def look_napis(self, netdev: Family) -> list[tuple[bytes, ...]]:
        """Id and settings, not the thread's number."""
        found = netdev.call(11, number(1, self.index), NLM_F_DUMP)
        all_ = [attributes(body[4:]) for body in found.bodies]
        return [tuple(one.get(kind, b"") for kind in (2, 5, 6, 7, 8)) for one in all_]


class Ethtool:
    """ethtool's netlink interface."""

    def __init__(self, knobs: Knobs) -> None:
        self.family = Family("ethtool")
        self.header = nest(1, number(1, knobs.index), number(3, COMPACT))

    def get(self, message: int) -> dict[int, bytes]:
        answer = self.family.call(message, self.header)
        return attributes(answer.bodies[0][4:]) if answer.bodies else {}

    def look(self, message: int) -> dict[int, str]:
        hidden = BY_ITSELF.get(message, set()) | {1}
        found = self.get(message)
        return {kind: value.hex() for kind, value in found.items() if kind not in hidden}

    def put(self, message: int, *words: bytes) -> Answer:
        return self.family.call(message, self.header + b"".join(words))

    @staticmethod
    def bits(kind: int, value: int, count: int, mask: int | None = None) -> bytes:
        """A compact bitset; without a mask it is the whole."""
        size = (count + 31) // 32 * 4
        words = [number(2, count), attribute(4, value.to_bytes(size, "little"))]
        if mask is None:
            words.append(attribute(1, b""))
        else:
            words.append(attribute(5, mask.to_bytes(size, "little")))
        return nest(kind, *words)

    @staticmethod
    def named(kind: int, wanted: dict[str, bool]) -> bytes:
        """A bitset by names."""
        rows = [
            nest(1, text(2, name), *([attribute(3, b"")] if on else []))
            for name, on in wanted.items()
        ]
        return nest(kind, nest(3, *rows))


class Ioctl:
    """ethtool's ioctls: name -> (get, set, words of 32 bits); none to get: 0."""

    OLD: ClassVar[dict[str, tuple[int, int, int]]] = {
        "ring": (0x10, 0x11, 9),
        "channels": (0x3C, 0x3D, 9),
        "coalesce": (0x0E, 0x0F, 23),
        "wol": (0x05, 0x06, 5),
        "flags": (0x25, 0x26, 2),
        "rx checksum": (0x14, 0x15, 2),
        "tx checksum": (0x16, 0x17, 2),
        "scatter-gather": (0x18, 0x19, 2),
        "tso": (0x1E, 0x1F, 2),
        "gso": (0x23, 0x24, 2),
        "gro": (0x2B, 0x2C, 2),
        "private flags": (0x27, 0x28, 2),
        "message level": (0x07, 0x08, 2),
        "eee": (0x44, 0x45, 10),
        "fec": (0x50, 0x51, 4),
        "eeprom": (0, 0x0C, 8),
        "flash": (0, 0x33, 33),
        "dump": (0, 0x3E, 4),
        "table": (0, 0x39, 130),
    }

    def __init__(self, knobs: Knobs) -> None:
        self.knobs = knobs
        self.chance = random.Random(1)

    def words(self, *values: int) -> bytearray:
        return bytearray(struct.pack(f"={len(values)}I", *(v & 0xFFFFFFFF for v in values)))

    def look_old(self, name: str) -> str:
        get, _, count = self.OLD[name]
        if not get:
            return ""
        data = self.words(get, *[0] * (count - 1))
        return f"{self.knobs.ioctl(data).error} {data.hex()}"

    def put_old(self, name: str, values: list[int]) -> Answer:
        """What is there, with one word or two of it changed."""
        get, put, count = self.OLD[name]
        data = self.words(get, *[0] * (count - 1))
        if get:
            self.knobs.ioctl(data)
        struct.pack_into("=I", data, 0, put)
        for at in {values[0] % (count - 1), values[1] % (count - 1)}:
            struct.pack_into("=I", data, 4 + 4 * at, values[2 + at % 20])
        # What a kernel copies back may be longer than what it was given.
        data.extend(bytes(4096))
        return self.knobs.ioctl(data)

    # ---- coalescing of queues

    def look_queues(self) -> str:
        count = self.knobs.queues()
        data = self.words(0x4B, 0x0E, (1 << count) - 1, *[0] * 127)
        data.extend(bytes(92 * count))
        return f"{self.knobs.ioctl(data).error} {data[520:].hex()}"

    def per_queue(self, mask: int, usecs: list[int], adaptive: list[int]) -> Answer:
        one = [0] * 23
        one[0], one[1], one[5], one[10], one[11] = 0x0F, *usecs, *adaptive
        data = self.words(0x4B, 0x0F, mask, mask >> 32, *[0] * 126)
        data.extend(self.words(*one) * max(1, bin(mask).count("1")))
        return self.knobs.ioctl(data)

    # ---- RSS

    def look_rss(self) -> str:
        data = bytearray(struct.pack("=IIIIBBHI", 0x46, 0, RETA, KEY, 0, 0, 0, 0))
        data.extend(bytes(4 * RETA + KEY))
        return f"{self.knobs.ioctl(data).error} {data[12:].hex()}"

    def rss(
        self, context: int, size: int, table: list[int], key: bytes, hfunc: int, transform: int
    ) -> Answer:
        head = struct.pack("=IIIIBBHI", 0x47, context, size, len(key), hfunc, transform, 0, 0)
        count = size if size <= 2 * RETA else 0
        rows = struct.pack(f"={count}I", *(table * 2)[:count])
        return self.knobs.ioctl(bytearray(head + rows + key + bytes(64)))

    def look_fields(self) -> list[int]:
        return [self.get_fields(flow) for flow in FLOWS]

    def get_fields(self, flow: int) -> int:
        data = self.words(0x29, flow, *[0] * 46)
        error = self.knobs.ioctl(data).error
        return -error if error else struct.unpack_from("=Q", data, 8)[0]

    def fields(self, flow: int, data: int) -> Answer:
        words = self.words(0x2A, flow, *[0] * 46)
        struct.pack_into("=Q", words, 8, data)
        return self.knobs.ioctl(words)

    # ---- rules

    def look_rules(self) -> str:
        """How many, and where."""
        data = self.words(0x30, *[0] * 47)
        struct.pack_into("=I", data, 184, 256)
        data.extend(bytes(1024))
        return f"{self.knobs.ioctl(data).error} {data[184:].hex()}"

    def rule(
        self, *, insert: bool, flow: int, body: bytes, mask: bytes, queue: int, location: int
    ) -> Answer:
        data = self.words(0x32 if insert else 0x31, *[0] * 47)
        struct.pack_into("=I52s", data, 16, flow, body)
        struct.pack_into("=52s", data, 16 + 76, mask)
        struct.pack_into("=QI", data, 16 + 152, queue, location)
        return self.knobs.ioctl(data)

    # ---- the rest

    def look_tunables(self) -> list[str]:
        found = []
        for which in (1, 2, 3):
            data = self.words(0x48, which, 3, 4, 0)
            found.append(f"{self.knobs.ioctl(data).error} {data.hex()}")
        return found

    def get_tunable(self, which: int) -> int | None:
        data = self.words(0x48, which, 3, 4, 0)
        return None if self.knobs.ioctl(data).error else struct.unpack_from("=I", data, 16)[0]

    def tunable(self, which: int, kind: int, size: int, value: int) -> Answer:
        data = self.words(0x49, which, kind, size, value)
        data.extend(bytes(max(0, size)))
        return self.knobs.ioctl(data)

    def stamps(self, values: list[int]) -> Answer:
        return self.knobs.ioctl(bytearray(struct.pack("=iii", *values)), SIOCSHWTSTAMP)

    def negotiate(self) -> Answer:
        return self.knobs.ioctl(self.words(0x09, 0))

    def reset(self, flags: int) -> Answer:
        return self.knobs.ioctl(self.words(0x34, flags))

    def test(self, *, offline: bool) -> Answer:
        data = self.words(0x1A, int(offline), 0, 0)
        data.extend(bytes(8 * 64))
        return self.knobs.ioctl(data)


class Rtnl:
    """rtnetlink."""

    # MAC address, MTU, queue length, group, proto_down, GSO and GRO.
    SHOWN = (1, 4, 13, 27, 39, 40, 41, 58)

    def __init__(self, knobs: Knobs) -> None:
        self.knobs = knobs

    def look(self) -> tuple[int, dict[int, str]]:
        flags, found = self.knobs.link()
        # Up, promiscuous, all multicasts.
        return flags & 0x301, {kind: found[kind].hex() for kind in self.SHOWN if kind in found}

    def put(self, words: bytes, flags: int = 0, change: int = 0) -> Answer:
        body = struct.pack("=BxHiII", 0, 0, self.knobs.index, flags, change)
        return self.knobs.route.ask(16, body + words)

    def look_vlans(self) -> tuple[object, list[str]]:
        """The interface, and which there are."""
        return self.look(), sorted(path.name for path in self.knobs.sys.parent.iterdir())

    def look_filters(self) -> tuple[object, list[str]]:
        """The interface, and its addresses of the filter but those of groups that IPv4 and IPv6 are
        in: they come and go when it suits the kernel."""
        body = struct.pack("=BxHiHBB", 7, 0, self.knobs.index, 0, 0, 0)
        found = self.knobs.route.ask(30, body, NLM_F_DUMP).bodies
        mine = [one for one in found if struct.unpack_from("=i", one, 4)[0] == self.knobs.index]
        addresses = sorted(attributes(one[12:])[2].hex() for one in mine)
        return self.look(), [one for one in addresses if not one.startswith(GROUPS)]

    def set_flags(self, value: int, mask: int) -> Answer:
        return self.put(b"", value, mask)

    def put_mac(self, mac: bytes) -> Answer:
        return self.put(attribute(1, mac))

    def vlan_add(self, name: str, tag: int) -> Answer:
        body = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
        body += text(3, name) + number(5, self.knobs.index)
        body += nest(18, text(1, "vlan"), nest(2, number(1, tag, 2)))
        return self.knobs.route.ask(16, body, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)

    def vlan_delete(self, name: str) -> Answer:
        return self.knobs.route.ask(17, struct.pack("=BxHiII", 0, 0, 0, 0, 0) + text(3, name))

    def fdb(self, mac: bytes, *, add: bool, vlan: int | None) -> Answer:
        bridge, permanent, self_ = 7, 0x80, 2
        body = struct.pack("=BxHiHBB", bridge, 0, self.knobs.index, permanent, self_, 0)
        body += attribute(2, mac)
        if vlan is not None:
            body += number(5, vlan, 2)
        flags = NLM_F_ACK | (NLM_F_CREATE | NLM_F_EXCL if add else 0)
        return self.knobs.route.ask(28 if add else 29, body, flags)


class Sysfs:
    """Files, with values that are right."""

    FILES: ClassVar[dict[str, tuple[str, ...]]] = {
        "threaded": ("0", "1"),
        "napi_defer_hard_irqs": ("0", "2"),
        "gro_flush_timeout": ("0", "500000"),
        "tx_queue_len": ("1000", "500"),
        "carrier": ("0",),
        "proto_down": ("0",),
        "queues/tx-0/xps_cpus": ("0", "1", "3"),
        "queues/tx-0/tx_maxrate": ("0", "100"),
        "queues/rx-0/rps_cpus": ("0", "1", "3"),
        "queues/rx-0/rps_flow_cnt": ("0", "1024"),
    }

    def __init__(self, knobs: Knobs) -> None:
        self.knobs = knobs

    def look(self, name: str) -> str:
        try:
            return (self.knobs.sys / name).read_text()
        except OSError as error:
            return str(error.errno)

    def put(self, name: str, value: str) -> Answer:
        try:
            with open(self.knobs.sys / name, "wb", buffering=0) as file:
                file.write(value.encode() + b"\n")
        except OSError as error:
            return Answer(error.errno or -1)
        return Answer()
