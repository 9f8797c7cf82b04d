# SPDX-License-Identifier: GPL-2.0-only
"""The file systems that the lab makes: the guest's Debian 13, the initramfs and the
modules of each kernel, and the Debian 13 root in which things are built.

Nothing of the project goes into the guest image: it holds Debian alone and is made once.
The lab's own init, its tools and napier.ko travel in a tar that each machine is given
(lab/payload.py), so a change of them costs no new image.
"""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from lab.base import GUEST, LabError, Stamp, as_root, cache, call, digest, lock, say, step
from lab.debs import Suite, acquire_options, unpack

if TYPE_CHECKING:
    from lab.kernels import Kernel

RELEASE = "trixie"

GUEST_PACKAGES = (
    "bpftool",
    "dbus",
    "ethtool",
    "iperf3",
    "iproute2",
    "iputils-arping",
    "iputils-ping",
    "kmod",
    "less",
    # What the operator's tool is linked with, on the host.
    "libbpf1",
    "libcap-ng0",
    "libjansson4",
    "libmicrohttpd12t64",
    "libmnl0",
    "libpam-systemd",
    "linuxptp",
    "nftables",
    "pciutils",
    "procps",
    "python3",
    "python3-jsonschema",
    "python3-scapy",
    "python3-yaml",
    "qemu-guest-agent",
    "socat",
    "strace",
    "stress-ng",
    "systemd",
    "systemd-sysv",
    "tcpdump",
    "udev",
    "util-linux-extra",
)

# What kernels 7.x and their modules are built with; libelf and libssl are what Kbuild's
# own programs are linked with, python3 and pahole what it calls for BTF.
BUILD_PACKAGES = (
    "bc",
    "bison",
    "flex",
    "gcc-14",
    "gcc",
    "make",
    "libc6-dev",
    "libelf-dev",
    "libssl-dev",
    "libelf1t64",
    "libssl3t64",
    "libdw1t64",
    "python3-minimal",
    "perl-base",
    "pahole",
    "kmod",
    "xz-utils",
)

# What the initramfs needs to reach the root file system, on a kernel where all of it
# is modular, as Debian's is.
BOOT_MODULES = ("virtio_pci", "virtio_blk", "ext4")


def bootstrap(target: Path, packages: tuple[str, ...], title: str) -> None:
    """A Debian 13 in a directory.  Owned by root, and made as root."""
    suite = Suite(RELEASE)
    suite.refresh()
    sources = "".join(line + "\n" for line in suite.sources().splitlines())
    words = [
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        "--architectures=amd64",
        f"--include={','.join(packages)}",
        "--skip=check/qemu",
        '--aptopt=APT::Install-Recommends "false";',
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
    ]
    words += [f"--aptopt={option}" for option in acquire_options()]
    say(f"{title}: Debian 13 with {len(packages)} chosen packages")
    # Its own progress bar goes to the terminal; the sources to its standard input.
    done = subprocess.run([*as_root(words), RELEASE, str(target), "-"], input=sources, text=True)
    if done.returncode:
        raise LabError(
            f"mmdebstrap failed ({title}); its messages are above.\n"
            "It needs root (or sudo), the right to mount, and the mirror"
        )


def guest_image() -> Path:
    """The guest's root file system, an ext4 image that no machine ever writes to."""
    stamp, image = Stamp("guest-image"), cache() / "guest.ext4"
    want = digest(2, RELEASE, *GUEST_PACKAGES)
    if stamp.read() == want and image.exists():
        return image
    with lock("guest-image"):
        if stamp.read() == want and image.exists():
            return image
        tree, fresh = cache() / "guest.tree", image.with_suffix(".new")
        remove_tree(tree)
        with step("guest image (some minutes, once)"):
            bootstrap(tree, GUEST_PACKAGES, "guest")
            make_ext4(tree, fresh, root_owned=True)
            remove_tree(tree)
        fresh.replace(image)
        stamp.write(want)
    return image


def build_root() -> Path:
    """The Debian 13 root in which kernels 7.x and modules for them are built.

    It belongs to the user, who may build without being root: only entering it needs
    sudo.  The file .napier in it changes when the root was made anew.
    """
    stamp, tree = Stamp("build-root"), cache() / "buildroot"
    want = digest(3, RELEASE, *BUILD_PACKAGES)
    if stamp.read() == want and tree.exists():
        return tree
    with lock("build-root"):
        if stamp.read() == want and tree.exists():
            return tree
        remove_tree(tree)
        with step("build root (a minute or two, once)"):
            bootstrap(tree, BUILD_PACKAGES, "build root")
            if os.geteuid():
                call(as_root(["chown", "-R", f"{os.getuid()}:{os.getgid()}", tree]))
            (tree / ".napier").write_text(f"{want} {os.stat(tree).st_ctime}\n")
        stamp.write(want)
    return tree


def mounted_below(tree: Path) -> list[str]:
    """What is mounted in a tree, the innermost first."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    places = [line.split()[1].encode().decode("unicode_escape") for line in lines]
    return [place for place in reversed(places) if place.startswith(f"{tree.resolve()}/")]


def remove_tree(tree: Path) -> None:
    """Remove a tree that root may own.  A bootstrap that was interrupted leaves /proc and others
    mounted below it; should one stay mounted, nothing behind it is removed."""
    if tree.exists():
        for place in mounted_below(tree):
            call(as_root(["umount", place]))
        call(as_root(["rm", "-rf", "--one-file-system", tree]))


def make_ext4(tree: Path, image: Path, *, root_owned: bool = False) -> None:
    """An ext4 image of a tree, with room to work in.  No journal: it is a snapshot."""
    command = as_root if root_owned else (lambda words: [str(word) for word in words])
    used = call(command(["du", "-s", "--block-size=1M", "--apparent-size", tree])).split()[0]
    files = int(call(command(["du", "-s", "--inodes", tree])).split()[0])
    # A file takes whole blocks: 4 KiB more than its size is the worst case.
    megabytes = int(used) + files * 4 // 1024 + files // 2048 + (600 if root_owned else 32)
    image.unlink(missing_ok=True)
    call(
        command(
            [
                shutil.which("mkfs.ext4") or "/usr/sbin/mkfs.ext4",
                "-q",
                "-F",
                "-O",
                "^has_journal",
                "-m",
                "0",
                "-N",
                str(files + 20000),
                "-E",
                "root_owner=0:0",
                "-d",
                tree,
                image,
                f"{megabytes}M",
            ]
        )
    )
    if root_owned and os.geteuid():
        call(as_root(["chown", f"{os.getuid()}:{os.getgid()}", image]))


def modules_image(kernel: Kernel) -> Path:
    """The modules of a kernel as a file system for /lib/modules."""
    image = cache() / "kernels" / f"modules-{kernel.name}-{kernel.version}.ext4"
    with lock(f"modules-{kernel.name}"):
        if image.exists() and image.stat().st_mtime > kernel.modules.stat().st_mtime:
            return image
        fresh = image.with_suffix(".new")
        with step(f"image of the modules of {kernel.version}"):
            make_ext4(kernel.modules.parent, fresh)
        for old in image.parent.glob(f"modules-{kernel.name}-*.ext4"):
            old.unlink()
        fresh.replace(image)
    return image


def initramfs(kernel: Kernel) -> Path:
    """busybox, the few modules between here and the root, and a script that loads them."""
    script = GUEST / "initramfs"
    image = cache() / "kernels" / f"initramfs-{kernel.name}-{kernel.version}"
    stamp = Stamp(f"initramfs-{kernel.name}")
    want = digest(2, kernel.version, kernel.modules.stat().st_mtime, script.read_text())
    if stamp.read() == want and image.exists():
        return image
    with lock("initramfs"):
        names = _closure(kernel, BOOT_MODULES)
        archive = Cpio()
        for directory in ("bin", "dev", "proc", "sys", "root", "modules"):
            archive.directory(directory)
        archive.file("bin/busybox", _busybox(), 0o755)
        archive.file("init", script.read_bytes(), 0o755)
        for name in names:
            path = kernel.modules / name
            archive.file(f"modules/{path.name.split('.')[0]}.ko", expanded(path))
        order = [Path(name).name.split(".")[0] for name in names]
        archive.file("modules/order", "".join(f"{name}\n" for name in order).encode())
        fresh = image.with_suffix(".new")
        fresh.write_bytes(archive.finish())
        fresh.replace(image)
        stamp.write(want)
    return image


def _busybox() -> bytes:
    """Debian's static busybox."""
    home = cache() / "busybox"
    if not (home / "bin" / "busybox").exists() and not (home / "usr/bin/busybox").exists():
        (deb,) = Suite(RELEASE).fetch("busybox-static")
        unpack(deb, home)
    found = [path for path in home.glob("**/bin/busybox") if path.is_file()]
    return found[0].read_bytes()


def _closure(kernel: Kernel, wanted: tuple[str, ...]) -> list[str]:
    """Files of these modules and of what they need, in an order that insmod can take."""
    depends: dict[str, list[str]] = {}
    by_name: dict[str, str] = {}
    for line in (kernel.modules / "modules.dep").read_text().splitlines():
        path, _, needs = line.partition(":")
        depends[path] = needs.split()
        by_name[Path(path).name.split(".")[0].replace("-", "_")] = path
    builtin = (kernel.modules / "modules.builtin").read_text()
    order: list[str] = []

    def visit(path: str) -> None:
        for need in depends[path]:
            visit(need)
        if path not in order:
            order.append(path)

    # ext4 asks for its checksum by name at run time: modules.dep does not know.
    for name in (*wanted, "crc32c", "crc32c_generic"):
        if name in by_name:
            visit(by_name[name])
        elif name in wanted and f"/{name}.ko" not in builtin:
            raise LabError(f"kernel {kernel.version} has no module {name}")
    return order


def expanded(path: Path) -> bytes:
    """A module's file, decompressed: busybox's insmod takes nothing else."""
    if path.suffix == ".xz":
        return lzma.decompress(path.read_bytes())
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout
    return path.read_bytes()


class Cpio:
    """An initramfs in the kernel's own format ("newc"), without root or device nodes."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.inode = 0

    def _entry(self, name: str, mode: int, body: bytes) -> None:
        self.inode += 1
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (self.inode, mode, 0, 0, links, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields)
        self.data += name.encode() + b"\0"
        self._pad()
        self.data += body
        self._pad()

    def _pad(self) -> None:
        self.data += b"\0" * (-len(self.data) % 4)

    def directory(self, name: str) -> None:
        self._entry(name, stat.S_IFDIR | 0o755, b"")

    def file(self, name: str, body: bytes, mode: int = 0o644) -> None:
        self._entry(name, stat.S_IFREG | mode, body)

    def finish(self) -> bytes:
        self._entry("TRAILER!!!", 0, b"")
        return bytes(self.data)
