# SPDX-License-Identifier: GPL-2.0-only
"""napier diff: settings that were changed are told, each once, and nothing else is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.cli.host import Host, assert_valid
from tests.cli.test_drops import send


def snapshot(host: Host, place: Path, *names: str) -> Path:
    said = host.napier("snapshot", "--for", "1ms", place, *(names or ("np0", "np1")))
    assert said.code == 0, said.err
    return place


def diff(host: Host, *words: str | Path, code: int) -> dict[str, Any]:
    said = host.napier("-j", "diff", *words)
    assert said.code == code, said.out + said.err
    assert_valid(said.document)
    text = host.napier("diff", *words)
    assert text.code == code
    return said.document


def changes(document: dict[str, Any], name: str) -> dict[str, tuple[str, str]]:
    (device,) = (one for one in document["devices"] if one["ifname"] == name)
    return {one["member"]: (one["before"], one["after"]) for one in device["changes"]}


def test_nothing_differs(host: Host, tmp_path: Path) -> None:
    before = snapshot(host, tmp_path / "before")
    # Counters are no settings.
    send(host, 50, kind=0x88B5)
    after = snapshot(host, tmp_path / "after")
    for one, other in ((before, before), (before, after)):
        document = diff(host, one, other, "np0", "np1", code=0)
        assert document["settings"] == []
        assert [one["state"] for one in document["devices"]] == ["same", "same"]
    diff(host, after, "live", "np0", "np1", code=0)


def test_what_was_changed(host: Host, tmp_path: Path) -> None:
    before = snapshot(host, tmp_path / "before")
    host.ip("link set np0 mtu 1300")
    host.set_sysfs("np0/queues/rx-1/rps_cpus", "1")
    kind = "tbf rate 8mbit burst 2kb limit 4kb"
    host.run("tc", "qdisc", "add", "dev", "np0", "root", *kind.split())
    after = snapshot(host, tmp_path / "after")
    found = changes(diff(host, before, after, "np0", "np1", code=1), "np0")
    assert found.pop("mtu") == ("1400", "1300")
    assert found.pop("rx-queues[1].rps-cpus") == ("[]", "[0]")
    assert found.pop("qdisc")[1] == "tbf"
    assert found == {}
    # The other way round.
    found = changes(diff(host, after, before, "np0", "np1", code=1), "np0")
    assert found["mtu"] == ("1300", "1400")
    text = host.napier("diff", before, after, "np0").out
    assert "mtu                              1400 -> 1300\n" in text


def test_interfaces_come_and_go(host: Host, tmp_path: Path) -> None:
    before = snapshot(host, tmp_path / "before")
    host.ip("link set np0 name np9")
    after = snapshot(host, tmp_path / "after", "np9", "np1")
    document = diff(host, before, after, "np0", "np9", "np1", code=1)
    states = {one["ifname"]: one["state"] for one in document["devices"]}
    assert states["np0"] == "gone"
    assert states["np9"] == "new"


def test_counters(host: Host, tmp_path: Path) -> None:
    before = snapshot(host, tmp_path / "before")
    send(host, 50, kind=0x88B5)
    time.sleep(1)
    after = snapshot(host, tmp_path / "after")
    document = diff(host, before, after, "--counters", "np0", code=0)
    (device,) = document["devices"]
    gained = {one["counter"]: one for one in device["counters"] if one["group"] == "stats64"}
    assert gained["rx_packets"]["gained"] == 50
    assert 1 <= document["seconds"] < 20
    assert abs(gained["rx_packets"]["per-second"] * document["seconds"] - 50) < 0.001


def test_a_snapshot_tells_its_own_time_and_host(host: Host, tmp_path: Path) -> None:
    place = snapshot(host, tmp_path / "place")
    for sample in ("1", "2"):
        (place / sample / "napier/realtime").write_text("86400000000000\n")
        (place / sample / "proc/sys/kernel/hostname").write_text("elsewhere\n")
    for words in (("show", "np0"), ("drops", "np0"), ("doctor", "np0")):
        said = host.napier("-j", "--root", place, *words)
        assert said.document["time"] == "1970-01-02T00:00:00Z", words
        assert said.document["host"] == "elsewhere", words
    document = diff(host, place, "live", "np0", code=0)
    assert document["since"] == {"time": "1970-01-02T00:00:00Z", "host": "elsewhere"}
    assert document["host"] != "elsewhere"


def test_what_is_wrong_is_said(host: Host, tmp_path: Path) -> None:
    place = snapshot(host, tmp_path / "place")
    said = host.napier("-j", "diff", place, tmp_path / "nowhere")
    assert said.code == 2
    assert "nowhere" in json.loads(said.out)["error"]
    assert host.napier("diff", place).code == 2
    said = host.napier("diff", place, place, "np7")
    assert (said.code, said.out) == (2, "")
    assert "np7: neither has such an interface" in said.err
