# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts: the three modes, the CPUs they go to, what the administrator set, their names,
and what netdev-genl says about them."""

from __future__ import annotations

import re
import time

import pytest
from control import Counts, Load, channels, counts, failing, mode, queue_irqs, restored
from frames import marked
from tools import RSS_KEY, Figures, bql, genl, port_number, program, send_frames, until

from lab import Port

pytestmark = pytest.mark.machine(cpus=4)

ENOSPC = -28
FLOWS = 64
CHIPS = {"msix": r"PCI-MSIX?-", "msi": r"PCI-MSI-", "intx": r"IO-APIC"}
NAMES = "igb names its interrupts once, when it requests them"
UNSPREAD = "igb asks for no affinity, so each vector goes where the kernel happens to put it"
UNLINKED = "igb 6.12 does not tell the core which interrupt and which NAPI instance a queue has"
UNHASHED = "igb spreads datagrams by their addresses alone until it is told to use the ports too"
REQUESTED_ANEW = (
    "igb frees its vectors when the number of channels changes, and what the administrator set "
    "goes with them"
)
PANICS = "igb 6.12 panics: igb_setup_tx_resources() finds no ring"
UNTOLD = (
    "without MSI-X the emulator tells igb of nothing that was sent; it notices with the next "
    "frame received, or every two seconds"
)
# Channels that a driver offers when there is one vector: igb as many as with MSI-X.
OFFERED_ALONE = {"igb": 8}


def total(port: Port) -> int:
    """All interrupts of a port."""
    return sum(sum(row) for row in counts(port).values())


def since(before: Counts, port: Port) -> Counts:
    """What came since."""
    return {
        irq: [new - old for new, old in zip(now, before.get(irq, [0] * len(now)), strict=True)]
        for irq, now in counts(port).items()
    }


def affinity(port: Port, irq: int) -> str:
    """The list of CPUs that an interrupt may go to."""
    return port.machine.run(["cat", f"/proc/irq/{irq}/smp_affinity_list"]).out.strip()


def many_flows(port: Port) -> None:
    """Frames both ways of so many flows that every queue gets some."""
    if port.driver == "igb":  # UNHASHED
        port.ethtool("-N", "rx-flow-hash", "udp4", "sdfn")
    else:
        # Refused where there is one queue.
        port.ethtool("-X", "hkey", RSS_KEY, check=channels(port)[0] > 1)
    number = port_number()
    server = port.spawn(program("flows", "echo", port.ipv4, number))
    done = port.far.run(program("flows", "ask", port.ipv4, number, FLOWS), timeout=60)
    server.kill()
    assert int(done.out) > 0, "nothing came back"


@pytest.mark.parametrize("wanted", ["msix", "msi", "intx"])
def test_each_mode_carries_traffic_and_sees_the_link(dut: Port, wanted: str) -> None:
    with mode(dut, wanted):
        irqs = dut.irqs()
        table = dut.machine.run(["cat", "/proc/interrupts"]).out
        for irq in irqs:
            line = re.search(rf"^ *{irq}:.*", table, re.M)
            assert line and re.search(CHIPS[wanted], line[0]), line
        if wanted != "msix":
            assert len(irqs) == 1
            assert channels(dut) == (1, OFFERED_ALONE.get(dut.driver, 1))
        elif dut.driver == "napier":
            assert len(irqs) == channels(dut)[0] + 1
        with Load(dut):
            pass
        # No traffic now, and each change of the link is told by an interrupt, not only
        # found by the slow look that a driver takes besides: three times, for a cause that
        # is not acknowledged properly comes once.
        for up in (False, True) * 3:
            before = total(dut)
            dut.link(up)
            dut.wait_carrier(want=up)
            after = total(dut)
            assert after > before, f"no interrupt for the link {'up' if up else 'down'}"
        dut.ping()


@pytest.mark.parametrize("wanted", ["msix", "msi", "intx"])
def test_what_was_sent_is_noticed_without_anything_received(dut: Port, wanted: str) -> None:
    """One frame at a time, to nobody: it is done with before anything else comes to help."""
    if dut.driver == "igb" and wanted != "msix":
        pytest.skip(UNTOLD)
    frame = marked("02:00:00:00:00:77", dut.mac, "alone")
    with mode(dut, wanted):
        for _ in range(10):
            send_frames(dut, [frame])
            # Less than the transmit watchdog needs.
            until(lambda: not sum(bql(dut, "inflight")), 4, "the frame is done with")


def test_vectors_fire_on_the_cpus_they_are_meant_for(dut: Port, figures: Figures) -> None:
    """By default one CPU each, all different while there are enough; what comes, comes there."""
    meant = {queue: affinity(dut, irq) for queue, irq in queue_irqs(dut).items()}
    assert len(meant) == 4
    if dut.driver != "igb":  # UNSPREAD
        assert sorted(meant.values()) == ["0", "1", "2", "3"]
    before = counts(dut)
    many_flows(dut)
    came = since(before, dut)
    figures(f"queue -> interrupts by CPU: { {q: came[i] for q, i in queue_irqs(dut).items()} }")
    for queue, irq in queue_irqs(dut).items():
        assert sum(came[irq]), f"queue {queue} had no interrupt: {came}"
        if dut.driver == "igb":  # UNSPREAD
            continue
        elsewhere = [n for cpu, n in enumerate(came[irq]) if str(cpu) != meant[queue]]
        assert not any(elsewhere), f"queue {queue} is meant for CPU {meant[queue]}: {came[irq]}"


def test_a_vector_follows_the_administrator(dut: Port) -> None:
    """From the next interrupt on after smp_affinity was written."""
    irq = queue_irqs(dut)[1]
    was = affinity(dut, irq)
    try:
        for cpu in (3, 0, 2):
            dut.machine.run(f"echo {cpu} > /proc/irq/{irq}/smp_affinity_list")
            many_flows(dut)  # one interrupt may still come to the old one
            before = counts(dut)
            many_flows(dut)
            came = since(before, dut)[irq]
            assert came[cpu] and sum(came) == came[cpu], f"meant for CPU {cpu}: {came}"
    finally:
        dut.machine.run(f"echo {was} > /proc/irq/{irq}/smp_affinity_list")


RECONFIGURATIONS = {
    "rings": ["ethtool -G DEV rx 1024 tx 128"],
    "mtu": ["ip link set DEV mtu 4000"],
    "fewer channels": ["ethtool -L DEV combined 2"],
    "more channels": ["ethtool -L DEV combined 6"],
    "fewer and more again": ["ethtool -L DEV combined 1", "ethtool -L DEV combined 4"],
    "ifdown, ifup": ["ip link set DEV down", "ip link set DEV up"],
    "link settings": ["ethtool -r DEV"],
}


@pytest.mark.parametrize("what", RECONFIGURATIONS)
def test_affinity_set_by_hand_survives(dut: Port, what: str) -> None:
    if dut.driver == "igb" and ("more" in what or "fewer" in what):
        pytest.skip(REQUESTED_ANEW)
    machine = dut.machine
    original = {irq: affinity(dut, irq) for irq in queue_irqs(dut).values()}
    wanted = dict(zip(sorted(queue_irqs(dut)), ("2-3", "0,2", "3", "1"), strict=True))
    try:
        with restored(dut):
            for queue, cpus in wanted.items():
                machine.run(f"echo {cpus} > /proc/irq/{queue_irqs(dut)[queue]}/smp_affinity_list")
            for command in RECONFIGURATIONS[what]:
                dut.run(command.replace("DEV", dut.name))
            dut.wait_carrier()
            many_flows(dut)
            now = {queue: affinity(dut, irq) for queue, irq in queue_irqs(dut).items()}
            for queue, cpus in wanted.items():
                if queue in now:
                    assert now[queue] == cpus, f"queue {queue}: {now}, was {wanted}"
        # Those that were away meanwhile are back.
        for queue, cpus in wanted.items():
            assert affinity(dut, queue_irqs(dut)[queue]) == cpus, f"queue {queue}"
    finally:
        for irq, cpus in original.items():
            machine.run(f"echo {cpus} > /proc/irq/{irq}/smp_affinity_list", check=False)


@pytest.mark.differs_on_igb(reason=NAMES)
@pytest.mark.parametrize("name", ["lan0", "a-name-of-15-ch"])
def test_names_follow_a_rename(dut: Port, name: str) -> None:
    old = dut.name
    suffixes = sorted(irq.removeprefix(old) for irq in dut.irqs().values())
    dut.run(["ip", "link", "set", old, "name", name])
    try:
        dut.refresh()
        assert sorted(dut.irqs().values()) == sorted(name + suffix for suffix in suffixes)
        dut.ping()
    finally:
        dut.run(["ip", "link", "set", name, "name", old])
        dut.refresh()
    assert sorted(dut.irqs().values()) == sorted(old + suffix for suffix in suffixes)


def test_names_are_those_of_the_handbook(dut: Port) -> None:
    found = sorted(dut.irqs().values())
    if dut.driver == "igb":  # up to two channels it has one vector for each ring
        assert f"{dut.name}-TxRx-0" in found or f"{dut.name}-rx-0" in found
        return
    queues = range(channels(dut)[0])
    assert found == [dut.name, *(f"{dut.name}-TxRx-{queue}" for queue in queues)]


@pytest.mark.differs_on_igb(reason=UNLINKED)
@pytest.mark.parametrize("combined", [4, 1, 9])
def test_netdev_genl_links_queue_napi_and_irq(dut: Port, combined: int) -> None:
    with restored(dut):
        if combined != channels(dut)[0]:
            dut.ethtool("-L", "combined", str(combined))
        dut.wait_carrier()
        napis = {napi["id"]: napi["irq"] for napi in genl(dut, "napis")}
        assert sorted(napis.values()) == sorted(queue_irqs(dut).values())
        queues = genl(dut, "queues")
        for kind in (0, 1):  # receive, transmit
            irqs = {q["id"]: napis[q["napi-id"]] for q in queues if q["type"] == kind}
            assert irqs == queue_irqs(dut)
    dut.down()
    try:
        assert genl(dut, "queues") == []
        assert not [napi for napi in genl(dut, "napis") if "irq" in napi]
    finally:
        dut.up()
        dut.wait_carrier()


@pytest.mark.parametrize("skip", [0, 1, 3], ids=["first", "second", "last"])
def test_falls_back_when_a_vector_cannot_be_had(dut: Port, skip: int) -> None:
    """As when the CPUs have no vectors left: of the requests for MSI-X one fails, after none,
    some or nearly all.  The interface comes up all the same, with MSI."""
    dut.down()
    try:
        with failing(
            dut.machine, "request_threaded_irq", value=ENOSPC, comm="ip", skip=skip
        ) as hits:
            dut.up()
            assert hits() == 1
        dut.wait_carrier()
        irqs = dut.irqs()
        assert len(irqs) == 1, irqs
        assert channels(dut) == (1, OFFERED_ALONE.get(dut.driver, 1))
        with Load(dut):
            time.sleep(7)  # longer than the watchdog waits for queues that are no more
    finally:
        dut.unbind()
        dut.bind()
        dut.wait_carrier()
    until(lambda: len(dut.irqs()) > 1, 5, "MSI-X is back with the next binding")


@pytest.mark.napier_only(reason=PANICS)
def test_no_interrupt_at_all_is_an_error(dut: Port) -> None:
    """Not even INTx: ifup fails, says why, and holds nothing; the next one works."""
    dut.down()
    try:
        with failing(
            dut.machine, "request_threaded_irq", value=ENOSPC, comm="ip", count=100
        ) as hits:
            result = dut.run(["ip", "link", "set", dut.name, "up"], check=False)
            assert hits() >= 3
        assert result.rc != 0
        assert "No space left" in result.err or "interrupt" in result.err, result.err
        assert not dut.irqs()
        dut.up()
        dut.wait_carrier()
        dut.ping()
    finally:
        dut.unbind()
        dut.bind()
        dut.wait_carrier()
