# SPDX-License-Identifier: GPL-2.0-only
"""`make shell`: this terminal becomes a terminal of the guest.

QEMU's own stdio terminal would make ^C kill the machine, or hide behind ^A; here all keys
go to the guest except ^], which ends the session, as in telnet.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import sys
import termios
import tty

from lab.base import LabError
from lab.machine import Machine

ESCAPE = b"\x1d"
FAREWELL = b"lab: shell ended"


def _pump(stream: socket.socket, terminal: int) -> None:
    """Carry keys and output until the user or the guest ends it."""
    recent = b""
    while True:
        ready, _, _ = select.select([stream, terminal], [], [])
        if stream in ready:
            data = stream.recv(65536)
            if not data:
                return
            os.write(sys.stdout.fileno(), data)
            recent = (recent + data)[-200:]
            if FAREWELL in recent:
                return
        if terminal in ready:
            keys = os.read(terminal, 65536)
            if not keys or ESCAPE in keys:
                return
            stream.sendall(keys)


def attach(machine: Machine) -> None:
    """Connect this terminal to the machine's shell."""
    if not machine.spec.shell:
        raise LabError("this machine was started without a console for a shell")
    size = shutil.get_terminal_size()
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(str(machine.dir / "shell"))
    # It greets before anybody listens; a line of our own makes it prompt again.
    stream.sendall(f"stty rows {size.lines} cols {size.columns}; clear; cat /lab/motd\n".encode())
    terminal = sys.stdin.fileno()
    if not os.isatty(terminal):
        _pump(stream, terminal)
        return
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal)
        _pump(stream, terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        print()
