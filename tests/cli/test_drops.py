# SPDX-License-Identifier: GPL-2.0-only
"""napier drops: losses made for real stand in the layer that made them, each once, and the sums
balance."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.host import TIMEOUT, Host, assert_valid, namespace
from tests.cli.test_snapshot import DAMAGES, garbled, halved, lengthened, lying

ADDRESS = "192.0.2.1"
PORT = 5000
# Frames that np1 sends by itself, without a stack: what goes in is known to the frame.
# Arguments: how many, type of the frame, and the port of UDP.
SEND = """
import socket, struct, sys
count, kind, port = int(sys.argv[1]), int(sys.argv[2], 16), int(sys.argv[3])
mac = bytes.fromhex(open("/sys/class/net/np0/address").read().strip().replace(":", ""))
udp = struct.pack("!HHHH", 7, port, 8 + 512, 0) + bytes(512)
ip = bytes.fromhex("4500%04x000040004011" % (20 + len(udp)))
addresses = bytes((192, 0, 2, 2, 192, 0, 2, 1))
total = sum(struct.unpack("!9H", ip + addresses))
total = (total & 0xffff) + (total >> 16)
check = struct.pack("!H", 0xffff - (total & 0xffff) - (total >> 16))
frame = mac + bytes(6) + struct.pack("!H", kind) + ip + check + addresses + udp
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
# SO_SNDBUFFORCE: what waits in a ring must not stop the sender.
s.setsockopt(socket.SOL_SOCKET, 32, 1 << 26)
s.bind(("np1", 0))
for _ in range(count):
    try:
        s.send(frame)
    except OSError:
        # The queueing discipline has dropped it, and that is what is tested.
        pass
"""
# A socket that reads nothing, with as little room as there can be; goes with its standard input.
DEAF = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
s.bind(("192.0.2.1", 5000))
print("there", flush=True)
sys.stdin.read()
"""
# Arguments: interface, command of SIOCETHTOOL, value.
SWITCH = """
import array, fcntl, socket, struct, sys
value = array.array("I", [int(sys.argv[2]), int(sys.argv[3])])
request = struct.pack("16sP16x", sys.argv[1].encode(), value.buffer_info()[0])
fcntl.ioctl(socket.socket(), 0x8946, request)
"""
ETHTOOL_STSO, ETHTOOL_SGRO = 0x1F, 0x2C


@pytest.fixture
def wired(host: Host) -> Host:
    """The two interfaces, with an address for what is sent to the first."""
    host.ip(f"addr add {ADDRESS}/24 dev np0")
    return host


def send(host: Host, count: int, kind: int = 0x0800, port: int = PORT) -> None:
    host.run("python3", "-c", SEND, str(count), f"{kind:x}", str(port))


def between(host: Host, place: Path, happens: Callable[[], None]) -> Path:
    """A snapshot with one sample before and one after something."""
    for name in ("first", "second"):
        said = host.napier("snapshot", "--for", "1ms", place / name, "np0", "np1")
        assert said.code == 0, said.err
        if name == "first":
            happens()
    whole = place / "whole"
    whole.mkdir()
    shutil.move(place / "first" / "2", whole / "1")
    shutil.move(place / "second" / "1", whole / "2")
    return whole


def ledger(host: Host, snapshot: Path, *names: str) -> dict[str, Any]:
    names = names or ("np0", "np1")
    said = host.napier("-j", "--root", snapshot, "drops", *names)
    assert said.code == 0, said.err
    assert_valid(said.document)
    # People are told the same numbers.
    text = host.napier("--root", snapshot, "drops", *names)
    assert (text.code, text.err) == (0, "")
    return said.document


def way(document: dict[str, Any], name: str, direction: str) -> dict[str, Any]:
    if name == "namespace":
        found = document["namespace"]
    else:
        (found,) = (one for one in document["devices"] if one["ifname"] == name)
    result: dict[str, Any] = found[direction]
    return result


def lost(of: dict[str, Any]) -> dict[str, int]:
    """What each layer has lost, without those that have lost nothing."""
    return {
        loss["layer"]: loss["packets"]
        for stage in of["stages"]
        for loss in stage["losses"]
        if loss["packets"]
    }


def came(of: dict[str, Any]) -> list[int]:
    return [stage["packets"] for stage in of["stages"]]


def balanced(of: dict[str, Any]) -> None:
    """Stage by stage: what came, was not lost and does not wait has arrived."""
    for stage, after in zip(of["stages"], of["stages"][1:], strict=False):
        left = stage["packets"] - stage["waiting"] - sum(x["packets"] for x in stage["losses"])
        assert left - after["packets"] == stage.get("unexplained", 0)
    assert of["lost"] == sum(lost(of).values())


def test_nothing_is_lost_where_nothing_happens(wired: Host, tmp_path: Path) -> None:
    document = ledger(wired, between(wired, tmp_path, lambda: None))
    for name in ("np0", "np1", "namespace"):
        for direction in ("rx", "tx"):
            one = way(document, name, direction)
            assert lost(one) == {}
            balanced(one)
    assert document["sockets"] == []


def test_all_that_was_sent_arrives(wired: Host, tmp_path: Path) -> None:
    with_socket = (
        "import socket,subprocess,sys\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"s.bind(('{ADDRESS}', {PORT}))\n"
        f"subprocess.run(['python3', '-c', {SEND!r}, '70', '800', '{PORT}'], check=True)\n"
    )
    document = ledger(
        wired, between(wired, tmp_path, lambda: print(wired.run("python3", "-c", with_socket)))
    )
    received, sent = way(document, "np0", "rx"), way(document, "np1", "tx")
    assert came(received) == [70, 70, 70]
    assert came(sent) == [70, 70, 70]
    assert received["stages"][0]["unexplained"] == 0
    assert came(way(document, "namespace", "rx")) == [70, 70, 70]
    for one in (received, sent, way(document, "namespace", "rx")):
        assert lost(one) == {}
        balanced(one)


def test_frames_that_nobody_takes(wired: Host, tmp_path: Path) -> None:
    document = ledger(wired, between(wired, tmp_path, lambda: send(wired, 50, kind=0x88B5)))
    received = way(document, "np0", "rx")
    assert lost(received) == {"stack": 50}
    assert came(received) == [50, 50, 0]
    balanced(received)


def test_a_port_without_a_socket(wired: Host, tmp_path: Path) -> None:
    document = ledger(wired, between(wired, tmp_path, lambda: send(wired, 30, port=9)))
    assert lost(way(document, "np0", "rx")) == {}
    above = way(document, "namespace", "rx")
    assert lost(above) == {"udp": 30}
    (udp,) = (x for stage in above["stages"] for x in stage["losses"] if x["layer"] == "udp")
    assert udp["sources"] == {"Udp.NoPorts": 30}
    assert udp["scope"] == "namespace"
    balanced(above)


def test_a_socket_without_room(wired: Host, tmp_path: Path) -> None:
    deaf = subprocess.Popen(
        wired.enter("python3", "-c", DEAF),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert deaf.stdout
        assert deaf.stdout.readline() == "there\n"
        document = ledger(wired, between(wired, tmp_path, lambda: send(wired, 100)))
        place = tmp_path / "snapshot"
        taken = subprocess.Popen(
            wired.enter(wired.program, "snapshot", "--for", "1s", place, "np0")
        )
        time.sleep(0.5)
        send(wired, 10)
        assert taken.wait(timeout=TIMEOUT) == 0
        (named,) = ledger(wired, place, "np0")["sockets"]
    finally:
        deaf.communicate(timeout=TIMEOUT)
    above = way(document, "namespace", "rx")
    (layer,) = lost(above)
    assert layer == "udp"
    assert 90 < lost(above)["udp"] < 100
    (sock,) = document["sockets"]
    assert sock["drops"] == lost(above)["udp"]
    assert (sock["protocol"], sock["local"]) == ("udp", f"{ADDRESS}:{PORT}")
    # The kernel doubles what is asked for, and has a least.
    assert 2048 <= sock["rcvbuf"] <= 8192
    assert lost(way(document, "np0", "rx")) == {}
    balanced(above)
    # Whose it is was found when it lost something, and was kept.
    assert named["drops"] == 10
    assert named["process"].startswith("python3")


def test_a_full_queueing_discipline(wired: Host, tmp_path: Path) -> None:
    kind = "tbf rate 8kbit burst 2kb limit 4kb"
    wired.run("tc", "qdisc", "add", "dev", "np1", "root", *kind.split())
    document = ledger(wired, between(wired, tmp_path, lambda: send(wired, 60)))
    sent, received = way(document, "np1", "tx"), way(document, "np0", "rx")
    stack, driver = sent["stages"][:2]
    assert stack["packets"] == 60
    assert stack["unexplained"] == 0
    assert lost(sent)["qdisc"] > 40
    assert stack["waiting"] > 0
    assert lost(sent).get("qdisc", 0) + stack["waiting"] + driver["packets"] == 60
    assert came(received)[0] == driver["packets"]
    balanced(sent)


def test_a_full_ring_is_counted_by_the_other_end(wired: Host, tmp_path: Path) -> None:
    """Threaded NAPI, and its threads where they get nothing: behind one that runs in real time."""
    # With TSO the sender does not give its packets to NAPI.
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

    document = ledger(wired, between(wired, tmp_path, flood))
    received, sent = way(document, "np0", "rx"), way(document, "np1", "tx")
    assert came(received)[0] == 1500
    assert lost(received)["ring"] > 500
    (ring,) = (x for x in received["stages"][0]["losses"] if x["layer"] == "ring")
    assert ring["sources"]["np1 tx_dropped"] == ring["packets"]
    # It is one loss, seen from both ends.
    assert lost(sent)["ring"] == ring["packets"]
    for one in (received, sent):
        balanced(one)


def test_the_other_end_elsewhere_is_named(wired: Host, program: Path) -> None:
    with namespace(program) as other:
        wired.ip(f"link set np1 netns {other.pid}")
        said = wired.napier("-j", "drops", "--for", "10ms", "np0")
        assert said.code == 0
        received = way(said.document, "np0", "rx")
        (note,) = received["notes"]
        assert "in another network namespace" in note
        # Nobody here counts what came.
        assert "unexplained" not in received["stages"][0]


def test_live(wired: Host) -> None:
    sender = subprocess.Popen(wired.enter("sh", "-c", f"sleep 0.5; python3 -c '{SEND}' 40 88b5 9"))
    said = wired.napier("-j", "drops", "--for", "2s", "dev", "np0")
    assert sender.wait(timeout=TIMEOUT) == 0
    assert said.code == 0, said.err
    assert_valid(said.document)
    assert 2 <= said.document["seconds"] < 3
    assert lost(way(said.document, "np0", "rx")) == {"stack": 40}


def test_nobody_may_ask(wired: Host) -> None:
    said = wired.napier("-j", "drops", "--for", "10ms", "np0", nobody=True)
    assert said.code == 0
    assert_valid(said.document)


def test_what_is_wrong_is_said(wired: Host, tmp_path: Path) -> None:
    said = wired.napier("-j", "drops", "np7", "--for", "10ms")
    assert said.code == 1
    assert said.document["error"] == "np7: no such interface"
    assert wired.napier("drops", "--for", "soon", "np0").code == 1
    assert wired.napier("drops", "--for", "0s", "np0").code == 1
    one = tmp_path / "one"
    assert wired.napier("snapshot", "--for", "0s", one, "np0").code == 0
    said = wired.napier("-j", "--root", one / "1", "drops", "np0")
    assert said.code == 1
    assert "one sample" in said.document["error"]


def test_text_names_layer_and_counter(wired: Host, tmp_path: Path) -> None:
    snapshot = between(wired, tmp_path, lambda: send(wired, 20, port=9))
    text = wired.napier("--root", snapshot, "drops", "np0").out.split("\n")
    (line,) = (line for line in text if line.startswith("  udp") and "100.000%" in line)
    assert line.split() == ["udp", "20", "100.000%", "Udp.NoPorts", "(of", "the", "namespace)"]
    assert sum("the sums agree" in line for line in text) == 2


def test_json_is_one_line(wired: Host) -> None:
    said = wired.napier("-j", "drops", "--for", "10ms", "np0")
    assert said.out.count("\n") == 1
    assert json.loads(said.out)["schema"] == "napier.drops/1"


# Without its number there is no interface, without the time no window.
NEEDED = {"sys/class/net/np0/ifindex", "napier/monotonic"}


def after_damage(host: Host, whole: Path, name: str) -> None:
    """What is left is judged with the types that it has, or it is said why not."""
    said = host.napier("-j", "--root", whole, "drops", "np0")
    if said.code == 1:
        assert name in NEEDED
        assert said.document["error"]
    else:
        assert (said.code, said.err) == (0, ""), name
        assert_valid(said.document)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_to_all_does_no_harm(
    wired: Host, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    whole = between(wired, tmp_path, lambda: send(wired, 5))
    for path in [path for path in whole.rglob("*") if path.is_file()]:
        if str(path.relative_to(whole)).partition("/")[2] not in NEEDED:
            damage(path)
    after_damage(wired, whole, "all")


def test_damage_to_one_does_no_harm(wired: Host, tmp_path: Path) -> None:
    whole = between(wired, tmp_path, lambda: send(wired, 5))
    sample = whole / "2"
    files = [path.relative_to(sample) for path in sample.rglob("*") if path.is_file()]
    # Of settings and processes, which are many and alike, a few will do.
    files = [path for path in files if path.parts[0] != "sys" or path.name == "ifindex"]
    files = [path for path in files if path.parts[0] != "proc" or path.name != "stat"][:60]
    assert len(files) > 40
    for number, name in enumerate(sorted(files)):
        kept = (sample / name).read_bytes()
        for damage in (halved, lying) if number % 2 else (garbled, lengthened):
            damage(sample / name)
            after_damage(wired, whole, str(name))
            (sample / name).write_bytes(kept)
