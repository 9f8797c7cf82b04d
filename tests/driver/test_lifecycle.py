# SPDX-License-Identifier: GPL-2.0-only
"""The driver comes and goes, also while frames come and go, and leaves nothing behind.

Each loop runs twice: in silence, and under traffic both ways.  What is held after the one
and, once more, after the other is a leak: every cache of the kernel is looked at, and the
free pages.  The kernel's log must stay silent above the level of a notice."""

from __future__ import annotations

import itertools
import json
import signal
import time

import pytest
from control import Load, blasting, channels
from tools import Figures, genl, gone, port_number, program, until

from lab import Machine, Port
from lab.base import rounds
from lab.port import MODULES

NO_POOLS = "igb has no page_pool"
WARM_UP = 4
# How many are made, at most, while something seems to grow from each to the next.
LOOKS = 8

# $1 times, with $BDF, $MODULE and $ADDRESSES; how far a port gets before it goes again
# is different each time.
PREPARE = """
. /lab/lib.sh
ready() {
    for try in $(seq 200); do
        [ "$(cat /sys/class/net/$(port_netdev $BDF)/carrier 2> /dev/null)" = 1 ] && return 0
        sleep 0.05
    done
    echo "no link in cycle $i" >&2
    return 1
}
live() {
    case $(($i % 4)) in
    0) ;;
    1) port_configure $BDF $ADDRESSES ;;
    2) port_configure $BDF $ADDRESSES && ready && ping -n -q -c $PINGS -i 0.2 -W 5 $FAR ;;
    3) port_configure $BDF $ADDRESSES && sleep 0.$(($i % 10)) ;;
    esac
}
"""
LOAD = """
    rmmod $MODULE || exit 1
    if [ -e /sys/bus/pci/drivers/$MODULE ]; then echo "still loaded" >&2; exit 1; fi
    port_bind $BDF $MODULE && live || exit 1
"""
BIND = """
    echo $BDF > /sys/bus/pci/drivers/$MODULE/unbind || exit 1
    if port_netdev $BDF; then echo "still has an interface" >&2; exit 1; fi
    echo $BDF > /sys/bus/pci/drivers/$MODULE/bind && live || exit 1
"""
UP_DOWN = """
    name=$(port_netdev $BDF)
    ip link set $name down || exit 1
    if grep -q "$name" /proc/interrupts; then
        ls /sys/bus/pci/devices/$BDF/msi_irqs > /run/irqs
        if grep "$name" /proc/interrupts | sed 's/^ *\\([0-9]*\\):.*/\\1/' | grep -qwFf /run/irqs
        then echo "interrupts while down" >&2; exit 1; fi
    fi
    ip link set $name up || exit 1
    case $(($i % 4)) in 2) ready || exit 1 ;; 3) sleep 0.$(($i % 10)) ;; esac
"""


def repeat(dut: Port, body: str, count: int, pings: int = 1) -> None:
    """Run the body of a loop in the guest.  Of several pings one must be answered."""
    values = {
        "BDF": dut.pci,
        "MODULE": MODULES[dut.driver],
        "ADDRESSES": f"'{dut.configuration()}'",
        "FAR": dut.far.ipv4,
        "PINGS": str(pings),
    }
    head = "\n".join(f"{name}={value}" for name, value in values.items())
    script = f"{head}\n{PREPARE}\nfor i in $(seq {count}); do\n{body}\ndone"
    dut.machine.run(script, timeout=60 + 10 * count)


def held(machine: Machine) -> dict[str, int]:
    """Objects and pages that somebody holds."""
    counts: dict[str, int] = json.loads(machine.run(program("slabs")).out)
    return counts


def settle(dut: Port) -> None:
    """Back to a port that the next test can use."""
    dut.refresh()
    dut.configure()
    dut.wait_carrier()
    dut.ping()


def grown(looks: list[dict[str, int]], least: int) -> dict[str, list[int]]:
    """What was more by that much at each look than at the one before."""
    steps = {
        name: [after[name] - before.get(name, 0) for before, after in itertools.pairwise(looks)]
        for name in set(looks[1]).intersection(*looks[2:])
    }
    return {name: step for name, step in steps.items() if min(step) >= least}


def exercise(dut: Port, body: str, count: int, figures: Figures, what: str) -> None:
    """The whole of a test: warm up, half of it in silence, half under traffic."""
    machine, half = dut.machine, count // 2
    mark, begin = machine.klog_mark(), time.monotonic()
    looks: list[dict[str, int]] = []

    def look() -> None:
        """Always at a port that is up, for its rings are thousands of pages."""
        settle(dut)
        looks.append(held(machine))

    repeat(dut, body, WARM_UP)
    look()
    repeat(dut, body, half)
    look()
    with blasting(dut, dut.far):
        repeat(dut, body, half, pings=5)
    look()
    # The kernel's own caches fill up in time; a leak goes on for ever.
    while (leaks := grown(looks, half)) and len(looks) < LOOKS:
        repeat(dut, body, half)
        look()
    pages = [counts["pages"] - looks[0]["pages"] for counts in looks[1:]]
    figures(
        f"{WARM_UP + (len(looks) - 1) * half} times {what} in {time.monotonic() - begin:.0f} s; "
        f"pages held more than after {WARM_UP}: {pages}"
    )
    assert not leaks, f"held more after each of several times {half} rounds: {leaks}"
    assert machine.klog_since(mark, max_level=4) == []
    if dut.driver == "napier":
        gone(machine, lambda: [pool for pool in pools(dut) if "detach-time" in pool])


def pools(dut: Port) -> list[dict[str, int]]:
    """All page pools of the machine that belong to the port, or to nobody any more: of
    an interface that is gone, those that are still waited for lose their number."""
    everywhere: list[dict[str, int]] = json.loads(
        dut.machine.run(program("netdev_genl", "page-pools")).out
    )
    mine = {pool["id"] for pool in genl(dut, "page-pools")}
    return [pool for pool in everywhere if pool["id"] in mine or "ifindex" not in pool]


def test_load_and_unload(dut: Port, figures: Figures) -> None:
    exercise(dut, LOAD, rounds(50, 8), figures, "loaded")


def test_bind_and_unbind(dut: Port, figures: Figures) -> None:
    exercise(dut, BIND, rounds(50, 8), figures, "bound")


def test_up_and_down(dut: Port, figures: Figures) -> None:
    exercise(dut, UP_DOWN, rounds(100, 12), figures, "up and down")


@pytest.mark.napier_only(reason=NO_POOLS)
def test_no_page_pool_stays_after_close(dut: Port) -> None:
    """Every buffer comes back, also those that were in sockets' queues under load."""
    with Load(dut):
        running = pools(dut)
        assert len(running) == channels(dut)[0]
        assert all(pool["inflight"] > 0 for pool in running)
        dut.down()
        time.sleep(0.5)
        dut.up()
        dut.wait_carrier()
    dut.down()
    try:
        gone(dut.machine, lambda: pools(dut))
    finally:
        dut.up()
        dut.wait_carrier()


# Takes what comes on a TCP connection into its socket, and never reads it.
HOARD = """
import signal, socket, sys
with socket.create_server((sys.argv[1], int(sys.argv[2]))) as server:
    connection = server.accept()[0]
    signal.sigwait({signal.SIGTERM})
"""


@pytest.mark.napier_only(reason=NO_POOLS)
def test_buffers_that_a_socket_holds_outlive_the_driver(dut: Port, peer: Port) -> None:
    """Their page pool waits for them, and goes with the last one."""
    number = port_number()
    hoard = dut.spawn(["python3", "-c", HOARD, dut.ipv4, str(number)])
    sender = peer.spawn(program("endless", "source", dut.ipv4, number))
    try:
        queued = f"ss -H -t -n state established sport = :{number}"
        until(lambda: int((dut.run(queued).out.split() or ["0"])[0]) > 50_000, 30, "data is queued")
        dut.unbind()
        try:
            time.sleep(1)
            waiting = orphans(dut.machine)
            assert waiting, "no page pool waits"
            assert sum(pool["inflight"] for pool in waiting) > 0, waiting
            hoard.kill(signal.SIGTERM)
            sender.kill()
            gone(dut.machine, lambda: orphans(dut.machine))
        finally:
            dut.bind()
            dut.wait_carrier()
    finally:
        for process in (hoard, sender):
            process.kill()


def orphans(machine: Machine) -> list[dict[str, int]]:
    """Page pools whose interface is gone."""
    everywhere: list[dict[str, int]] = json.loads(
        machine.run(program("netdev_genl", "page-pools")).out
    )
    return [pool for pool in everywhere if "ifindex" not in pool]
