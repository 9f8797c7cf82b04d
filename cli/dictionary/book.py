# SPDX-License-Identifier: GPL-2.0-only
"""The dictionary as data: what FORMAT.md allows in a file, and what it does not.

A book is one file: the counters of one driver, or those that every interface has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The book of struct rtnl_link_stats64, whose counters `field` speaks of.
LINK = "link"
SIDES = ("rx", "tx", "both")
LAYERS = (
    "wire",
    "filter",
    "fifo",
    "ring",
    "alloc",
    "dma",
    "xdp",
    "xsk",
    "stack",
    "offload",
    "pause",
    "link",
    "time",
    "virtual",
    "firmware",
    "power",
    "health",
)
# What matters most comes first.
KINDS = ("loss", "error", "warning", "info", "traffic")
WITHOUT_ADVICE = "traffic"
NUMBERS = ("queue", "channel", "tc", "prio", "n")
MOST_NUMBERS = 2
LONGEST = 240
NAME_LONGEST = 63

TOP = {"driver", "also", "origin", "table", "counter"}
TOP_NEEDED = {"driver", "table", "counter"}
ORIGINS = ("kernel", "repository")
TABLE = {"file", "from", "to", "name", "form", "drop", "each"}
TABLE_NEEDED = {"file", "from", "to", "name"}
NEEDED = {"name", "side", "layer", "kind", "unit", "says", "read"}
KNOWN = NEEDED | {"register", "field", "do"}
# Where tools show a field of rtnl_link_stats64.
SHOWN = {"ip", "column", "series", "series_detailed"}
CHOICES = {"side": SIDES, "layer": LAYERS, "kind": KINDS}
SENTENCES = ("says", "do")

PLACE = re.compile(r"\{([^{}]*)\}")


class BookError(Exception):
    """A file that is no book at all."""


@dataclass(frozen=True)
class Book:
    """A file as it stands, right or wrong."""

    file: str
    data: dict[str, Any]

    @property
    def driver(self) -> str:
        return str(self.data["driver"])

    @property
    def also(self) -> list[str]:
        return list(self.data.get("also", []))

    @property
    def tables(self) -> list[dict[str, Any]]:
        return list(self.data["table"])

    @property
    def counters(self) -> list[dict[str, str]]:
        return list(self.data["counter"])


def load(path: Path) -> Book:
    """The book in a file; BookError if it is not TOML."""
    try:
        return Book(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BookError(f"{path.name}: {error}") from error


def places(name: str) -> list[str]:
    """What stands in braces in the name of a counter."""
    return PLACE.findall(name)


def _keys(have: Iterable[str], needed: set[str], known: set[str]) -> Iterator[str]:
    if missing := sorted(needed - set(have)):
        yield f"without {', '.join(missing)}"
    if unknown := sorted(set(have) - known):
        yield f"unknown key {', '.join(unknown)}"


def _bad_name(name: str) -> Iterator[str]:
    """Names that the lookup would misread: it takes digits as long as there are any."""
    found = places(name)
    if unknown := [each for each in found if each not in NUMBERS]:
        yield f"unknown placeholder {', '.join(f'{{{each}}}' for each in unknown)}"
    if len(set(found)) < len(found):
        yield "the same placeholder twice"
    if len(found) > MOST_NUMBERS:
        yield f"more than {MOST_NUMBERS} placeholders"
    if re.search(r"[{}]", PLACE.sub("", name)):
        yield "a brace that is no placeholder's"
    if re.search(r"\}[0-9{]", name):
        yield "a digit or a placeholder right behind a placeholder"
    if not PLACE.sub("", name):
        yield "a name that is nothing but a placeholder"
    if len(name) > NAME_LONGEST:
        yield f"a name of {len(name)} characters; {NAME_LONGEST} at most"


def _bad_text(key: str, text: str) -> Iterator[str]:
    if not text.isascii() or not text.isprintable():
        yield f"{key} has characters that not every terminal shows"
    if not text or text != " ".join(text.split()):
        yield f"{key} is empty, or has white space to spare"
    if key in SENTENCES:
        if len(text) > LONGEST:
            yield f"{key} has {len(text)} characters; {LONGEST} at most"
        if not text.endswith("."):
            yield f"{key} ends without a full stop"


def _bad_values(entry: dict[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        if not isinstance(value, str):
            yield f"{key} is no text"
            continue
        yield from _bad_text(key, value)
        if key in CHOICES and value not in CHOICES[key]:
            yield f'{key} "{value}" is none of {", ".join(CHOICES[key])}'
        if key == "name":
            yield from _bad_name(value)
    if "do" in entry and entry.get("kind") == WITHOUT_ADVICE:
        yield f"{WITHOUT_ADVICE} with advice (do)"


def _bad_head(data: dict[str, Any]) -> Iterator[str]:
    """All of a book but its counters."""
    yield from _keys(data, TOP_NEEDED, TOP)
    also, tables = data.get("also", []), data.get("table", [])
    if not isinstance(data.get("driver", ""), str):
        yield "driver is no text"
    if not isinstance(also, list) or not all(isinstance(each, str) for each in also):
        yield "also is no list of names"
    if data.get("origin", ORIGINS[0]) not in ORIGINS:
        yield f"origin is none of {', '.join(ORIGINS)}"
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        yield "table is no list of tables"
        return
    for number, table in enumerate(tables, 1):
        for line in _keys(table, TABLE_NEEDED, TABLE):
            yield f"table {number}: {line}"


def _bad_counters(data: dict[str, Any]) -> Iterator[str]:
    counters = data.get("counter", [])
    if not isinstance(counters, list) or not all(isinstance(each, dict) for each in counters):
        yield "counter is no list of tables"
        return
    known = KNOWN | (SHOWN if data.get("driver") == LINK else set())
    seen: dict[str, str] = {}
    for number, entry in enumerate(counters, 1):
        name = entry.get("name", f"counter {number}")
        found = [*_keys(entry, NEEDED, known), *_bad_values(entry)]
        if ("series" in entry) != ("series_detailed" in entry):
            found.append("one of series and series_detailed alone")
        for line in found:
            yield f"{name}: {line}"
        # Two that differ in the word in braces match the same names.
        bare = PLACE.sub("{}", str(name))
        if bare in seen:
            yield f"{name}: twice" + (f", as {seen[bare]}" if seen[bare] != name else "")
        seen[bare] = str(name)


def complaints(book: Book) -> list[str]:
    """What is wrong in a book taken alone, with file and entry."""
    found = [*_bad_head(book.data), *_bad_counters(book.data)]
    stem = Path(book.file).stem
    if book.data.get("driver", stem) != stem:
        found.append(f"the driver is {book.data['driver']}, the file is not named so")
    return [f"{book.file}: {line}" for line in found]


def _bad_fields(books: list[Book]) -> Iterator[str]:
    link = next((book for book in books if book.driver == LINK), None)
    if not link:
        yield f"{LINK}.toml: missing"
        return
    fields = {entry["name"] for entry in link.counters}
    for book in books:
        for entry in book.counters:
            if entry.get("field", next(iter(fields))) not in fields:
                yield f"{book.file}: {entry['name']}: field {entry['field']} is not in {link.file}"


def all_complaints(books: list[Book]) -> list[str]:
    """What is wrong in all books, and between them."""
    found = [line for book in books for line in complaints(book)]
    if found:
        # What is between them can only be asked of books that are books.
        return found
    owners: dict[str, str] = {}
    for book in books:
        for name in (book.driver, *book.also):
            if name in owners:
                found.append(f"{book.file}: {name} is also in {owners[name]}")
            owners[name] = book.file
    return [*found, *_bad_fields(books)]
