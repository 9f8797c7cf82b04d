#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Random settings, valid and not, as fast as the kernel takes them.

    fuzz_settings.py IFACE BUS_ADDRESS SEED COUNT

By ethtool's netlink and ioctl, rtnetlink, sysfs, netdev-genl and devlink, from one process.  The
same seed makes the same calls.  Around each call that is refused the setting is read: it must
not have changed.  Now and then the counters are read: none may go back.  At the end what was
found at the beginning is set again.  Prints what came of it, in JSON.

What cuts the wire (down, another MAC address, a renegotiation, a reset) is made seldom and undone
at once, so that frames come and go all the time."""

from __future__ import annotations

import errno
import json
import os
import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile

from knobs import Ethtool, Ioctl, Knobs, Rtnl, Sysfs, wild
from netdev_genl import attribute
from netlink import Answer, Family, nest, number, text
from restore import Saved

LOOK_AT_COUNTERS = 200

# Messages of ethtool_netlink.h that set, with what they take: attribute -> (bytes, good values).
RINGS, CHANNELS, COALESCE, PAUSE, EEE = 16, 18, 20, 22, 24
LINKINFO, LINKMODES, DEBUG, WOL, FEATURES = 3, 5, 8, 10, 12
PRIVFLAGS, FEC, MODULE, PSE, PLCA, MM, TSCONFIG, RSS = 14, 30, 35, 37, 40, 43, 47, 48
ANY = (0, 1, 2, 7, 100)
# Large ones are rarer: under checkers they take seconds, also when channels change.
SIZES = (64, 128, 256, 512) * 6 + (1024, 2048, 4096)
LARGE = 512
# Linux makes TCP segments of 48 bytes, options among them, even where the MTU has no room for these
# and two headers, so that it cannot send.  A stream has stopped for ever over that: the receiver
# acknowledged what TCP took for unsent (docs/reliability.md).
TCP_LEAST = 88
SETTERS: dict[str, tuple[int, int, dict[int, tuple[int, tuple[int, ...]]]]] = {
    # name: (weight, message, attributes)
    "rings": (8, RINGS, {6: (4, SIZES), 9: (4, SIZES)}),
    "rings, odd ones": (
        4,
        RINGS,
        {
            7: (4, ANY),
            8: (4, ANY),
            10: (4, ANY),
            11: (1, ANY),
            12: (4, ANY),
            13: (1, ANY),
            14: (1, ANY),
            15: (4, ANY),
        },
    ),
    "channels": (8, CHANNELS, {9: (4, (1, 2, 3, 4, 9)), 6: (4, (0,)), 7: (4, (0,)), 8: (4, (1,))}),
    "coalesce": (
        12,
        COALESCE,
        {
            2: (4, (0, 1, 50, 100, 8191)),
            6: (4, (0, 3, 50, 100, 8191)),
            11: (1, (0, 1)),
            12: (1, (0, 1)),
        },
    ),
    "coalesce, odd ones": (4, COALESCE, {kind: (4, ANY) for kind in (3, 5, 7, 10, 13, 18, 23, 26)}),
    # Without negotiation, by by_ethtool(): with it each change cuts the wire.
    "pause": (6, PAUSE, {3: (1, (0, 1)), 4: (1, (0, 1))}),
    "EEE": (3, EEE, {5: (1, (0, 1)), 6: (1, (0, 1)), 7: (4, ANY)}),
    "module": (1, MODULE, {2: (1, (1, 2))}),
    "PSE": (1, PSE, {3: (4, (1, 2))}),
    "PLCA": (1, PLCA, {3: (1, (0, 1)), 4: (4, ANY)}),
    "MAC merge": (1, MM, {2: (1, (0, 1)), 3: (1, (0, 1))}),
}
BITSETS = {
    "wake-on-LAN": (3, WOL, 2, 8),
    "message level": (1, DEBUG, 2, 32),
    "private flags": (1, PRIVFLAGS, 2, 32),
    "FEC": (1, FEC, 2, 100),
    "EEE modes": (1, EEE, 2, 100),
}
# Not "loopback", which cuts the wire; nor what names itself obsolete.
FEATURE_NAMES = (
    "tx-checksum-ip-generic",
    "tx-checksum-sctp",
    "rx-checksum",
    "tx-scatter-gather",
    "tx-tcp-segmentation",
    "tx-tcp6-segmentation",
    "tx-tcp-ecn-segmentation",
    "tx-tcp-mangleid-segmentation",
    "tx-generic-segmentation",
    "rx-gro",
    "rx-gro-list",
    "rx-lro",
    "rx-hashing",
    "rx-vlan-hw-parse",
    "tx-vlan-hw-insert",
    "rx-vlan-filter",
    "rx-fcs",
    "rx-all",
    "rx-ntuple-filter",
    "highdma",
    "tx-udp-segmentation",
    "tx-gso-partial",
    "hw-tc-offload",
    "rx-udp-gro-forwarding",
    "tx-nocache-copy",
    "tx-vlan-stag-hw-insert",
    "no such feature",
)
# How often each part of a message for RSS is there: table, key, function, transformation, context.
SHARES = (0.6, 0.5, 0.3, 0.1, 0.05)
VOLATILE = (errno.EINTR, errno.EBUSY)


def difference(before: str, after: str) -> str:
    """What became what, with a little around it."""
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    )
    at = max(same - 40, 0)
    return f"...{before[at : at + 200]} became ...{after[at : at + 200]}"


class Fuzz:
    def __init__(self, iface: str, bus: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.iface, self.bus = iface, bus
        self.knobs = Knobs(iface)
        self.ethtool, self.ioctl = Ethtool(self.knobs), Ioctl(self.knobs)
        self.rtnl, self.sysfs = Rtnl(self.knobs), Sysfs(self.knobs)
        self.netdev, self.devlink = Family("netdev"), Family("devlink")
        self.taken: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.changed: list[str] = []
        self.back: list[str] = []
        self.counters: dict[str, int] = {}
        self.kinds = self.all_kinds()

    # ---- what there is to call --------------------------------------------------------

    def all_kinds(self) -> dict[str, tuple[float, Callable[[], tuple[str, Answer]]]]:
        found: dict[str, tuple[float, Callable[[], tuple[str, Answer]]]] = {}
        for name, (weight, message, _) in SETTERS.items():
            found[name] = (weight, partial(self.by_ethtool, name, message))
        for name, (weight, *what) in BITSETS.items():
            found[name] = (weight, partial(self.bitset, *what))
        mine: dict[str, tuple[float, Callable[[], tuple[str, Answer]]]] = {
            "offloads": (10, self.offloads),
            "coalesce profile": (2, self.profile),
            "a queue's coalesce": (5, self.per_queue),
            "RSS": (8, self.rss),
            "hashed fields": (5, self.fields),
            "RSS by netlink": (5, self.netlink_rss),
            "hashed fields by netlink": (3, self.netlink_fields),
            "steering rule": (4, self.rule),
            "tunable": (4, self.tunable),
            "old ioctls": (8, self.old_ioctls),
            "MTU": (5, self.mtu),
            "interface flags": (5, self.flags),
            "interface": (6, self.link_attribute),
            "VLAN": (5, self.vlan),
            "filter": (6, self.filter),
            "sysfs": (10, self.file),
            "NAPI": (4, self.napi),
            "devlink": (6, self.by_devlink),
            "time stamps": (2, self.stamps),
            "time stamps by netlink": (3, self.netlink_stamps),
            # These cut the wire.
            "bad link settings": (6, self.bad_link),
            "link settings": (0.08, self.renegotiate),
            "down and up": (0.15, self.down_and_up),
            "MAC address": (1, self.mac_address),
            "reset": (0.4, self.reset),
            "self-test": (0.05, self.self_test),
        }
        return found | mine

    def watched(self, look: Callable[[], object], call: Callable[[], Answer]) -> tuple[str, Answer]:
        """A call, and the setting around it: what changed although it was refused, or ""."""
        before = look()
        answer = call()
        if not answer.error or answer.error in VOLATILE:
            return "", answer
        after = look()
        return ("" if before == after else difference(str(before), str(after))), answer

    def value(self, good: tuple[int, ...], size: int) -> int:
        return self.random.choice(good) if self.random.random() < 0.75 else wild(self.random, size)

    def some_bits(self, count: int) -> int:
        bits = 1 << self.random.randrange(count)
        return bits | (self.random.getrandbits(count) if self.random.random() < 0.3 else 0)

    # ---- ethtool over netlink -----------------------------------------------------------

    def by_ethtool(self, name: str, message: int) -> tuple[str, Answer]:
        takes = SETTERS[name][2]
        chosen = self.random.sample(sorted(takes), self.random.randint(1, min(3, len(takes))))
        values = {kind: self.value(takes[kind][1], takes[kind][0]) for kind in chosen}
        words = [number(kind, value, takes[kind][0]) for kind, value in values.items()]
        if message == PAUSE:
            words.append(number(2, 0, 1))
        if self.random.random() < 0.03:
            # An attribute of another length, or one that nobody knows.
            words.append(number(self.random.choice((*takes, 63)), 1, self.random.choice((2, 3, 8))))
        found = self.watched(
            lambda: self.ethtool.look(message - 1), lambda: self.ethtool.put(message, *words)
        )
        # Large rings seldom stay: under checkers each change of channels would take seconds.
        large = message == RINGS and max(values.values()) > LARGE
        if large and not found[1].error and self.random.random() < 0.9:
            self.ethtool.put(RINGS, *(number(kind, LARGE, 4) for kind in takes))
        return found

    def bitset(self, message: int, kind: int, count: int) -> tuple[str, Answer]:
        bits = self.ethtool.bits(kind, self.some_bits(count), count)
        return self.watched(
            lambda: self.ethtool.look(message - 1), lambda: self.ethtool.put(message, bits)
        )

    def bad_link(self) -> tuple[str, Answer]:
        """Good ones are renegotiate()'s.  1000 Mbit/s cannot be forced."""
        chance = self.random
        off = number(2, 0, 1)
        message, words = chance.choice(
            (
                (LINKMODES, off + number(5, chance.choice((1000, 2500, 99, 0)))),
                (LINKMODES, off + number(5, 100) + number(6, chance.choice((2, 254)), 1)),
                (LINKMODES, off + number(5, 100) + number(9, 4)),
                (
                    LINKMODES,
                    number(2, 1, 1) + self.ethtool.bits(3, 1 << chance.choice((4, 12)), 92),
                ),
                (LINKMODES, number(7, chance.choice((2, 3, 99)), 1)),
                (LINKINFO, number(2, chance.choice((1, 2, 3, 0xEF)), 1)),
                (LINKINFO, number(3, chance.choice((0, 7, 31)), 1)),
                (LINKINFO, number(5, chance.choice((4, 9, 200)), 1)),
            )
        )
        return self.watched(
            lambda: self.ethtool.look(message - 1), lambda: self.ethtool.put(message, words)
        )

    def offloads(self) -> tuple[str, Answer]:
        names = self.random.sample(FEATURE_NAMES, self.random.randint(1, 3))
        wanted = {name: self.random.random() < 0.6 for name in names}
        return self.watched(
            lambda: self.ethtool.look(FEATURES - 1),
            lambda: self.ethtool.put(FEATURES, self.ethtool.named(3, wanted)),
        )

    def look_all_rss(self) -> tuple[str, list[int]]:
        return self.ioctl.look_rss(), self.ioctl.look_fields()

    def netlink_rss(self) -> tuple[str, Answer]:
        """Table, key, function, transformation; 6.12 does not know the message."""
        chance, queues = self.random, self.knobs.queues()
        rows = chance.choice((128, 128, 1, 4, 64, 0, 3, 256))
        table = [chance.randrange(queues if chance.random() < 0.995 else 99) for _ in range(rows)]
        words = (
            attribute(4, struct.pack(f"={rows}I", *table)),
            attribute(5, chance.randbytes(chance.choice((40, 40, 40, 1, 39, 52)))),
            number(3, self.value((1, 1, 1, 2, 4), 4)),
            number(6, chance.choice((0, 0, 1, 2, 255))),
            number(2, chance.choice((0, 1, 0xFFFFFFFF))),
        )
        # Table and key most often, so that some are taken.
        rolled = [chance.random() < share for share in SHARES]
        chosen = [word for word, there in zip(words, rolled, strict=True) if there]
        return self.watched(self.look_all_rss, lambda: self.ethtool.put(RSS, *chosen))

    def netlink_fields(self) -> tuple[str, Answer]:
        """Of one protocol; what the core did of several before it came to a bad one stays."""
        flow = self.random.choice((*range(4, 8), *range(1, 18), 99))
        data = self.random.choice((0x30, 0x30, 0xF0, 0xF0, 0, 0x10, 0x70, 1 << 31, 0xFFFFFFFF))
        return self.watched(
            self.look_all_rss, lambda: self.ethtool.put(RSS, nest(8, number(flow, data)))
        )

    def netlink_stamps(self) -> tuple[str, Answer]:
        """One kind of stamps and one filter most often, or a clock that is not the port's."""
        chance = self.random
        kinds = 1 << chance.choice((0, 1, 1, 2, 3)) | (chance.random() < 0.1)
        filters = 1 << chance.choice((0, 9, 10, 11, 1, 4, 12, 15)) | (chance.random() < 0.1)
        clock = nest(2, number(1, 99), number(2, chance.choice((0, 1, 7))))
        words = (
            self.ethtool.bits(3, kinds, 4),
            self.ethtool.bits(4, filters, 16),
            *([clock] if chance.random() < 0.1 else []),
        )
        chosen = chance.sample(words, chance.randint(1, len(words)))
        return self.watched(
            lambda: self.ethtool.look(TSCONFIG - 1), lambda: self.ethtool.put(TSCONFIG, *chosen)
        )

    def profile(self) -> tuple[str, Answer]:
        rows = [
            nest(1, number(1, self.value((1, 8, 64, 256), 2), 4))
            for _ in range(self.random.choice((5, 5, 5, 1, 6)))
        ]
        return self.watched(
            lambda: self.ethtool.look(COALESCE - 1),
            lambda: self.ethtool.put(COALESCE, nest(self.random.choice((29, 30)), *rows)),
        )

    # ---- ethtool by ioctl ---------------------------------------------------------------

    def per_queue(self) -> tuple[str, Answer]:
        mask = self.random.choice((1, 2, 3, 0, 1 << 9, 1 << 40))
        values = [self.value((0, 50, 100), 4), self.value((0, 50, 100), 4)]
        adaptive = [self.random.randrange(2), self.random.randrange(2)]
        return self.watched(
            self.ioctl.look_queues, lambda: self.ioctl.per_queue(mask, values, adaptive)
        )

    def rss(self) -> tuple[str, Answer]:
        chance = self.random
        queues = self.knobs.queues()
        table = [chance.randrange(queues if chance.random() < 0.995 else 99) for _ in range(128)]
        size = chance.choice((128, 128, 128, 0, 0xFFFFFFFF, 64, 129))
        key = chance.randbytes(chance.choice((40, 40, 40, 0, 39, 52)))
        hfunc = chance.choice((0, 0, 1, 1, 2, 4, 255))
        context = 0 if chance.random() < 0.9 else chance.choice((1, 0xFFFFFFFF))
        transform = 0 if chance.random() < 0.9 else chance.choice((1, 2, 255))
        return self.watched(
            self.ioctl.look_rss,
            lambda: self.ioctl.rss(context, size, table, key, hfunc, transform),
        )

    def fields(self) -> tuple[str, Answer]:
        flow = self.random.choice((1, 2, 3, 5, 6, 7, 16, 17, 0x12, 0x20000001, 99))
        data = self.random.choice((0x30, 0x30, 0xF0, 0xF0, 0, 0x10, 0x70, 1 << 31, 0xFFFFFFFF))
        return self.watched(self.ioctl.look_fields, lambda: self.ioctl.fields(flow, data))

    def rule(self) -> tuple[str, Answer]:
        chance = self.random
        return self.watched(
            self.ioctl.look_rules,
            lambda: self.ioctl.rule(
                insert=chance.random() < 0.7,
                flow=chance.choice((1, 2, 5, 16, 0x12, 0x80000010, 99)),
                body=chance.randbytes(52) if chance.random() < 0.3 else bytes(52),
                mask=chance.choice((bytes(52), b"\xff" * 52, chance.randbytes(52))),
                queue=chance.choice((0, 1, 99, (1 << 64) - 1, (1 << 64) - 2, 1 << 32)),
                location=chance.choice((0, 1, 7, 63, 0xFFFFFFFF, 5000)),
            ),
        )

    def tunable(self) -> tuple[str, Answer]:
        which, kind, size = (self.random.choice(ANY) for _ in range(3))
        value = wild(self.random, 4)
        return self.watched(
            self.ioctl.look_tunables,
            lambda: self.ioctl.tunable(which, kind, self.random.choice((4, 4, size)), value),
        )

    def old_ioctls(self) -> tuple[str, Answer]:
        name = self.random.choice(sorted(self.ioctl.OLD))
        return self.watched(
            lambda: self.ioctl.look_old(name),
            lambda: self.ioctl.put_old(name, [wild(self.random, 4) for _ in range(23)]),
        )

    def stamps(self) -> tuple[str, Answer]:
        values = [self.random.choice((0, 0, 1, 2, 99)) for _ in range(3)]
        return "", self.ioctl.stamps(values)

    # ---- the interface -------------------------------------------------------------------

    def mtu(self) -> tuple[str, Answer]:
        """One that TCP would starve with is set back at once, and one that could stop it for ever
        is not among them: see TCP_LEAST."""
        value = self.value((1500, 1500, 1501, 4000, 9000, 9216, 96, 1280, 67, 9217), 4)
        if 68 <= value < TCP_LEAST:
            value = TCP_LEAST
        found = self.watched(self.rtnl.look, lambda: self.rtnl.put(number(4, value)))
        if value < 1500:
            self.rtnl.put(number(4, 1500))
        return found

    def flags(self) -> tuple[str, Answer]:
        promiscuous, allmulti = 0x100, 0x200
        bit = self.random.choice((promiscuous, allmulti))
        value = self.random.choice((0, bit))
        return self.watched(self.rtnl.look, lambda: self.rtnl.set_flags(value, bit))

    def link_attribute(self) -> tuple[str, Answer]:
        queue_length, group, gso_size, gso_segs, gro_size, proto_down = 13, 27, 41, 40, 58, 39
        kind, good = self.random.choice(
            (
                (queue_length, (1000, 500)),
                (group, (0, 5)),
                (gso_size, (65536, 30000)),
                (gso_segs, (65535, 100)),
                (gro_size, (65536, 30000)),
                (proto_down, (0,)),
            )
        )
        size = 1 if kind == proto_down else 4
        # A queue without an end would only fill the memory.
        value = self.value(good, size) & (0xFFF if kind == queue_length else 0xFFFFFFFF)
        if kind == proto_down:
            value = 0
        return self.watched(self.rtnl.look, lambda: self.rtnl.put(number(kind, value, size)))

    def vlan(self) -> tuple[str, Answer]:
        number_ = self.random.choice((1, 2, 3, 7, 100, 4094, 4095, 5000, 65535))
        call = self.rtnl.vlan_add if self.random.random() < 0.5 else self.vlan_delete
        return self.watched(self.rtnl.look_vlans, lambda: call(f"fz{number_}", number_))

    def vlan_delete(self, name: str, _: int) -> Answer:
        return self.rtnl.vlan_delete(name)

    def filter(self) -> tuple[str, Answer]:
        first = self.random.choice((0x02, 0x02, 0x33, 0x01, 0x00, 0xFF))
        mac = bytes([first, 0, 0, 0, 0, self.random.randrange(40)])
        add = self.random.random() < 0.6
        with_vlan = self.random.choice((None, None, None, 5, 9999))
        return self.watched(
            self.rtnl.look_filters, lambda: self.rtnl.fdb(mac, add=add, vlan=with_vlan)
        )

    def file(self) -> tuple[str, Answer]:
        name, good = self.random.choice(sorted(Sysfs.FILES.items()))
        value = (
            self.random.choice(good)
            if self.random.random() < 0.7
            else str(self.random.choice((-1, 1 << 80, "x", "")))
        )
        # The carrier comes back when it is there again, whoever asks for what.
        steady = name != "carrier"
        changed, answer = self.watched(
            lambda: self.sysfs.look(name) if steady else "", lambda: self.sysfs.put(name, value)
        )
        return (f"{name}: {changed}" if changed else ""), answer

    def napi(self) -> tuple[str, Answer]:
        ids = self.knobs.napis(self.netdev)
        # No long times: a queue that waits for them carries nothing meanwhile.
        kind, good = self.random.choice(
            (
                (5, (0, 2, 10, 0xFFFFFFFF)),
                (6, (0, 500000)),
                (7, (0, 500000)),
                (8, (0, 1, 9)),
            )
        )
        napi = self.random.choice((*ids, 0, 99999)) if ids else 0
        payload = number(2, napi) + number(kind, self.random.choice(good))
        return self.watched(
            lambda: self.knobs.look_napis(self.netdev), lambda: self.netdev.call(14, payload)
        )

    # ---- devlink ----------------------------------------------------------------------------

    def by_devlink(self) -> tuple[str, Answer]:
        handle = text(1, "pci") + text(2, self.bus)
        reporter = text(115, self.random.choice(("tx", "rx", "hw", "nothere")))
        region = text(88, self.random.choice(("registers", "nvm", "nothere")))
        snapshot = number(92, self.random.choice((1, 2, 3, 77)))
        msix = text(81, self.random.choice(("msix_vec_per_pf_max", "enable_sriov", "nothere")))
        value = (
            number(83, self.random.choice((1, 3, 8)), 1)
            + number(86, self.value((2, 3, 10, 1000), 4))
            + number(87, self.random.choice((0, 1, 2)), 1)
        )
        eswitch = number(25, self.random.randrange(3), 2)
        command, payload = self.random.choice(
            (
                (53, reporter + number(121, self.random.randrange(2), 1)),
                (53, reporter + number(120, self.random.choice((0, 60000)), 8)),
                (54, reporter),
                (55, reporter),
                (57, reporter),
                (44, region + snapshot),
                (44, region + snapshot),
                (45, region + snapshot),
                (45, region + snapshot),
                (39, msix + value),
                (39, msix + value),
                (30, eswitch),
                (58, text(122, "nothing.bin")),
                (62, text(130, "x") + number(131, 1, 1)),
                (37, number(153, 2, 1)),
            )
        )
        return "", self.devlink.call(command, handle + payload)

    # ---- what cuts the wire ---------------------------------------------------------------

    def renegotiate(self) -> tuple[str, Answer]:
        """Fewer modes, a forced speed, or nothing but a new negotiation; then all modes."""
        ways = (
            lambda: self.ethtool.put(LINKMODES, number(2, 1, 1), self.ethtool.bits(3, 0x28, 92)),
            lambda: self.ethtool.put(LINKMODES, number(2, 0, 1), number(5, 100), number(6, 1, 1)),
            self.ioctl.negotiate,
            lambda: self.ethtool.put(
                PAUSE, number(2, wild(self.random, 1), 1), number(3, 0, 1), number(4, 1, 1)
            ),
        )
        answer = self.random.choice(ways)()
        self.ethtool.put(LINKMODES, number(2, 1, 1), self.ethtool.bits(3, 0x2F, 92))
        self.knobs.wait_carrier()
        return "", answer

    def down_and_up(self) -> tuple[str, Answer]:
        answer = self.rtnl.set_flags(0, 1)
        # Settings also change while it is down.
        for _ in range(self.random.randrange(6)):
            self.one(self.random.choice(("rings", "channels", "coalesce", "RSS", "offloads")))
        self.rtnl.set_flags(1, 1)
        self.knobs.wait_carrier()
        return "", answer

    def mac_address(self) -> tuple[str, Answer]:
        mac = bytes([self.random.choice((2, 2, 1, 0, 255)), 0, 0, 0, 0, 5])
        found = self.watched(self.rtnl.look, lambda: self.rtnl.put_mac(mac))
        if not found[1].error:
            self.rtnl.put_mac(self.knobs.mac)
        return found

    def reset(self) -> tuple[str, Answer]:
        flags = self.random.choice(
            (0, 1 << 6, 1, 0xFF0000, 1 << 31, 0xBE if not self.random.randrange(4) else 1 << 7)
        )
        answer = self.ioctl.reset(flags)
        if not answer.error:
            self.knobs.wait_carrier()
        return "", answer

    def self_test(self) -> tuple[str, Answer]:
        answer = self.ioctl.test(offline=self.random.random() < 0.3)
        self.knobs.wait_carrier()
        return "", answer

    # ---- the run -----------------------------------------------------------------------------

    def one(self, kind: str) -> None:
        changed, answer = self.kinds[kind][1]()
        if answer.error:
            self.refused[kind] += 1
            name = errno.errorcode.get(answer.error, str(answer.error))
            self.reasons[f"{name} {answer.reason}"] += 1
            if changed:
                self.changed.append(f"{kind}: {changed}"[:600])
        else:
            self.taken[kind] += 1

    def look_at_counters(self) -> None:
        now = self.knobs.counters(self.netdev)
        for name, value in now.items():
            if value < self.counters.get(name, 0):
                self.back.append(f"{name}: {self.counters[name]} became {value}")
        self.counters = now

    def run(self, count: int) -> dict[str, object]:
        names = list(self.kinds)
        weights = [self.kinds[name][0] for name in names]
        saved = Saved(self.knobs, self.ethtool, self.ioctl)
        began = time.monotonic()
        # Every kind once, whatever the weights.
        plan = names + self.random.choices(names, weights, k=max(0, count - len(names)))
        for done, kind in enumerate(plan):
            self.one(kind)
            if done % LOOK_AT_COUNTERS == 0:
                self.look_at_counters()
                # For who watches the console: this may take hours.
                with suppress(OSError), open("/dev/kmsg", "w") as file:
                    file.write(f"<6>lab: {done} of {count} calls")
        self.look_at_counters()
        seconds = time.monotonic() - began
        complaints = saved.restore()
        return {
            "calls": sum(self.taken.values()) + sum(self.refused.values()),
            "seconds": round(seconds, 1),
            "taken": self.taken,
            "refused": self.refused,
            "reasons": dict(self.reasons.most_common(200)),
            "changed": self.changed[:20],
            "back": self.back[:20],
            "complaints": complaints,
        }


def main(iface: str, bus: str, seed: str, count: str) -> None:
    os.environ["LC_ALL"] = "C"
    print(json.dumps(Fuzz(iface, bus, int(seed)).run(int(count))))


if __name__ == "__main__":
    main(*sys.argv[1:])
