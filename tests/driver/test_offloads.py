# SPDX-License-Identifier: GPL-2.0-only
"""Offloads beyond those that test_traffic.py looks at: what is kept that is thrown away
otherwise, flags of segments, UDP that is cut, tunnels, and copies of short frames.

What the emulated device does wrong, the stack has to do: the judge is what arrives."""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

import frames
import pytest
import tools
from control import Load, carrier_changes, restored
from tools import Figures, private, qstats, send_frames, stats64, stream, until

from lab import Machine, Port

pytestmark = pytest.mark.napier_only(
    reason="igb has no RXFCS, no TSO_ECN and no rx-copybreak, resets the device for RXALL, and "
    "asks the emulated device for UDP segments and tunnels that come out wrong"
)

MIB = 1 << 20
FILE = "/run/tests/offloads.pcap"


@contextlib.contextmanager
def listening(port: Port) -> Iterator[None]:
    """tcpdump on what comes in; promiscuous as it usually is."""
    port.run(["rm", "-f", FILE])
    words = ["-i", port.name, "--immediate-mode", "-s", "4096", "-U", "-w", FILE, "-Q", "in"]
    capture = port.spawn(["tcpdump", *words])
    try:
        until(lambda: port.run(["test", "-s", FILE], check=False).rc == 0, 15, "tcpdump to listen")
        yield
    finally:
        capture.kill(2)
        capture.wait(15)


def caught(port: Port, mark: bytes) -> list[bytes]:
    """Frames with a mark in them that came in."""
    return [frame for frame in frames.pcap(port.machine.get(FILE)) if mark in frame]


def arrives(port: Port, mark: bytes, frame: bytes, timeout: float = 15) -> bytes | None:
    """The frame with that mark as the port sees it, sent from the far end; None if it does not
    come before one that follows it."""
    last = frames.marked(port.mac, port.far.mac, "last")
    with listening(port):
        send_frames(port.far, [frame, last])
        until(lambda: caught(port, b"<last>"), timeout, "the frame that follows")
        found = caught(port, mark)
    return found[0] if found else None


def shown(port: Port, name: str) -> str:
    """What `ethtool -k` says of a feature."""
    lines = (line.strip().partition(": ") for line in port.ethtool("-k").out.splitlines())
    return {key: value for key, _, value in lines}[name]


@contextlib.contextmanager
def keeping(port: Port, name: str) -> Iterator[None]:
    """rx-fcs or rx-all, without the link noticing."""
    before = carrier_changes(port)
    assert shown(port, name) == "off"
    port.ethtool("-K", name, "on")
    try:
        assert shown(port, name) == "on"
        yield
    finally:
        port.ethtool("-K", name, "off")
    assert shown(port, name) == "off"
    assert carrier_changes(port) == before


# ---- what is kept -------------------------------------------------------------------


def test_fcs_comes_up(dut: Port, peer: Port) -> None:
    """The emulated device makes it four zeros.  It is not counted."""
    frame = frames.marked(dut.mac, peer.mac, "fcs")
    assert arrives(dut, b"<fcs>", frame) == frame
    with keeping(dut, "rx-fcs"), tools.quiet(dut, peer):
        assert shown(dut, "rx-vlan-offload") == "off [requested on]"
        before = stats64(dut)
        assert arrives(dut, b"<fcs>", frame) == frame + bytes(4)
        changed = tools.grown(before, stats64(dut))
        assert changed["rx_bytes"] == 60 * changed["rx_packets"]
        tools.exchange(dut, peer, 2 * MIB, sizes=[1, 1000, 1473], families=(4, 6))
    assert shown(dut, "rx-vlan-offload") == "on"
    assert arrives(dut, b"<fcs>", frame) == frame


@pytest.mark.parametrize("length", [1700, 2048, 2900, 3072])
def test_long_frames_come_up(dut: Port, peer: Port, length: int) -> None:
    """Longer than the MTU allows: the only bad frame that the emulated device knows."""
    frame = frames.marked(dut.mac, peer.mac, "long") + bytes(range(256)) * 12
    frame = frame[:length]
    with tools.mtu([peer], 3100):
        assert arrives(dut, b"<long>", frame) is None
        with keeping(dut, "rx-all"):
            assert arrives(dut, b"<long>", frame) == frame
        assert arrives(dut, b"<long>", frame) is None


def test_kept_or_not_under_load(dut: Port, figures: Figures) -> None:
    """Rings are exchanged each time, and streams go on."""
    with restored(dut), Load(dut) as load:
        before = carrier_changes(dut), private(dut)["device_resets"]
        longest = 0.0
        for number in range(6):
            for name in ("rx-fcs", "rx-all"):
                begin = time.monotonic()
                dut.ethtool("-K", name, "off" if number % 2 else "on")
                longest = max(longest, time.monotonic() - begin)
            if number == 2:
                dut.run(["ip", "link", "set", dut.name, "mtu", "4000"])
            if number == 4:
                dut.ethtool("-G", "rx", "128")
            load.moves()
        assert (carrier_changes(dut), private(dut)["device_resets"]) == before
        figures(f"12 changes: {load}; the longest took {longest:.2f} s")
    assert shown(dut, "rx-fcs") == shown(dut, "rx-all") == "off"


def test_kept_over_down_and_up(dut: Port, peer: Port) -> None:
    frame = frames.marked(dut.mac, peer.mac, "fcs")
    dut.down()
    dut.ethtool("-K", "rx-fcs", "on")
    try:
        dut.up()
        dut.wait_carrier()
        assert arrives(dut, b"<fcs>", frame) == frame + bytes(4)
        dut.run(f"echo 1 > /sys/class/net/{dut.name}/device/reset")
        dut.wait_carrier()
        assert arrives(dut, b"<fcs>", frame) == frame + bytes(4)
        assert dut.ethtool("-t", "offline").rc == 0
        dut.wait_carrier()
        assert arrives(dut, b"<fcs>", frame) == frame + bytes(4)
    finally:
        dut.ethtool("-K", "rx-fcs", "off")
    dut.configure()
    dut.ping(2)


def test_a_frame_with_its_own_fcs(dut: Port, peer: Port) -> None:
    """The emulated device adds none to any frame, so all that shows is that the last four bytes
    are sent as they are."""
    frame = frames.marked(peer.mac, dut.mac, "own fcs") + b"\x12\x34\x56\x78"
    with listening(peer):
        send_frames(dut, [frame], "nofcs")
        until(lambda: caught(peer, b"<own fcs>"), 15, "the frame")
        assert caught(peer, b"<own fcs>")[0] == frame


# ---- segmentation -------------------------------------------------------------------

NEEDS_CSUM, TCPV4, UDP_L4, ECN = 1, 1, 5, 0x80
FIN, PSH, ACK, CWR = 0x01, 0x08, 0x10, 0x80
MARK = b"segments"


@dataclass(frozen=True)
class Large:
    """A packet that is to be cut into `count` of `size` bytes."""

    size: int = 1000
    count: int = 5

    @property
    def data(self) -> bytes:
        return b"".join(MARK + bytes([n]) * (self.size - len(MARK)) for n in range(self.count))

    def frame(self, dut: Port, protocol: int, flags: int = 0) -> bytes:
        """With struct virtio_net_hdr before it; the L4 checksum is that of the pseudo-header."""
        source, target = dut.ipv4, dut.far.ipv4
        if protocol == frames.TCP:
            l4 = bytearray(frames.tcp(source, target, (7, 7), self.data, flags=flags))
            at, head, kind = 16, 20, TCPV4 | (ECN if flags & CWR else 0)
        else:
            l4 = bytearray(frames.udp(source, target, (7, 7), self.data))
            at, head, kind = 6, 8, UDP_L4
        pseudo = frames.checksum(frames.pseudo(source, target, protocol, len(l4))) ^ 0xFFFF
        l4[at : at + 2] = struct.pack("!H", pseudo)
        packet = frames.ip(source, target, protocol, bytes(l4))
        vnet = struct.pack("=BBHHHH", NEEDS_CSUM, kind, 34 + head, self.size, 34, at)
        return vnet + frames.ethernet(dut.far.mac, dut.mac, 0x0800, packet)


def cut(dut: Port, frame: bytes, count: int) -> list[bytes]:
    """What the far end gets of a large packet, each with right checksums."""
    with tools.features(dut.far, gro=False, rx=False), listening(dut.far):
        send_frames(dut, [frame], "vnet")
        until(lambda: len(caught(dut.far, MARK)) >= count, 15, f"{count} segments")
        found = caught(dut.far, MARK)
    for segment in found:
        total = int.from_bytes(segment[16:18], "big")
        assert segment[20:22] in (b"\0\0", b"\x40\0"), "an IP fragment"
        assert frames.checksum(segment[14:34]) == 0, "the IPv4 header's checksum is wrong"
        l4 = segment[34 : 14 + total]
        here, there = (".".join(map(str, segment[at : at + 4])) for at in (26, 30))
        assert frames.checksum(frames.pseudo(here, there, segment[23], len(l4)) + l4) == 0
    return found


@pytest.mark.parametrize("device", [True, False], ids=["device", "stack"])
def test_cwr_on_the_first_only(dut: Port, peer: Port, device: bool) -> None:
    large = Large()
    with contextlib.ExitStack() as stack:
        if not device:
            stack.enter_context(tools.features(dut, **{"tx-tcp-ecn-segmentation": False}))
        before = private(dut)["tx_tso_by_mac"]
        found = cut(dut, large.frame(dut, frames.TCP, ACK | PSH | CWR), large.count)
        assert private(dut)["tx_tso_by_mac"] - before == device
    # The emulated device takes PSH from the last, too, if that is as long as all others.
    mask = 0xFF & ~PSH if device else 0xFF
    wanted = [ACK | CWR, *[ACK] * 3, ACK | PSH]
    assert [segment[47] & mask for segment in found] == [flags & mask for flags in wanted]
    assert b"".join(segment[54:] for segment in found) == large.data


def test_udp_is_cut_by_the_stack(dut: Port, peer: Port) -> None:
    """The emulated device would make fragments of it, so it is not asked to; the feature is in
    the list all the same."""
    large = Large()
    assert shown(dut, "tx-udp-segmentation") == "on"
    before = qstats(dut)
    found = cut(dut, large.frame(dut, frames.UDP), large.count)
    assert [len(segment) for segment in found] == [42 + large.size] * large.count
    assert b"".join(segment[42:] for segment in found) == large.data
    assert "tx-hw-gso-packets" not in tools.grown(before, qstats(dut))


TUNNELS = {
    "vxlan": "vxlan id 7 dstport 4789 udpcsum local {here} remote {there}",
    "gretap": "gretap local {here} remote {there}",
    "ipip": "ipip local {here} remote {there}",
    "sit": "sit local {here} remote {there}",
}


@contextlib.contextmanager
def tunnel(dut: Port, kind: str, family: int) -> Iterator[dict[Port, str]]:
    """A tunnel between both ends; their addresses in it."""
    net = {4: "10.77.0.{}/24", 6: "fd77::{}/64"}[family]
    inside: dict[Port, str] = {}
    try:
        for number, port in enumerate((dut, dut.far), 1):
            words = TUNNELS[kind].format(here=port.ipv4, there=port.far.ipv4)
            inside[port] = net.format(number)
            nodad = "nodad" if family == 6 else ""
            port.run(
                f"ip link add tunnel0 type {words} && ip link set tunnel0 mtu 1400 up && "
                f"ip addr add {inside[port]} dev tunnel0 {nodad}"
            )
        yield {port: text.partition("/")[0] for port, text in inside.items()}
    finally:
        for port in (dut, dut.far):
            port.run("ip link del tunnel0", check=False)


@pytest.mark.parametrize(
    ("kind", "family"),
    [("vxlan", 4), ("vxlan", 6), ("gretap", 4), ("ipip", 4), ("sit", 6)],
    ids=str,
)
def test_tunnels(machine: Machine, dut: Port, peer: Port, kind: str, family: int) -> None:
    """All features are in the list; the stack does what the emulated device would do to the
    outer headers."""
    for name in ("tx-gso-partial", "tx-gre-segmentation", "tx-udp_tnl-segmentation"):
        assert shown(dut, name) == "on"
    module = {"gretap": "ip_gre"}.get(kind, kind)
    if machine.run(["modprobe", module], check=False).rc:
        pytest.skip(f"this kernel has no {module}")
    with (
        tools.features(dut, **{"tx-tcp-mangleid-segmentation": True}),
        tunnel(dut, kind, family) as inside,
        tools.features(peer, rx=False),
    ):
        before, errors = qstats(dut), tools.snmp(peer)
        stream(dut, 8 * MIB, family=family, to=inside[peer])
        wrong = tools.grown(errors, tools.snmp(peer))
        assert not [name for name in wrong if "InCsumErrors" in name], wrong
        assert "tx-hw-gso-packets" not in tools.grown(before, qstats(dut))


# ---- copies -------------------------------------------------------------------------


def copybreak(port: Port) -> int:
    text = port.run(["ethtool", "--get-tunable", port.name, "rx-copybreak"]).out
    return int(text.rpartition(":")[2])


def tune(port: Port, value: int, *, check: bool = True) -> int:
    words = ["ethtool", "--set-tunable", port.name, "rx-copybreak", str(value)]
    return port.run(words, check=check).rc


def test_copybreak(dut: Port, peer: Port) -> None:
    """Frames below and above arrive whole; the setting holds; what is refused changes nothing."""
    assert copybreak(dut) == 0
    try:
        with restored(dut):
            tune(dut, 256)
            assert tune(dut, 1025, check=False)
            assert copybreak(dut) == 256
            for words in (["-G", "rx", "128"], ["-L", "combined", "1"]):
                dut.ethtool(*words)
                with Load(dut):
                    tune(dut, 1024)
                    tune(dut, 256)
            dut.down()
            dut.up()
            dut.wait_carrier()
            dut.configure()
            assert copybreak(dut) == 256
            sizes = [1, 18, 200, 213, 214, 215, 216, 1000, 1472]
            tools.exchange(dut, peer, 4 * MIB, sizes=sizes, families=(4, 6))
    finally:
        tune(dut, 0)
    assert copybreak(dut) == 0
    dut.ping(2)
