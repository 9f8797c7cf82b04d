#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sets over netlink what the guest's tools have no words for, or would not let pass.

    knob.py ethtool IFACE COMMAND ATTRIBUTE ...                numbers of ethtool_netlink.h
    knob.py napi IFACE NAME=VALUE ...                          of each NAPI instance
    knob.py napi-one IFACE ID NAME=VALUE ...                   of one
    knob.py stamps IFACE FLAGS TX_TYPE RX_FILTER               SIOCSHWTSTAMP

An ATTRIBUTE is KIND:VALUE:BYTES, or a nest: KIND/ATTRIBUTE+ATTRIBUTE...; what a nest within it
holds is one attribute.

Prints "ok"; or what was refused, "errno NUMBER REASON", and ends with status 1."""

from __future__ import annotations

import socket
import sys

from knobs import Ioctl, Knobs
from netdev_genl import NAPI, attributes
from netlink import NLM_F_DUMP, Answer, Family, nest, number

NAPI_GET, NAPI_SET = 11, 14
NAPI_IFINDEX, NAPI_ID = 1, 2


def napis(family: Family, ifindex: int) -> list[int]:
    """The ids of an interface's NAPI instances."""
    found = family.call(NAPI_GET, number(NAPI_IFINDEX, ifindex), NLM_F_DUMP)
    return [int.from_bytes(attributes(body[4:])[NAPI_ID], "little") for body in found.bodies]


def napi_set(family: Family, ids: list[int], words: list[str]) -> Answer:
    kinds = {name: kind for kind, name in NAPI.items()}
    values = dict(word.split("=") for word in words)
    answer = Answer()
    for napi in ids:
        payload = number(NAPI_ID, napi)
        for name, value in values.items():
            # The specification's type is uint: four bytes, or eight if they are needed.
            payload += number(kinds[name], int(value), 4 if int(value) < 1 << 32 else 8)
        answer = family.call(NAPI_SET, payload)
        if answer.error:
            break
    return answer


def built(word: str) -> bytes:
    """An attribute from its word."""
    kind, slash, inner = word.partition("/")
    if slash:
        return nest(int(kind), *map(built, inner.split("+")))
    return number(*map(int, word.split(":")))


def ethtool(ifindex: int, command: int, words: list[str]) -> Answer:
    payload = nest(1, number(1, ifindex)) + b"".join(map(built, words))
    return Family("ethtool").call(command, payload)


def main(what: str, name: str, *words: str) -> int:
    ifindex = socket.if_nametoindex(name)
    if what == "napi":
        family = Family("netdev")
        answer = napi_set(family, napis(family, ifindex), list(words))
    elif what == "napi-one":
        answer = napi_set(Family("netdev"), [int(words[0])], list(words[1:]))
    elif what == "stamps":
        answer = Ioctl(Knobs(name)).stamps([int(word) for word in words])
    else:
        answer = ethtool(ifindex, int(words[0]), list(words[1:]))
    print(f"errno {answer.error} {answer.reason}" if answer.error else "ok")
    return bool(answer.error)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
