# SPDX-License-Identifier: GPL-2.0-only
"""QMP, blocking and usable from any thread.

The protocol itself is Debian's python3-qemu-qmp (unpacked from Debian 13 into the cache,
for Debian 12 lacks it).  It is asyncio, the tests are not: one loop in a thread of its
own serves all machines of this process.  Every event is kept from the first moment, so
that waiting for one that has already come is not waiting for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.base import LabError, Stamp, cache, lock
from lab.debs import Suite, unpack

Event = dict[str, Any]
TIMEOUT = 30.0


def library() -> Path:
    """Make `qemu.qmp` importable, and say from where."""
    stamp, home = Stamp("qemu-qmp"), cache() / "python"
    path = home / "usr/lib/python3/dist-packages"
    if stamp.read() != "1" or not path.exists():
        with lock("qemu-qmp"):
            (deb,) = Suite("trixie").fetch("python3-qemu-qmp")
            unpack(deb, home)
            stamp.write("1")
    if str(path) not in sys.path:
        sys.path.append(str(path))
    return path


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="qmp", daemon=True).start()
    return loop


class Qmp:
    """A connection to one QEMU."""

    def __init__(self, path: Path) -> None:
        library()
        from qemu.qmp import EventListener, QMPClient, QMPError

        self._client = QMPClient()
        self._changed = threading.Condition()
        self.events: list[Event] = []
        try:
            self._wait(self._client.connect(str(path)), 20)
        except QMPError as error:
            raise LabError(f"cannot connect to QEMU's monitor: {error}") from error
        listener = EventListener()
        self._client.register_listener(listener)

        async def collect() -> None:
            async for event in listener:
                with self._changed:
                    self.events.append(dict(event))
                    self._changed.notify_all()

        self._collector = asyncio.run_coroutine_threadsafe(collect(), _loop())

    @staticmethod
    def _wait(work: Any, timeout: float) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, _loop())
        try:
            return future.result(timeout)
        except TimeoutError as error:
            future.cancel()
            raise LabError(f"QEMU's monitor did not answer within {timeout:g} s") from error

    def command(self, name: str, /, **arguments: object) -> Any:
        """Execute a QMP command; underscores in argument names become dashes."""
        from qemu.qmp import QMPError

        words = {key.replace("_", "-"): value for key, value in arguments.items()}
        try:
            return self._wait(self._client.execute(name, words), TIMEOUT)
        except QMPError as error:
            raise LabError(f"QMP {name} {words}: {error}") from error

    def wait_event(
        self,
        name: str,
        timeout: float,
        since: int = 0,
        accept: Callable[[Event], bool] = lambda event: True,
    ) -> Event:
        """The first event of that name at or after position `since` of `events`."""
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                for event in self.events[since:]:
                    if event["event"] == name and accept(event):
                        return event
                left = end - time.monotonic()
                if left <= 0:
                    seen = [event["event"] for event in self.events[since:]]
                    raise LabError(
                        f"no event {name} from QEMU within {timeout:g} s; "
                        f"there were: {seen or 'none'}"
                    )
                self._changed.wait(left)

    def close(self) -> None:
        """End the connection; QEMU may be gone already."""
        self._collector.cancel()
        # Whatever state it was in, it is over.
        with contextlib.suppress(Exception):
            self._wait(self._client.disconnect(), 5)
