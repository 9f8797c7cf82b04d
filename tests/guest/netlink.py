# SPDX-License-Identifier: GPL-2.0-only
"""Netlink as a program speaks it: one request, its answers, and what the kernel says when it
refuses.  Cheaper by far than a command for each setting."""

from __future__ import annotations

import itertools
import os
import socket
import struct
from dataclasses import dataclass, field

from netdev_genl import (
    CTRL_ATTR_FAMILY_ID,
    CTRL_ATTR_FAMILY_NAME,
    CTRL_CMD_GETFAMILY,
    GENL_ID_CTRL,
    NETLINK_GENERIC,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    attribute,
    attributes,
)

NETLINK_ROUTE = 0
NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP, NLM_F_ACK_TLVS, NLM_F_CAPPED = 2, 4, 0x300, 0x200, 0x100
NLM_F_CREATE, NLM_F_EXCL = 0x400, 0x200
NLA_F_NESTED = 0x8000
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
NLMSGERR_ATTR_MSG = 1


def number(kind: int, value: int, size: int = 4) -> bytes:
    """An attribute that is an unsigned number of so many bytes; what is more is cut off."""
    return attribute(kind, (value % (1 << (8 * size))).to_bytes(size, "little"))


def text(kind: int, value: str) -> bytes:
    return attribute(kind, value.encode() + b"\0")


def nest(kind: int, *inner: bytes) -> bytes:
    return attribute(kind | NLA_F_NESTED, b"".join(inner))


@dataclass
class Answer:
    """What came of a request: 0 or an errno, the kernel's reason, the messages' bodies."""

    error: int = 0
    reason: str = ""
    bodies: list[bytes] = field(default_factory=list)


class Socket:
    """A netlink socket of a protocol; a request's answers are awaited."""

    def __init__(self, protocol: int) -> None:
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.bind((0, 0))
        self.sequence = itertools.count(1)

    def ask(self, kind: int, body: bytes, flags: int = NLM_F_ACK) -> Answer:
        """Always with an acknowledgement, or a dump's end."""
        sequence = next(self.sequence)
        header = struct.pack("=IHHII", 16 + len(body), kind, flags | NLM_F_REQUEST, sequence, 0)
        try:
            self.sock.send(header + body)
        except OSError as error:
            return Answer(error.errno or -1)
        answer = Answer()
        while not self._take(self.sock.recv(1 << 17), sequence, answer):
            pass
        return answer

    @staticmethod
    def _take(data: bytes, sequence: int, answer: Answer) -> bool:
        """Add some messages to an answer; whether that was the last one."""
        while data:
            length, kind, flags, belongs, _ = struct.unpack_from("=IHHII", data)
            message, data = data[16:length], data[(length + 3) & ~3 :]
            if belongs != sequence:
                continue
            if kind not in (NLMSG_ERROR, NLMSG_DONE):
                answer.bodies.append(message)
                continue
            # Devlink ends a dump of a region without a number.
            answer.error = -struct.unpack_from("=i", message)[0] if message else 0
            if flags & NLM_F_ACK_TLVS:
                # A capped one repeats the header of the request only.
                told = attributes(message[4 if kind == NLMSG_DONE else 20 :])
                answer.reason = told.get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode()
            return True
        return False


class Family(Socket):
    """A family of generic netlink."""

    def __init__(self, name: str) -> None:
        super().__init__(NETLINK_GENERIC)
        self.family = GENL_ID_CTRL
        found = self.call(CTRL_CMD_GETFAMILY, text(CTRL_ATTR_FAMILY_NAME, name))
        if found.error:
            raise OSError(found.error, f"{name}: {os.strerror(found.error)}")
        told = attributes(found.bodies[0][4:])
        self.family = int.from_bytes(told[CTRL_ATTR_FAMILY_ID], "little")

    def call(self, command: int, payload: bytes, flags: int = NLM_F_ACK) -> Answer:
        return self.ask(self.family, struct.pack("=BBH", command, 1, 0) + payload, flags)
