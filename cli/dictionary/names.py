#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks the dictionary and counts what it explains of the names in drivers' string tables.

    names.py KERNEL-SOURCE [DRIVER ...] [-v]     -v: each name without an explanation

Tables of a book whose origin is the repository (napier's own) are looked for there, not in the
kernel's source; --repository names another than that of this file.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cli.dictionary import book as dictionary
from cli.dictionary.book import Book, BookError

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
SHARE = 0.95


def names_of(table: dict[str, Any], source: Path) -> list[str]:
    """The names in a string table of a driver."""
    lines = (source / table["file"]).read_text(errors="replace").splitlines()
    begin = next((i for i, line in enumerate(lines) if re.search(table["from"], line)), None)
    if begin is None:
        raise BookError(f"{table['file']}: nothing matches {table['from']}")
    end = next((i for i in range(begin + 1, len(lines)) if re.search(table["to"], lines[i])), None)
    if end is None:
        raise BookError(f"{table['file']}: nothing matches {table['to']} behind {table['from']}")
    text = "\n".join(lines[begin : end + 1])
    found = [match[1] for match in re.finditer(table["name"], text)]
    if drop := table.get("drop"):
        found = [name for name in found if not re.search(drop, name)]
    if not found:
        raise BookError(f"{table['file']}: no name between {table['from']} and {table['to']}")
    form, words = table.get("form", "{}"), table.get("each", [""])
    return [form.replace("{each}", word).replace("{}", name) for name in found for word in words]


def pattern(name: str) -> re.Pattern[str]:
    """What a counter of this name may be called."""
    parts = dictionary.PLACE.split(name)
    return re.compile("[0-9]+".join(re.escape(part) for part in parts[::2]))


def report(book: Book, source: Path, wordy: bool) -> bool:
    """Say how much of a driver is explained; returns whether that is enough."""
    try:
        names = [name for table in book.tables for name in names_of(table, source)]
    except (BookError, OSError) as error:
        print(f"{book.driver}: {error}")
        return False
    known = [pattern(entry["name"]) for entry in book.counters]
    # In a form, a number stands as {queue} and the like: any number will do.
    missing = [
        name
        for name in names
        if not any(one.fullmatch(dictionary.PLACE.sub("0", name)) for one in known)
    ]
    share = 1 - len(missing) / len(names)
    counts = f"{len(book.counters)} entries, {len(names)} names"
    print(f"{book.driver}: {counts}, {share:.1%} explained")
    for name in missing if wordy else []:
        print(f"  {name}")
    return share >= SHARE


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", type=Path, metavar="KERNEL-SOURCE")
    parser.add_argument("driver", nargs="*", metavar="DRIVER")
    parser.add_argument("--repository", type=Path, default=REPO, metavar="DIR")
    parser.add_argument("-v", action="store_true", help="each name without an explanation")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Check all books, then compare those that were asked for with their drivers."""
    options = arguments(words)
    try:
        books = [dictionary.load(path) for path in sorted(HERE.glob("*.toml"))]
    except BookError as error:
        print(error)
        return 1
    if wrong := dictionary.all_complaints(books):
        print("\n".join(wrong))
        return 1
    if unknown := sorted(set(options.driver) - {book.driver for book in books}):
        print(f"no book: {', '.join(unknown)}")
        return 1
    good = True
    for book in books:
        if options.driver and book.driver not in options.driver:
            continue
        ours = book.data.get("origin") == "repository"
        good &= report(book, options.repository if ours else options.source, options.v)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
