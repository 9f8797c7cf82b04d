# SPDX-License-Identifier: GPL-2.0-only
"""napier export as a server in a namespace, and those who ask it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.cli.host import TIMEOUT, Host

PORT = 10182
OPENMETRICS = "application/openmetrics-text; version=1.0.0"

# Asks from within the namespace: method, URL and header are words, the answer is JSON.
ASK = """
import json, sys, urllib.error, urllib.request
method, url, accept = sys.argv[1:]
request = urllib.request.Request(url, method=method, headers={"Accept": accept} if accept else {})
try:
    answer = urllib.request.urlopen(request, timeout=10)
except urllib.error.HTTPError as error:
    answer = error
body = answer.read().decode()
print(json.dumps({"code": answer.status, "type": answer.headers["Content-Type"], "body": body}))
"""
# Settings of an interface by SIOCETHTOOL: its name, and 32-bit words of the request.
ETHTOOL = """
import array, fcntl, socket, struct, sys
words = array.array("I", [int(word, 0) for word in sys.argv[2:]])
request = struct.pack("16sP8x", sys.argv[1].encode(), words.buffer_info()[0])
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946, request)
"""
SCHANNELS, SGRO, STSO = 0x3D, 0x2C, 0x1F
# UDP to somebody who does not answer: an address, and how many packets; always one flow.
SEND = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4000))
for _ in range(int(sys.argv[2])):
    s.sendto(bytes(100), (sys.argv[1], 9))
"""

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    code: int
    type: str
    body: str


def python(host: Host, script: str, *words: str) -> str:
    """A script inside."""
    return host.run(sys.executable, "-I", "-c", script, *words)


def series(text: str, openmetrics: bool = False) -> dict[Key, float]:
    """Every series by its name and labels; a mistake of form is an exception."""
    found: dict[Key, float] = {}
    for family in (parse_open if openmetrics else parse_text)(text):
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found, f"{key} is there twice"
            found[key] = sample.value
    return found


def total(found: dict[Key, float], name: str, **labels: str) -> float:
    """The sum of all series that have these labels."""
    return sum(
        value
        for (series_name, have), value in found.items()
        if series_name == name and labels.items() <= dict(have).items()
    )


def set_channels(host: Host, name: str, rx: int, tx: int) -> None:
    python(host, ETHTOOL, name, hex(SCHANNELS), "0", "0", "0", "0", str(rx), str(tx), "0", "0")


def connect(host: Host) -> None:
    """np0 sends to np1 what has an address in 192.0.2.0/24; np1 counts it for each queue."""
    host.ip("link set lo up")
    host.ip("addr add 192.0.2.1/24 dev np0")
    peer = json.loads(host.run("ip", "-j", "link", "show", "np1"))[0]["address"]
    host.ip(f"neigh replace 192.0.2.9 lladdr {peer} dev np0")
    # Without TSO there and with GRO here, veth receives by NAPI.
    python(host, ETHTOOL, "np0", hex(STSO), "0")
    python(host, ETHTOOL, "np1", hex(SGRO), "1")


def send(host: Host, count: int) -> None:
    python(host, SEND, "192.0.2.9", str(count))


class Server:
    """napier export while it listens."""

    def __init__(self, host: Host, process: subprocess.Popen[str]) -> None:
        self.host = host
        self.process = process

    @property
    def pid(self) -> int:
        return self.process.pid

    def ask(self, path: str = "/metrics", method: str = "GET", accept: str = "") -> Answer:
        url = f"http://127.0.0.1:{PORT}{path}"
        return Answer(**json.loads(python(self.host, ASK, method, url, accept)))

    def metrics(self) -> dict[Key, float]:
        answer = self.ask()
        assert answer.code == 200
        return series(answer.body)

    def memory(self) -> int:
        """The most that it had, KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1])


@contextmanager
def serving(host: Host, *words: str) -> Iterator[Server]:
    """The exporter in a namespace, until it is no longer needed; it ends by itself then."""
    host.ip("link set lo up")
    command = host.enter(
        host.program, "export", "--listen", f"127.0.0.1:{PORT}", "--window", "1s", *words
    )
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        assert "/metrics" in process.stderr.readline()
        server = Server(host, process)
        wait_for(lambda: server.ask("/-/healthy").code == 200)
        yield server
        process.terminate()
        assert process.wait(TIMEOUT) == 0
    finally:
        process.kill()
        process.communicate()


def wait_for(condition: object, patience: float = TIMEOUT) -> None:
    """Until it is true; what fails in it is not true yet."""
    assert callable(condition)
    end = time.monotonic() + patience
    while True:
        try:
            if condition():
                return
        except AssertionError:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
