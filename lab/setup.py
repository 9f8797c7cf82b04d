# SPDX-License-Identifier: GPL-2.0-only
"""What the lab needs on the host, and how it gets there.

On Debian 12 and 13 the missing packages are installed, after they were named.  QEMU has
the 82576 since version 8, which Debian 12 offers in its backports only: that suite is
added if it is not there, and pinned so that QEMU and its firmware alone come from it.  On
any other system nothing is changed; what is missing is said.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.base import LabError, as_root, call, say, step
from lab.debs import KEYRING, mirror, os_release, suites_of_host

QEMU_WANTED = 8
BACKPORTED = "qemu-system-* qemu-utils qemu-block-extra seabios ipxe-qemu"
APT = Path("/etc/apt")


@dataclass(frozen=True)
class Need:
    """A Debian package, and for other systems the programs that show it is there."""

    package: str
    programs: tuple[str, ...] = ()


COMMON = (
    Need("qemu-system-x86", ("qemu-system-x86_64",)),
    Need("ipxe-qemu"),
    Need("seabios"),
    Need("mmdebstrap", ("mmdebstrap",)),
    Need("debian-archive-keyring"),
    Need("e2fsprogs", ("mkfs.ext4",)),
    Need("kmod", ("depmod", "modinfo")),
    Need("make", ("make",)),
    Need("gcc", ("gcc",)),
    Need("libc6-dev"),
    Need("pahole", ("pahole",)),
    Need("patch", ("patch",)),
    Need("xz-utils", ("xz",)),
    Need("zstd", ("zstd",)),
    Need("util-linux", ("setpriv",)),
    Need("python3-pytest"),
    Need("python3-pytest-xdist"),
)
# The compiler of the stock kernel, and the library that Kbuild's objtool wants.
RELEASES = {
    "bookworm": (Need("gcc-12"), Need("libelf1")),
    "trixie": (Need("gcc-14"), Need("libelf1t64")),
}
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
    Need("mypy", ("mypy",)),
    Need("nodejs", ("node",)),
    Need("npm", ("npm",)),
    Need("ca-certificates"),
)
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


def missing_packages(codename: str, more: tuple[Need, ...] = ()) -> list[str]:
    """Packages that have to be installed on this Debian."""
    # Node.js' own packages bring npm along and refuse Debian's.
    more = tuple(n for n in more if not n.programs or not all(map(_find, n.programs)))
    names = [need.package for need in (*COMMON, *RELEASES[codename], *more)]
    have = _installed(names)
    missing = [name for name in names if name not in have]
    if 0 < qemu_version() < QEMU_WANTED and "qemu-system-x86" not in missing:
        missing.append("qemu-system-x86")
    return missing


def _check_elsewhere(more: tuple[Need, ...]) -> None:
    """Not Debian 12 or 13: say what is missing, change nothing."""
    lacking = [
        f"{program} (in Debian's package {need.package})"
        for need in (*COMMON, *ELSEWHERE, *more)
        for program in need.programs
        if not _find(program)
    ]
    if 0 < qemu_version() < QEMU_WANTED:
        lacking.append(f"QEMU {QEMU_WANTED} or newer (this is {qemu_version()})")
    if not KEYRING.exists():
        lacking.append(f"{KEYRING} (in Debian's package debian-archive-keyring)")
    for module in ("pytest", "xdist"):
        if not importlib.util.find_spec(module):
            package = "python3-pytest" if module == "pytest" else "python3-pytest-xdist"
            lacking.append(f"{module} for this Python (in Debian's package {package})")
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


def setup_host(more: tuple[Need, ...] = ()) -> None:
    """Install what is missing on Debian 12 or 13, `more` included; check for it anywhere
    else."""
    release = os_release()
    codename = release.get("VERSION_CODENAME", "")
    if release.get("ID") != "debian" or codename not in RELEASES:
        _check_elsewhere(more)
        return
    missing = missing_packages(codename, more)
    if not missing:
        return
    say(f"these packages will be installed: {' '.join(missing)}")
    if codename == "bookworm" and "qemu-system-x86" in missing:
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
    still = missing_packages(codename, more)
    if still or qemu_version() < QEMU_WANTED:
        raise LabError(
            f"still missing after installing: {' '.join(still) or 'QEMU >= 8'}; "
            "`apt-cache policy` on them shows what apt prefers, and why"
        )
