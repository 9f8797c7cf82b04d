# SPDX-License-Identifier: GPL-2.0-only
"""The commands behind the Makefile: python3 -m lab COMMAND."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lab.base import REPO, LabError, as_root, cache, call, say
from lab.setup import setup_host
from lab.spec import KERNELS

if TYPE_CHECKING:
    from lab.machine import Machine


def _prepare(names: tuple[str, ...] = (), update: bool = False) -> None:
    """The host, the guest image, and these kernels."""
    setup_host()
    from lab.debs import Suite
    from lab.image import guest_image, initramfs, modules_image
    from lab.kernels import kernel
    from lab.qmp import library

    if update:
        for codename in ("bookworm", "trixie"):
            Suite(codename).refresh(force=True)
    library()
    guest_image()
    for name in names:
        found = kernel(name, update)
        modules_image(found)
        initramfs(found)


def command_setup(options: argparse.Namespace) -> int:
    """everything that the lab needs, for Debian's kernels unless --kernel says one"""
    from lab.kernels import PACKAGED

    _prepare((options.kernel,) if options.kernel else tuple(PACKAGED), options.update)
    return 0


def command_module(options: argparse.Namespace) -> int:
    """build napier.ko, for a kernel of the lab or for KDIR"""
    from lab import modules

    kdir = options.kdir or os.environ.get("KDIR")
    if kdir:
        print(modules.build_in_place(Path(kdir)).relative_to(REPO))
        return 0
    setup_host()
    from lab.kernels import kernel

    print(
        modules.build_driver(kernel(options.kernel or "stock"), words=options.words, verbose=True)
    )
    return 0


def command_run(options: argparse.Namespace) -> int:
    """boot the machine and show what it carries"""
    from lab.spec import Spec

    spec = Spec.from_env()
    _prepare((spec.kernel,))
    from lab import report
    from lab.machine import Machine

    say(f"booting: {spec}")
    with Machine(spec) as machine:
        return report.run(machine)


def command_shell(options: argparse.Namespace) -> int:
    """boot the machine and open a root shell in it"""
    from lab.spec import Spec

    spec = dataclasses.replace(Spec.from_env(), shell=True)
    _prepare((spec.kernel,))
    from lab.machine import Machine
    from lab.shell import attach

    say(f"booting: {spec}")
    with Machine(spec) as machine:
        say(
            f"ready after {machine.boot_seconds:.0f} s; Ctrl-] or `exit` ends the shell and "
            "the machine"
        )
        machine.put(_greeting(machine).encode(), "/lab/motd")
        attach(machine)
    return 0


def _greeting(machine: Machine) -> str:
    lines = [f"napier's lab: {machine.spec}, {machine.kernel.version}"]
    for port in (*machine.duts, *machine.peers):
        prefix = f"ip netns exec {port.netns} " if port.netns else ""
        lines.append(
            f"  {port.id:<6} {port.driver:<7} {port.name:<6} {port.ipv4:<12} "
            f"{port.ipv6:<15} {prefix}..."
        )
    lines += [
        f"  try: ping {machine.peer.ipv4}; ethtool -i {machine.dut.name}; "
        "ip netns exec peer ip -s link",
        "  Ctrl-] or `exit` ends the machine.",
    ]
    return "\n".join(lines) + "\n"


def command_prepare_tests(options: argparse.Namespace) -> int:
    """what the test suite needs; pytest itself is called by the Makefile"""
    from lab.spec import Spec

    _prepare(tuple(options.kernels) or (Spec.from_env().kernel,))
    return 0


def command_selftests(options: argparse.Namespace) -> int:
    """run the kernel's own driver selftests and compare with the table"""
    from lab.spec import Spec

    environment = Spec.from_env()
    # On what the tables were made with, unless told otherwise: the tests belong to the newest
    # kernel, and what RSS tests can show depends on the number of queues.
    spec = dataclasses.replace(
        environment,
        kernel=os.environ.get("KERNEL") or "newest",
        cpus=int(os.environ.get("CPUS") or 4),
        memory=os.environ.get("MEM") or "2G",
    )
    _prepare((spec.kernel,))
    from lab.selftests import runner

    driver = Path(options.driver).resolve() if options.driver else None
    return runner.run(spec, options.programs, driver)


def command_cli(options: argparse.Namespace) -> int:
    """build the operator's tool; with --test, its unit tests, too, and run them"""
    from lab import tool

    if options.test:
        tool.unit_tests()
    else:
        print(tool.build().relative_to(REPO))
    return 0


def command_fuzz(options: argparse.Namespace) -> int:
    """fuzz what the operator's tool parses"""
    from lab import fuzz

    fuzz.fuzz(options.targets, options.seconds)
    return 0


def command_install(options: argparse.Namespace) -> int:
    """install the operator's tool"""
    from lab import tool

    tool.install(options.prefix, options.destdir)
    return 0


def command_uninstall(options: argparse.Namespace) -> int:
    """take the installed tool away"""
    from lab import tool

    tool.uninstall(options.prefix, options.destdir)
    return 0


def command_clean(options: argparse.Namespace) -> int:
    """remove what was built from this checkout; downloads and images stay"""
    from lab import tool
    from lab.image import remove_tree

    tool.clean()
    for place in (cache() / "build", cache() / "buildroot" / "build"):
        remove_tree(place)
    for pattern in ("__pycache__", ".pytest_cache", ".ruff_cache"):
        for path in REPO.rglob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    (REPO / "driver" / "napier.ko").unlink(missing_ok=True)
    return 0


def command_distclean(options: argparse.Namespace) -> int:
    """clean, and remove the cache with all that was downloaded"""
    from lab.image import remove_tree

    command_clean(options)
    size = call(as_root(["du", "-sh", cache()])).split()[0]
    say(f"removing {cache()} ({size})")
    remove_tree(cache())
    return 0


COMMANDS = {
    "setup": command_setup,
    "module": command_module,
    "run": command_run,
    "shell": command_shell,
    "prepare-tests": command_prepare_tests,
    "selftests": command_selftests,
    "cli": command_cli,
    "fuzz": command_fuzz,
    "install": command_install,
    "uninstall": command_uninstall,
    "clean": command_clean,
    "distclean": command_distclean,
}


def _arguments(name: str, command: argparse.ArgumentParser) -> None:
    """What may stand behind the name of a command."""
    if name in ("setup", "module"):
        command.add_argument("--kernel", choices=KERNELS)
    if name == "setup":
        command.add_argument(
            "--update",
            action="store_true",
            help="look for newer kernels than those in the cache",
        )
    if name == "cli":
        command.add_argument("--test", action="store_true")
    if name == "fuzz":
        command.add_argument("targets", nargs="*")
        command.add_argument("--seconds", type=int, default=60, help="for each of them")
    if name in ("install", "uninstall"):
        command.add_argument("--prefix", default="/usr/local")
        command.add_argument("--destdir", default="", help="a directory to put it below")
    if name == "prepare-tests":
        command.add_argument("kernels", nargs="*", help="instead of $KERNEL")
    if name == "selftests":
        command.add_argument("--driver", help="another napier.ko than that of driver/")
        command.add_argument(
            "programs", nargs="*", metavar="PROGRAM", help="only these, such as hw/rss_api.py"
        )
    if name == "module":
        command.add_argument("--kdir", help="build for this prepared kernel instead")
        command.add_argument(
            "words", nargs="*", metavar="WORD", help="more words for make, such as W=1"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        _arguments(name, command)
    options = parser.parse_args()
    try:
        return COMMANDS[options.command](options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
