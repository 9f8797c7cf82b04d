# SPDX-License-Identifier: GPL-2.0-only
"""Frames from the host into a wire of the lab, as many as it takes: a sender in the guest would
use up the CPU that a receiver is to be short of."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

# So many frames are written at once: QEMU reads as many as fit into 68 KiB, but wakes up seldom
# on a busy host.
BATCH = 256


class Flood:
    """A socket into the wire of the first pair, and a thread that keeps to a rate."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "flood"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.path))
        self.listener.listen(1)
        self.listener.settimeout(10)
        self.sock: socket.socket | None = None
        self.sent = 0

    def words(self) -> list[str]:
        """What Machine(extra=...) has to be given."""
        return [
            *("-netdev", f"stream,id=flood,server=off,addr.type=unix,addr.path={self.path}"),
            *("-netdev", "hubport,id=floodport,hubid=0,netdev=flood"),
        ]

    def close(self) -> None:
        if self.sock:
            self.sock.close()
        self.listener.close()

    @contextlib.contextmanager
    def flowing(self, frame: bytes, rate: int) -> Iterator[None]:
        """Send that frame so many times a second, 0: as often as the host can; `sent` counts."""
        if self.sock is None:
            self.sock, _ = self.listener.accept()
            self.sock.setblocking(False)
        stop = threading.Event()
        # QEMU wants the length before each frame.
        record = len(frame).to_bytes(4, "big") + frame
        thread = threading.Thread(target=self._send, args=(self.sock, record, rate, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _send(self, sock: socket.socket, record: bytes, rate: int, stop: threading.Event) -> None:
        begin, due = time.monotonic(), 0
        self.sent = 0
        # A batch of a thousandth of a second, so that a low rate is even.
        count = min(BATCH, max(1, rate // 1000)) if rate else BATCH
        while not stop.is_set():
            self._put(sock, record * count)
            self.sent += count
            due += count
            ahead = begin + due / rate - time.monotonic() if rate else 0
            if ahead > 0:
                time.sleep(ahead)
            elif ahead < -0.1:
                begin -= ahead

    def _put(self, sock: socket.socket, data: bytes) -> None:
        """All of it, whole: half a record would be the end of the stream's sense."""
        left = memoryview(data)
        while left:
            reads, writes, _ = select.select([sock], [sock], [], 1)
            if reads:
                # What the guest sends comes here, too; nobody wants it.
                sock.recv(1 << 16)
            if writes:
                with contextlib.suppress(BlockingIOError):
                    left = left[sock.send(left) :]
