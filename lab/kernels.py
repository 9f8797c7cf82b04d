# SPDX-License-Identifier: GPL-2.0-only
"""The kernels that the lab boots and builds against.

`stock` is what a Debian user runs: 6.12 from the host's release (Debian 12 has it in its
security suite, Debian 13 as its kernel).  `backports` is the newest 7.x of Debian 13's
backports.  Both come from packages that are unpacked into the cache and never installed.
`newest`, `debug` and `kunit` are built from the source package of the latter (lab/ownkernel.py).
Headers of 7.x want newer tools than Debian 12 has, so they live inside a Debian 13 root
(see lab/image.py), and modules for them are built in there.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.base import LabError, Stamp, as_root, cache, call, digest, lock, step
from lab.debs import Suite, os_release, unpack
from lab.image import build_root

FORMAT = 3


@dataclass(frozen=True)
class Kernel:
    """One kernel: what boots it, its modules, and how modules are built for it.

    tree holds lib/modules/VERSION.  kdir is where Kbuild finds the kernel (None: nothing
    can be built for it).  chroot is the root inside which make has to run, and kdir and
    everything it is to build lie below it; None means the host's own tools.
    """

    name: str
    version: str
    vmlinuz: Path
    tree: Path
    kdir: Path | None = None
    chroot: Path | None = None

    @property
    def modules(self) -> Path:
        """The directory with the kernel's own modules."""
        return self.tree / "lib" / "modules" / self.version

    @property
    def workshop(self) -> Path:
        """Where sources must be copied to be built for this kernel."""
        base = self.chroot or cache()
        return base / "build" / self.name

    def make(self, words: Sequence[str], directory: Path) -> list[str]:
        """The command that builds the external module in `directory` (in the workshop)."""
        if not self.kdir:
            raise LabError(f"nothing can be built for kernel {self.name}")
        if not self.chroot:
            return ["make", "-C", str(self.kdir), f"M={directory}", *words]
        kdir, inside = ("/" / path.relative_to(self.chroot) for path in (self.kdir, directory))
        return enter(self.chroot, ["make", "-C", str(kdir), f"M={inside}", *words])


def enter(root: Path, words: Sequence[str]) -> list[str]:
    """The command that runs `words` inside the Debian 13 root."""
    # Whoever ends the lab ends what it builds, too.
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--kill-child"]
    # objtool wants a /proc, which takes a mount name space.
    command += ["--mount", "--pid", "--fork", f"--root={root}", "--mount-proc"]
    inner = ["env", "PATH=/usr/bin:/usr/sbin", "LC_ALL=C.UTF-8", *words]
    if os.geteuid() == 0:
        return [*command, *inner]
    if _own_name_spaces():
        return [*command, "--map-root-user", *inner]
    ids = [f"--setuid={os.getuid()}", f"--setgid={os.getgid()}"]
    return as_root([*command, *ids, *inner])


@functools.cache
def _own_name_spaces() -> bool:
    """Whether a user may make name spaces here; some systems forbid it."""
    trial = subprocess.run(["unshare", "--map-root-user", "true"], capture_output=True)
    return trial.returncode == 0


def _versioned(suite: Suite, package: str, version: str) -> list[str]:
    """`package` and all that it depends on whose name carries the kernel's version."""
    found: list[str] = []
    queue = [package]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.append(name)
        depends = suite.show(name).get("Depends", "")
        # The first of several alternatives is the one that a user gets.
        firsts = (part.split("|")[0].split()[0] for part in depends.split(",") if part.strip())
        short = version.removesuffix("-amd64")
        queue += [first for first in firsts if short in first]
    return found


def _stock() -> tuple[Suite, str, bool]:
    """(suite, image package, whether it must be built in the Debian 13 root)."""
    host = os_release().get("VERSION_CODENAME")
    if host == "bookworm":
        suite, meta = Suite("bookworm"), "linux-image-6.12-amd64"
    else:
        suite, meta = Suite("trixie"), "linux-image-amd64"
    package = suite.show(meta).get("Depends", "").split(" ")[0]
    if not package.startswith("linux-image-6.12"):
        raise LabError(f"Debian's {meta} is not 6.12 any more but {package or 'gone'}")
    return suite, package, host not in ("bookworm", "trixie")


def _backports() -> tuple[Suite, str, bool]:
    suite = Suite("trixie")
    names = suite.names(r"linux-image-7\.\d+(\.\d+)?\+deb13(u\d+)?-amd64")
    if not names:
        raise LabError("Debian 13's backports offer no kernel 7.x; `make update` looks again")
    return suite, max(names, key=numbers), True


def _merge(tree: Path) -> None:
    """Some packages ship /lib, some /usr/lib: the guest sees one directory."""
    usr = tree / "usr" / "lib" / "modules"
    if usr.exists() and not (tree / "lib").exists():
        (tree / "lib").symlink_to("usr/lib")


def _vmlinuz(tree: Path, version: str) -> Path:
    """The bootable image: in /boot, or since 7.3 among the modules."""
    boot = tree / "boot" / f"vmlinuz-{version}"
    return boot if boot.exists() else tree / "lib" / "modules" / version / "vmlinuz"


def numbers(name: str) -> list[int]:
    """A key that sorts package names by the version in them."""
    return [int(number) for number in re.findall(r"\d+", name)]


def _relocate(kdir: Path, root: Path) -> None:
    """Headers that are not at / any more: their Makefile names the common part by an
    absolute path, and that is the only line in them that does."""
    makefile = kdir / "Makefile"
    text = makefile.read_text()
    if f"include {root}/usr/src/" not in text:
        makefile.write_text(text.replace("include /usr/src/", f"include {root}/usr/src/"))


def _install(name: str, suite: Suite, image: str, chroot: Path | None) -> Kernel:
    """Fetch and unpack a kernel and its headers."""
    version = image.removeprefix("linux-image-")
    headers = f"linux-headers-{version}"
    with lock(f"kernel-{name}"):
        tree = cache() / "kernels" / f"{name}-{version}"
        shutil.rmtree(tree, ignore_errors=True)
        with step(f"kernel {version} ({name}) and its headers"):
            for deb in suite.fetch(*_versioned(suite, image, version)):
                unpack(deb, tree)
            top = chroot or tree
            needed = (
                n
                for n in _versioned(suite, headers, version)
                if n.startswith(("linux-headers-", "linux-kbuild-"))
            )
            for deb in suite.fetch(*needed):
                unpack(deb, top)
        _merge(tree)
        kdir = top / "usr" / "src" / headers
        if not chroot:
            _relocate(kdir, top)
        kernel = Kernel(name, version, _vmlinuz(tree, version), tree, kdir, chroot)
        for need in (kernel.vmlinuz, kernel.modules, kdir / "Makefile"):
            if not need.exists():
                raise LabError(f"{image} holds no {need}: the packages have changed their shape")
        call([shutil.which("depmod") or "/usr/sbin/depmod", "-b", tree, version])
        for old in (cache() / "kernels").glob(f"{name}-*"):
            if old != tree:
                shutil.rmtree(old)
    return kernel


PACKAGED = {"stock": _stock, "backports": _backports}


@functools.cache
def kernel(name: str = "stock", update: bool = False) -> Kernel:
    """The kernel of that name, set up if need be; `update` looks for a newer one."""
    if name not in PACKAGED:
        from lab.ownkernel import own_kernel

        return own_kernel(name, update)
    stamp = Stamp(f"kernel-{name}")
    host = os_release().get("VERSION_CODENAME", "")
    chroot = build_root() if name == "backports" or host not in ("bookworm", "trixie") else None
    want = f"{FORMAT} {host} {chroot} {digest(chroot and (chroot / '.napier').read_text())}"
    lines = stamp.read().splitlines()
    if len(lines) == 2 and lines[0] == want and not update:
        version = lines[1]
        tree = cache() / "kernels" / f"{name}-{version}"
        top = chroot or tree
        found = Kernel(
            name,
            version,
            _vmlinuz(tree, version),
            tree,
            top / "usr" / "src" / f"linux-headers-{version}",
            chroot,
        )
        if found.vmlinuz.exists() and found.kdir and found.kdir.exists():
            return found
    suite, image, _ = PACKAGED[name]()
    made = _install(name, suite, image, chroot)
    stamp.write(f"{want}\n{made.version}")
    return made
