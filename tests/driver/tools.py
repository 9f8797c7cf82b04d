# SPDX-License-Identifier: GPL-2.0-only
"""What tests of traffic share: the programs of tests/guest, and the counters of a port."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakSet

from lab import LabError, Machine, Port, Process
from lab.base import PATIENCE

Figures = Callable[[str], None]
GUEST_PROGRAMS = Path(__file__).resolve().parent.parent / "guest"
PLACE = "/run/tests"
# The kernel's key is another one at each boot, and with some of them flows that differ in little
# leave whole queues empty.  With this one they do not.
RSS_KEY = ":".join(f"{17 * i % 251:02x}" for i in range(40))
_equipped: WeakSet[Machine] = WeakSet()
# A port number of its own for each stream: what a broken one left cannot reach the next.
_numbers = itertools.cycle(range(20000, 30000))


def equip(machine: Machine) -> None:
    """Copy tests/guest into the machine, once."""
    if machine in _equipped:
        return
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path in GUEST_PROGRAMS.glob("*.py"):
            tar.add(path, path.name)
    machine.put(archive.getvalue(), "/run/tests.tar")
    machine.run(f"mkdir -p {PLACE} && tar -x -C {PLACE} -f /run/tests.tar")
    _equipped.add(machine)


def program(name: str, *words: object) -> list[str]:
    """The command for a program of tests/guest."""
    return ["python3", f"{PLACE}/{name}.py", *map(str, words)]


def pinned(cpu: int | None) -> list[str]:
    """What keeps the command that follows on a CPU."""
    return [] if cpu is None else ["taskset", "-c", str(cpu)]


def port_number() -> int:
    return next(_numbers)


def until(check: Callable[[], Any], timeout: float, what: str) -> Any:
    """Ask until the answer is true; it is returned."""
    timeout *= PATIENCE
    end = time.monotonic() + timeout
    while not (answer := check()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(0.05)
    return answer


def address(port: Port, family: int) -> str:
    return port.ipv4 if family == 4 else port.ipv6


class Stream:
    """A stream of that many bytes from a port to its far end (or another address there), in
    the background."""

    def __init__(
        self,
        source: Port,
        total: int,
        *,
        family: int = 4,
        protocol: str = "tcp",
        to: str | None = None,
        sink: Port | None = None,
        timeout: float = 180.0,
    ) -> None:
        number, sink = port_number(), sink or source.far
        target = to or address(sink, family)
        self.total, self.timeout = total, timeout
        limit = timeout * PATIENCE
        self.server = sink.spawn(program("stream", "serve", protocol, target, number, limit))
        self.sender = source.spawn(
            program("stream", "send", protocol, target, number, total, number)
        )

    def whole(self) -> dict[str, Any]:
        """Wait for its end; all of it must have arrived, unchanged.  What the sender says."""
        sender, server = self.sender.wait(self.timeout), self.server.wait(self.timeout)
        assert sender.rc == 0, sender.err
        assert server.rc == 0, server.err
        sent, got = json.loads(sender.out), json.loads(server.out)
        assert sent["bytes"] == self.total
        assert got["bytes"] == self.total, f"of {self.total} bytes {got['bytes']} arrived"
        assert got["sha256"] == sent["sha256"], "the content changed on its way"
        return sent


def stream(source: Port, total: int, **how: Any) -> dict[str, Any]:
    """A Stream, to its end."""
    return Stream(source, total, **how).whole()


class Numbered:
    """Numbered datagrams from a port to its far end, in the background."""

    def __init__(
        self,
        source: Port,
        count: int,
        *,
        rate: float = 0,
        sizes: list[int] | None = None,
        repeat: int = 1,
        family: int = 4,
        to: str | None = None,
        idle: float = 4.0,
        send_on: int | None = None,
        receive_on: int | None = None,
    ) -> None:
        """`idle`: seconds without a datagram after which no other is waited for.  `send_on` and
        `receive_on` are CPUs."""
        target, number = to or address(source.far, family), port_number()
        self.count = count
        words: list[object] = ["recv", target, number]
        words += ["--idle", idle * PATIENCE, "--first", 30 * PATIENCE]
        self.receiver = source.far.spawn(pinned(receive_on) + program("useq", *words))
        listening(source.far, number)
        words = ["send", target, number, count, "--rate", rate, "--repeat", repeat]
        if sizes:
            words += ["--sizes", ",".join(map(str, sizes))]
        self.sender: Process = source.spawn(pinned(send_on) + program("useq", *words))

    def result(self, timeout: float = 120.0) -> dict[str, Any]:
        """Wait for the end: sent, lost, doubled, damaged, sizes, gaps ..."""
        sender = self.sender.wait(timeout)
        receiver = self.receiver.wait(timeout)
        assert sender.rc == 0, sender.err
        assert receiver.rc == 0, receiver.err
        sent, got = json.loads(sender.out), json.loads(receiver.out)
        return {**sent, **got, "lost": sent["sent"] - got["received"], "sent_sizes": sent["sizes"]}

    def perfect(self, timeout: float = 120.0) -> dict[str, Any]:
        """Every datagram must have arrived, once and whole."""
        got = self.result(timeout)
        missing = {
            size: count - got["sizes"].get(size, 0)
            for size, count in got["sent_sizes"].items()
            if count != got["sizes"].get(size, 0)
        }
        assert not missing, f"lost (payload size: how many): {missing}; gaps {got['gaps'][:20]}"
        assert (got["lost"], got["doubled"], got["damaged"]) == (0, 0, 0), got
        return got


def exchange(
    dut: Port,
    peer: Port,
    total: int,
    *,
    sizes: list[int],
    families: tuple[int, int],
    to: dict[Port, str] | None = None,
) -> None:
    """TCP and UDP both ways at the same time: a stream of that many bytes and datagrams of
    these sizes; all must arrive.  `families` are those of the streams out and in, the
    datagrams have the other one."""
    to = to or {}
    streams = [
        Stream(dut, total, family=families[0], to=to.get(peer)),
        Stream(peer, total, family=families[1], to=to.get(dut)),
    ]
    datagrams = [
        Numbered(
            source,
            50 * len(sizes),
            sizes=sizes,
            rate=100,
            idle=10,
            family=family,
            to=to.get(far),
        )
        for source, far, family in ((dut, peer, families[1]), (peer, dut, families[0]))
    ]
    for one in streams:
        one.whole()
    for other in datagrams:
        # The wire drops what a full ring cannot take, and TCP fills rings: not every datagram
        # has to arrive, but what does has to be right.
        got = other.result()
        assert got["damaged"] == got["doubled"] == 0, got
        assert got["received"] > 0, got


def listening(port: Port, number: int, count: int = 1, timeout: float = 20.0) -> None:
    """Wait until so many sockets have opened that UDP port."""
    script = (
        f"for i in $(seq {int(timeout * 20)}); do "
        f"[ $(ss -H -l -u -n sport = :{number} | wc -l) -ge {count} ] && exit 0; "
        "sleep 0.05; done; exit 1"
    )
    if port.run(script, check=False, timeout=timeout * 3 + 30).rc:
        raise LabError(f"nobody listens on UDP port {number} of {port!r}")


# ---- counters -----------------------------------------------------------------------


def genl(port: Port, question: str) -> list[dict[str, int]]:
    """A question of tests/guest/netdev_genl.py about a port."""
    return json.loads(port.run(program("netdev_genl", question, port.name)).out)


def stir(machine: Machine) -> None:
    """Let each CPU receive something: what a socket or a transmit queue gives back on one may
    lie on a list of another, where the frame was allocated, until that one runs its receive
    softirq next.  On an idle machine that may be never."""
    machine.run(
        "for cpu in /sys/devices/system/cpu/cpu[0-9]*; do "
        "taskset -c ${cpu##*cpu} ping -n -q -c 1 127.0.0.1; done"
    )


def gone(machine: Machine, pools: Callable[[], list[dict[str, int]]], timeout: float = 30) -> None:
    """Wait until that question for page pools finds none."""
    found: list[dict[str, int]] = []

    def none() -> bool:
        stir(machine)
        found[:] = pools()
        return not found

    try:
        until(none, timeout, "no page pool is left")
    except AssertionError as error:
        raise AssertionError(f"{error}: {found}") from None


def qstats(port: Port) -> dict[str, int]:
    """netdev-genl's statistics of the device."""
    return genl(port, "qstats")[0]


def private(port: Port) -> dict[str, int]:
    """`ethtool -S`."""
    pairs = (line.rsplit(":", 1) for line in port.ethtool("-S").out.splitlines()[1:])
    return {name.strip(): int(value) for name, value in pairs}


def standard(port: Port) -> dict[str, dict[str, Any]]:
    """`ethtool -S --all-groups`: group -> counter -> value."""
    answer = json.loads(port.run(["ethtool", "--json", "-S", port.name, "--all-groups"]).out)
    return {key: value for key, value in answer[0].items() if isinstance(value, dict)}


def stats64(port: Port) -> dict[str, int]:
    """rtnl_link_stats64, as `ip -s -s link` shows it: "rx_packets", "tx_errors" ..."""
    found = port.stats()["stats64"]
    return {f"{way}_{name}": value for way in ("rx", "tx") for name, value in found[way].items()}


def snmp(port: Port) -> dict[str, int]:
    """The counters of the port's namespace: "UdpInErrors", "Ip6InReceives" ..."""
    text = port.run(
        "cat /proc/net/snmp /proc/net/netstat /proc/net/snmp6; cat /proc/net/sctp/snmp 2>/dev/null",
        check=False,
    ).out
    found: dict[str, int] = {}
    names: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if words and words[0].endswith(":"):
            if len(words) > 1 and words[1].lstrip("-").isdigit():
                prefix = words[0][:-1]
                found |= {
                    prefix + name: int(value) for name, value in zip(names, words[1:], strict=True)
                }
            else:
                names = words[1:]
        elif len(words) == 2:
            found[words[0]] = int(words[1])
    return found


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What has changed between two of the above, and by how much."""
    return {
        name: after[name] - before.get(name, 0)
        for name in after
        if after[name] != before.get(name, 0)
    }


# ---- settings that are undone --------------------------------------------------------


@contextlib.contextmanager
def mtu(pairs: list[Port], value: int) -> Iterator[None]:
    """Another MTU at some ports."""
    try:
        for port in pairs:
            port.run(["ip", "link", "set", port.name, "mtu", str(value)])
            port.wait_carrier()
        yield
    finally:
        for port in pairs:
            port.run(["ip", "link", "set", port.name, "mtu", "1500"])
            port.wait_carrier()


@contextlib.contextmanager
def features(port: Port, **changes: bool) -> Iterator[None]:
    """Offloads by the short names of `ethtool -K`, which must take effect."""
    words = [word for name, on in changes.items() for word in (name, "on" if on else "off")]
    back = [word for name, on in changes.items() for word in (name, "off" if on else "on")]
    try:
        port.ethtool("-K", *words)
        # Some drivers reset the device for it.
        port.wait_carrier()
        yield
    finally:
        port.ethtool("-K", *back)
        port.wait_carrier()


def silence(*ports: Port, seconds: float = 1.2) -> None:
    """Wait until no port has sent anything for so long.  When a link comes up, IPv6 reports
    its groups, twice within 0.2 seconds in the lab, later if the guest is slow."""
    sent = [-1]
    end, since = time.monotonic() + 20, time.monotonic()
    while time.monotonic() < since + seconds:
        now = [stats64(port)["tx_packets"] for port in ports]
        if now != sent:
            sent, since = now, time.monotonic()
        assert time.monotonic() < end, "somebody goes on sending"
        time.sleep(0.2)


@contextlib.contextmanager
def quiet(dut: Port, peer: Port) -> Iterator[None]:
    """Neighbours that need no asking, so that nothing but the test's own frames is on the
    wire and counters can be compared exactly."""
    ends = ((dut, peer), (peer, dut))
    for port, far in ends:
        # What is known of link-local addresses would be probed, seconds later.
        port.run(["ip", "neigh", "flush", "dev", port.name])
        for family in (4, 6):
            port.run(
                [
                    "ip",
                    "neigh",
                    "replace",
                    address(far, family),
                    "lladdr",
                    far.mac,
                    "dev",
                    port.name,
                    "nud",
                    "permanent",
                ]
            )
    try:
        silence(dut, peer)
        yield
    finally:
        for port, far in ends:
            for family in (4, 6):
                port.run(
                    ["ip", "neigh", "del", address(far, family), "dev", port.name], check=False
                )


def bql(port: Port, name: str) -> list[int]:
    """A file of byte_queue_limits, of each queue."""
    files = f"/sys/class/net/{port.name}/queues/tx-*/byte_queue_limits/{name}"
    return [int(word) for word in port.run(f"cat $(ls -v {files})").out.split()]


def send_frames(port: Port, frames: list[bytes], *options: str) -> None:
    """Send frames as they are; options are those of tests/guest/rawsend.py."""
    port.run(
        program("rawsend", port.name, *options),
        stdin=b"".join(frame.hex().encode() + b"\n" for frame in frames),
    )


def health(port: Port, *words: str, check: bool = True) -> Any:
    """`devlink -j health COMMAND pci/... ...`, and what it says."""
    at = 2 if words[0] == "dump" else 1
    result = port.machine.run(
        ["devlink", "-j", "health", *words[:at], f"pci/{port.pci}", *words[at:]], check=check
    )
    if not check:
        return result
    return json.loads(result.out) if result.out.strip() else {}


def reporters(port: Port) -> dict[str, dict[str, Any]]:
    """The reporters by their names."""
    (found,) = health(port, "show")["health"].values()
    return {one["reporter"]: one for one in found}
