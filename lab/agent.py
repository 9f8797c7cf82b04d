# SPDX-License-Identifier: GPL-2.0-only
"""The QEMU guest agent: commands and files, without any network of the guest.

A test may break every interface of the guest and still be able to look at it.  Of the
agent's protocol the lab needs a dozen lines, which no Debian package offers as a library
(libvirt does, with a daemon).
"""

from __future__ import annotations

import base64
import json
import random
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.base import PATIENCE

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/lab"
CHUNK = 1 << 20
# After so many seconds without an answer the connection is made anew.  A guest that wakes up
# may miss that the host's end is open: since virtio_console fills its control queue after it
# has told the host that it is ready (seen in 7.3), QEMU's answer finds no buffer and is lost.
ANEW = 5.0
# After so many seconds without an answer the agent is asked something else besides.  QEMU loses a
# register write now and then while another CPU changes the map of memory (docs/lab.md).  If it is
# the one that told of an answer, the next answer tells of both.
NUDGE = 1.0


class AgentError(Exception):
    """The agent refused a request."""


class AgentSilent(Exception):
    """The agent does not answer."""


class Agent:
    """A connection to the agent of one guest, usable from any thread."""

    def __init__(self, path: Path, alive: Callable[[], None]) -> None:
        """`alive` is called while waiting and raises if the machine is dead."""
        self._path = path
        self.alive = alive
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._input = b""
        self._number = 0

    def close(self) -> None:
        """Needed across a reset or a suspend of the guest; sync() opens again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None
        self._input = b""

    def _line(self, end: float) -> bytes:
        """The next line of the agent's output."""
        assert self._socket
        while b"\n" not in self._input:
            self.alive()
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(min(left, 0.5))
            try:
                data = self._socket.recv(1 << 20)
            except TimeoutError:
                continue
            if not data:
                raise ConnectionError("the agent's socket was closed")
            self._input += data
        line, _, self._input = self._input.partition(b"\n")
        return line

    def _sync(self, end: float) -> None:
        """Agree with the agent on where the stream stands, whatever came before."""
        anew = time.monotonic() + ANEW
        while True:
            self.alive()
            if time.monotonic() > end:
                raise AgentSilent("the guest agent does not answer")
            try:
                if not self._socket:
                    self._socket = socket.socket(socket.AF_UNIX)
                    self._socket.connect(str(self._path))
                token = random.getrandbits(31)
                request = {"execute": "guest-sync-delimited", "arguments": {"id": token}}
                # 0xFF makes the agent's parser forget half a request of before.
                self._socket.settimeout(1)
                self._socket.sendall(b"\xff" + json.dumps(request).encode() + b"\n")
                until = min(end, time.monotonic() + 0.4)
                while True:
                    line = self._line(until).rpartition(b"\xff")[2]
                    if line and json.loads(line).get("return") == token:
                        return
            except TimeoutError:
                if time.monotonic() > anew:
                    self._close()
                    anew = time.monotonic() + ANEW
            except (OSError, ValueError):
                self._close()
                time.sleep(0.1)

    def _answer(self, number: int, end: float) -> dict[str, Any]:
        """The answer to the request of that number."""
        assert self._socket
        while True:
            try:
                answer = json.loads(self._line(min(end, time.monotonic() + NUDGE)))
            except TimeoutError:
                if time.monotonic() >= end:
                    raise
                self._socket.sendall(b'{"execute": "guest-ping"}\n')
            else:
                if isinstance(answer, dict) and answer.get("id") == number:
                    return answer

    def sync(self, timeout: float) -> None:
        """Wait until the agent answers."""
        with self._lock:
            self._sync(time.monotonic() + timeout)

    def request(self, name: str, /, timeout: float = 30, **arguments: object) -> Any:
        """One request and its answer."""
        words = {key.replace("_", "-"): value for key, value in arguments.items()}
        timeout *= PATIENCE
        end = time.monotonic() + timeout
        with self._lock:
            if not self._socket:
                self._sync(end)
            assert self._socket
            self._number += 1
            request = {"execute": name, "arguments": words, "id": self._number}
            try:
                self._socket.settimeout(timeout)
                self._socket.sendall(json.dumps(request).encode() + b"\n")
                answer = self._answer(self._number, end)
            except TimeoutError as error:
                # What was left in the stream would answer the next question.
                self._close()
                raise AgentSilent(
                    f"the guest agent did not answer {name} within {timeout:g} s"
                ) from error
            except (OSError, ValueError) as error:
                self._close()
                # It takes QEMU a moment to die after its sockets have.
                for _ in range(20):
                    time.sleep(0.1)
                    self.alive()
                raise AgentSilent(f"the guest agent broke off in {name}: {error}") from error
        if "error" in answer:
            raise AgentError(f"{name}: {answer['error'].get('desc', answer['error'])}")
        return answer.get("return")

    def start(self, words: list[str], stdin: bytes | None) -> int:
        """Start a program as the leader of a session of its own, so that it can be killed
        with all its children; its process id is returned."""
        more: dict[str, Any] = {}
        if stdin is not None:
            more["input_data"] = base64.b64encode(stdin).decode()
        answer = self.request(
            "guest-exec",
            path="/usr/bin/setsid",
            arg=words,
            env=[f"PATH={PATH}", "HOME=/root", "LC_ALL=C.UTF-8", "TERM=dumb"],
            capture_output=True,
            **more,
        )
        return int(answer["pid"])

    def status(self, pid: int) -> tuple[int, bytes, bytes] | None:
        """(exit status, output, errors) of a program that has ended; a signal is -N."""
        answer = self.request("guest-exec-status", pid=pid)
        if not answer["exited"]:
            return None
        code = -answer["signal"] if "signal" in answer else answer.get("exitcode", 0)
        return (
            code,
            base64.b64decode(answer.get("out-data", "")),
            base64.b64decode(answer.get("err-data", "")),
        )

    def write(self, path: str, data: bytes) -> None:
        """Write a file."""
        handle = self.request("guest-file-open", path=path, mode="w")
        try:
            for start in range(0, len(data), CHUNK):
                piece = base64.b64encode(data[start : start + CHUNK]).decode()
                self.request("guest-file-write", handle=handle, buf_b64=piece)
        finally:
            self.request("guest-file-close", handle=handle)

    def read(self, path: str) -> bytes:
        """Read a file."""
        handle = self.request("guest-file-open", path=path, mode="r")
        data = b""
        try:
            while True:
                answer = self.request("guest-file-read", handle=handle, count=CHUNK)
                data += base64.b64decode(answer["buf-b64"])
                if answer["eof"] or not answer["count"]:
                    return data
        finally:
            self.request("guest-file-close", handle=handle)
