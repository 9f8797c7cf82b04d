# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong on the command line is said, and ends with the code that is written for it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.host import TIMEOUT, Host

# Words, and what standard error has to say. 1 is the code of all of them.
WRONG: tuple[tuple[list[str], str], ...] = (
    ([], r"Usage: napier"),
    (["nonsense"], r"nonsense: no such command"),
    ([""], r"no such command"),
    (["s"], r"s: no such command"),
    (["--nonsense"], r"--nonsense"),
    (["--root"], r"--root"),
    (["--root", "/nowhere/at/all", "show"], r"/nowhere/at/all: No such file"),
    (["--root", "/etc/passwd", "show"], r"/etc/passwd: Not a directory"),
    (["show", "nosuch0"], r"nosuch0: no such interface"),
    (["show", "x" * 100], r"no such interface"),
    (["show", "../../etc"], r"no such interface"),
    (["show", "--nonsense"], r"--nonsense"),
    (["snapshot"], r"DIR"),
    (["snapshot", "--for"], r"--for"),
    (["snapshot", "--for", "10parsecs", "{new}"], r"10parsecs: a time"),
    (["snapshot", "--for", "-1s", "{new}"], r"-1s"),
    (["snapshot", "--for", "0s", "{new}", "nosuch0"], r"nosuch0: no such interface"),
    (["snapshot", "--for", "0s", "/nowhere/at/all", "lo"], r"/nowhere/at/all: No such file"),
    (["snapshot", "--for", "0s", "/proc/none", "lo"], r"/proc/none: "),
)


@pytest.mark.parametrize(("words", "message"), WRONG, ids=lambda value: str(value)[:40])
def test_wrong_words_are_refused(
    empty: Host, tmp_path: Path, words: list[str], message: str
) -> None:
    said = empty.napier(*(word.replace("{new}", str(tmp_path / "new")) for word in words))
    assert said.code == 1
    assert re.search(message, said.err)
    # Not a word to programs that did not ask.
    assert said.out == ""


def test_those_before_the_wrong_one_are_shown(empty: Host) -> None:
    said = empty.napier("show", "lo", "nosuch0")
    assert said.code == 1
    assert said.out == empty.napier("show", "lo").out
    # Not so for programs: half a document is none.
    assert list(empty.napier("-j", "show", "lo", "nosuch0").document) == ["error"]


@pytest.mark.parametrize(
    "words", [["nonsense"], ["show", "nosuch0"], ["--root", "/nowhere", "show"]]
)
def test_programs_are_told_too(empty: Host, words: list[str]) -> None:
    said = empty.napier("-j", *words)
    assert said.code == 1
    assert said.document == {"error": said.err.strip().removeprefix("napier: ")}


@pytest.mark.parametrize("words", [["--help"], ["show", "--help"], ["snapshot", "--help"]])
def test_help_is_no_error(empty: Host, words: list[str]) -> None:
    said = empty.napier(*words)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: ")


def test_help_names_all_commands(empty: Host) -> None:
    said = empty.napier("--help")
    _, _, commands = said.out.partition("Commands:\n")
    names = re.findall(r"^  (\w+) +\S", commands, re.M)
    assert {"show", "snapshot"} <= set(names)
    for name in names:
        assert empty.napier(name, "--help").code == 0


def test_the_version_is_one(empty: Host) -> None:
    assert re.fullmatch(r"napier \d+\.\d+\S*\n", empty.napier("--version").out)


def test_a_command_may_be_cut_off(empty: Host) -> None:
    assert empty.napier("-j", "sh", "lo").devices() == empty.show("lo")


@pytest.mark.parametrize("words", [["show", "lo"], ["-j", "show", "lo"], ["-jp", "show", "lo"]])
def test_a_full_disk_is_noticed(empty: Host, words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            empty.enter(empty.program, *words),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT,
        )
    assert done.returncode == 1
    assert "cannot write: No space left on device" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("drops", "--for", "soon"), 1, "soon: a time"),
        (("show", "--wrong"), 1, "unrecognized option '--wrong'"),
        (("doctor", "--for", "soon"), 3, "soon: a time"),
        (("diff", "one"), 2, "BEFORE and AFTER"),
    ],
)
def test_usage_errors_are_for_programs_too(
    empty: Host, words: tuple[str, ...], code: int, says: str
) -> None:
    said = empty.napier("-j", *words)
    assert said.code == code
    assert says in said.document["error"]
    assert says in said.err
    # People get no JSON.
    said = empty.napier(*words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    # Nor does help.
    assert empty.napier("-j", words[0], "--help").out.startswith("Usage: ")
