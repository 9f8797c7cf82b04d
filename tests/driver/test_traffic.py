# SPDX-License-Identifier: GPL-2.0-only
"""What is sent arrives as it was sent: all sizes, both families, each offload on and off.

The peer checks in software: where a checksum is what is tested, its own receive offload is
off, so that nothing but the bytes on the wire counts.

All of it behind a strict IOMMU: each address that the device uses has to be mapped at that
moment and in that direction, and a DMAR fault fails the test during which it is reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import frames
import pytest
import tools
from tools import (
    Figures,
    Numbered,
    exchange,
    features,
    grown,
    private,
    qstats,
    send_frames,
    snmp,
    stats64,
    stream,
)

from lab import Machine, Port
from lab.base import PATIENCE, rounds

pytestmark = pytest.mark.machine(iommu=True)

MIB = 1 << 20
HEADERS = {4: 14 + 20 + 8, 6: 14 + 40 + 8}
# TSCTC: segmentation contexts that the device has seen, whoever drives it.
TSO_BY_DEVICE = {"napier": "tx_tso_by_mac", "igb": "tx_tcp_seg_good"}


# ---- sizes ---------------------------------------------------------------------------


def payloads(family: int, mtu: int) -> list[int]:
    """UDP payloads whose frames end just before, at and after every limit there is: the
    shortest frame, the MTU, receive buffers of 2 and 3 KiB (1 to 3 of them); and payloads
    that IP has to fragment."""
    longest = mtu + 14
    edges = [60, 64, 128, 256, 512, 1024, 1514, 1518, 2048, 3072, 4096, 6144, 8192, 9216, longest]
    lengths = {edge + step for edge in edges for step in range(-3, 4)}
    plain = {length - HEADERS[family] for length in lengths if length <= longest}
    fragmented = {mtu, mtu + 1, 2 * mtu + 7, 3 * mtu - 40, 16384, 30001}
    return sorted(size for size in plain | fragmented | {1, 2, 3, 17, 18, 19, 20} if size > 0)


@pytest.mark.parametrize("mtu", [1500, 3000, 9000, 9212])
def test_sizes(dut: Port, peer: Port, mtu: int) -> None:
    """Every size both ways; 9212 is the largest MTU that the peer's driver takes."""
    with contextlib.ExitStack() as stack:
        if mtu != 1500:
            stack.enter_context(tools.mtu([dut, peer], mtu))
        for family in (4, 6):
            sizes = payloads(family, mtu)
            # Slow enough for the smallest ring: the largest take two dozen frames each.
            both = [
                Numbered(source, 3 * len(sizes), sizes=sizes, repeat=3, rate=300, family=family)
                for source in (dut, peer)
            ]
            for one in both:
                assert len(one.perfect()["sizes"]) >= len(sizes)


# ---- streams -------------------------------------------------------------------------


@pytest.mark.parametrize(("direction", "family"), [("sent", 4), ("received", 6)])
def test_long_stream(dut: Port, peer: Port, figures: Figures, direction: str, family: int) -> None:
    """256 MiB each way, the digest compared."""
    source = dut if direction == "sent" else peer
    total = rounds(256, 32)
    done = stream(source, total * MIB, family=family)
    figures(
        f"{total} MiB {direction} over IPv{family}: "
        f"{total * 8.388608 / done['seconds']:.0f} Mbit/s with the digest computed at both ends"
    )


@pytest.mark.parametrize("families", [(4, 6), (6, 4)], ids=["4-6", "6-4"])
def test_jumbo(dut: Port, peer: Port, families: tuple[int, int]) -> None:
    with tools.mtu([dut, peer], 9000):
        exchange(dut, peer, 24 * MIB, sizes=[1, 3000, 8972], families=families)


@contextlib.contextmanager
def vlan(dut: Port, peer: Port, vid: int) -> Iterator[tuple[str, str]]:
    """A VLAN device at each end; their addresses are yielded."""
    addresses = ("198.51.100.1", "198.51.100.2")
    ends = list(zip((dut, peer), addresses, strict=True))
    try:
        for port, address in ends:
            port.run(
                f"ip link add link {port.name} name vl{vid} type vlan id {vid} && "
                f"ip addr add {address}/24 dev vl{vid} && ip link set vl{vid} up"
            )
        yield addresses
    finally:
        for port, _ in ends:
            port.run(["ip", "link", "del", f"vl{vid}"], check=False)


@pytest.mark.parametrize("offload", [True, False], ids=["offloaded", "software"])
def test_vlan(dut: Port, peer: Port, offload: bool) -> None:
    """Tagged by the device or by the stack; the peer must see the same tag either way."""
    vid = 1234
    with contextlib.ExitStack() as stack:
        if not offload:
            stack.enter_context(features(dut, rxvlan=False, txvlan=False))
        mine, far = stack.enter_context(vlan(dut, peer, vid))
        before = stats64(peer)["rx_packets"]
        capture = peer.spawn(
            [
                "tcpdump",
                "-i",
                peer.name,
                "-n",
                "-e",
                "-c",
                "2",
                "-Q",
                "in",
                "vlan",
                str(vid),
                "and",
                "udp",
            ]
        )
        tools.until(
            lambda: peer.run("grep -q 0003 /proc/net/packet", check=False).rc == 0,
            10,
            "tcpdump to listen",
        )
        exchange(
            dut,
            peer,
            16 * MIB,
            sizes=[1, 19, 1000, 1471, 1472, 1473, 4000],
            families=(4, 4),
            to={dut: mine, peer: far},
        )
        assert f"vlan {vid}" in capture.wait(20).out
        assert stats64(peer)["rx_packets"] > before + 16 * MIB // 1500


def test_sctp(dut: Port, peer: Port) -> None:
    """The device computes the CRC of what is sent; the peer has no such offload, so its stack
    verifies all of it."""
    dut.machine.run("modprobe sctp")
    before, sent = snmp(peer), qstats(dut) if dut.driver == "napier" else {}
    stream(dut, 4 * MIB, protocol="sctp")
    stream(peer, 4 * MIB, protocol="sctp")
    changed = grown(before, snmp(peer))
    assert changed.get("SctpInSCTPPacks", 0) > 1000
    assert changed.get("SctpChecksumErrors", 0) == 0
    if sent:
        assert grown(sent, qstats(dut)).get("tx-needs-csum", 0) > 1000
    with features(dut, **{"tx-checksum-sctp": False}):
        stream(dut, MIB, protocol="sctp")


# ---- offloads ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        {"tx": False},
        {"rx": False},
        {"sg": False},
        {"tso": False},
        {"gro": False},
        {"rx": False, "tx": False, "sg": False, "gro": False, "rxhash": False},
    ],
    ids="-".join,
)
def test_offload_off(dut: Port, peer: Port, state: dict[str, bool]) -> None:
    """Everything arrives whole without an offload, and the offload really is off."""
    napier = dut.driver == "napier"
    with features(peer, rx=False), features(dut, **state):
        before = qstats(dut) if napier else {}
        errors = {port: snmp(port) for port in (dut, peer)}
        exchange(dut, peer, 8 * MIB, sizes=[1, 1000, 1472, 1473], families=(4, 6))
        for port in (dut, peer):
            changed = grown(errors[port], snmp(port))
            wrong = {name: count for name, count in changed.items() if "InCsumErrors" in name}
            assert not wrong, f"{port!r} found wrong checksums: {wrong}"
        changed = grown(before, qstats(dut)) if napier else {}
    if napier:
        assert ("tx-needs-csum" in changed) == state.get("tx", True)
        assert ("rx-csum-unnecessary" in changed) == state.get("rx", True)
        # TSO needs the checksum and fragments.
        segments = not {"tx", "sg", "tso"} & set(state)
        assert ("tx-hw-gso-packets" in changed) == segments


def test_segmentation_is_the_devices(dut: Port, peer: Port, figures: Figures) -> None:
    """Large packets reach the device, and frames of the MTU the peer, with right checksums and
    numbers: the peer verifies them itself and does not merge them before they are seen."""
    name = TSO_BY_DEVICE[dut.driver]
    with features(peer, rx=False, gro=False):
        before, errors = private(dut)[name], snmp(peer)
        sent, received = stats64(dut)["tx_packets"], stats64(peer)["rx_packets"]
        file = "/run/tests/tso.pcap"
        capture = peer.spawn(
            [
                "tcpdump",
                "-i",
                peer.name,
                "-n",
                "-Q",
                "in",
                "-c",
                "2000",
                "-s",
                "96",
                "-B",
                "8192",
                "-w",
                file,
                "tcp",
                "and",
                "greater",
                "200",
            ]
        )
        tools.until(
            lambda: peer.run("grep -q 0003 /proc/net/packet", check=False).rc == 0,
            10,
            "tcpdump to listen",
        )
        stream(dut, 32 * MIB)
        capture.wait(30)
        segments = tools.until(lambda: private(dut)[name] - before, 10, "a count of TSO frames")
        # igb asks for the device's count every 2 s only; the frames are in it by then.
        wire = stats64(peer)["rx_packets"] - received
        assert wire >= 32 * MIB // 1448
        assert segments < wire / 2, "most frames were not segmented by the device"
        assert stats64(dut)["tx_packets"] - sent >= wire - 50
        lengths, step = follow(frames.pcap(dut.machine.get(file)))
        assert max(lengths) == 1514
        assert step, "identifications of the segments of a packet do not count up"
        wrong = {
            key: count for key, count in grown(errors, snmp(peer)).items() if "InCsumErrors" in key
        }
        assert not wrong
        stream(dut, 8 * MIB, family=6)
    figures(f"{wire} frames on the wire from {segments} packets that the device segmented")


def follow(captured: list[bytes]) -> tuple[list[int], bool]:
    """Lengths of the frames as their IPv4 headers say; whether the identification counts up
    from each segment to the one that directly follows it in the stream."""
    lengths: list[int] = []
    pairs: list[bool] = []
    last: tuple[int, int] | None = None
    for frame in captured:
        total = int.from_bytes(frame[16:18], "big")
        number = int.from_bytes(frame[18:20], "big")
        sequence = int.from_bytes(frame[38:42], "big")
        length = total - 20 - (frame[46] >> 4) * 4
        lengths.append(14 + total)
        if last and sequence == last[0]:
            pairs.append((number - last[1]) & 0xFFFF == 1)
        last = ((sequence + length) & 0xFFFFFFFF, number)
    return lengths, bool(pairs) and sum(pairs) > 0.9 * len(pairs)


def test_frames_are_merged(dut: Port, peer: Port, figures: Figures) -> None:
    """GRO: the stack sees far fewer packets than the device received, unless it is off."""

    def merged(total: int) -> float:
        packets, delivered = stats64(dut)["rx_packets"], snmp(dut)["IpInReceives"]
        stream(peer, total)
        return (stats64(dut)["rx_packets"] - packets) / (snmp(dut)["IpInReceives"] - delivered)

    on = merged(32 * MIB)
    with features(dut, gro=False):
        off = merged(8 * MIB)
    assert on > 2, f"only {on:.1f} frames in a packet"
    assert off < 1.05
    figures(f"{on:.1f} frames in each packet that the stack gets, {off:.2f} with GRO off")


# ---- wrong checksums -----------------------------------------------------------------

GOOD, BAD = 20, 12


@pytest.mark.parametrize("rx", [True, False], ids=["offloaded", "software"])
def test_wrong_checksums_are_rejected(machine: Machine, dut: Port, peer: Port, rx: bool) -> None:
    """Datagrams made by hand, some of them wrong; none of those may reach a socket, and each
    is counted once where it belongs."""
    machine.run("modprobe sctp")
    sink = tools.port_number()
    with contextlib.ExitStack() as stack:
        stack.enter_context(tools.quiet(dut, peer))
        if not rx:
            stack.enter_context(features(dut, rx=False))
        receivers = [
            dut.spawn(
                tools.program(
                    *("useq", "recv", tools.address(dut, family), sink),
                    *("--idle", 2 * PATIENCE, "--first", 20 * PATIENCE),
                )
            )
            for family in (4, 6)
        ]
        tools.listening(dut, sink, len(receivers))
        for receiver in receivers:
            stack.callback(receiver.kill)
        before, counted = snmp(dut), csum_errors(dut)
        send_frames(peer, list(spoilt(dut, peer, sink)))
        wanted = {
            "UdpInCsumErrors": BAD,
            "Udp6InCsumErrors": BAD,
            "TcpInCsumErrors": 2 * BAD,
            "IpExtInCsumErrors": BAD,
            "SctpChecksumErrors": BAD,
            "UdpInDatagrams": GOOD,
            "Udp6InDatagrams": GOOD,
        }
        got: dict[str, int] = {}

        def settled() -> bool:
            changed = grown(before, snmp(dut))
            got.clear()
            got.update({name: changed.get(name, 0) for name in wanted})
            return got == wanted

        with contextlib.suppress(AssertionError):
            tools.until(settled, 10, "the counters of the stack")
        assert got == wanted
        for receiver in receivers:
            assert f'"received": {GOOD},' in receiver.wait(30).out
        # On hardware a short SCTP frame may be told wrong.  igb therefore counts no frame of
        # minimum size, of whatever protocol; longer ones are those of TCP and UDP over IPv6.
        kinds = 2 if dut.driver == "igb" else 6
        assert csum_errors(dut) - counted == (kinds * BAD if rx else 0)


def csum_errors(port: Port) -> int:
    """What the driver counts as wrong."""
    if port.driver == "napier":
        return qstats(port)["rx-csum-bad"]
    return sum(count for name, count in private(port).items() if name.endswith("_csum_err"))


def spoilt(dut: Port, peer: Port, sink: int) -> Iterator[bytes]:
    """Good and bad frames, mixed."""
    ports = (4000, sink)
    for number in range(GOOD):
        # As useq sends it, without a number: the size, over and over.
        data = bytes([5]) * 5
        for family in (4, 6):
            src, dst = tools.address(peer, family), tools.address(dut, family)
            made = [(frames.UDP, frames.udp(src, dst, ports, data), False)]
            if number < BAD:
                made.append((frames.UDP, frames.udp(src, dst, ports, data, spoil=True), False))
                made.append((frames.TCP, frames.tcp(src, dst, (4000, 9), b"", spoil=True), False))
            if number < BAD and family == 4:
                made.append((frames.UDP, frames.udp(src, dst, ports, data), True))
                made.append((frames.SCTP, frames.sctp((4000, 9), spoil=True), False))
            kind = 0x0800 if family == 4 else 0x86DD
            for protocol, payload, spoil in made:
                packet = frames.ip(src, dst, protocol, payload, spoil=spoil)
                yield frames.ethernet(dut.mac, peer.mac, kind, packet)
