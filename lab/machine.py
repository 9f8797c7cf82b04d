# SPDX-License-Identifier: GPL-2.0-only
"""One virtual machine: QEMU, its monitor, its guest agent, its console, its ports.

Every wait has an end, and every error carries the end of the console: a machine that
hangs must tell more than "timeout".  QEMU dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import payload, qemu, trouble
from lab.agent import Agent, AgentError, AgentSilent
from lab.base import PATIENCE, LabError, say
from lab.image import guest_image, initramfs, modules_image
from lab.kernels import kernel
from lab.port import MODULES, Port
from lab.qmp import Event, Qmp
from lab.spec import Spec

BOOT_TIMEOUT = 120.0
CONSOLE_TAIL = 40
# On a busy host the emulator now and then starts a kernel whose timer does not tick, or fails
# an assertion of its own, long before any driver of ours is there.
STALL = re.compile(r"rcu: .*(detected stalls|timer wakeup didn't happen)")
# Or one that falls silent before it has come to its first program.
SILENCE = 60.0
FIRST_PROGRAM = "Run /init"
# Messages that are not about the guest: the lab's own marks, and that the host let it wait.
NOT_THE_GUEST = re.compile(
    r"lab: |hrtimer: interrupt took |clocksource: |TSC found unstable|sched: DL replenish"
)
BOOT_ATTEMPTS = 3
# reboot(2) with RB_AUTOBOOT and RB_POWER_OFF: what `reboot -f` and `poweroff -f` do, which the
# guest has no init for.
RESTART = "import ctypes; ctypes.CDLL(None).reboot(0x01234567)"
POWER_OFF = "import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)"


class MachineDied(LabError):
    """QEMU has ended, or the guest has panicked."""


class BootStalled(LabError):
    """The emulator has failed: the guest's timer does not tick, it fell silent, or QEMU aborted."""


class GuestError(LabError):
    """A command in the guest failed or did not end in time."""


@dataclass(frozen=True)
class Result:
    """What a command gave back; a command killed by signal N has rc -N."""

    rc: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode(errors="replace")

    @property
    def err(self) -> str:
        return self.stderr.decode(errors="replace")


class Process:
    """A command that runs in the background of the guest."""

    def __init__(self, machine: Machine, pid: int, shown: str) -> None:
        self.machine, self.pid, self.shown = machine, pid, shown
        self._result: Result | None = None

    def poll(self) -> Result | None:
        """Its result if it has ended.  What it wrote comes with it, not before."""
        if self._result is None:
            done = self.machine.agent_call(lambda agent: agent.status(self.pid))
            self._result = Result(*done) if done else None
        return self._result

    def wait(self, timeout: float = 60.0) -> Result:
        """Wait for its end; GuestError if it has not come by then (it goes on running)."""
        timeout *= PATIENCE
        end = time.monotonic() + timeout
        pause = 0.004
        while (result := self.poll()) is None:
            if time.monotonic() > end:
                raise GuestError(f"still running after {timeout:g} s: {self.shown}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        return result

    def kill(self, sig: int = signal.SIGKILL) -> None:
        """Send a signal to it and all its children."""
        # Not the shell's own kill: dash's takes no "--" after a number.
        self.machine.run(["kill", f"-{int(sig)}", "--", f"-{self.pid}"], check=False)


class Machine:
    """A machine of the lab; use it as a context manager."""

    def __init__(
        self,
        spec: Spec | None = None,
        *,
        driver: Path | None = None,
        extra: Sequence[str] = (),
        disks: Sequence[Path] = (),
    ) -> None:
        """`driver` is another napier.ko than that of driver/ (a seeded defect); `extra` goes
        to the end of QEMU's command line; `disks` are images that the guest sees as /dev/vdd
        and on, and whose changes are thrown away."""
        self.spec = spec or Spec.from_env()
        self.kernel = kernel(self.spec.kernel)
        self.driver = driver
        self.extra = tuple(extra)
        self.disks = tuple(disks)
        self.boot_seconds = 0.0
        self.stalled_boots = 0
        # Whether it was suspended: after that QEMU's root ports report no error any more.
        self.slept = False
        self.duts: list[Port] = []
        self.peers: list[Port] = []
        self.dir = Path("/nonexistent")
        self._qemu: subprocess.Popen[bytes] | None = None
        self._qmp: Qmp | None = None
        self._agent: Agent | None = None
        self._tokens = itertools.count()

    def __enter__(self) -> Machine:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def dut(self) -> Port:
        """The (first) port under test."""
        return self.duts[0]

    @property
    def peer(self) -> Port:
        """The (first) port at the other end."""
        return self.peers[0]

    # ---- life -----------------------------------------------------------------------

    def start(self) -> None:
        """Boot, bind the drivers, bring the links up.  Takes what is not built yet into
        account first, so that boot_seconds is the machine's time alone."""
        disks = (guest_image(), modules_image(self.kernel))
        ramfs = initramfs(self.kernel)
        contents = payload.files(self.spec, self.kernel, self.driver)
        while True:
            begin = time.monotonic()
            try:
                self._launch(disks, ramfs, contents)
                self._connect()
                break
            except BootStalled as error:
                self.stop()
                self.stalled_boots += 1
                if self.stalled_boots == BOOT_ATTEMPTS:
                    raise
                say(f"{str(error).splitlines()[0]}; trying again")
            except BaseException:
                self.stop()
                raise
        try:
            self._bring_up()
        except BaseException:
            self.stop()
            raise
        self.boot_seconds = time.monotonic() - begin

    def _launch(self, disks: tuple[Path, Path], ramfs: Path, contents: dict[str, Path]) -> None:
        """Start QEMU."""
        self.dir = Path(tempfile.mkdtemp(prefix="napier-lab-"))
        self.duts = [Port(self, "dut", index) for index in range(self.spec.pairs)]
        self.peers = [Port(self, "peer", index) for index in range(self.spec.pairs)]
        payload.write(self.dir / "lab.tar", contents)
        words = qemu.command(
            self.spec,
            self.dir,
            self.kernel.vmlinuz,
            ramfs,
            (*disks, self.dir / "lab.tar", *self.disks),
            [*self.duts, *self.peers],
        )
        words += self.extra
        # A QEMU that outlives its test run would hold the machine's CPUs for ever.
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with open(self.dir / "qemu.log", "wb") as log:
            self._qemu = subprocess.Popen(
                [*guard, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def _connect(self) -> None:
        end = time.monotonic() + 20
        while not (self.dir / "qmp").exists():
            self.check_alive()
            if time.monotonic() > end:
                raise LabError(f"QEMU made no monitor socket in 20 s{self._tail()}")
            time.sleep(0.02)
        while self._qmp is None:
            try:
                self._qmp = Qmp(self.dir / "qmp")
            except LabError:
                # The socket is there before anybody listens, or after QEMU has given up.
                time.sleep(0.1)
                self.check_alive()
                if time.monotonic() > end:
                    raise
        self._agent = Agent(self.dir / "agent", self._check_booting)
        try:
            self.sync(BOOT_TIMEOUT)
        except (BootStalled, MachineDied):
            raise
        except LabError as error:
            # No driver of ours is loaded yet.
            raise BootStalled(str(error)) from error
        self._agent.alive = self.check_alive

    def sync(self, timeout: float = BOOT_TIMEOUT) -> None:
        """(Re)connect to the guest's agent: after a boot, a reset, a suspend."""
        assert self._agent
        self._agent.close()
        timeout *= PATIENCE
        try:
            self._agent.sync(timeout)
        except AgentSilent as error:
            raise LabError(
                f"the guest did not come up within {timeout:g} s{self._tail()}"
            ) from error

    def _bring_up(self) -> None:
        """Give each port its interrupt mode, driver, namespace and addresses."""
        ports = [*self.peers, *self.duts]
        if not ports:
            return
        script = [". /lab/lib.sh"]
        for port in ports:
            script.append(f"bdf=$(port_behind {port.slot:02x}) || exit 1; echo $bdf")
            if port.role == "dut" and self.spec.irq != "msix":
                script.append(f"port_irq $bdf {self.spec.irq} || exit 1")
            script.append(f"port_bind $bdf {MODULES[port.driver]} || exit 1")
            script.append(f"port_configure $bdf {port.configuration()} || exit 1")
        found = self.run("\n".join(script), timeout=BOOT_TIMEOUT).out.split()
        for port, pci in zip(ports, found, strict=True):
            port.pci = pci
            port.refresh()
        for port in ports:
            port.wait_carrier(20)

    def stop(self) -> None:
        """End QEMU.  With NAPIER_KEEP set, its files are left and their place is said."""
        if self._qmp:
            self._qmp.close()
        if self._agent:
            self._agent.close()
        if self._qemu and self._qemu.poll() is None:
            self._qemu.terminate()
            try:
                self._qemu.wait(5)
            except subprocess.TimeoutExpired:
                self._qemu.kill()
                self._qemu.wait()
        self._qemu = self._qmp = self._agent = None
        if self.dir.exists() and not os.environ.get("NAPIER_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    def reboot(self, *, orderly: bool = False) -> None:
        """Reset the machine, which may be off, and bring everything up again, drivers included.
        An orderly reboot is the guest's own: its kernel shuts the drivers down first."""
        assert self._qmp
        since = len(self._qmp.events)
        self.qmp("set-action", reboot="reset")
        if orderly:
            self.spawn(["python3", "-c", RESTART])
        else:
            self.qmp("system_reset")
            self.qmp("cont")
        self._qmp.wait_event("RESET", 30, since)
        begin = time.monotonic()
        self.sync()
        self.qmp("set-action", reboot="shutdown")
        self._bring_up()
        self.boot_seconds = time.monotonic() - begin

    def power_off(self) -> None:
        """The guest's kernel powers the machine off.  What it left in the devices can be looked
        at with hmp(); reboot() switches the machine on again."""
        since = len(self.events())
        self.qmp("set-action", shutdown="pause")
        self.spawn(["python3", "-c", POWER_OFF])
        self.wait_event("SHUTDOWN", 60, since)
        self.qmp("set-action", shutdown="poweroff")

    def suspend(self, seconds: float = 1.0) -> bool:
        """Suspend the guest to memory (S3), and wake it after that time.  Whether it slept:
        the emulator puts a machine to sleep once for each boot; after that the kernel
        takes all its devices down and up again without a sleep in between."""
        self.slept = True
        since, mark = len(self.events()), self.console_mark()
        process = self.spawn("echo mem > /sys/power/state")
        end = time.monotonic() + 30
        # A guest that is about to sleep cannot be asked.
        while not (slept := any(event["event"] == "SUSPEND" for event in self.events()[since:])):
            if "PM: suspend exit" in self.console_since(mark):
                break
            if time.monotonic() > end:
                raise LabError(f"the guest did not suspend in 30 s{self._tail()}")
            time.sleep(0.05)
        if slept:
            time.sleep(seconds)
            self.qmp("system_wakeup")
            self.wait_event("WAKEUP", 30, since)
        # With or without a sleep, the agent's port was taken down and up again.
        self.sync()
        result = process.wait(30)
        if result.rc:
            raise GuestError(f"cannot suspend: {result.err}")
        return slept

    def check_alive(self) -> None:
        """Raise MachineDied if it is."""
        if self._qemu is None:
            raise MachineDied("the machine is not running")
        code = self._qemu.poll()
        if code is not None:
            with contextlib.suppress(OSError):
                log = (self.dir / "qemu.log").read_text(errors="replace")[-4000:]
                raise MachineDied(
                    f"QEMU has ended (status {code}); it said: {log.strip() or '-'}"
                    f"{self._tail(150)}"
                )

    def _check_booting(self) -> None:
        """Raise MachineDied, or BootStalled if there is no use in waiting."""
        if self._qemu and self._qemu.poll() == -signal.SIGABRT:
            log = (self.dir / "qemu.log").read_text(errors="replace")
            raise BootStalled(f"QEMU has aborted: {log.strip().splitlines()[-1:]}{self._tail()}")
        self.check_alive()
        console = self.console()
        if STALL.search(console):
            raise BootStalled(f"the guest's timer does not tick{self._tail()}")
        silent = time.time() - (self.dir / "console").stat().st_mtime
        if FIRST_PROGRAM not in console and silent > SILENCE * PATIENCE:
            raise BootStalled(f"the guest's kernel was silent for {silent:.0f} s{self._tail()}")

    # ---- commands -------------------------------------------------------------------

    def agent_call(self, work: Callable[[Agent], Any]) -> Any:
        """Talk to the agent; what goes wrong is said in the lab's terms."""
        self.check_alive()
        if self._agent is None:
            raise LabError("the machine was not started")
        try:
            return work(self._agent)
        except AgentError as error:
            raise GuestError(str(error)) from error
        except AgentSilent as error:
            self.check_alive()
            raise GuestError(f"{error}{self._tail()}") from error

    @staticmethod
    def _words(cmd: str | list[str], netns: str | None) -> list[str]:
        words = ["/bin/sh", "-c", cmd] if isinstance(cmd, str) else [str(word) for word in cmd]
        return ["ip", "netns", "exec", netns, *words] if netns else words

    def spawn(
        self, cmd: str | list[str], netns: str | None = None, stdin: bytes | None = None
    ) -> Process:
        """Start a command in the background.  A daemon that it leaves behind must not
        hold its output open, or it never counts as ended."""
        words = self._words(cmd, netns)
        pid = self.agent_call(lambda agent: agent.start(words, stdin))
        return Process(self, pid, cmd if isinstance(cmd, str) else " ".join(cmd))

    def run(
        self,
        cmd: str | list[str],
        *,
        netns: str | None = None,
        check: bool = True,
        timeout: float = 60.0,
        stdin: bytes | None = None,
    ) -> Result:
        """Run a command (a string goes to sh -c) and wait for it."""
        process = self.spawn(cmd, netns, stdin)
        try:
            result = process.wait(timeout)
        except GuestError as error:
            output = self._abandon(process)
            raise GuestError(f"{error}\n{output}{self._tail()}") from error
        if check and result.rc:
            raise GuestError(
                f"status {result.rc}: {process.shown}\n--- its output:\n{result.out}"
                f"--- its errors:\n{result.err}"
            )
        return result

    def _abandon(self, process: Process) -> str:
        """Kill a command that took too long, and say what it had written."""
        with contextlib.suppress(LabError):
            pid = self.agent_call(
                lambda agent: agent.start(["kill", "-KILL", "--", f"-{process.pid}"], None)
            )
            Process(self, pid, "kill").wait(10)
            result = process.wait(5)
            return f"--- its output:\n{result.out}--- its errors:\n{result.err}"
        return "(and it could not be killed)"

    def put(self, data: bytes | str | Path, remote: str, mode: int = 0o644) -> None:
        """Copy a host's file (a path) or some bytes into the guest."""
        content = data if isinstance(data, bytes) else Path(data).read_bytes()
        self.agent_call(lambda agent: agent.write(remote, content))
        # Where systemd starts the agent, nobody tells it what not to let others do.
        if mode != 0o644 or self.spec.systemd:
            self.run(["chmod", f"{mode:o}", remote])

    def get(self, remote: str) -> bytes:
        """A file of the guest."""
        return self.agent_call(lambda agent: agent.read(remote))

    # ---- console and kernel log -----------------------------------------------------

    def console_mark(self) -> int:
        """A position in the console's output, for console_since()."""
        try:
            return (self.dir / "console").stat().st_size
        except FileNotFoundError:
            return 0

    def console_since(self, mark: int) -> str:
        """What has come on the console since that position."""
        try:
            with open(self.dir / "console", "rb") as handle:
                handle.seek(mark)
                return handle.read().decode(errors="replace").replace("\r", "")
        except FileNotFoundError:
            return ""

    def console(self) -> str:
        """All of the console so far."""
        return self.console_since(0)

    def _tail(self, lines: int = CONSOLE_TAIL) -> str:
        end = "\n".join(self.console().splitlines()[-lines:])
        return f"\n--- the end of its console:\n{end}\n---"

    def console_sync(self, timeout: float = 20.0) -> None:
        """Wait until all that the kernel has logged so far is on the console: it may
        print from a thread of its own, and a serial line is slow."""
        token = f"lab: mark {os.getpid()}.{next(self._tokens)}"
        mark, timeout = self.console_mark(), timeout * PATIENCE
        self.agent_call(lambda agent: agent.write("/dev/kmsg", f"<5>{token}\n".encode()))
        end = time.monotonic() + timeout
        while token not in self.console_since(mark):
            self.check_alive()
            if time.monotonic() > end:
                raise GuestError(f"the console is stuck for {timeout:g} s{self._tail()}")
            time.sleep(0.01)

    def kernel_trouble(self, since: int = 0) -> list[str]:
        """Every oops, warning, lockdep, hung-task, DMAR ... report on the console since a
        console_mark(), whole.  That the machine has died is a report too."""
        try:
            self.console_sync()
            death = []
        except LabError as error:
            death = [str(error)]
        return trouble.reports(self.console_since(since)) + death

    def klog_mark(self) -> int:
        """A position in the kernel's log, for klog_since()."""
        return max((number for _, number, _ in self._kmsg()), default=-1) + 1

    def klog_since(self, mark: int, max_level: int = 7) -> list[str]:
        """Messages since a klog_mark() that are at least as grave as a level (3 = error,
        4 = warning, 5 = notice, 6 = info), without the lab's own marks and what the guest
        says of a host that let it wait."""
        return [
            text
            for level, number, text in self._kmsg()
            if number >= mark and level <= max_level and not NOT_THE_GUEST.match(text)
        ]

    def _kmsg(self) -> Iterator[tuple[int, int, str]]:
        # dd ends with an error when there is no more to read, which is the end.
        raw = self.run("dd if=/dev/kmsg iflag=nonblock bs=8k 2>/dev/null", check=False).out
        for line in raw.split("\n"):
            match = re.match(r"(\d+),(\d+),\d+,[^;]*;(.*)", line)
            # The upper bits are the facility: 0 is the kernel, others are user space's.
            if match and int(match[1]) >> 3 == 0:
                yield int(match[1]) & 7, int(match[2]), match[3]

    # ---- monitor --------------------------------------------------------------------

    def qmp(self, command: str, /, **arguments: object) -> Any:
        """A QMP command."""
        self.check_alive()
        assert self._qmp
        return self._qmp.command(command, **arguments)

    def hmp(self, line: str) -> str:
        """A line of the human monitor, for what QMP lacks."""
        return str(self.qmp("human-monitor-command", command_line=line))

    def events(self) -> list[Event]:
        """All events of QEMU so far."""
        assert self._qmp
        return list(self._qmp.events)

    def wait_event(
        self,
        name: str,
        timeout: float = 30.0,
        since: int = 0,
        accept: Callable[[Event], bool] = lambda event: True,
    ) -> Event:
        """Wait for an event; `since` = len(events()) before what is to cause it."""
        assert self._qmp
        return self._qmp.wait_event(name, timeout * PATIENCE, since, accept)
