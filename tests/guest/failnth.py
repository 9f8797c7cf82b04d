#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes every allocation of one control operation fail, one after the other.

    failnth.py INTERFACE OPERATION FROM TO

OPERATION is open, ring, channels or mtu.  The interface is brought to FROM; then the change
to TO is made with the n-th allocation of this very system call failing, for n = 1, 2 ... until
the call has fewer than n.  Each time the call must either succeed or fail and leave all
settings as they were; what it did is one line of JSON.

The kernel needs fault injection.  The system calls are made in this process: a program that
had to be started would spend the failure on its own start.
"""

from __future__ import annotations

import array
import errno
import fcntl
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCGIFMTU, SIOCSIFMTU, SIOCETHTOOL = (
    0x8913,
    0x8914,
    0x8921,
    0x8922,
    0x8946,
)
IFF_UP = 1
ETHTOOL_GRINGPARAM, ETHTOOL_SRINGPARAM = 0x10, 0x11
ETHTOOL_GCHANNELS, ETHTOOL_SCHANNELS = 0x3C, 0x3D
# Words of struct ethtool_ringparam and ethtool_channels that are set here, after the command.
RX_PENDING, TX_PENDING, COMBINED = 4, 7, 7
# Far more than any of these calls has.
MOST = 2000
DEBUGFS = Path("/sys/kernel/debug")

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def interface(name: str, code: int, value: int | None = None) -> int:
    """Flags or MTU by ioctl."""
    size = "h14x" if code in (SIOCGIFFLAGS, SIOCSIFFLAGS) else "i12x"
    request = struct.pack(f"16s{size}", name.encode(), value or 0)
    answer = fcntl.ioctl(sock, code, request)
    return int(struct.unpack(f"16s{size}", answer)[1])


def ethtool(name: str, command: int, words: list[int]) -> list[int]:
    """An ethtool ioctl on a structure of 32-bit words, the command first."""
    data = array.array("I", [command, *words])
    pointer = data.buffer_info()[0]
    fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP8x", name.encode(), pointer))
    return data.tolist()[1:]


def get_up(name: str) -> int:
    return interface(name, SIOCGIFFLAGS) & IFF_UP


def set_up(name: str, value: int) -> None:
    flags = interface(name, SIOCGIFFLAGS)
    interface(name, SIOCSIFFLAGS, flags & ~IFF_UP | value)


def get_ring(name: str) -> int:
    return ethtool(name, ETHTOOL_GRINGPARAM, [0] * 8)[RX_PENDING]


def set_ring(name: str, value: int) -> None:
    words = ethtool(name, ETHTOOL_GRINGPARAM, [0] * 8)
    words[RX_PENDING] = words[TX_PENDING] = value
    ethtool(name, ETHTOOL_SRINGPARAM, words)


def get_channels(name: str) -> int:
    return ethtool(name, ETHTOOL_GCHANNELS, [0] * 8)[COMBINED]


def set_channels(name: str, value: int) -> None:
    words = ethtool(name, ETHTOOL_GCHANNELS, [0] * 8)
    words[COMBINED] = value
    ethtool(name, ETHTOOL_SCHANNELS, words)


def get_mtu(name: str) -> int:
    return interface(name, SIOCGIFMTU)


def set_mtu(name: str, value: int) -> None:
    interface(name, SIOCSIFMTU, value)


OPERATIONS: dict[str, tuple[Callable[[str], int], Callable[[str, int], None]]] = {
    "open": (get_up, set_up),
    "ring": (get_ring, set_ring),
    "channels": (get_channels, set_channels),
    "mtu": (get_mtu, set_mtu),
}


def settings(name: str) -> dict[str, int]:
    return {key: get(name) for key, (get, _) in OPERATIONS.items()}


def prepare() -> None:
    """By default allocations that may sleep are left alone, and every failure is logged."""
    for kind in ("failslab", "fail_page_alloc"):
        place = DEBUGFS / kind
        (place / "ignore-gfp-wait").write_text("N")
        (place / "verbose").write_text("0")
        if (place / "min-order").exists():
            (place / "min-order").write_text("0")


def attempt(
    name: str, change: Callable[[str, int], None], value: int, number: int
) -> dict[str, object]:
    """Make the change with its allocation `number` failing."""
    switch = f"/proc/self/task/{threading.get_native_id()}/fail-nth"
    error = 0
    with open(switch, "r+b", buffering=0) as handle:
        handle.write(str(number).encode())
        try:
            change(name, value)
        except OSError as problem:
            error = problem.errno or errno.EIO
        left = int(handle.read().split(b"\0")[0])
        # What has not been used up must not hit whatever comes next.
        handle.write(b"0")
    name_of = errno.errorcode.get(error, str(error)) if error else ""
    return {"n": number, "hit": left == 0, "error": name_of}


def main() -> None:
    name, operation, before, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    _, change = OPERATIONS[operation]
    prepare()
    change(name, before)
    for number in range(1, MOST):
        old = settings(name)
        result = attempt(name, change, after, number)
        new = settings(name)
        want = old if result["error"] else {**old, operation: after}
        result["wrong"] = {key: [want[key], new[key]] for key in want if want[key] != new[key]}
        print(json.dumps(result), flush=True)
        if not result["hit"]:
            break
        if not result["error"]:
            change(name, before)


if __name__ == "__main__":
    main()
