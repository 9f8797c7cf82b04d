# SPDX-License-Identifier: GPL-2.0-only
"""Kernels of the lab's own: built from Debian's newest linux-source package, inside the
Debian 13 root, with a configuration that holds what lab/kernel/ names and nothing else.

`newest` is lean and has what Debian's leaves out (page_pool statistics, fault
injection).  `debug` has every checker on.  `kunit` has the checkers and little else: no ports,
no firmware tables, no debug information; the suites in memory need no more, and it is built
in half the time.  A kernel is built once for each version of the source and each
configuration; what is left of the build is what modules are built against.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from lab.base import REPO, LabError, Stamp, cache, call, digest, lock, say, step
from lab.debs import Suite, unpack
from lab.image import build_root
from lab.kernels import Kernel, enter, numbers

FRAGMENTS = REPO / "lab" / "kernel"
# What each is made of, below lab/kernel/.
PARTS = {
    "newest": ("machine", "common", "newest"),
    "debug": ("machine", "common", "checkers", "debug"),
    "kunit": ("machine", "checkers"),
}
FORMAT = 1
# How often the build says where it is, in seconds.
PROGRESS = 20.0


def source(update: bool = False) -> Path:
    """The full source of the newest kernel, below the Debian 13 root; the kernel's
    selftests and the kernels of this file come from it."""
    root = build_root()
    stamp = Stamp("kernel-source")
    have = Path(stamp.read() or "/nonexistent")
    if have.exists() and have.is_relative_to(root) and not update:
        return have
    suite = Suite("trixie")
    names = suite.names(r"linux-source-7\.\d+")
    if not names:
        raise LabError("Debian 13's backports offer no linux-source-7.x")
    package = max(names, key=numbers)
    with lock("kernel-source"):
        (deb,) = suite.fetch(package)
        version = re.sub(r".*_([^_~]+)(~[^_]*)?_all\.deb", r"\1", deb.name)
        target = root / "src" / f"linux-{version}"
        if not target.exists():
            scratch = target.with_name(target.name + ".new")
            shutil.rmtree(scratch, ignore_errors=True)
            with step(f"unpacking {package} (1.6 GB)"):
                unpack(deb, scratch / "package")
                (archive,) = scratch.glob("package/usr/src/*.tar.*")
                call(["tar", "-xf", archive, "-C", scratch, "--strip-components=1"])
                shutil.rmtree(scratch / "package")
            scratch.rename(target)
        for old in target.parent.glob("linux-*"):
            if old != target:
                shutil.rmtree(old)
        stamp.write(str(target))
    return target


def fragments(name: str) -> list[Path]:
    """The files that a kernel's configuration is made of."""
    return [FRAGMENTS / f"{part}.config" for part in PARTS[name]]


def requested(name: str) -> dict[str, str]:
    """Option -> value, "n" for one that has to be off."""
    found: dict[str, str] = {}
    for path in fragments(name):
        for line in path.read_text().splitlines():
            if match := re.match(r"# (CONFIG_\w+) is not set$", line):
                found[match[1]] = "n"
            elif match := re.match(r"(CONFIG_\w+)=(.+)$", line):
                found[match[1]] = match[2]
    return found


def _effective(config: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in config.read_text().splitlines())
    return {option: value for option, _, value in lines if option.startswith("CONFIG_")}


def _configure(name: str, tree: Path, output: Path) -> None:
    """Write the configuration, and make sure that each option asked for is in it: Kconfig
    drops one whose dependencies are missing without a word."""
    output.mkdir(parents=True)
    wanted = requested(name)
    text = "".join(
        f"# {option} is not set\n" if value == "n" else f"{option}={value}\n"
        for option, value in wanted.items()
    )
    text += f'CONFIG_LOCALVERSION="-{name}"\n'
    (output / "wanted.config").write_text(text)
    inside = _inside(output)
    make = _make(tree, output)
    done = subprocess.run(
        enter(
            build_root(), ["env", f"KCONFIG_ALLCONFIG={inside}/wanted.config", *make, "allnoconfig"]
        ),
        text=True,
        capture_output=True,
    )
    if done.returncode:
        raise LabError(f"configuring kernel {name} failed:\n{done.stdout}{done.stderr}")
    have = _effective(output / ".config")
    lost = [f"{o}={v}" for o, v in wanted.items() if have.get(o, "n") != v]
    if lost:
        raise LabError(
            f"kernel {name}: these lines of lab/kernel/ are not in effect, since what they "
            f"depend on is not there: {' '.join(lost)}"
        )


def _inside(path: Path) -> Path:
    """A path as it is called within the Debian 13 root."""
    return "/" / path.relative_to(build_root())


def _make(tree: Path, output: Path, *words: str) -> list[str]:
    jobs = len(os.sched_getaffinity(0))
    # Not part of the kernel's name: who built it, and where.
    return [
        "env",
        "KBUILD_BUILD_USER=napier",
        "KBUILD_BUILD_HOST=lab",
        "make",
        "-C",
        str(_inside(tree)),
        f"O={_inside(output)}",
        f"-j{jobs}",
        *words,
    ]


def _compile(name: str, command: list[str], log: Path) -> None:
    """Run the build, and say now and then how far it is."""
    begin = said = time.monotonic()
    objects, where = 0, ""
    with (
        open(log, "w") as handle,
        subprocess.Popen(
            command, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
    ):
        assert process.stdout
        for line in process.stdout:
            handle.write(line)
            words = line.split()
            if len(words) >= 2 and words[0] in ("CC", "AS", "LD", "AR", "BTF"):
                objects += words[0] == "CC"
                where = words[-1]
            if time.monotonic() - said > PROGRESS:
                said = time.monotonic()
                say(f"kernel {name}: {objects} files, {said - begin:.0f} s, now {where}")
    if process.returncode:
        tail = "".join(log.read_text().splitlines(keepends=True)[-60:])
        raise LabError(f"kernel {name} does not build (all of it: {log}):\n{tail}")


def _slim(output: Path) -> None:
    """Remove what building modules does not need: nine tenths of the tree."""
    keep = {"scripts", "tools", "include"}
    for top in output.iterdir():
        if top.is_dir() and top.name not in keep:
            for path in top.rglob("*"):
                if path.suffix in (".o", ".a", ".cmd", ".ko", ".gcno") and path.is_file():
                    path.unlink()
    for name in ("vmlinux.o", "vmlinux.a", ".tmp_vmlinux1", ".tmp_vmlinux2"):
        (output / name).unlink(missing_ok=True)


def _build(name: str, tree: Path, output: Path) -> Kernel:
    shutil.rmtree(output, ignore_errors=True)
    _configure(name, tree, output)
    root = build_root()
    log = output / "build.log"
    _compile(name, enter(root, _make(tree, output, "bzImage", "modules")), log)
    version = (output / "include" / "config" / "kernel.release").read_text().strip()
    place = cache() / "kernels" / f"{name}-{version}"
    shutil.rmtree(place, ignore_errors=True)
    installed = output / "installed"
    words = [f"INSTALL_MOD_PATH={_inside(installed)}", "INSTALL_MOD_STRIP=1", "modules_install"]
    _compile(name, enter(root, _make(tree, output, *words)), output / "install.log")
    (place / "boot").mkdir(parents=True)
    shutil.copy2(output / "arch/x86/boot/bzImage", place / "boot" / f"vmlinuz-{version}")
    shutil.copytree(installed / "lib", place / "lib", symlinks=True)
    shutil.rmtree(installed)
    for link in ("build", "source"):
        (place / "lib" / "modules" / version / link).unlink(missing_ok=True)
    call([shutil.which("depmod") or "/usr/sbin/depmod", "-b", place, version])
    _slim(output)
    return _found(name, version, output)


def _found(name: str, version: str, output: Path) -> Kernel:
    place = cache() / "kernels" / f"{name}-{version}"
    vmlinuz = place / "boot" / f"vmlinuz-{version}"
    return Kernel(name, version, vmlinuz, place, output, build_root())


def own_kernel(name: str, update: bool = False) -> Kernel:
    """A kernel of PARTS, built if need be."""
    tree = source(update)
    root = build_root()
    output = root / "kernels" / name
    want = digest(FORMAT, tree, (root / ".napier").read_text(), sorted(requested(name).items()))
    stamp = Stamp(f"kernel-{name}")
    with lock(f"kernel-{name}"):
        lines = stamp.read().splitlines()
        if len(lines) == 2 and lines[0] == want:
            found = _found(name, lines[1], output)
            if found.vmlinuz.exists() and output.exists():
                return found
        stamp.clear()
        with step(f"kernel {name} from {tree.name} (tens of minutes on two CPUs, once)"):
            built = _build(name, tree, output)
        for old in (cache() / "kernels").glob(f"{name}-*"):
            if old != built.tree:
                shutil.rmtree(old)
        stamp.write(f"{want}\n{built.version}")
    return built
