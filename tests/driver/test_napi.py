# SPDX-License-Identifier: GPL-2.0-only
"""What an operator sets of NAPI stays, whatever happens to the port, and does what it says:
threads, deferred interrupts, busy polling."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from control import Load, counts, queue_irqs, restored
from tools import Figures, genl, listening, port_number, program, snmp

from lab import Port
from lab.base import rounds

pytestmark = [
    pytest.mark.machine(cpus=2),
    pytest.mark.napier_only(reason="igb loses some of these, and resets where napier does not"),
]

FILES = {"threaded": 1, "napi_defer_hard_irqs": 3, "gro_flush_timeout": 200000}
DEFAULTS = dict.fromkeys(FILES, 0)


def shown(port: Port) -> dict[str, int]:
    words = port.run(f"cd /sys/class/net/{port.name} && cat {' '.join(FILES)}").out.split()
    return dict(zip(FILES, map(int, words), strict=True))


def put(port: Port, values: dict[str, int]) -> None:
    for name, value in values.items():
        port.run(f"echo {value} > /sys/class/net/{port.name}/{name}")


@pytest.fixture
def dut(dut: Port) -> Iterator[Port]:
    """Two queue pairs; what is set is put back."""
    with restored(dut):
        dut.ethtool("-L", "combined", "2", check=False)
        try:
            yield dut
        finally:
            dut.up()
            put(dut, DEFAULTS)
            if per_napi(dut):
                dut.run(program("knob", "napi", dut.name, *(f"{name}=0" for name in EACH[0])))
            dut.wait_carrier()


# ---- what happens to settings ---------------------------------------------------------


def nothing(dut: Port) -> None:
    pass


def rings(dut: Port) -> None:
    dut.ethtool("-G", "rx", "256", "tx", "256")


def channels(dut: Port) -> None:
    dut.ethtool("-L", "combined", "1")
    dut.ethtool("-L", "combined", "2")


def mtu(dut: Port) -> None:
    dut.run(["ip", "link", "set", dut.name, "mtu", "4000"])


def down_up(dut: Port) -> None:
    dut.down()
    dut.up()


def reset(dut: Port) -> None:
    dut.ethtool("--reset", "dedicated")


def function_reset(dut: Port) -> None:
    dut.machine.run(f"echo 1 > /sys/bus/pci/devices/{dut.pci}/reset", timeout=30)


def reload(dut: Port) -> None:
    dut.machine.run(["devlink", "dev", "reload", f"pci/{dut.pci}"], timeout=30)


def self_test(dut: Port) -> None:
    """What it finds is for test_selftest.py to judge."""
    assert "The test result is" in dut.ethtool("-t", "offline", check=False).out


def toggled(feature: str) -> Callable[[Port], None]:
    """An offload on and off."""

    def event(dut: Port) -> None:
        for value in ("on", "off"):
            dut.ethtool("-K", feature, value)
            dut.wait_carrier()

    return event


def asleep(dut: Port) -> None:
    dut.machine.suspend()


EVENTS: dict[str, Callable[[Port], None]] = {
    "rings": rings,
    "channels": channels,
    "MTU": mtu,
    "down and up": down_up,
    "FCS": toggled("rx-fcs"),
    "bad frames": toggled("rx-all"),
    "loopback": toggled("loopback"),
    "self-test": self_test,
    "reload": reload,
    "reset": reset,
    "function reset": function_reset,
    "suspend": asleep,
}


def threads(port: Port) -> int:
    """How many NAPI instances have a thread; its name is cut off after 15 characters."""
    found = port.run(["ps", "-e", "-o", "comm="]).out.splitlines()
    return sum(line.startswith(f"napi/{port.name}-"[:15]) for line in found)


def test_settings_survive(dut: Port) -> None:
    """By sysfs, of all queues."""
    put(dut, FILES)
    assert threads(dut) == 2
    with Load(dut) as load:
        for name, event in EVENTS.items():
            event(dut)
            dut.wait_carrier()
            load.moves()
            assert (shown(dut), threads(dut)) == (FILES, 2), name
    # The core of 6.12 keeps the threads, which then have nothing to do.
    put(dut, DEFAULTS)
    dut.ping(2)
    assert shown(dut) == DEFAULTS


# ---- each instance for itself (7.x) ------------------------------------------------------

# NAPI of queue pair 0 and of pair 1.
EACH = (
    {"defer-hard-irqs": 2, "gro-flush-timeout": 300000, "irq-suspend-timeout": 0},
    {"defer-hard-irqs": 5, "gro-flush-timeout": 100000, "irq-suspend-timeout": 20000000},
)


def per_napi(port: Port) -> bool:
    return port.machine.spec.kernel != "stock"


def instances(port: Port) -> list[dict[str, int]]:
    """The NAPI instances, as queue pairs have them."""
    ids = {one["id"]: one["napi-id"] for one in genl(port, "queues") if one["type"] == 0}
    by_id = {one["id"]: one for one in genl(port, "napis")}
    return [by_id[ids[queue]] for queue in sorted(ids)]


@pytest.mark.machine(cpus=2, kernel="backports")
def test_settings_of_each_instance_survive(dut: Port) -> None:
    for instance, values in zip(instances(dut), EACH, strict=True):
        words = [f"{name}={value}" for name, value in values.items()]
        dut.run(program("knob", "napi-one", dut.name, instance["id"], *words))
    dut.run(program("knob", "napi-one", dut.name, instances(dut)[1]["id"], "threaded=1"))
    with Load(dut) as load:
        for name, event in {"nothing": nothing, **EVENTS}.items():
            event(dut)
            dut.wait_carrier()
            load.moves()
            found = instances(dut)
            for instance, values in zip(found, EACH, strict=True):
                assert {key: instance.get(key, 0) for key in values} == values, name
            assert [one.get("threaded", 0) for one in found] == [0, 1], name
            assert threads(dut) == 1, name


# ---- busy polling --------------------------------------------------------------------

TRIPS = rounds(400, 100)


def ask(port: Port, usecs: int, prefer: int) -> tuple[dict[str, float], int, int]:
    """What `busy.py ask` says, packets that were polled by the socket, interrupts."""
    number, irqs = port_number(), queue_irqs(port).values()
    server = port.far.spawn(program("busy", "serve", port.far.ipv4, number, TRIPS))
    listening(port.far, number)
    polled, fired = snmp(port).get("TcpExtBusyPollRxPackets", 0), counts(port)
    told = json.loads(
        port.run(
            program("busy", "ask", port.far.ipv4, number, TRIPS, usecs, prefer), timeout=90
        ).out
    )
    after = counts(port)
    polled = snmp(port)["TcpExtBusyPollRxPackets"] - polled
    server.wait(30)
    return told, polled, sum(sum(after[irq]) - sum(fired[irq]) for irq in irqs)


@pytest.mark.parametrize("way", ["threads", "softirq"])
def test_busy_polling(dut: Port, figures: Figures, way: str) -> None:
    """A socket that polls gets its datagrams itself, and with interrupts deferred there are few."""
    dut.ethtool("-L", "combined", "1")
    put(dut, {"threaded": int(way == "threads")})
    waits, none, fired = ask(dut, 0, 0)
    polls, most, fired_polling = ask(dut, 20000, 0)
    put(dut, {"napi_defer_hard_irqs": 100, "gro_flush_timeout": 2000000})
    prefers, nearly_all, rare = ask(dut, 20000, 1)
    figures(
        f"{way}, {TRIPS} round trips: waiting {waits['median']:.0f} us, {fired} interrupts; "
        f"polling {polls['median']:.0f} us, {most} polled, {fired_polling} interrupts; preferring "
        f"{prefers['median']:.0f} us, {nearly_all} polled, {rare} interrupts"
    )
    assert none == 0
    # Who is there first, the socket or the interrupt, is a matter of luck; unless these are
    # deferred, and then, a host with other things to do has its part in it.
    assert most > 0
    assert nearly_all > TRIPS / 2
    assert rare < fired / 4
