#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a user gets of a port that is flooded.

    flooded.py ADDRESS PORT SECONDS PID IFACE

Receives datagrams for so long.  Prints how many there were each second, how many frames the
interface received, and the share of a CPU that the process PID had, as JSON."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from pathlib import Path

# socket(7); Python has no name for it.
SO_RCVBUFFORCE = 33


def ticks(pid: int) -> int:
    """User and system time of a process."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(words[11]) + int(words[12])


def main(address: str, port: str, seconds: str, pid: str, iface: str) -> None:
    frames = Path(f"/sys/class/net/{iface}/statistics/rx_packets")
    buffer, received = bytearray(64), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        # More than the system's limit: both CPUs are one thread of QEMU's, and what one of them
        # receives in its turn has to wait for the other's.
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        sock.bind((address, int(port)))
        sock.settimeout(0.5)
        begin, before, had = time.monotonic(), int(frames.read_text()), ticks(int(pid))
        end = begin + float(seconds)
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                # The clock is looked at once for so many: it costs as much as a datagram.
                for _ in range(32):
                    sock.recv_into(buffer)
                    received += 1
        took = time.monotonic() - begin
        came, had = int(frames.read_text()) - before, ticks(int(pid)) - had
    print(
        json.dumps(
            {
                "goodput": received / took,
                "frames": came / took,
                "share": had / os.sysconf("SC_CLK_TCK") / took,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
