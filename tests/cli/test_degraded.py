# SPDX-License-Identifier: GPL-2.0-only
"""Where something is missing the tool gives what it can, and says what is missing and what would
give it.  (A kernel without BTF: test_bursts.py.)"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.host import TIMEOUT, Host, Said, assert_valid
from tests.cli.test_drops import send

COMMANDS = (
    ("show", "np0"),
    ("drops", "--for", "20ms", "np0"),
    ("doctor", "--for", "20ms", "np0"),
)


def napier(host: Host, place: tuple[str, ...], *words: str | Path) -> Said:
    """The tool, in surroundings that these words make."""
    done = subprocess.run(
        host.enter(*place, host.program, *words), capture_output=True, timeout=TIMEOUT, check=False
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


WITHOUT_SYSFS = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys && exec "$0" "$@"')
# Another PID namespace, and a root that may do nothing.
CONTAINER = (
    *("unshare", "--pid", "--fork", "--mount-proc"),
    *("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_without_sysfs(host: Host, command: tuple[str, ...]) -> None:
    said = napier(host, WITHOUT_SYSFS, "-j", *command)
    assert (said.code, said.err) == (0, "")
    assert_valid(said.document)


def test_what_is_left_without_sysfs(host: Host) -> None:
    send(host, 30, kind=0x88B5)
    (device,) = napier(host, WITHOUT_SYSFS, "-j", "show", "np0").devices()
    (whole,) = host.show("np0")
    for name in ("ifindex", "mtu", "driver", "stats64"):
        assert device[name] == whole[name]
    assert device["link"]["carrier"] == whole["link"]["carrier"]
    (why,) = (one for one in device["missing"] if "/sys/class/net" in one["why"])
    assert "sysfs" in why["hint"]
    # What is not there is not there.
    said = napier(host, WITHOUT_SYSFS, "show", "np7")
    assert (said.code, said.err) == (1, "napier: np7: no such interface\n")
    said = napier(host, WITHOUT_SYSFS, "show")
    assert said.code == 1
    assert "no list of interfaces" in said.err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_in_a_container(host: Host, command: tuple[str, ...]) -> None:
    said = napier(host, CONTAINER, "-j", *command)
    assert (said.code, said.err) == (0, "")
    assert_valid(said.document)


def test_what_a_container_hides(host: Host) -> None:
    unseen = napier(host, CONTAINER, "-j", "doctor", "--for", "20ms", "np0").document["unseen"]
    assert any("sample of packets" in one and "CAP_NET_RAW" in one for one in unseen)
    assert any("threads of the kernel" in one and "PID namespace" in one for one in unseen)
    said = napier(host, CONTAINER, "bursts", "--for", "20ms", "np0")
    assert said.code == 2
    assert "BPF" in said.err
    assert "--coarse" in said.err


@pytest.mark.parametrize("family", ["netdev", "ethtool"])
def test_a_kernel_without_a_family_of_netlink(host: Host, tmp_path: Path, family: str) -> None:
    """Linux 6.1 has no netdev-genl; a snapshot of it has no such answers."""
    place = tmp_path / "place"
    assert host.napier("snapshot", "--for", "1ms", place, "np0").code == 0
    for sample in ("1", "2"):
        shutil.rmtree(place / sample / "netlink" / family)
    for command in COMMANDS:
        said = host.napier("-j", "--root", place, *command)
        assert (said.code, said.err) == (0, "")
        assert_valid(said.document)
    (device,) = host.napier("-j", "--root", place, "show", "np0").devices()
    missing = {one["what"] for one in device["missing"]}
    assert ("statistics of queues" if family == "netdev" else "rings") in missing


def test_without_proc(host: Host) -> None:
    """Not that anybody has a system like that; but nothing may end badly."""
    place = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$0" "$@"')
    for command in COMMANDS:
        said = napier(host, place, "-j", *command)
        assert (said.code, said.err) == (0, ""), command
        assert_valid(said.document)
