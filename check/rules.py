# SPDX-License-Identifier: GPL-2.0-only
"""The rules of this house that no tool of others knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from check.base import Tree
from check.csource import (
    Function,
    forward_declarations,
    functions,
    shell_functions,
    without_comments,
)
from check.scripts import python_files, shell_scripts

FILE_LINES = 1000
FUNCTION_LINES = 100
MANY_LINES = 60
# The folders of cli/, the lowest first: each uses itself and those before it.
LAYERS = ("base", "bpf", "source", "model", "read", "trace", "judge", "print", "serve", "cmd")
# The one file that may ask which kernel it is compiled for.
COMPAT = "driver/napier_compat.h"
VERSION = re.compile(
    r"^[ \t]*#[ \t]*(?:(?:el)?if\b(?:[^\n]*\\\n)*[^\n]*\b(?:LINUX_VERSION|KERNEL_VERSION|RHEL_)"
    r"|include[ \t]*<(?:linux/version|generated/utsrelease)\.h>)",
    re.M,
)
SPDX = re.compile(r"SPDX-License-Identifier: (\S+)")
INCLUDE = re.compile(r'^#include "(\w+)/[^"]*"', re.M)
# JSON has no comments, and README says what holds for prose; licences are themselves.
WITHOUT_SPDX = {".json", ".jsonl", ".md"}


def _most_lines(name: str) -> int:
    """How long a function of this file may be: the tool's fit a screen."""
    return MANY_LINES if name.startswith("cli/") else FUNCTION_LINES


def _is_read(name: str) -> bool:
    """Nobody reads JSON or a dictionary from top to bottom."""
    looked_up = name.startswith("cli/dictionary/") and name.endswith(".toml")
    return not (_is_licence(name) or looked_up or name.endswith(".json"))


def _is_licence(name: str) -> bool:
    return name.startswith("LICENSES/")


def _python_functions(text: str) -> Iterator[Function]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        # ruff says so, and says it better.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(node.name, node.lineno, node.end_lineno or node.lineno, True)


def _lengths(tree: Tree) -> Iterator[str]:
    """Files and functions that are too long to be read."""
    python, shell = set(python_files(tree)), set(shell_scripts(tree))
    for path in tree.files():
        name, text = tree.name(path), path.read_text(errors="replace")
        lines = text.count("\n")
        if lines > FILE_LINES and _is_read(name):
            yield f"{name}:{lines}: {lines} lines; a file has at most {FILE_LINES}"
        found: list[Function] = []
        if path.suffix in (".c", ".h"):
            found = functions(text)
        elif path in python:
            found = list(_python_functions(text))
        elif path in shell:
            found = shell_functions(text)
        for function in found:
            if function.length > _most_lines(name):
                yield (
                    f"{name}:{function.start}: {function.name}() has {function.length} lines; "
                    f"a function has at most {_most_lines(name)}"
                )


def _licences(tree: Tree) -> Iterator[str]:
    """The SPDX line comes first, and the text that it names is there."""
    for path in tree.files():
        name = tree.name(path)
        if _is_licence(name) or path.suffix in WITHOUT_SPDX:
            continue
        lines = path.read_text(errors="replace").split("\n", 2)
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        match = SPDX.search(first)
        if not match:
            yield f"{name}:1: the first line is not its SPDX-License-Identifier"
        elif not (tree.root / "LICENSES" / match[1]).exists():
            yield f"{name}:1: LICENSES/{match[1]} is missing"


def _c_rules(tree: Tree) -> Iterator[str]:
    """What C does without here."""
    for path in tree.matching(".c", ".h"):
        name, text = tree.name(path), without_comments(path.read_text())
        if name != COMPAT:
            for match in VERSION.finditer(text):
                yield f"{_at(name, text, match)}: asks for a version outside {COMPAT}"
        if not name.startswith(("driver/", "cli/")):
            continue
        for match in re.finditer(r"^\s*module_param\w*\s*\(", text, re.M):
            yield f"{_at(name, text, match)}: a module parameter; see devlink, ethtool, sysfs"
        if path.suffix == ".c":
            for line, function in forward_declarations(text):
                yield f"{name}:{line}: {function}() is declared ahead; put it above its callers"


def _layers(tree: Tree) -> Iterator[str]:
    """A folder of the tool that uses one above it."""
    for path in tree.matching(".c", ".h", under="cli"):
        name = tree.name(path)
        parts = path.relative_to(tree.root / "cli").parts
        # main.c stands above all, and so do tests and fuzzers.
        if len(parts) == 1 or parts[0] in ("tests", "fuzz"):
            continue
        if parts[0] not in LAYERS:
            yield f"{name}:1: cli/{parts[0]} has no place among the layers of check/rules.py"
            continue
        below = LAYERS[: LAYERS.index(parts[0]) + 1]
        text = without_comments(path.read_text())
        for match in INCLUDE.finditer(text):
            if match[1] not in below:
                where = _at(name, text, match)
                yield f"{where}: cli/{parts[0]} uses {match[1]}/, which is not below it"


def _at(name: str, text: str, match: re.Match[str]) -> str:
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    return f"{name}:{text.count(chr(10), 0, start) + 1}"


def rules(tree: Tree) -> list[str]:
    """All of them."""
    return [*_lengths(tree), *_licences(tree), *_c_rules(tree), *_layers(tree)]


def note(tree: Tree) -> str:
    """Functions that are allowed, but of which there ought to be few."""
    found = [
        f"{function.name} {function.length}"
        for path in tree.matching(".c", ".h", under="driver")
        for function in functions(path.read_text())
        if function.length > MANY_LINES
    ]
    return f"{len(found)} functions of the driver over {MANY_LINES} lines: {', '.join(found)}"
