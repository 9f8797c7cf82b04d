# SPDX-License-Identifier: GPL-2.0-only
"""What the lab and the operator's tool need on the host, and how it gets there.

On Debian 12 and 13 the missing packages are installed, after they were named.  QEMU has
the 82576 since version 8, which Debian 12 offers in its backports only: that suite is
added if it is not there, and pinned so that QEMU and its firmware alone come from it; for
what does not need QEMU, no suite is added.  On any other system nothing is changed; what
is missing is said.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.base import LabError, as_root, call, say, step
from lab.debs import KEYRING, mirror, os_release, suites_of_host

QEMU = "qemu-system-x86"
QEMU_WANTED = 8
BACKPORTED = "qemu-system-* qemu-utils qemu-block-extra seabios ipxe-qemu"
APT = Path("/etc/apt")


@dataclass(frozen=True)
class Need:
    """A Debian package, and for other systems what shows that it is there: programs, a file,
    a module of Python, a library as pkg-config knows it.  release: the only release of Debian
    that has it; any_build: programs from elsewhere are as good as the package."""

    package: str
    programs: tuple[str, ...] = ()
    file: Path | None = None
    module: str = ""
    library: str = ""
    release: str = ""
    any_build: bool = False


PYTEST = Need("python3-pytest", module="pytest")
COMPILER = (Need("gcc", ("gcc",)), Need("libc6-dev"))
LAB = (
    Need(QEMU, ("qemu-system-x86_64",)),
    Need("ipxe-qemu"),
    Need("seabios"),
    Need("mmdebstrap", ("mmdebstrap",)),
    Need("debian-archive-keyring", file=KEYRING),
    Need("e2fsprogs", ("mkfs.ext4",)),
    Need("kmod", ("depmod", "modinfo")),
    Need("make", ("make",)),
    *COMPILER,
    Need("pahole", ("pahole",)),
    Need("patch", ("patch",)),
    Need("xz-utils", ("xz",)),
    Need("zstd", ("zstd",)),
    Need("util-linux", ("setpriv",)),
    PYTEST,
    Need("python3-pytest-xdist", module="xdist"),
    # The compiler of the stock kernel, and the library that Kbuild's objtool wants.
    Need("gcc-12", release="bookworm"),
    Need("libelf1", release="bookworm"),
    Need("gcc-14", release="trixie"),
    Need("libelf1t64", release="trixie"),
)
# The operator's tool, and its tests, which need no lab.
TOOL = (
    Need("meson", ("meson",)),
    Need("ninja-build", ("ninja",)),
    *COMPILER,
    Need("pkgconf", ("pkg-config",)),
    Need("libmnl-dev", library="libmnl"),
    Need("libjansson-dev", library="jansson"),
    Need("libbpf-dev", library="libbpf"),
    Need("clang", ("clang",)),
    Need("bpftool", ("bpftool",)),
    Need("libmicrohttpd-dev", library="libmicrohttpd"),
    Need("libcap-ng-dev", library="libcap-ng"),
)
TOOL_TESTS = (
    *TOOL,
    Need("libcmocka-dev", library="cmocka"),
    Need("iproute2", ("ip", "tc")),
    Need("util-linux", ("unshare", "nsenter", "setpriv", "taskset", "chrt")),
    PYTEST,
    Need("python3-jsonschema", module="jsonschema"),
    Need("python3-prometheus-client", module="prometheus_client"),
    Need("mandoc", ("mandoc",)),
)
# What `make check` calls, and nothing else does.
CHECKERS = (
    Need("sparse", ("sparse",)),
    # For machines that the lab has not.
    Need("gcc-aarch64-linux-gnu", ("aarch64-linux-gnu-gcc",)),
    Need("bc", ("bc",)),
    Need("bison", ("bison",)),
    Need("flex", ("flex",)),
    Need("coccinelle", ("spatch",)),
    # spatch loads libpython under the name that only the development package has.
    Need("libpython3-dev"),
    Need("perl", ("perl",)),
    Need("shellcheck", ("shellcheck",)),
    Need("mypy", module="mypy"),
    # Node.js' own packages bring npm along and refuse Debian's.
    Need("nodejs", ("node",), any_build=True),
    Need("npm", ("npm",), any_build=True),
    Need("ca-certificates"),
    # For the tool.
    Need("clang-tidy", ("clang-tidy",)),
    Need("valgrind", ("valgrind",)),
)
# The releases that packages are installed on, and what that is done with elsewhere.
RELEASES = ("bookworm", "trixie")
ELSEWHERE = (Need("apt", ("apt-get", "apt-cache")), Need("dpkg", ("dpkg-deb",)))


def _find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def qemu_version() -> int:
    """The major version of the installed QEMU, 0 if there is none."""
    program = _find("qemu-system-x86_64")
    if not program:
        return 0
    match = re.search(r"version (\d+)", call([program, "--version"]))
    return int(match[1]) if match else 0


def _installed(names: list[str]) -> set[str]:
    """Which of these packages are installed."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\\n", *names],
        text=True,
        capture_output=True,
    )
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[-1] for words in lines if words and words[0] == "ii"}


def missing_packages(codename: str, needs: tuple[Need, ...] = LAB) -> list[str]:
    """Packages that have to be installed on this Debian."""
    wanted = [need for need in needs if need.release in ("", codename)]
    wanted = [n for n in wanted if not (n.any_build and all(map(_find, n.programs)))]
    names = list(dict.fromkeys(need.package for need in wanted))
    have = _installed(names)
    missing = [name for name in names if name not in have]
    if QEMU in names and QEMU not in missing and qemu_version() < QEMU_WANTED:
        missing.append(QEMU)
    return missing


def _lacking(need: Need) -> Iterator[str]:
    """What is not there of a need, on a system that has no such package."""
    for program in need.programs:
        if not _find(program):
            yield program
    if need.file and not need.file.exists():
        yield str(need.file)
    if need.module and not importlib.util.find_spec(need.module):
        yield f"{need.module} for this Python"
    if need.library:
        question = ["pkg-config", "--exists", need.library]
        if not _find(question[0]) or subprocess.run(question).returncode:
            yield f"{need.library} for pkg-config"
    if need.package == QEMU and 0 < qemu_version() < QEMU_WANTED:
        yield f"QEMU {QEMU_WANTED} or newer (this is {qemu_version()})"


def _check_elsewhere(needs: tuple[Need, ...]) -> None:
    """Not Debian 12 or 13: say what is missing, change nothing."""
    # Of the lab everything comes out of Debian's packages.
    more = ELSEWHERE if set(LAB) <= set(needs) else ()
    lacking = [
        f"{what} (in Debian's package {need.package})"
        for need in dict.fromkeys((*needs, *more))
        for what in _lacking(need)
    ]
    if lacking:
        name = os_release().get("PRETTY_NAME", "this system")
        raise LabError(
            f"{name} is neither Debian 12 nor 13, so nothing is installed here.\n"
            "Missing:\n  " + "\n  ".join(lacking)
        )


def _write_as_root(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=path.suffix) as handle:
        handle.write(text)
        handle.flush()
        call(as_root(["install", "-D", "-m", "644", handle.name, path]))
    say(f"wrote {path}")


def _add_suites(codename: str) -> None:
    """The suites that Debian 12 needs besides its own: backports and security."""
    have = suites_of_host()
    where = mirror()
    stanzas = ""
    wanted = {f"{codename}-backports": where.main, f"{codename}-security": where.security}
    for suite, uri in wanted.items():
        if suite not in have:
            stanzas += (
                f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
                f"Signed-By: {KEYRING}\n\n"
            )
    if stanzas:
        _write_as_root(
            APT / "sources.list.d" / "napier.sources",
            "# Added by the lab of napier; see napier.pref for what may come from "
            f"backports.\n{stanzas}",
        )
    if "backports" in stanzas or not (APT / "preferences.d" / "napier.pref").exists():
        only = f"Pin: release n={codename}-backports\nPin-Priority:"
        pins = f"Package: {BACKPORTED}\n{only} 990\n"
        if "backports" in stanzas:
            # Whoever had backports before has a policy for them; who had not gets none.
            pins = f"Package: *\n{only} 1\n\n{pins}"
        _write_as_root(
            APT / "preferences.d" / "napier.pref",
            f"# Added by the lab of napier: QEMU needs the 82576.\n{pins}",
        )


def setup_host(needs: tuple[Need, ...] = LAB) -> None:
    """Install what is missing of `needs` on Debian 12 or 13; check for it anywhere else."""
    release = os_release()
    codename = release.get("VERSION_CODENAME", "")
    if release.get("ID") != "debian" or codename not in RELEASES:
        _check_elsewhere(needs)
        return
    missing = missing_packages(codename, needs)
    if not missing:
        return
    say(f"these packages will be installed: {' '.join(missing)}")
    if codename == "bookworm" and QEMU in missing:
        say(
            "QEMU comes from bookworm-backports, the only suite of Debian 12 with version 8 "
            "or newer"
        )
        _add_suites(codename)
    with step("installing packages"):
        for words in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            call(
                as_root(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *words]),
                quiet=False,
            )
    still = missing_packages(codename, needs)
    if still:
        raise LabError(
            f"still missing after installing: {' '.join(still)}; "
            "`apt-cache policy` on them shows what apt prefers, and why"
        )
