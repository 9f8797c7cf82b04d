# SPDX-License-Identifier: GPL-2.0-only
"""napier show: what it says is what was set, whoever asks, and its JSON keeps its types."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.cli.host import TIMEOUT, Host

# Sent to an address that has no owner, so that nothing comes back.
SEND = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(7):
    s.sendto(bytes(100), ("192.0.2.2", 9))
"""


def settings(device: dict[str, object]) -> dict[str, object]:
    """An interface without what counts."""
    return {name: value for name, value in device.items() if name not in ("stats64", "statistics")}


def test_every_member_has_its_type(host: Host) -> None:
    assert [device["ifname"] for device in host.show("np1", "lo", "np0")] == ["np1", "lo", "np0"]


def test_what_was_set_is_shown(host: Host) -> None:
    host.set_sysfs("np0/queues/rx-1/rps_cpus", "1")
    host.set_sysfs("np0/queues/tx-0/xps_cpus", "1")
    (device,) = host.show("np0")
    assert device["driver"] == "veth"
    assert device["mtu"] == 1400
    assert device["operstate"] == "up"
    assert device["link"]["carrier"] is True
    assert device["ifindex"] == int(host.sysfs("np0/ifindex"))
    assert device["address"] == host.sysfs("np0/address")
    assert device["rx-channels"] == {"current": 3, "maximum": 3}
    assert device["tx-channels"] == {"current": 2, "maximum": 2}
    assert [queue["queue-id"] for queue in device["rx-queues"]] == [0, 1, 2]
    assert [queue["rps-cpus"] for queue in device["rx-queues"]] == [[], [0], []]
    assert [queue["queue-id"] for queue in device["tx-queues"]] == [0, 1]
    assert [queue["xps-cpus"] for queue in device["tx-queues"]] == [[0], []]


def test_a_change_is_seen(host: Host) -> None:
    (before,) = host.show("np0")
    host.ip("link set np1 down")
    host.ip("link set np0 mtu 1300")
    (after,) = host.show("np0")
    assert after["mtu"] == 1300
    assert after["link"]["carrier"] is False
    assert after["operstate"] == "lowerlayerdown"
    assert after["link"]["carrier-changes"] == before["link"]["carrier-changes"] + 1


def test_more_queues_than_nine_are_in_order(empty: Host) -> None:
    empty.ip("link add name np0 numrxqueues 12 type veth peer name np1")
    (device,) = empty.show("np0")
    assert [queue["queue-id"] for queue in device["rx-queues"]] == list(range(12))


def test_counters_are_the_kernels(host: Host) -> None:
    host.ip("address add 192.0.2.1/24 dev np0")
    host.ip(f"neighbour add 192.0.2.2 dev np0 lladdr {host.sysfs('np1/address')}")
    before = host.show("np0", "np1")
    host.run("/usr/bin/python3", "-c", SEND)
    after = host.show("np0", "np1")
    for device, name in ((0, "tx"), (1, "rx")):
        old, new = before[device]["stats64"], after[device]["stats64"]
        assert new[f"{name}_packets"] == old[f"{name}_packets"] + 7
        # Ethernet, IPv4, UDP.
        assert new[f"{name}_bytes"] == old[f"{name}_bytes"] + 7 * (14 + 20 + 8 + 100)


def test_counters_are_under_the_names_that_ip_has(host: Host) -> None:
    (told,) = json.loads(host.ip("-s -s -j link show dev np0"))
    (device,) = host.show("np0")
    stats = told["stats64"]
    for side in ("rx", "tx"):
        for name in ("packets", "bytes", "errors", "dropped"):
            assert device["stats64"][f"{side}_{name}"] == stats[side][name]
    assert device["stats64"]["multicast"] == stats["rx"]["multicast"]
    assert device["stats64"]["collisions"] == stats["tx"]["collisions"]


def test_the_drivers_own_statistics_are_there(host: Host) -> None:
    (device,) = host.show("np0")
    assert device["statistics"]["peer_ifindex"] == int(host.sysfs("np1/ifindex"))


def test_pretty_is_the_same(host: Host) -> None:
    compact, pretty = host.napier("-j", "show", "np0"), host.napier("-jp", "show", "np0")
    assert compact.out.count("\n") == 1
    assert pretty.out.count("\n") > 50
    assert compact.devices() == pretty.devices()
    assert pretty.devices() == host.napier("-p", "show", "np0").devices()


def test_text_says_the_same(host: Host) -> None:
    host.set_sysfs("np0/queues/rx-1/rps_cpus", "1")
    said = host.napier("show", "np0")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].split()[:2] == ["np0", "veth"]
    (link,) = (line for line in lines if line.startswith("link "))
    assert "up" in link.split() and "MTU 1400" in link
    (channels,) = (line for line in lines if line.startswith("channels "))
    assert "rx 3/3" in channels and "tx 2/2" in channels
    table = [line.split() for line in lines if line.startswith(("rx", "tx")) and line[2].isdigit()]
    assert [row[0] for row in table] == ["rx0", "rx1", "rx2", "tx0", "tx1"]
    # The column of RPS and XPS.
    assert [row[5] for row in table] == ["-", "0", "-", "-", "-"]


def test_what_a_driver_does_not_tell_is_said_to_be_missing(host: Host) -> None:
    (device,) = host.show("np0")
    missing = {one["what"]: one["why"] for one in device["missing"]}
    for member, name in (("rx-ring", "rings"), ("coalesce", "coalescing"), ("rss", "RSS")):
        # Or it tells: drivers learn.
        assert (member in device) != (name in missing)
    assert "rss" not in device or device["rss"]
    text = host.napier("show", "np0").out
    for name, why in missing.items():
        assert f"{name}: {why}" in text


def test_nobody_sees_the_same_or_is_told_why_not(host: Host) -> None:
    (root,) = host.show("np0")
    (nobody,) = host.show("np0", nobody=True)
    told = [one for one in nobody["missing"] if one not in root["missing"]]
    lost = {name for name, value in settings(root).items() if name != "missing"} - set(nobody)
    assert len(told) >= len(lost), f"without {lost}, and told only {told}"
    for name in set(settings(root)) - lost - {"missing"}:
        assert nobody[name] == root[name]


def test_without_a_name_those_with_a_device(host: Host) -> None:
    said = host.napier("-j", "show")
    assert said.code == 1
    assert said.document["error"] in said.err
    assert "no interface has a device" in said.err


@pytest.mark.parametrize("name", ["a@b", "x" * 15, "dev", "..a", "é", "$(reboot)"])
def test_a_name_is_only_a_name(empty: Host, name: str) -> None:
    empty.run("ip", "link", "add", "name", name, "type", "veth", "peer", "name", "np1")
    (device,) = empty.show("dev", name)
    assert device["ifname"] == name
    assert device["driver"] == "veth"
    assert empty.napier("show", "dev", name).out.split()[0] == name


def test_a_name_that_is_no_text_leaves_json_valid(empty: Host) -> None:
    name = b"np\xff"
    words = [word.encode() for word in empty.enter("ip", "link", "add", "name")]
    subprocess.run([*words, name, *b"type veth peer name np1".split()], check=True, timeout=TIMEOUT)
    command = [os.fsencode(word) for word in empty.enter(empty.program, "-j", "show")]
    done = subprocess.run([*command, name], capture_output=True, timeout=TIMEOUT)
    assert done.returncode == 0
    (device,) = json.loads(done.stdout)["devices"]
    assert (device["ifname"], device["driver"]) == ("?", "veth")
