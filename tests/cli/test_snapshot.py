# SPDX-License-Identifier: GPL-2.0-only
"""napier snapshot and --root: what was kept is shown as it was seen, and what somebody has done to
it since does no harm."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.host import Host, Said

NAMES = ("np0", "lo")


@pytest.fixture
def snapshot(host: Host, tmp_path: Path) -> Path:
    """Of both interfaces, as its two samples are alike, with one that is read."""
    place = tmp_path / "snapshot"
    said = host.napier("snapshot", "--for", "0s", place, *NAMES)
    assert (said.code, said.out, said.err) == (0, "", "")
    return place


def without_time(said: Said) -> dict[str, object]:
    return {name: value for name, value in said.document.items() if name != "time"}


def test_it_is_shown_as_it_was_seen(host: Host, snapshot: Path) -> None:
    assert without_time(host.napier("-j", "--root", snapshot, "show", *NAMES)) == without_time(
        host.napier("-j", "show", *NAMES)
    )
    text = host.napier("--root", snapshot, "show", *NAMES)
    assert (text.code, text.out) == (0, host.napier("show", *NAMES).out)


def test_it_stays_as_it_was(host: Host, snapshot: Path) -> None:
    host.ip("link set np0 mtu 1300")
    (device,) = host.napier("-j", "--root", snapshot, "show", "np0").devices()
    assert device["mtu"] == 1400
    assert host.show("np0")[0]["mtu"] == 1300


def test_each_sample_can_be_read(host: Host, snapshot: Path) -> None:
    assert sorted(os.listdir(snapshot)) == ["1", "2"]
    for sample in ("1", "2"):
        assert host.napier("-j", "--root", snapshot / sample, "show", *NAMES).devices()
    # The later one, unless a sample is named.
    (snapshot / "2/sys/class/net/np0/mtu").write_text("1234\n")
    assert host.napier("-j", "--root", snapshot, "show", "np0").devices()[0]["mtu"] == 1234


def test_a_snapshot_of_a_snapshot_is_the_same(host: Host, snapshot: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert host.napier("--root", snapshot, "snapshot", "--for", "0s", copy, *NAMES).code == 0
    for words in (["-j", "show", *NAMES], ["show", *NAMES]):
        first = host.napier("--root", snapshot, *words)
        assert first.code == 0
        second = host.napier("--root", copy, *words)
        assert re.sub('"time":"[^"]*"', "", second.out) == re.sub('"time":"[^"]*"', "", first.out)


def test_it_lasts_as_long_as_was_said(host: Host, tmp_path: Path) -> None:
    assert host.napier("snapshot", "--for", "300ms", tmp_path / "new", "lo").code == 0
    first, second = (
        int((tmp_path / "new" / sample / "napier/monotonic").read_text()) for sample in ("1", "2")
    )
    assert second - first >= 300_000_000


def test_one_that_is_there_is_kept(host: Host, snapshot: Path) -> None:
    before = sorted(map(str, snapshot.rglob("*")))
    said = host.napier("snapshot", "--for", "0s", snapshot, "np1")
    assert said.code == 1
    assert "File exists" in said.err
    assert sorted(map(str, snapshot.rglob("*"))) == before


def test_without_a_name_those_with_a_device(host: Host, snapshot: Path) -> None:
    device = snapshot / "2/sys/class/net/np0/device"
    device.mkdir()
    (device / "driver").symlink_to("../../../../bus/pci/drivers/igb")
    (device / "uevent").write_text("PCI_SLOT_NAME=0000:02:00.0\nPCI_ID=8086:10C9\n")
    (shown,) = host.napier("-j", "--root", snapshot, "show").devices()
    assert shown["ifname"] == "np0"
    assert (shown["driver"], shown["bus-info"], shown["board"]) == (
        "igb",
        "0000:02:00.0",
        "8086:10C9",
    )


def test_a_name_is_no_format(host: Host, snapshot: Path) -> None:
    """The kernel lets nobody call an interface so; who makes a snapshot asks nobody."""
    net = snapshot / "2/sys/class/net"
    (net / "np0").rename(net / "n%s%n")
    (device,) = host.napier("-j", "--root", snapshot, "show", "n%s%n").devices()
    assert (device["ifname"], device["mtu"]) == ("n%s%n", 1400)


def test_nobody_reads_it_too(host: Host, snapshot: Path) -> None:
    for place in (snapshot, *snapshot.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    # The directories of pytest are its own.
    for above in snapshot.parents[:3]:
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o055)
    words = ("-j", "--root", snapshot, "show", *NAMES)
    assert without_time(host.napier(*words, nobody=True)) == without_time(host.napier(*words))


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def garbled(path: Path) -> None:
    path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))


def lengthened(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 3)


def lying(path: Path) -> None:
    """Lengths and counts of netlink and ioctl stand in the first words of their structures."""
    path.write_bytes(b"\xff\xff\xff\x7f" * 4 + path.read_bytes()[16:])


def removed(path: Path) -> None:
    path.unlink()


def made_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def made_a_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def looped(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


DAMAGES = (
    halved,
    emptied,
    garbled,
    lengthened,
    lying,
    removed,
    made_a_directory,
    made_a_fifo,
    looped,
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_does_no_harm(
    host: Host, snapshot: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Each file by itself: what is left is shown with the types that it has, or it is said
    that there is no such interface."""
    sample = snapshot / "2"
    files = [path.relative_to(sample) for path in sample.rglob("*") if path.is_file()]
    # What is of the host and of its sockets is not shown.
    files = [
        path
        for path in files
        if path.parts[1] in ("interrupts", "irq", "class", "ethtool", "netdev", "route")
        or path.parts[0] not in ("proc", "sys", "netlink")
    ]
    assert len(files) > 20
    failed = []
    for name in files:
        copy = tmp_path / "copy"
        shutil.copytree(sample, copy, symlinks=True)
        damage(copy / name)
        said = host.napier("-j", "--root", copy, "show", *NAMES)
        if said.code == 1 and said.document["error"].endswith("no such interface"):
            failed.append(str(name))
        else:
            assert len(said.devices()) == 2, name
        shutil.rmtree(copy)
    # Its number is all that an interface is known by.
    assert all(name.endswith("/ifindex") for name in failed)


@pytest.mark.parametrize("target", ["{secret}", "../../../../../../../../../../../../{secret}"])
def test_no_link_leads_out_of_it(host: Host, snapshot: Path, tmp_path: Path, target: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("what nobody is to see\n")
    address = snapshot / "2/sys/class/net/np0/address"
    address.unlink()
    address.symlink_to(target.format(secret=str(secret)))
    said = host.napier("-j", "--root", snapshot, "show", "np0")
    (device,) = said.devices()
    assert "address" not in device
    assert "nobody is to see" not in said.out


def test_the_largest_counter_is_a_number(host: Host, tmp_path: Path) -> None:
    """2^63 and more, which not every JSON library has as an integer."""
    place = tmp_path / "place"
    assert host.napier("snapshot", "--for", "0s", place, "np0").code == 0
    (path,) = (place / "2" / "netlink" / "route").glob("link@np0")
    text = path.read_bytes()
    # rx_packets of IFLA_STATS64, a struct of 25 or more counters behind its header of 4 octets.
    sizes = [8 * n + 4 for n in range(23, 32)]
    headers = [text.find(size.to_bytes(2, "little") + b"\x17\x00") for size in sizes]
    at = next(header for header in headers if header >= 0) + 4
    path.write_bytes(text[:at] + (2**63 + 2**40).to_bytes(8, "little") + text[at + 8 :])
    said = host.napier("-j", "--root", place, "show", "np0")
    (device,) = said.devices()
    assert device["stats64"]["rx_packets"] == 2**63 + 2**40
