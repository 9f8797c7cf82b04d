#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""rawsend.py IFACE [nofcs] [vnet]: sends frames as they are; standard input holds one in each
line, in hexadecimal, from the destination address on and without FCS.  With `nofcs` the last
four bytes are one.  With `vnet` a struct virtio_net_hdr goes before each frame: what the stack
is to do with it."""

from __future__ import annotations

import socket
import sys
import time

# From Linux' headers; the module socket does not have them.
SOL_PACKET, PACKET_VNET_HDR, SO_NOFCS = 263, 15, 43


def main() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        if "nofcs" in sys.argv[2:]:
            sock.setsockopt(socket.SOL_SOCKET, SO_NOFCS, 1)
        if "vnet" in sys.argv[2:]:
            sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        sock.bind((sys.argv[1], 0))
        for number, line in enumerate(sys.stdin):
            sock.send(bytes.fromhex(line))
            # Never more at once than the smallest ring takes.
            if number % 32 == 31:
                time.sleep(0.01)


if __name__ == "__main__":
    main()
