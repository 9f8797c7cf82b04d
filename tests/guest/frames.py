# SPDX-License-Identifier: GPL-2.0-only
"""Ethernet frames made by hand, right and wrong; used on the host and in the guest."""

from __future__ import annotations

import socket
import struct

# IEEE 802 Local Experimental Ethertype: no stack has an opinion about it.
TEST_TYPE = 0x88B5
BROADCAST = "ff:ff:ff:ff:ff:ff"
TCP, UDP, SCTP = 6, 17, 132


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def ethernet(dst: str, src: str, kind: int, payload: bytes, vlans: tuple[int, ...] = ()) -> bytes:
    """A frame, padded to the minimum; `vlans` are 802.1Q tags, the outermost first."""
    tags = b"".join(struct.pack("!HH", 0x8100, vid) for vid in vlans)
    frame = mac(dst) + mac(src) + tags + struct.pack("!H", kind) + payload
    return frame + bytes(max(0, 60 - len(frame)))


def marked(dst: str, src: str, name: str, vlans: tuple[int, ...] = ()) -> bytes:
    """A frame of the test type that can be recognised by a name in it."""
    return ethernet(dst, src, TEST_TYPE, f"<{name}>".encode(), vlans)


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(src: str, dst: str, protocol: int, length: int) -> bytes:
    """What the checksum of TCP and UDP covers besides themselves."""
    if ":" in src:
        addresses = socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst)
        return addresses + struct.pack("!IHBB", length, 0, 0, protocol)
    return socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack("!BBH", 0, protocol, length)


def ip(src: str, dst: str, protocol: int, payload: bytes, *, spoil: bool = False) -> bytes:
    """An IPv4 or IPv6 packet; spoil makes the IPv4 header's checksum wrong."""
    if ":" in src:
        return (
            struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
            + socket.inet_pton(socket.AF_INET6, src)
            + socket.inet_pton(socket.AF_INET6, dst)
            + payload
        )
    head = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(payload),
        1,
        0,
        64,
        protocol,
        0,
        socket.inet_aton(src),
        socket.inet_aton(dst),
    )
    value = checksum(head) ^ (0x5555 if spoil else 0)
    return head[:10] + struct.pack("!H", value) + head[12:] + payload


def udp(src: str, dst: str, ports: tuple[int, int], data: bytes, *, spoil: bool = False) -> bytes:
    """A UDP datagram for ip(); spoil makes its checksum wrong."""
    head = struct.pack("!HHHH", *ports, 8 + len(data), 0)
    value = checksum(pseudo(src, dst, UDP, 8 + len(data)) + head + data) or 0xFFFF
    value ^= 0x5555 if spoil else 0
    return head[:6] + struct.pack("!H", value) + data


def tcp(
    src: str,
    dst: str,
    ports: tuple[int, int],
    data: bytes,
    *,
    flags: int = 0x02,
    spoil: bool = False,
) -> bytes:
    """A TCP segment (a SYN unless told otherwise) for ip()."""
    head = struct.pack("!HHIIBBHHH", *ports, 1000, 0, 5 << 4, flags, 8192, 0, 0)
    value = checksum(pseudo(src, dst, TCP, 20 + len(data)) + head + data)
    value ^= 0x5555 if spoil else 0
    return head[:16] + struct.pack("!H", value) + head[18:] + data


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def sctp(ports: tuple[int, int], *, spoil: bool = False) -> bytes:
    """An SCTP packet with a COOKIE ACK that belongs to no association, for ip()."""
    chunk = struct.pack("!BBH", 11, 0, 4)
    bare = struct.pack("!HHII", *ports, 0x12345678, 0) + chunk
    value = _crc32c(bare) ^ (0x55555555 if spoil else 0)
    return bare[:8] + struct.pack("<I", value) + chunk


def pcap(data: bytes) -> list[bytes]:
    """The frames in a capture file of tcpdump's."""
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}[data[:4]]
    found, at = [], 24
    while at + 16 <= len(data):
        (size,) = struct.unpack_from(f"{order}8xI", data, at)
        found.append(data[at + 16 : at + 16 + size])
        at += 16 + size
    return found
