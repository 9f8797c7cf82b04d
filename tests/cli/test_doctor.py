# SPDX-License-Identifier: GPL-2.0-only
"""napier doctor and check: faults made for real are named, and what is well is left alone."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from lab.base import REPO
from tests.cli.host import TIMEOUT, Host, Said, assert_valid
from tests.cli.test_drops import (
    ADDRESS,
    DEAF,
    ETHTOOL_SGRO,
    ETHTOOL_STSO,
    PORT,
    SEND,
    SWITCH,
    between,
    send,
)

IDS = set(
    json.loads((REPO / "cli/schema/napier.doctor-1.json").read_text())["$defs"]["finding"][
        "properties"
    ]["id"]["enum"]
)


@pytest.fixture
def wired(host: Host) -> Host:
    host.ip(f"addr add {ADDRESS}/24 dev np0")
    return host


def findings(said: Said) -> dict[str, dict[str, Any]]:
    """What is wrong with the interfaces of the test, after a look at every member's type."""
    assert said.code in (0, 1, 2), said.err
    assert_valid(said.document)
    all_ = said.document["findings"]
    for one in all_:
        assert len(one["evidence"]) >= 2 or one["confidence"] == "possible", one
    worst = max((("info", "warning", "critical").index(x["severity"]) for x in all_), default=0)
    assert said.code == worst
    # What is of the host is everybody's: other work here may squeeze a softirq.
    return {x["id"]: x for x in all_ if not x["id"].startswith("BUDGET-SQUEEZE")}


def judged(host: Host, snapshot: Path, *names: str) -> dict[str, dict[str, Any]]:
    said = host.napier("-j", "--root", snapshot, "doctor", *names)
    text = host.napier("--root", snapshot, "doctor", *names)
    assert text.code == said.code
    found = findings(said)
    for one in found:
        assert one in text.out
    return found


def test_nothing_is_wrong_where_nothing_happens(wired: Host, tmp_path: Path) -> None:
    assert judged(wired, between(wired, tmp_path, lambda: None), "np0", "np1") == {}


def test_traffic_that_arrives_is_no_fault(wired: Host, tmp_path: Path) -> None:
    snapshot = between(wired, tmp_path, lambda: send(wired, 500, kind=0x88B5))
    assert judged(wired, snapshot, "np0", "np1") == {}


def test_a_socket_without_room(wired: Host) -> None:
    deaf = subprocess.Popen(
        wired.enter("python3", "-c", DEAF), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert deaf.stdout
        assert deaf.stdout.readline() == "there\n"
        command = wired.enter(wired.program, "-j", "doctor", "--for", "2s", "np0")
        doctor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(0.7)
        send(wired, 100)
        out, _ = doctor.communicate(timeout=TIMEOUT)
    finally:
        deaf.communicate(timeout=TIMEOUT)
    found = findings(Said(doctor.returncode, out, ""))
    one = found["SOCKET-RCVBUF"]
    assert one["scope"] == f"udp {ADDRESS}:{PORT}"
    assert one["confidence"] == "proven"
    assert "python3" in one["summary"]
    assert set(found) == {"SOCKET-RCVBUF"}


def test_a_full_ring(wired: Host, tmp_path: Path) -> None:
    wired.run("python3", "-c", SWITCH, "np1", f"{ETHTOOL_STSO}", "0")
    wired.run("python3", "-c", SWITCH, "np0", f"{ETHTOOL_SGRO}", "1")
    wired.set_sysfs("np0/threaded", "1")
    (device,) = wired.show("np0")
    threads = [napi["pid"] for napi in device["napis"] if "pid" in napi]
    if not threads:
        pytest.skip("this kernel does not say which thread serves which NAPI instance")
    for pid in threads:
        wired.run("taskset", "-p", "1", str(pid))

    def flood() -> None:
        words = (SEND, "1500", "800", str(PORT))
        wired.run("taskset", "1", "chrt", "--fifo", "1", "python3", "-c", *words)

    found = judged(wired, between(wired, tmp_path, flood), "np0")
    one = found["RX-RING-OVERFLOW"]
    assert one["severity"] == "critical"
    assert any("np1: tx_dropped" in proof["source"] for proof in one["evidence"])


def test_one_flow_has_the_ring(wired: Host) -> None:
    """As above, live: a sample of packets tells that they are one flow."""
    wired.run("python3", "-c", SWITCH, "np1", f"{ETHTOOL_STSO}", "0")
    wired.run("python3", "-c", SWITCH, "np0", f"{ETHTOOL_SGRO}", "1")
    wired.set_sysfs("np0/threaded", "1")
    (device,) = wired.show("np0")
    threads = [napi["pid"] for napi in device["napis"] if "pid" in napi]
    if not threads:
        pytest.skip("this kernel does not say which thread serves which NAPI instance")
    for pid in threads:
        wired.run("taskset", "-p", "1", str(pid))
    command = wired.enter(wired.program, "-j", "doctor", "--for", "4s", "np0")
    doctor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(0.7)
    # One in sixteen is sampled of those that come through, which are 256 of each burst.
    words = wired.enter(
        "taskset", "1", "chrt", "--fifo", "1", "python3", "-c", SEND, "2000", "800", str(PORT)
    )
    for _ in range(14):
        subprocess.run(words, check=True, timeout=TIMEOUT)
    out, _ = doctor.communicate(timeout=TIMEOUT)
    found = findings(Said(doctor.returncode, out, ""))
    assert "RX-RING-OVERFLOW" in found
    assert f"-> {ADDRESS} port {PORT}, udp" in found["ELEPHANT-FLOW"]["summary"]


def test_frames_that_are_too_long(wired: Host, tmp_path: Path) -> None:
    wired.ip("link set np1 mtu 9000")
    long = SEND.replace("8 + 512", "8 + 5120").replace("bytes(512)", "bytes(5120)")
    long = long.replace("20 + len(udp)", "20 + len(udp)")
    snapshot = between(
        wired, tmp_path, lambda: print(wired.run("python3", "-c", long, "40", "800", "9"))
    )
    found = judged(wired, snapshot, "np0")
    assert set(found) == {"MTU-MISMATCH"}
    assert found["MTU-MISMATCH"]["fixes"][0]["command"] == "ip link set np0 mtu 9000"
    assert found["MTU-MISMATCH"]["fixes"][0]["undo"] == "ip link set np0 mtu 1400"


def test_a_full_queueing_discipline(wired: Host, tmp_path: Path) -> None:
    kind = "tbf rate 8kbit burst 2kb limit 4kb"
    wired.run("tc", "qdisc", "add", "dev", "np1", "root", *kind.split())
    found = judged(wired, between(wired, tmp_path, lambda: send(wired, 60)), "np1")
    assert set(found) == {"TX-CONGESTION"}


def test_a_link_that_flaps(wired: Host, tmp_path: Path) -> None:
    def flap() -> None:
        for _ in range(3):
            wired.ip("link set np1 down")
            wired.ip("link set np1 up")

    found = judged(wired, between(wired, tmp_path, flap), "np0")
    assert found["LINK-FLAP"]["severity"] == "critical"


def test_nobody_may_ask(wired: Host) -> None:
    said = wired.napier("-j", "doctor", "--for", "100ms", "np0", nobody=True)
    assert findings(said) == {}
    assert any("sample of packets" in one for one in said.document["unseen"])


def test_follow_ends_at_once(wired: Host) -> None:
    command = wired.enter(wired.program, "-j", "doctor", "--follow", "--for", "300ms", "np0")
    doctor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(1.5)
    begin = time.monotonic()
    doctor.send_signal(signal.SIGTERM)
    out, _ = doctor.communicate(timeout=TIMEOUT)
    assert doctor.returncode == 0
    assert time.monotonic() - begin < 5
    lines = out.splitlines()
    assert len(lines) >= 2
    for line in lines:
        assert_valid(json.loads(line))


def test_check_is_a_plugin(wired: Host, tmp_path: Path) -> None:
    said = wired.napier("check", "--for", "100ms", "np0")
    assert said.code == 0
    assert re.fullmatch(r"NAPIER OK - [^|\n]* \|( '\S+'=\d+c)+\n", said.out)
    kind = "tbf rate 8kbit burst 2kb limit 4kb"
    wired.run("tc", "qdisc", "add", "dev", "np1", "root", *kind.split())
    snapshot = between(wired, tmp_path, lambda: send(wired, 60))
    said = wired.napier("--root", snapshot, "check", "np1")
    assert said.code == 1
    assert said.out.startswith("NAPIER WARNING - np1 TX-CONGESTION: ")
    zero = wired.napier("--root", snapshot, "doctor", "--exit-zero", "np1")
    assert zero.code == 0
    assert "TX-CONGESTION" in zero.out


def test_what_cannot_be_told_is_unknown(wired: Host, tmp_path: Path) -> None:
    said = wired.napier("-j", "doctor", "--for", "10ms", "np7")
    assert said.code == 3
    assert said.document["error"] == "np7: no such interface"
    assert wired.napier("doctor", "--for", "soon", "np0").code == 3
    assert wired.napier("check", "--for", "0s", "np0").code == 3
    one = tmp_path / "one"
    assert wired.napier("snapshot", "--for", "0s", one, "np0").code == 0
    said = wired.napier("-j", "--root", one / "1", "doctor", "np0")
    assert said.code == 3
    assert "one sample" in said.document["error"]
    said = wired.napier("-j", "--root", one, "doctor", "--follow", "np0")
    assert said.code == 3
    assert "followed" in said.document["error"]


def test_every_finding_has_its_section() -> None:
    """Ids of the rules, of the schema and of the documentation are the same."""
    text = "".join(path.read_text() for path in (REPO / "cli/judge").glob("rules_*.c"))
    rules = set(re.findall(r'"((?:[A-Z]+-)+[A-Z]+)"', text))
    page = (REPO / "docs/troubleshooting.md").read_text()
    assert rules == IDS
    assert set(re.findall(r"^### ([A-Z-]+)$", page, re.M)) == IDS


def test_every_finding_is_explained(empty: Host) -> None:
    said = empty.napier("-j", "explain", *sorted(IDS))
    assert said.code == 0, said.err
    told = {one["id"]: one["text"] for one in said.document["findings"]}
    assert set(told) == IDS
    for text in told.values():
        assert "How it is known." in text
        assert "*" not in text
        assert "###" not in text
    assert empty.napier("explain", "TX-HANG").out == f"TX-HANG\n{told['TX-HANG']}\n"
    assert empty.napier("explain", "TX-HAN").code == 1


def test_findings_are_exported(wired: Host) -> None:
    """A full queueing discipline, again and again, until a window has it."""
    wired.ip("link set lo up")
    kind = "tbf rate 8kbit burst 2kb limit 4kb"
    wired.run("tc", "qdisc", "add", "dev", "np1", "root", *kind.split())
    series = 'napier_finding{device="np1",id="TX-CONGESTION",severity="warning"} 1'
    command = wired.enter(
        wired.program, "export", "--window", "1s", "--listen", "127.0.0.1:10182", "np1"
    )
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    ask = (
        "import urllib.request as u; print(u.urlopen('http://127.0.0.1:10182/metrics').read()"
        ".decode())"
    )
    try:
        time.sleep(1)
        for _ in range(20):
            send(wired, 60)
            time.sleep(0.4)
            if series in wired.run("python3", "-c", ask):
                break
        else:
            pytest.fail("no such series")
    finally:
        server.terminate()
        server.wait(timeout=TIMEOUT)
