#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""hold.py ADDRESS PORT COUNT SIZE TIMEOUT: sends numbered datagrams (useq.py receives them)
as fast as it can, and watches how many of them the kernel still holds.

The kernel charges each packet to its socket until the driver frees it, so the socket tells
when that happens.  Prints {"charges": [after the 1st, 2nd ... datagram], "samples": [[time
since boot, charge] ...]}; ends when nothing is held any more, or at the timeout.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
import termios
import time

import useq


def held(sock: socket.socket) -> int:
    """Bytes of memory that packets of this socket hold, in its queue, the qdisc and the ring."""
    return struct.unpack("=i", fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)))[0]


def main() -> None:
    address, port, count, size, timeout = sys.argv[1], *map(int, sys.argv[2:6])
    with socket.socket(useq.family(address), socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, useq.SO_SNDBUFFORCE, useq.BUFFER)
        sock.connect((address, port))
        charges, samples = [], []
        for number in range(count):
            last = useq.LAST if number == count - 1 else 0
            sock.send(useq.HEADER.pack(useq.MAGIC, number, size, last, 0) + useq.body(number, size))
            charges.append(held(sock))
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            charge = held(sock)
            samples.append((round(time.clock_gettime(time.CLOCK_BOOTTIME), 2), charge))
            if not charge:
                break
            time.sleep(0.02)
    print(json.dumps({"charges": charges, "samples": samples}))


if __name__ == "__main__":
    main()
