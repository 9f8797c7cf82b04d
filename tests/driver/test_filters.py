# SPDX-License-Identifier: GPL-2.0-only
"""What must not arrive does not, what must does; as tcpdump -p sees it, which leaves the
port's filters as they are."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator

import frames
import pytest
import tools
from control import queue_irqs, restored
from tools import Numbered, Stream, genl, private, send_frames, until

from lab import Machine, Port

STRANGER = "52:54:00:77:77:77"
JOINED = "01:00:5e:11:22:33"
# An 82576 has 24 exact filters, one of them for its own address.
FEW, MANY = 10, 40


def addresses(count: int) -> list[str]:
    """Unicast addresses that no other port has.  The emulated device looks up unicast addresses
    in the table of multicast hashes, too, which are made of the last two bytes: these, and
    STRANGER, are like those of no group that a stack joins."""
    return [f"02:00:00:00:a5:{0x80 + number:02x}" for number in range(count)]


def groups(count: int) -> list[str]:
    """Multicast addresses that nobody has joined; always the same."""
    chosen = random.Random(7)
    return [
        ":".join(["03", *(f"{chosen.getrandbits(8):02x}" for _ in range(5))]) for _ in range(count)
    ]


def arriving(dut: Port, sent: dict[str, bytes]) -> set[str]:
    """Which of these frames of the peer's, each marked with its name, the port lets in."""
    file = "/run/tests/arriving.pcap"
    dut.run(["rm", "-f", file])
    # Immediate mode has a slot of the size of -s for each frame; by default it is so large that
    # eight fill the buffer, and a slow guest loses the ninth.
    words = ["-p", "-i", dut.name, "--immediate-mode", "-s", "256", "-U", "-w", file, "-Q", "in"]
    capture = dut.spawn(["tcpdump", *words])
    try:
        until(lambda: dut.run(["test", "-s", file], check=False).rc == 0, 15, "tcpdump to listen")
        last = frames.marked(frames.BROADCAST, dut.far.mac, "last")
        send_frames(dut.far, [*sent.values(), last])

        def names() -> set[str]:
            caught = b"".join(frames.pcap(dut.machine.get(file)))
            return {name.decode() for name in re.findall(rb"<([\w:. -]+)>", caught)}

        until(lambda: "last" in names(), 15, "the last of the frames")
        return names() - {"last"}
    finally:
        capture.kill(2)
        capture.wait(15)


def marked(dut: Port, wanted: dict[str, str], vlans: tuple[int, ...] = ()) -> dict[str, bytes]:
    """Frames for arriving(): name -> destination."""
    return {name: frames.marked(dst, dut.far.mac, name, vlans) for name, dst in wanted.items()}


def usual(dut: Port) -> dict[str, bytes]:
    """One of each kind."""
    wanted = {"own": dut.mac, "stranger": STRANGER, "broadcast": frames.BROADCAST, "joined": JOINED}
    wanted |= {f"group {number}": group for number, group in enumerate(groups(8))}
    return (
        marked(dut, wanted)
        | marked(dut, {"vlan 100": dut.mac}, (100,))
        | marked(dut, {"vlan 200": dut.mac}, (200,))
    )


@contextlib.contextmanager
def setting(port: Port, do: str, undo: str) -> Iterator[None]:
    """A command and what takes it back, with the port's name as %s."""
    try:
        port.run(do.replace("%s", port.name))
        yield
    finally:
        port.run(undo.replace("%s", port.name), check=False)
        port.wait_carrier()


@contextlib.contextmanager
def group_joined(port: Port) -> Iterator[None]:
    with setting(port, f"ip maddr add {JOINED} dev %s", f"ip maddr del {JOINED} dev %s"):
        yield


@contextlib.contextmanager
def vlan_device(port: Port) -> Iterator[None]:
    with setting(
        port,
        "ip link add link %s name vlan100 type vlan id 100 && ip link set vlan100 up",
        "ip link del vlan100",
    ):
        yield


BASIC = {"own", "broadcast"}
GROUPS = {f"group {number}" for number in range(8)}
TAGGED = {"vlan 100", "vlan 200"}


def test_only_what_was_asked_for(machine: Machine, dut: Port) -> None:
    machine.run("modprobe 8021q")
    assert arriving(dut, usual(dut)) == BASIC
    with group_joined(dut), vlan_device(dut):
        assert arriving(dut, usual(dut)) == BASIC | {"joined", "vlan 100"}
        # The device forgets its filters when it is reset; the driver must not.
        dut.down()
        dut.up()
        dut.wait_carrier()
        assert arriving(dut, usual(dut)) == BASIC | {"joined", "vlan 100"}
    assert arriving(dut, usual(dut)) == BASIC


def test_filters_survive_new_rings(dut: Port) -> None:
    with group_joined(dut), vlan_device(dut):
        dut.ethtool("-G", "rx", "1024")
        try:
            dut.wait_carrier()
            assert arriving(dut, usual(dut)) == BASIC | {"joined", "vlan 100"}
        finally:
            dut.ethtool("-G", "rx", "512" if dut.driver == "napier" else "256")
            dut.wait_carrier()


def test_all_multicast(dut: Port) -> None:
    with setting(dut, "ip link set %s allmulticast on", "ip link set %s allmulticast off"):
        assert arriving(dut, usual(dut)) == BASIC | GROUPS | {"joined"}
    assert arriving(dut, usual(dut)) == BASIC


def test_promiscuous(dut: Port) -> None:
    with setting(dut, "ip link set %s promisc on", "ip link set %s promisc off"):
        assert arriving(dut, usual(dut)) == set(usual(dut))
    assert arriving(dut, usual(dut)) == BASIC


def test_vlan_filter_off(dut: Port) -> None:
    if dut.driver == "igb":
        pytest.skip("igb cannot switch its VLAN filter off")
    with tools.features(dut, **{"rx-vlan-filter": False}):
        assert arriving(dut, usual(dut)) == BASIC | TAGGED
    assert arriving(dut, usual(dut)) == BASIC


def test_address_of_the_port(dut: Port) -> None:
    """A new address counts at once, the old one no more."""
    first, second = addresses(2)
    sent = marked(dut, {"first": first, "second": second, "stranger": STRANGER, "own": dut.mac})
    with setting(dut, f"ip link set %s address {first}", f"ip link set %s address {dut.mac}"):
        # The port's own address is like that of the group of all hosts: see addresses().
        assert arriving(dut, sent) - {"own"} == {"first"}
        dut.run(["ip", "link", "set", dut.name, "address", second])
        assert arriving(dut, sent) - {"own"} == {"second"}
    assert arriving(dut, sent) == {"own"}


@pytest.mark.differs_on_igb(reason="igb refuses addresses for which it has no filter left")
def test_more_addresses_than_filters(dut: Port) -> None:
    """As many further addresses as the device has filters for are filtered exactly; more of
    them are received all the same, by other means."""

    def change(verb: str, wanted: list[str]) -> None:
        dut.run(
            "bridge -batch -",
            stdin="".join(
                f"fdb {verb} {address} dev {dut.name} self permanent\n" for address in wanted
            ).encode(),
        )

    mine = addresses(MANY)
    sent = marked(dut, {f"address {address}": address for address in mine} | {"stranger": STRANGER})
    few = {f"address {address}" for address in mine[:FEW]}
    change("add", mine[:FEW])
    try:
        assert arriving(dut, sent) == few
        change("add", mine[FEW:])
        try:
            assert arriving(dut, sent) >= set(sent) - {"stranger"}
        finally:
            change("del", mine[FEW:])
        assert arriving(dut, sent) == few
    finally:
        change("del", mine[:FEW])
    assert arriving(dut, sent) == set()


# ---- software devices on top ----------------------------------------------------------


class Behind(Port):
    """An end of the wire in a network namespace behind the port."""

    def __init__(self, dut: Port, address: str) -> None:
        super().__init__(dut.machine, "dut", dut.index)
        self.netns, self.ipv4 = "behind", address


@contextlib.contextmanager
def behind(dut: Port, script: str, cleanup: str) -> Iterator[Behind]:
    """A namespace that a script connects to the wire through a device named `inner`."""
    end = Behind(dut, "192.0.2.77")
    try:
        dut.run(
            "ip netns add behind; "
            + script.replace("%s", dut.name)
            + f"ip link set inner netns behind && ip -n behind addr add {end.ipv4}/24 dev inner"
            " && ip -n behind link set inner up"
        )
        yield end
    finally:
        dut.run(cleanup.replace("%s", dut.name) + "ip netns del behind", check=False)
        dut.wait_carrier()


def carries(end: Behind, peer: Port) -> None:
    """It carries traffic both ways, and what is not for it stays away."""
    until(
        lambda: end.run(["ping", "-n", "-c", "1", "-W", "1", peer.ipv4], check=False).rc == 0,
        20,
        "a first answer",
    )
    Stream(end, 4 << 20).whole()
    Stream(peer, 4 << 20, sink=end).whole()


def test_bridge(dut: Port, peer: Port) -> None:
    script = (
        "set -e; ip link add br0 type bridge forward_delay 0; ip link add inner type veth "
        "peer name outer; ip link set outer master br0 up; ip link set %s master br0; "
        "ip link set br0 up; "
    )
    cleanup = "ip link set %s nomaster; ip link del br0; ip link del outer; "
    with behind(dut, script, cleanup) as end:
        carries(end, peer)


def test_macvlan(dut: Port, peer: Port) -> None:
    script = "set -e; ip link add link %s name inner type macvlan mode bridge; "
    with behind(dut, script, "") as end:
        carries(end, peer)
        mac = end.run(["cat", "/sys/class/net/inner/address"]).out.strip()
        sent = marked(dut, {"macvlan": mac, "own": dut.mac, "stranger": STRANGER})
        assert arriving(dut, sent) == {"macvlan", "own"}


# ---- steering of packets in software --------------------------------------------------


def queue_files(port: Port, kind: str, name: str) -> list[str]:
    return port.run(f"ls -v -d /sys/class/net/{port.name}/queues/{kind}-*/{name}").out.split()


@contextlib.contextmanager
def written(port: Port, values: dict[str, str]) -> Iterator[None]:
    """Files of /sys and /proc with other contents."""
    old = {path: port.run(["cat", path]).out.strip() for path in values}
    try:
        port.run("; ".join(f"echo {value} > {path}" for path, value in values.items()))
        yield
    finally:
        port.run("; ".join(f"echo {value} > {path}" for path, value in old.items()))


def processed(port: Port) -> list[int]:
    """How many packets the stack has taken, on each CPU."""
    rows = port.run(["cat", "/proc/net/softnet_stat"]).out.splitlines()
    return [int(row.split()[0], 16) for row in rows]


COUNT = 600


def taken_on(dut: Port, receive_on: int | None = None) -> list[int]:
    """On which CPUs the stack takes datagrams of the peer's."""
    before = processed(dut)
    Numbered(dut.far, COUNT, rate=400, sizes=[100], receive_on=receive_on).perfect()
    return [now - then for now, then in zip(processed(dut), before, strict=True)]


@pytest.mark.parametrize("cpu", [0, 1])
def test_rps(dut: Port, peer: Port, cpu: int) -> None:
    files = queue_files(dut, "rx", "rps_cpus")
    with tools.quiet(dut, peer), written(dut, dict.fromkeys(files, f"{1 << cpu:x}")):
        taken = taken_on(dut)
    assert taken[cpu] >= COUNT
    assert taken[1 - cpu] < COUNT // 4


@pytest.mark.parametrize("cpu", [0, 1])
def test_rfs(dut: Port, peer: Port, cpu: int) -> None:
    """Packets go to the CPU on which their reader runs."""
    values = dict.fromkeys(queue_files(dut, "rx", "rps_cpus"), "3")
    values |= dict.fromkeys(queue_files(dut, "rx", "rps_flow_cnt"), "2048")
    values["/proc/sys/net/core/rps_sock_flow_entries"] = "4096"
    with tools.quiet(dut, peer), written(dut, values):
        taken = taken_on(dut, receive_on=cpu)
    assert taken[cpu] > COUNT * 0.8
    assert taken[1 - cpu] < COUNT // 3


def sent_by_queue(port: Port) -> list[int]:
    if port.driver == "napier":
        found = {
            one["queue-id"]: one["tx-packets"]
            for one in genl(port, "queue-qstats")
            if "tx-packets" in one
        }
        return [found[queue] for queue in sorted(found)]
    return [
        count
        for name, count in private(port).items()
        if re.fullmatch(r"tx_queue_\d+_packets", name)
    ]


@pytest.mark.parametrize("swapped", [False, True])
def test_xps(dut: Port, peer: Port, swapped: bool) -> None:
    """Each CPU sends through the queue that it was given, whatever the default is."""
    files = queue_files(dut, "tx", "xps_cpus")
    assert len(files) == 2, "this test is written for two CPUs and two queues"
    values = dict(zip(files, ("2", "1") if swapped else ("1", "2"), strict=True))
    with tools.quiet(dut, peer), written(dut, values):
        for cpu in (0, 1):
            before = sent_by_queue(dut)
            Numbered(dut, COUNT, rate=400, sizes=[100], send_on=cpu).perfect()
            sent = [now - then for now, then in zip(sent_by_queue(dut), before, strict=True)]
            queue = 1 - cpu if swapped else cpu
            assert sent[queue] >= COUNT
            assert sent[1 - queue] < 20


def maps(port: Port) -> list[str]:
    """Of each transmit queue, the CPUs that send through it."""
    return [port.run(["cat", path]).out.strip() for path in queue_files(port, "tx", "xps_cpus")]


@pytest.mark.napier_only(reason="igb sets no maps")
def test_xps_default(dut: Port, peer: Port) -> None:
    """Each CPU sends through the queue whose interrupt comes to it; none with too few queues."""
    irqs = queue_irqs(dut)
    near = [dut.run(["cat", f"/proc/irq/{irqs[queue]}/affinity_hint"]).out for queue in (0, 1)]
    assert maps(dut) == [one.strip() for one in near]
    assert sorted(maps(dut)) == ["1", "2"]
    with tools.quiet(dut, peer):
        for cpu in (0, 1):
            queue = maps(dut).index(str(1 << cpu))
            before = sent_by_queue(dut)
            Numbered(dut, COUNT, rate=400, sizes=[100], send_on=cpu).perfect()
            sent = [now - then for now, then in zip(sent_by_queue(dut), before, strict=True)]
            assert sent[queue] >= COUNT
            assert sent[1 - queue] < 20


@pytest.mark.napier_only(reason="igb sets no maps")
@pytest.mark.machine(cpus=4)
def test_xps_with_fewer_queues_than_cpus(dut: Port) -> None:
    """Queues that are added when there are too few get no map, others get theirs."""
    assert sorted(maps(dut)) == ["1", "2", "4", "8"]
    with restored(dut):
        dut.ethtool("-L", "combined", "2")
        kept = maps(dut)
        dut.ethtool("-L", "combined", "3")
        assert maps(dut) == [*kept, "0"]
        dut.ethtool("-L", "combined", "4")
        assert sorted(maps(dut)) == ["1", "2", "4", "8"]
        # More queues than CPUs: several for each.
        dut.ethtool("-L", "combined", "6")
        assert maps(dut)[4:] == maps(dut)[:2]


@pytest.mark.napier_only(reason="igb sets no maps")
def test_xps_that_was_set_stays(dut: Port) -> None:
    """Over all that the driver does to its queues, as long as there are these."""
    files = queue_files(dut, "tx", "xps_cpus")
    with written(dut, dict(zip(files, ("3", "0"), strict=True))), restored(dut):
        dut.ethtool("-G", "tx", "256")
        assert maps(dut) == ["3", "0"]
        dut.down()
        dut.up()
        dut.wait_carrier()
        assert maps(dut) == ["3", "0"]
        dut.ethtool("--reset", "dedicated")
        dut.machine.run(f"devlink dev reload pci/{dut.pci}")
        dut.wait_carrier()
        assert maps(dut) == ["3", "0"]
        # A queue that goes takes its map with it; the next of that number is a new one.
        dut.ethtool("-L", "combined", "1")
        assert maps(dut)[0] == "3"
        dut.ethtool("-L", "combined", "2")
        assert maps(dut) == ["3", "2"] or maps(dut) == ["3", "1"]
