#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Asks the kernel's generic netlink family "netdev" (Documentation/netlink/specs/netdev.yaml),
for which the guest's Debian has no tool.

    netdev_genl.py qstats [IFACE]        statistics of each device
    netdev_genl.py queue-qstats [IFACE]  ... and of each queue
    netdev_genl.py queues [IFACE]        queue <-> NAPI
    netdev_genl.py napis [IFACE]         NAPI <-> IRQ
    netdev_genl.py page-pools [IFACE]

The answer is a list of objects in JSON, with the names of the specification.
"""

from __future__ import annotations

import json
import socket
import struct
import sys

NETLINK_GENERIC = 16
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2

QSTATS_RX_TX = (
    "rx-packets",
    "rx-bytes",
    "tx-packets",
    "tx-bytes",
    "rx-alloc-fail",
    "rx-hw-drops",
    "rx-hw-drop-overruns",
    "rx-csum-complete",
    "rx-csum-unnecessary",
    "rx-csum-none",
    "rx-csum-bad",
    "rx-hw-gro-packets",
    "rx-hw-gro-bytes",
    "rx-hw-gro-wire-packets",
    "rx-hw-gro-wire-bytes",
    "rx-hw-drop-ratelimits",
    "tx-hw-drops",
    "tx-hw-drop-errors",
    "tx-csum-none",
    "tx-needs-csum",
    "tx-hw-gso-packets",
    "tx-hw-gso-bytes",
    "tx-hw-gso-wire-packets",
    "tx-hw-gso-wire-bytes",
    "tx-hw-drop-ratelimits",
    "tx-stop",
    "tx-wake",
)
QSTATS = {
    1: "ifindex",
    2: "queue-type",
    3: "queue-id",
    4: "scope",
    **dict(enumerate(QSTATS_RX_TX, 8)),
}
QUEUE = {1: "id", 2: "ifindex", 3: "type", 4: "napi-id"}
NAPI = {
    1: "ifindex",
    2: "id",
    3: "irq",
    4: "pid",
    5: "defer-hard-irqs",
    6: "gro-flush-timeout",
    7: "irq-suspend-timeout",
    8: "threaded",
}
PAGE_POOL = {
    1: "id",
    2: "ifindex",
    3: "napi-id",
    4: "inflight",
    5: "inflight-mem",
    6: "detach-time",
}

# What to ask: command, names of the attributes, the attribute that filters by interface
# (0: the kernel takes none, so the answer is filtered here), further attributes.
QUESTIONS: dict[str, tuple[int, dict[int, str], int, dict[int, int]]] = {
    "page-pools": (5, PAGE_POOL, 0, {}),
    "queues": (10, QUEUE, 2, {}),
    "napis": (11, NAPI, 1, {}),
    "qstats": (12, QSTATS, 1, {}),
    "queue-qstats": (12, QSTATS, 1, {4: 1}),
}


def attribute(kind: int, value: bytes) -> bytes:
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + bytes(-length % 4)


def attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def ask(
    sock: socket.socket, family: int, command: int, payload: bytes, dump: bool
) -> list[dict[int, bytes]]:
    """One request; the attributes of each message of the answer."""
    flags = NLM_F_REQUEST | (NLM_F_DUMP if dump else 0)
    body = struct.pack("=BBH", command, 1, 0) + payload
    sock.send(struct.pack("=IHHII", 16 + len(body), family, flags, 1, 0) + body)
    answers: list[dict[int, bytes]] = []
    while True:
        data = sock.recv(1 << 17)
        while data:
            length, kind, _, _, _ = struct.unpack_from("=IHHII", data)
            message, data = data[16:length], data[(length + 3) & ~3 :]
            if kind in (NLMSG_ERROR, NLMSG_DONE):
                code = struct.unpack_from("=i", message)[0] if len(message) >= 4 else 0
                if code:
                    raise OSError(-code, f"netlink: command {command} failed")
                return answers
            answers.append(attributes(message[4:]))
            if not dump:
                return answers


def main() -> None:
    command, names, by_interface, more = QUESTIONS[sys.argv[1]]
    ifindex = socket.if_nametoindex(sys.argv[2]) if len(sys.argv) > 2 else 0
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as sock:
        sock.bind((0, 0))
        family = ask(
            sock,
            GENL_ID_CTRL,
            CTRL_CMD_GETFAMILY,
            attribute(CTRL_ATTR_FAMILY_NAME, b"netdev\0"),
            False,
        )[0]
        (number,) = struct.unpack("=H", family[CTRL_ATTR_FAMILY_ID][:2])
        payload = b"".join(
            attribute(kind, struct.pack("=I", value)) for kind, value in more.items()
        )
        if ifindex and by_interface:
            payload += attribute(by_interface, struct.pack("=I", ifindex))
        answers = ask(sock, number, command, payload, True)
    # All attributes that are asked for here are unsigned numbers of 4 or 8 bytes.
    found = [
        {
            names[kind]: int.from_bytes(value, sys.byteorder)
            for kind, value in answer.items()
            if kind in names and len(value) in (4, 8)
        }
        for answer in answers
    ]
    print(json.dumps([one for one in found if not ifindex or one.get("ifindex") == ifindex]))


if __name__ == "__main__":
    main()
