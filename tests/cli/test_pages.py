# SPDX-License-Identifier: GPL-2.0-only
"""Man pages and completion say what the program says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from lab.base import REPO
from tests.cli.host import TIMEOUT, Host

PAGES = REPO / "cli/man"
COMPLETION = REPO / "cli/completion/napier.bash"
COMMANDS = sorted(path.stem.removeprefix("napier-") for path in PAGES.glob("napier-*.1"))
# Of every command, and so of no page.
EVERYWHERE = {"--help", "--usage", "--version"}


def run(*words: str | Path) -> str:
    done = subprocess.run(words, text=True, capture_output=True, timeout=TIMEOUT, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def offered(program: Path, *command: str) -> set[str]:
    """Options, as --help has them."""
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", run(program, *command, "--help"), re.M))


def explained(page: Path) -> set[str]:
    """Options that are items of a list of the page."""
    items = re.findall(r"^\.It ((?:.* )?Fl -[a-z-]+.*)$", page.read_text(), re.M)
    return {f"-{name}" for item in items for name in re.findall(r"Fl (-[a-z-]+)", item)}


def test_there_is_a_page_for_each_command(program: Path) -> None:
    told = run(program, "--help").partition("Commands:\n")[2]
    assert re.findall(r"^  ([a-z]+) ", told, re.M) == COMMANDS


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_pages_have_the_options_of_the_program(program: Path, command: str) -> None:
    page = PAGES / (f"napier-{command}.1" if command else "napier.1")
    words = (command,) if command else ()
    assert explained(page) == offered(program, *words) - EVERYWHERE
    lint = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", page], text=True, capture_output=True, check=False
    )
    assert (lint.returncode, lint.stdout) == (0, "")


def test_lint_finds_something(tmp_path: Path) -> None:
    page = tmp_path / "wrong.1"
    page.write_text((PAGES / "napier.1").read_text().replace(".El", "", 1))
    lint = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", page], text=True, capture_output=True, check=False
    )
    assert lint.returncode
    assert lint.stdout


def completed(host: Host, *words: str) -> set[str]:
    """What a shell offers for the last of the words."""
    script = (
        f'. {COMPLETION}; COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; compopt() {{ :; }}; '
        '_napier; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return set(host.run("bash", "-c", script, str(host.program), *words).split())


def test_completion(host: Host) -> None:
    assert completed(host, "") == set(COMMANDS)
    assert completed(host, "do") == {"doctor"}
    assert completed(host, "--r") == {"--root="}
    assert completed(host, "doctor", "--f") == {"--follow", "--for="}
    assert completed(host, "-j", "doctor", "np") == {"np0", "np1"}
    assert completed(host, "--root", "/somewhere", "dro") == {"drops"}
    assert completed(host, "explain", "rx_missed") == {"rx_missed_errors"}
    assert "rx_queue_{queue}_drops" in completed(host, "explain", "--driver=igb", "rx_q")
    assert completed(host, "diff", "liv") == {"live"}
