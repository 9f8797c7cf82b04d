#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""rawsend.py IFACE: sends frames as they are; standard input holds one in each line, in
hexadecimal, from the destination address on and without FCS."""

from __future__ import annotations

import socket
import sys
import time


def main() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((sys.argv[1], 0))
        for number, line in enumerate(sys.stdin):
            sock.send(bytes.fromhex(line))
            # Never more at once than the smallest ring takes.
            if number % 32 == 31:
                time.sleep(0.01)


if __name__ == "__main__":
    main()
