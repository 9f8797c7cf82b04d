# SPDX-License-Identifier: GPL-2.0-only
"""The dictionary of counters: what the generator refuses, and what `napier explain` makes of it."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.dictionary import book as dictionary
from cli.dictionary import generate, names
from lab.base import REPO

PLACE = REPO / "cli" / "dictionary"
BOOKS = sorted(PLACE.glob("*.toml"))
DRIVERS = [path.stem for path in BOOKS]
WIDTH = 78

Data = dict[str, Any]
COUNTER = {
    "name": "rx_queue_{queue}_drops",
    "side": "rx",
    "layer": "ring",
    "kind": "loss",
    "unit": "packets",
    "field": "rx_dropped",
    "says": "Frames without a descriptor.",
    "do": "Enlarge the ring.",
    "read": "a.c: b()",
}
GOOD: Data = {
    "driver": "test",
    "table": [{"file": "a.c", "from": "a", "to": "b", "name": "(c)"}],
    "counter": [COUNTER],
}
LINK: Data = {
    **GOOD,
    "driver": "link",
    "counter": [{**COUNTER, "name": "rx_dropped", "column": "receive drop"}],
}


def as_toml(data: Data) -> str:
    """Texts, lists of texts and lists of tables: JSON's notation is TOML's, too."""
    tables = {key for key, value in data.items() if value and isinstance(value[0], dict)}
    lines = [f"{key} = {json.dumps(data[key])}" for key in data if key not in tables]
    for key in sorted(tables):
        for table in data[key]:
            lines += [f"[[{key}]]", *(f"{k} = {json.dumps(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def generated(place: Path, *books: Data, more: str = "") -> tuple[int, Path]:
    """What the generator makes of books; `more` is appended to the first."""
    files = [place / f"{book['driver']}.toml" for book in books]
    for file, book in zip(files, books, strict=True):
        file.write_text(as_toml(book))
    with files[0].open("a") as first:
        first.write(more)
    output = place / "books.c"
    return generate.main([str(output), *map(str, files)]), output


def changed(**changes: Any) -> Data:
    """A book whose counter has other values; None takes one away."""
    data = copy.deepcopy(GOOD)
    counter = {**COUNTER, **changes}
    data["counter"] = [{key: value for key, value in counter.items() if value is not None}]
    return data


def twice(name: str) -> Data:
    data = copy.deepcopy(GOOD)
    data["counter"].append({**COUNTER, "name": name})
    return data


def at_top(**changes: Any) -> Data:
    return {**copy.deepcopy(GOOD), **changes}


ENTRY = "test.toml: rx_queue_{queue}_drops: "
WRONG = [
    (changed(colour="red"), ENTRY + "unknown key colour"),
    (changed(column="receive drop"), ENTRY + "unknown key column"),
    (changed(says=None), ENTRY + "without says"),
    (changed(name=None), "test.toml: counter 1: without name"),
    (changed(kind="lost"), ENTRY + 'kind "lost" is none of loss, error'),
    (changed(layer="rings"), ENTRY + 'layer "rings" is none of wire, filter'),
    (changed(side="left"), ENTRY + 'side "left" is none of rx, tx, both'),
    (changed(says="x" * 240 + "."), ENTRY + "says has 241 characters; 240 at most"),
    (changed(do="x" * 240 + "."), ENTRY + "do has 241 characters; 240 at most"),
    (changed(says="No end"), ENTRY + "says ends without a full stop"),
    (changed(says="Two  blanks."), ENTRY + "says is empty, or has white space to spare"),
    (changed(unit=""), ENTRY + "unit is empty"),
    (changed(says="Ω."), ENTRY + "says has characters that not every terminal shows"),
    (changed(unit=7), ENTRY + "unit is no text"),
    (changed(kind="traffic"), ENTRY + "traffic with advice"),
    (changed(field="rx_drop"), ENTRY + "field rx_drop is not in link.toml"),
    (changed(name="rx_{ring}"), "test.toml: rx_{ring}: unknown placeholder {ring}"),
    (changed(name="rx_{}"), "test.toml: rx_{}: unknown placeholder {}"),
    (changed(name="rx_{queue"), "test.toml: rx_{queue: a brace that is no placeholder's"),
    (changed(name="{n}"), "test.toml: {n}: a name that is nothing but a placeholder"),
    (changed(name="a{n}{tc}"), "test.toml: a{n}{tc}: a digit or a placeholder right behind"),
    (changed(name="a{n}0"), "test.toml: a{n}0: a digit or a placeholder right behind"),
    (changed(name="a{n}_{n}"), "test.toml: a{n}_{n}: the same placeholder twice"),
    (changed(name="{n}a{tc}b{prio}"), "test.toml: {n}a{tc}b{prio}: more than 2 placeholders"),
    (changed(name="a" * 64), f"test.toml: {'a' * 64}: a name of 64 characters"),
    (twice("rx_queue_{queue}_drops"), ENTRY + "twice"),
    (twice("rx_queue_{n}_drops"), "test.toml: rx_queue_{n}_drops: twice, as rx_queue_{queue}"),
    (at_top(colour="red"), "test.toml: unknown key colour"),
    (at_top(origin="moon"), "test.toml: origin is none of kernel, repository"),
    (at_top(also="other"), "test.toml: also is no list of names"),
    (at_top(also=["link"]), "test.toml: link is also in link.toml"),
    (at_top(table=[{"file": "a.c"}]), "test.toml: table 1: without from, name, to"),
    (at_top(counter="x"), "test.toml: counter is no list of tables"),
]


@pytest.mark.parametrize(("data", "message"), WRONG, ids=[message for _, message in WRONG])
def test_refused(
    data: Data, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is said with file and entry, alone, and nothing is written."""
    status, output = generated(tmp_path, data, LINK)
    said = capsys.readouterr().err.splitlines()
    assert status == 1
    assert not output.exists()
    assert [line for line in said if line.startswith(message)] == said != []


def test_refused_series(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = copy.deepcopy(LINK)
    link["counter"][0]["series"] = "node_network_receive_drop_total"
    assert generated(tmp_path, GOOD, link)[0] == 1
    assert "rx_dropped: one of series and series_detailed alone" in capsys.readouterr().err


def test_refused_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no TOML, another driver's file, and no book of the link."""
    assert generated(tmp_path, GOOD, LINK, more="says = \n")[0] == 1
    assert "test.toml: Invalid value" in capsys.readouterr().err
    assert generated(tmp_path, GOOD)[0] == 1
    assert "link.toml: missing" in capsys.readouterr().err
    (tmp_path / "other.toml").write_text(as_toml(GOOD))
    assert generate.main([str(tmp_path / "out.c"), str(tmp_path / "other.toml")]) == 1
    assert "other.toml: the driver is test" in capsys.readouterr().err


def test_all_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them are said at once."""
    assert generated(tmp_path, changed(kind="lost", layer="rings", says=None), LINK)[0] == 1
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_generated(tmp_path: Path) -> None:
    """The link comes first, and C's own characters stay characters."""
    status, output = generated(tmp_path, changed(says='A "word" and a \\.'), LINK)
    text = output.read_text()
    assert status == 0
    assert r'.says = "A \"word\" and a \\.",' in text
    assert '.numbers = { "queue" },' in text
    assert text.index('{ "link", ') < text.index('{ "test", ')


def test_own_names_explained() -> None:
    """Each name in napier's own tables has an entry, and each entry a name."""
    book = dictionary.load(PLACE / "napier.toml")
    assert book.data["origin"] == "repository"
    own = {name for table in book.tables for name in names.names_of(table, REPO)}
    assert own == {entry["name"] for entry in book.counters}


@pytest.fixture
def napier(program: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The program that was built, called with arguments."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)

    return call


Napier = Callable[..., subprocess.CompletedProcess[str]]


def document(napier: Napier, *arguments: str) -> Data:
    """What it says to programs."""
    result = napier("-j", "explain", *arguments)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    said: Data = json.loads(result.stdout)
    assert said["schema"] == "napier.explain/1"
    return said


def as_json(entry: dict[str, str], driver: str) -> Data:
    """An entry of a book as JSON has it."""
    other = {
        "name": "counter",
        "ip": "ip-link",
        "column": "proc-net-dev",
        "series": "node-exporter",
        "series_detailed": "node-exporter-detailed",
    }
    object_ = {other.get(key, key): value for key, value in entry.items() if key != "read"}
    return {**object_, "read": {driver: entry["read"]}}


def test_list_is_the_dictionary(napier: Napier) -> None:
    """All that stands in the files is in the program, and nothing else."""
    found = {each["driver"]: each for each in document(napier, "--list")["drivers"]}
    assert sorted(found) == sorted(DRIVERS)
    for path in BOOKS:
        book = dictionary.load(path)
        assert found[book.driver]["also"] == book.also
        want = [as_json(entry, book.driver) for entry in book.counters]
        assert found[book.driver]["explanations"] == want


def test_list_of_one(napier: Napier) -> None:
    (one,) = document(napier, "--list", "--driver", "mlx5_core.sf")["drivers"]
    assert one["driver"] == "mlx5_core"
    lines = napier("explain", "--list", "--driver", "igb").stdout.splitlines()
    assert lines[0].split() == ["NAME", "SIDE", "LAYER", "KIND", "UNIT"]
    assert ["rx_queue_{queue}_drops", "rx", "ring", "loss", "packets"] in map(str.split, lines)
    assert len(lines) == 1 + len(dictionary.load(PLACE / "igb.toml").counters)


def test_numbers(napier: Napier) -> None:
    (name,) = document(napier, "rx_queue_31_drops", "--driver", "igb")["names"]
    (one,) = name["explanations"]
    assert name["name"] == "rx_queue_31_drops"
    assert one["counter"] == "rx_queue_{queue}_drops"
    assert one["numbers"] == {"queue": 31}
    assert list(one["read"]) == ["igb"]


def groups(name: str) -> list[Data]:
    """What is to be said of a name: of all drivers, the link first, each explanation once."""
    found: list[Data] = []
    for path in sorted(BOOKS, key=lambda path: (path.stem != "link", path.stem)):
        for entry in dictionary.load(path).counters:
            if entry["name"] != name:
                continue
            one = as_json(entry, path.stem)
            same = next((each for each in found if {**each, "read": one["read"]} == one), None)
            if same:
                same["read"] |= one["read"]
            else:
                found.append(one)
    return found


def test_all_drivers(napier: Napier) -> None:
    names = ["rx_dropped", "rx_fifo_errors", "rx_multicast", "tx_timeouts", "rx_errors"]
    said = document(napier, *names)["names"]
    assert [each["name"] for each in said] == names
    for each in said:
        assert each["explanations"] == groups(each["name"])
    assert any(len(one["read"]) > 1 for each in said for one in each["explanations"])


@pytest.mark.parametrize("driver", DRIVERS)
def test_text(napier: Napier, driver: str) -> None:
    """For people: no line too wide, and nothing of a sentence lost at its end."""
    counters = dictionary.load(PLACE / f"{driver}.toml").counters
    result = napier("explain", "--driver", driver, *(entry["name"] for entry in counters))
    assert result.returncode == 0, result.stderr
    assert [line for line in result.stdout.splitlines() if len(line) > WIDTH] == []
    parts = [" ".join(part.split()) for part in result.stdout.split("\n\n")]
    assert len(parts) == len(counters)
    for part, entry in zip(parts, counters, strict=True):
        assert part.startswith(f"{entry['name']}: ")
        assert entry["says"] in part
        assert f"to do: {entry['do']}" in part if "do" in entry else "to do: " not in part


REFUSED = [
    (("rx_mised_errors",), "not known; nearly so: rx_missed_errors"),
    (("rx_queue_3_drop", "--driver", "igc"), "nearly so: rx_queue_{queue}_drops"),
    (("rx_queue_3_drops", "--driver", "e1000e"), "not of e1000e, but of igb, igc"),
    (("rx_queue_4294967296_drops", "--driver", "igb"), "nearly so: rx_queue_{queue}_drops"),
    (("nothing_like_that_anywhere",), "nothing is called nearly so"),
    (("rx_dropped", "--driver", "e1000"), "no counters of such a driver"),
    (("--list", "--driver", "e1000"), "no counters of such a driver"),
    (("lo",), "napier explain --dev lo"),
    (("--dev", "no-such-port"), "no such interface"),
    (("--dev", "lo", "rx_queue_0_drops"), "lo has no counter rx_queue_0_drops"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=[" ".join(a) for a, _ in REFUSED])
def test_unknown(napier: Napier, arguments: tuple[str, ...], message: str) -> None:
    """What it does not know ends it with 1 and a way on, for people and for programs."""
    result = napier("explain", *arguments)
    assert result.returncode == 1
    assert result.stdout == ""
    assert message in result.stderr
    result = napier("-j", "explain", *arguments)
    assert result.returncode == 1
    assert message in json.loads(result.stdout)["error"]


@pytest.mark.parametrize(
    "arguments", [(), ("--list", "rx_dropped"), ("--list", "--dev", "lo"), ("--driver", "igb")]
)
def test_misused(napier: Napier, arguments: tuple[str, ...]) -> None:
    result = napier("explain", *arguments)
    assert result.returncode == 1
    assert "--help" in result.stderr


def test_interface(napier: Napier, tmp_path: Path) -> None:
    """Counters of an interface, from a snapshot, in which they stand still."""
    kept = tmp_path / "kept"
    assert napier("snapshot", "--for", "1ms", str(kept), "lo").returncode == 0
    root = ("--root", str(kept / "1"))
    shown = json.loads(napier(*root, "-j", "show", "lo").stdout)["devices"][0]["stats64"]
    said = json.loads(napier(*root, "-j", "explain", "--dev", "lo").stdout)
    (device,) = said["devices"]
    values = {name: n for one in device["explanations"] for name, n in one["values"].items()}
    assert device["ifname"] == "lo"
    assert values == {name: number for name, number in shown.items() if number}
    said = json.loads(napier(*root, "-j", "explain", "--dev", "lo", "rx_errors").stdout)
    (one,) = said["devices"][0]["explanations"]
    assert one["values"] == {"rx_errors": shown["rx_errors"]}
    assert one["kind"] == "error"
    text = napier(*root, "explain", "--dev", "lo", "rx_errors").stdout
    assert f"rx_errors {shown['rx_errors']}" in " ".join(text.split())
