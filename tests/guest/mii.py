#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""MII ioctls, as mii-tool makes them.

mii.py INTERFACE phy                     the address of its PHY, and register 0 there
mii.py INTERFACE get PHY REGISTER
mii.py INTERFACE set PHY REGISTER VALUE [UID]      as that user, if given

What it prints are numbers in hexadecimal, or the name of the error."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
import sys

SIOCGMIIPHY, SIOCGMIIREG, SIOCSMIIREG = 0x8947, 0x8948, 0x8949
LAYOUT = "16sHHHH16x"


def main(name: str, what: str, *words: str) -> None:
    request = {"phy": SIOCGMIIPHY, "get": SIOCGMIIREG, "set": SIOCSMIIREG}[what]
    phy, reg, value, uid, *_ = [int(word, 0) for word in words] + [0] * 4
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        if uid:
            os.setuid(uid)
        try:
            answer = fcntl.ioctl(
                handle, request, struct.pack(LAYOUT, name.encode(), phy, reg, value, 0)
            )
        except OSError as error:
            print(errno.errorcode[error.errno or 0])
            return
    _, phy, _, _, value = struct.unpack(LAYOUT, answer)
    print(f"{phy:x} {value:x}")


if __name__ == "__main__":
    main(*sys.argv[1:])
