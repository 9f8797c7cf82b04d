# SPDX-License-Identifier: GPL-2.0-only
"""The selftests as a disk for the guest, made from the kernel's source package.

They are built in a Debian 13 root of their own, because they want much that modules do not
(clang for their BPF programs, libraries, a netlink code generator), and by the kernel's own
makefiles.  The programs that they call and that the guest's image lacks come out of the
same root, with their libraries, so the image stays as it is for everybody else.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from lab.base import Stamp, as_root, cache, call, digest, lock, say, step
from lab.image import RELEASE, bootstrap, make_ext4, remove_tree
from lab.kernels import enter
from lab.ownkernel import source

# make headers and the tests: compilers, rsync for `make install`, and what they link with.
# No liburing: Debian 13's is older than the calls that iou-zcrx.c makes, so the makefiles
# leave that program out.
BUILD_PACKAGES = (
    "binutils",
    "clang",
    "gcc",
    "libc6-dev",
    "libelf-dev",
    "make",
    "perl-base",
    "python3-jsonschema",
    "python3-minimal",
    "python3-yaml",
    "rsync",
    "zlib1g-dev",
)
# Programs that the tests call and the guest's image does not have: name -> package.
PROGRAMS = {"bc": "bc", "bpftrace": "bpftrace", "jq": "jq", "mausezahn": "netsniff-ng"}

TARGETS = ("drivers/net", "drivers/net/hw")
# What of the source the build reads.  Whole directories: which files it takes from them is
# the makefiles' business.
PARTS = (
    "Makefile",
    "Kbuild",
    "Kconfig",
    "Documentation/netlink",
    # By this file the netlink code generator knows the root of the source.
    "MAINTAINERS",
    "arch/x86",
    "include",
    "scripts",
    "tools/arch/x86",
    "tools/build",
    "tools/include",
    "tools/lib",
    "tools/net",
    "tools/scripts",
    "tools/testing/selftests",
)
# Where the disk is mounted in the guest.
MOUNT = "/ksft"
EXTRA = "extra"
# A header that tests read the names of link modes from.
HEADER = "usr/include/linux/ethtool.h"
# Fills a gap of the guest's ethtool.
ETHTOOL = Path(__file__).with_name("ethtool")
FORMAT = 3


def _root() -> Path:
    """The Debian 13 root that the tests are built in."""
    stamp, tree = Stamp("selftests-root"), cache() / "selftests" / "root"
    packages = (*BUILD_PACKAGES, *PROGRAMS.values())
    want = digest(1, RELEASE, *packages)
    if stamp.read() == want and tree.exists():
        return tree
    remove_tree(tree)
    tree.parent.mkdir(exist_ok=True)
    with step("root for building the selftests (some minutes, once)"):
        bootstrap(tree, packages, "selftests")
        if os.geteuid():
            call(as_root(["chown", "-R", f"{os.getuid()}:{os.getgid()}", tree]))
    stamp.write(want)
    return tree


def _inside(root: Path, script: str) -> None:
    """Run a script in the root; its output is in the error if it fails."""
    # Words of the make that has called us (T=...) are not for the kernel's.
    clean = ["env", "-u", "MAKEFLAGS", "-u", "MFLAGS", "-u", "MAKELEVEL", "-u", "MAKEOVERRIDES"]
    call(enter(root, [*clean, "bash", "-ec", script]))


def _compile(root: Path, origin: Path) -> Path:
    """Build and install the tests below the root; returns where."""
    work = root / "build"
    remove_tree(work)
    tree = work / "src"
    tree.mkdir(parents=True)
    for part in PARTS:
        (tree / part).parent.mkdir(parents=True, exist_ok=True)
        call(["cp", "-a", origin / part, tree / part])
    with step("headers of the kernel"):
        _inside(root, f"make -C /build/src ARCH=x86_64 -j{os.cpu_count()} headers")
    with step("the selftests"):
        _inside(
            root,
            "make -C /build/src/tools/testing/selftests ARCH=x86_64 FORCE_TARGETS=1 "
            f"TARGETS='{' '.join(TARGETS)}' INSTALL_PATH=/build/install install",
        )
    return work / "install"


def _carry(root: Path, target: Path) -> None:
    """Put the programs that the guest lacks below target/, each with the libraries that it
    was linked with; a wrapper lets it find them."""
    for part in ("bin", "lib", "libexec"):
        (target / part).mkdir(parents=True, exist_ok=True)
    for name in PROGRAMS:
        path = next(p for p in (f"usr/bin/{name}", f"usr/sbin/{name}") if (root / p).exists())
        listing = call(as_root(["chroot", root, "ldd", f"/{path}"]))
        for library in re.findall(r"=> (/\S+)", listing):
            # The C library and its loader belong together: the guest's own serve.
            if not re.search(r"/(libc|libm|libdl|libpthread|librt)\.so", library):
                call(["cp", "-L", root / library[1:], target / "lib"])
        shutil.copy2(root / path, target / "libexec" / name)
        wrapper = target / "bin" / name
        place = f"{MOUNT}/{EXTRA}"
        wrapper.write_text(
            f'#!/bin/sh\nLD_LIBRARY_PATH={place}/lib exec {place}/libexec/{name} "$@"\n'
        )
        wrapper.chmod(0o755)
    shutil.copy2(ETHTOOL, target / "bin" / "ethtool")


def disk() -> Path:
    """The disk image with the selftests, as the guest mounts it on /ksft."""
    origin = source()
    version = origin.name.removeprefix("linux-")
    image = cache() / "selftests" / f"selftests-{version}.ext4"
    stamp = Stamp("selftests-disk")
    parts = (*BUILD_PACKAGES, *PROGRAMS, *TARGETS, *PARTS)
    want = digest(FORMAT, version, RELEASE, *parts, ETHTOOL.read_text())
    if stamp.read() == want and image.exists():
        return image
    with lock("selftests"):
        if stamp.read() == want and image.exists():
            return image
        root = _root()
        say(f"selftests of {version}")
        tree = _compile(root, origin)
        _carry(root, tree / EXTRA)
        (tree / EXTRA / HEADER).parent.mkdir(parents=True)
        shutil.copy2(tree.parent / "src" / HEADER, tree / EXTRA / HEADER)
        with step("disk with the selftests"):
            fresh = image.with_suffix(".new")
            make_ext4(tree, fresh)
        remove_tree(root / "build")
        for old in image.parent.glob("selftests-*.ext4"):
            old.unlink()
        fresh.rename(image)
        stamp.write(want)
    return image
