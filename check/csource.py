# SPDX-License-Identifier: GPL-2.0-only
"""Finds functions in C and shell text.

No parser: the kernel's style, which checkpatch sees to, puts a function's braces into the
first column and nothing else there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
# What may stand between a function's parameters and its body.
ATTRIBUTES = re.compile(r"(?<=\))(?:\s*__\w+\s*(?:\([^()]*\))?)+\s*$")
SHELL_START = re.compile(r"^(\w+)\s*\(\)\s*(?:\{\s*)?$")


@dataclass(frozen=True)
class Function:
    """Its name, the lines from its first to its last, and whether other files see it."""

    name: str
    start: int
    end: int
    static: bool

    @property
    def length(self) -> int:
        return self.end - self.start + 1


def without_comments(text: str) -> str:
    """The text with its comments blanked, so that line numbers stay what they were."""
    return COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def functions(text: str) -> list[Function]:
    """The functions that a C file defines."""
    lines = without_comments(text).split("\n")
    found = []
    for at, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        first = at
        while first and _continues(lines[first - 1]):
            first -= 1
        signature = ATTRIBUTES.sub("", " ".join(lines[first:at]))
        end = next((n for n in range(at, len(lines)) if lines[n].startswith("}")), len(lines) - 1)
        # NAPIER_TESTED is static but for the module of the KUnit suites.
        static = re.search(r"\b(static|NAPIER_TESTED)\b", signature) is not None
        found.append(Function(_name(signature), first + 1, end + 1, static))
    return found


def _name(signature: str) -> str:
    """The word before the parameters, which are the last pair of parentheses."""
    depth, at = 0, len(signature)
    while at:
        at -= 1
        depth += (signature[at] == ")") - (signature[at] == "(")
        if depth == 0 and signature[at] == "(":
            break
    match = re.search(r"(\w+)\s*$", signature[:at])
    return match[1] if match else "a function without a name"


def _continues(line: str) -> bool:
    """Whether a line above a function's brace is still part of its signature."""
    return bool(line.strip()) and not line.startswith(("}", "#")) and not line.endswith((";", "\\"))


def shell_functions(text: str) -> list[Function]:
    """The functions that a shell script defines."""
    lines = text.split("\n")
    found = []
    for at, line in enumerate(lines):
        name = SHELL_START.match(line)
        if name:
            end = next((n for n in range(at, len(lines)) if lines[n].startswith("}")), at)
            found.append(Function(name[1], at + 1, end + 1, True))
    return found


def forward_declarations(text: str) -> list[tuple[int, str]]:
    """(line, name) of each static function that is declared apart from its definition."""
    defined = {function.name for function in functions(text)}
    bare = without_comments(text)
    pattern = re.compile(r"^static\b[^;{}=#]*?\b(\w+)\s*\([^;{}]*\)[^;{}()=]*;", re.M)
    return [
        (bare.count("\n", 0, match.start()) + 1, match[1])
        for match in pattern.finditer(bare)
        if match[1] in defined
    ]
