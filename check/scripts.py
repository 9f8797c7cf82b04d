# SPDX-License-Identifier: GPL-2.0-only
"""The checkers of what is not C: shell and Python."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from check.base import HERE, Tree, output, scratch
from check.tools import ruff as ruff_home
from lab.base import REPO, LabError

SHELL = re.compile(r"^#!\s*/\S*\b(?:sh|bash|dash|busybox sh)\s|\A(?:#.*\n)*# shellcheck shell=")
PYTHON = re.compile(r"^#!\s*/\S*\bpython3?\b")


def _head(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(400)


def shell_scripts(tree: Tree) -> list[Path]:
    """Shell scripts, whatever they are called."""
    return [path for path in tree.files() if path.suffix == ".sh" or SHELL.search(_head(path))]


def python_files(tree: Tree) -> list[Path]:
    """Python files, whatever they are called."""
    return [path for path in tree.files() if path.suffix == ".py" or PYTHON.match(_head(path))]


def shellcheck(tree: Tree) -> list[str]:
    """Every remark, also those of style; `source` is followed."""
    names = tree.names(shell_scripts(tree))
    command = ["shellcheck", "-x", "--source-path=SCRIPTDIR", "-f", "gcc", *names]
    status, said, errors = output(command, tree.root)
    found = said.splitlines()
    if errors or (status and not found):
        found.append(f"shellcheck:0: status {status}: {errors}")
    return found


def _settings(tree: Tree) -> dict[str, Any]:
    """pyproject.toml's settings, with what ruff would see of the tree if it could."""
    settings = tomllib.loads((REPO / "pyproject.toml").read_text())["tool"]["ruff"]
    ours = sorted({Path(name).parts[0] for name in tree.names(tree.matching(".py"))})
    isort = {"known-first-party": [name for name in ours if "." not in name]}
    settings.setdefault("lint", {}).setdefault("isort", isort)
    return settings


def _ruff(tree: Tree, files: list[Path], write: bool) -> list[str]:
    request = {
        "home": str(ruff_home()),
        "settings": _settings(tree),
        "files": tree.names(files),
        "write": write,
    }
    status, said, errors = output(["node", HERE / "ruff.mjs"], tree.root, json.dumps(request))
    if status:
        raise LabError(f"ruff does not run:\n{errors}")
    return said.splitlines()


def ruff(tree: Tree) -> list[str]:
    """ruff's rules, as pyproject.toml has them, and its format."""
    return _ruff(tree, python_files(tree), write=False)


def ruff_format(tree: Tree, places: list[Path]) -> list[str]:
    """Give the Python files in these places ruff's format; returns what was done."""
    files = [p for p in python_files(tree) if any(p.is_relative_to(place) for place in places)]
    return _ruff(tree, files, write=True)


def mypy(tree: Tree) -> list[str]:
    """Types.  Programs without .py are left out: mypy takes them for one module."""
    names = tree.names(tree.matching(".py"))
    # pytest puts a test's own directory into the path, and so must mypy; not that of the tool's
    # tests, whose conftest.py would be the second of that name: they use their whole names.
    places = sorted(
        {str(Path(name).parent) for name in names if name.startswith("tests/")}
        - {"tests", "tests/cli"}
    )
    config = scratch("mypy") / "mypy.ini"
    config.write_text((HERE / "mypy.ini").read_text() + f"mypy_path = {':'.join(('.', *places))}\n")
    command: list[str | Path] = ["/usr/bin/python3", "-m", "mypy", "--no-error-summary"]
    command += ["--config-file", config, "--cache-dir", scratch("mypy") / tree.root.name]
    status, said, errors = output([*command, *names], tree.root)
    found = [line for line in said.splitlines() if ": note: " not in line]
    if errors or (status and not found):
        found.append(f"mypy:0: status {status}: {errors}")
    return found
