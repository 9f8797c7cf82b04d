# SPDX-License-Identifier: GPL-2.0-only
"""napier export: what it says is what is there, in both formats, whoever asks and however."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from lab.base import REPO
from tests.cli.export import (
    OPENMETRICS,
    Key,
    connect,
    python,
    send,
    series,
    serving,
    set_channels,
    total,
    wait_for,
)
from tests.cli.host import TIMEOUT, Host, assert_valid

# A client that takes as much as it can get: 1,000 connections of five sorts, none of which ends by
# itself. Every fifth goes on sending. Meanwhile somebody scrapes; each time is printed.
ATTACK = """
import os, resource, socket, sys, time, urllib.request
port = int(sys.argv[1])
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
beginnings = (
    b"GET /metrics HTTP/1.1\\r\\nHost: x\\r\\nX-",
    os.urandom(300),
    b"GET /metrics HTTP/1.1\\r\\n",
    b"GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
    b"A" * 100000,
)
clients = []
for number in range(1000):
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.setblocking(False)
    try:
        client.send(beginnings[number % 5])
        if number % 5 == 2:
            client.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    clients.append(client)
print(len(clients))
for _ in range(20):
    begin = time.monotonic()
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read()
    assert b"napier_up 1" in page
    print(time.monotonic() - begin)
    for client in clients[::5]:
        try:
            client.send(b"a")
        except OSError:
            pass
    time.sleep(0.1)
"""
# All connections stay open and send a byte now and then, longer than any may last.
DRIP = """
import socket, sys, time
clients = []
for _ in range(40):
    clients.append(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
    clients[-1].send(b"GET /metrics HTTP/1.1\\r\\nX-")
closed, end = 0, time.monotonic() + 14
while time.monotonic() < end and len(clients) > closed:
    closed = 0
    for client in clients:
        try:
            client.send(b"a")
        except OSError:
            closed += 1
    time.sleep(0.5)
print(closed)
"""
# How long an answer may take while others do their worst, seconds.
LIMIT = 1.0


def test_both_formats_say_the_same(host: Host) -> None:
    connect(host)
    send(host, 50)
    text = host.napier("export", "--once", "np0", "np1")
    openmetrics = host.napier("export", "--once", "--openmetrics", "np0", "np1")
    assert text.code == openmetrics.code == 0
    one, other = series(text.out), series(openmetrics.out, openmetrics=True)
    assert one.keys() == other.keys()
    assert openmetrics.out.endswith("# EOF\n")
    assert total(one, "napier_tx_packets_total", device="np0") >= 50
    assert one["napier_tx_packets_total", (("device", "np0"),)] == float(
        host.sysfs("np0/statistics/tx_packets")
    )
    assert one["napier_channels", (("device", "np0"), ("kind", "max"), ("type", "rx"))] == 3
    assert total(one, "napier_rx_queue_packets_total", device="np1") >= 50


def test_nobody_sees_as_much(host: Host) -> None:
    """Whoever has no rights, too: nothing that is exported needs any."""
    assert (
        series(host.napier("export", "--once", "np0").out).keys()
        == series(host.napier("export", "--once", "np0", nobody=True).out).keys()
    )


def test_formats_by_negotiation(host: Host) -> None:
    with serving(host, "--devices", "np.*") as server:
        plain = server.ask()
        assert plain.type == "text/plain; version=0.0.4; charset=utf-8"
        wanted = server.ask(accept=f"{OPENMETRICS};q=0.7,text/plain;q=0.3")
        assert wanted.type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        assert series(plain.body).keys() == series(wanted.body, openmetrics=True).keys()
        other = server.ask(accept=f"{OPENMETRICS};q=0.3,text/plain;q=0.7")
        assert other.type == plain.type


def test_pages(host: Host) -> None:
    with serving(host, "np0") as server:
        assert "metrics" in server.ask("/").body
        assert server.ask("/-/healthy").body == "healthy\n"
        for path in ("/nothing", "/metrics/", "/../../etc/passwd", "/%2e%2e/etc/passwd", "//"):
            assert server.ask(path).code == 404
        for method in ("POST", "PUT", "DELETE", "TRACE"):
            assert server.ask(method=method).code == 405
        assert server.ask(method="HEAD").body == ""
        assert server.ask("/" + "a" * 50000).code in (400, 414, 431)


def test_it_has_no_rights(host: Host) -> None:
    with serving(host, "np0") as server:
        lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
        assert status["NoNewPrivs"].strip() == "1"
        assert set(status["Uid"].split()) == {"65534"}


def test_bad_clients_do_no_harm(host: Host) -> None:
    with serving(host, "--devices", "np.*") as server:
        server.metrics()
        before = server.memory()
        command = host.enter("python3", "-I", "-c", ATTACK, "10182")
        done = subprocess.run(command, text=True, capture_output=True, timeout=6 * TIMEOUT)
        assert not done.returncode, done.stderr
        count, *times = done.stdout.split()
        assert count == "1000"
        assert max(map(float, times)) < LIMIT
        # 64 connections of 16 KiB, and what the C library keeps.
        assert server.memory() - before < 8192
        assert total(server.metrics(), "napier_http_evicted_total") > 0
        wait_for(lambda: len(os.listdir(f"/proc/{server.pid}/fd")) < 20)


def test_who_drips_is_closed(host: Host) -> None:
    with serving(host, "np0"):
        command = host.enter("python3", "-I", "-c", DRIP, "10182")
        done = subprocess.run(command, text=True, capture_output=True, timeout=3 * TIMEOUT)
        assert done.stdout.strip() == "40", done.stderr


def counters(found: dict[Key, float]) -> dict[Key, float]:
    return {key: value for key, value in found.items() if key[0].endswith("_total")}


def test_counters_never_fall(host: Host) -> None:
    """Not when channels change, and not when the interface is made anew."""
    connect(host)
    with serving(host, "--devices", "np.*") as server:
        send(host, 200)
        before = counters(server.metrics())
        assert total(before, "napier_rx_queue_packets_total", device="np1") >= 200
        changes = (
            lambda: set_channels(host, "np1", 1, 1),
            lambda: set_channels(host, "np1", 2, 3),
            lambda: host.ip("link del np0"),
            lambda: host.ip("link add name np0 numrxqueues 3 type veth peer name np1"),
        )
        for change in changes:
            change()
            time.sleep(0.2)
            after = counters(server.metrics())
            less = {k: (v, after[k]) for k, v in before.items() if k in after and after[k] < v}
            assert not less
            before |= after
        host.ip("link set np0 up")
        host.ip("link set np1 up")
        time.sleep(0.2)
        after = counters(server.metrics())
        assert not {k for k, v in before.items() if k in after and after[k] < v}
        key = "napier_tx_packets_total", (("device", "np0"),)
        assert after[key] >= 200 > float(host.sysfs("np0/statistics/tx_packets"))


def test_interfaces_come_and_go(host: Host) -> None:
    with serving(host, "--devices", "np.*") as server:
        assert total(server.metrics(), "napier_info") == 2
        host.ip("link del np0")
        time.sleep(0.2)
        found = server.metrics()
        assert total(found, "napier_info") == 0
        assert total(found, "napier_up") == 1


def test_one_that_is_gone_is_said(host: Host) -> None:
    with serving(host, "np0") as server:
        assert total(server.metrics(), "napier_up") == 1
        host.ip("link del np0")
        time.sleep(0.2)
        found = server.metrics()
        assert total(found, "napier_up") == 0
        assert total(found, "napier_collector_success") == 0


def test_imbalance(host: Host) -> None:
    """Everything on one queue of two, in each full window."""
    connect(host)
    with serving(host, "np1") as server:

        def uneven() -> bool:
            send(host, 500)
            found = server.metrics()
            return found.get(("napier_queue_imbalance_ratio", (("device", "np1"),)), 0) > 0.9

        wait_for(uneven)


def test_collectors(host: Host) -> None:
    only = series(host.napier("export", "--once", "--collectors", "host", "np0").out)
    assert total(only, "napier_softnet_processed_total") > 0
    assert not any("device" in dict(labels) for _, labels in only)
    rest = series(host.napier("export", "--once", "--collectors", "device,queue", "np0").out)
    assert not any(name.startswith("napier_softnet") for name, _ in rest)


def test_cardinality(host: Host) -> None:
    said = host.napier("-j", "export", "--cardinality", "np0", "np1")
    assert_valid(said.document)
    found = series(host.napier("export", "--once", "np0", "np1").out)
    for device in said.document["devices"]:
        mine = [1 for _, labels in found if dict(labels).get("device") == device["ifname"]]
        assert device["series"] == len(mine)
        assert device["queues"] == 3
        assert device["series"] <= device["budget"] == 60 + 24 * 3
    assert "BUDGET" in host.napier("export", "--cardinality", "np0").out


def test_textfile(host: Host, tmp_path: Path) -> None:
    for _ in range(2):
        assert host.napier("export", "--textfile", tmp_path, "np0").code == 0
        assert [path.name for path in tmp_path.iterdir()] == ["napier.prom"]
    file = tmp_path / "napier.prom"
    assert file.stat().st_mode & 0o777 == 0o644
    assert total(series(file.read_text()), "napier_up") == 1
    # A link that somebody left there is not followed.
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    (tmp_path / ".napier.prom.new").symlink_to(victim)
    assert host.napier("export", "--textfile", tmp_path, "np0").code == 0
    assert victim.read_text() == "mine\n"
    assert host.napier("export", "--textfile", tmp_path / "none", "np0").code == 1


def test_textfile_is_whole_at_any_time(host: Host, tmp_path: Path) -> None:
    words = ("export", "--textfile", tmp_path, "--every", "5ms", "np0")
    writer = subprocess.Popen(host.enter(host.program, *words))
    try:
        file = tmp_path / "napier.prom"
        wait_for(file.exists)
        seen: set[int] = set()
        end = time.monotonic() + TIMEOUT
        while len(seen) < 20:
            assert time.monotonic() < end
            text = file.read_text()
            assert text.endswith("\n") and "napier_socket_drops_total" in text
            seen.add(file.stat().st_mtime_ns)
    finally:
        writer.terminate()
        writer.wait()


@pytest.mark.parametrize(
    "words",
    [
        ("--listen", "nowhere"),
        ("--listen", "127.0.0.1:99999"),
        ("--listen", "256.0.0.1:80"),
        ("--devices", "("),
        ("--collectors", "all"),
        ("--once", "--rules"),
        ("--every", "1s"),
        ("--window", "0"),
        ("--once", "--devices", "np.*", "np0"),
        ("--once", "nosuch"),
    ],
)
def test_bad_words(host: Host, words: tuple[str, ...]) -> None:
    said = host.napier("export", *words)
    assert said.code == 1
    assert said.err
    assert not said.out


def test_a_port_that_is_taken(host: Host) -> None:
    with serving(host, "np0"):
        said = host.napier("export", "--listen", "127.0.0.1:10182", "np0")
        assert said.code == 1
        assert "in use" in said.err


def test_socket_activation(host: Host) -> None:
    """The first client gets its answer by a socket that was there before the exporter."""
    script = """
import json, os, socket, subprocess, sys, urllib.request
taken = socket.create_server(("127.0.0.1", 10199))
notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notified.bind("\\0napier-test")
notified.settimeout(10)
pid = os.fork()
if not pid:
    os.dup2(os.dup(taken.fileno()), 3)
    os.set_inheritable(3, True)
    env = {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "NOTIFY_SOCKET": "@napier-test",
           "WATCHDOG_USEC": "400000", "PATH": "/"}
    os.execve(sys.argv[1], [sys.argv[1], "export", "np0"], env)
try:
    said = [notified.recv(100).decode() for _ in range(4)]
    page = urllib.request.urlopen("http://127.0.0.1:10199/metrics", timeout=10).read().decode()
finally:
    os.kill(pid, 15)
    status = os.waitpid(pid, 0)[1]
print(json.dumps([said, "napier_up 1" in page, status]))
"""
    host.ip("link set lo up")
    said = python(host, script, str(host.program))
    assert said.strip() == '[["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"], true, 0]'


def test_units(tmp_path: Path) -> None:
    """systemd takes the units, and finds little to complain of."""
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not here")
    text = (REPO / "cli/export/napier-exporter.service.in").read_text()
    service = tmp_path / "napier-exporter.service"
    service.write_text(text.replace("@bindir@/napier", "/bin/true"))
    shutil.copy(REPO / "cli/export/napier-exporter.socket", tmp_path)
    for name in ("napier-exporter.service", "napier-exporter.socket"):
        words = [analyze, "verify", "--man=no", str(tmp_path / name)]
        done = subprocess.run(words, text=True, capture_output=True)
        about = [line for line in done.stderr.splitlines() if "napier-exporter" in line]
        assert not about
    words = [analyze, "security", "--offline=true", "--threshold=15", str(service)]
    done = subprocess.run(words, text=True, capture_output=True)
    assert not done.returncode, done.stdout + done.stderr
