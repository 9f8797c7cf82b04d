#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes the dictionary part of the program: TOML files become one C file of constant tables.

    generate.py OUTPUT.c FILE.toml ...

A mistake in a file ends it, with all of them said and nothing written.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cli.dictionary import book as dictionary
from cli.dictionary.book import Book, BookError

HEAD = """\
/* Made by dictionary/generate.py from the files beside it. */
#include "model/dictionary.h"

_Static_assert(NP_NUMBERS_MAX >= {numbers}, "names have more placeholders");
"""
# Members of struct np_entry that are texts, and the keys of the files that fill them.
TEXTS = {
    "name": "name",
    "unit": "unit",
    "reg": "register",
    "field": "field",
    "says": "says",
    "todo": "do",
    "read": "read",
    "ip": "ip",
    "column": "column",
    "series": "series",
    "series_detailed": "series_detailed",
}


def literal(text: str) -> str:
    """A text, which is printable ASCII, as C has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def constant(kind: str, word: str) -> str:
    """The enumerator of a word: NP_LAYER_RING."""
    return f"NP_{kind.upper()}_{word.upper()}"


def entry_lines(entry: dict[str, str]) -> list[str]:
    """One element of an array of struct np_entry."""
    numbers = ", ".join(literal(place) for place in dictionary.places(entry["name"]))
    lines = [f"\t\t.{kind} = {constant(kind, entry[kind])}," for kind in dictionary.CHOICES]
    lines += [f"\t\t.{m} = {literal(entry[key])}," for m, key in TEXTS.items() if key in entry]
    if numbers:
        lines.append(f"\t\t.numbers = {{ {numbers} }},")
    return ["\t{", *lines, "\t},"]


def book_tables(number: int, book: Book) -> list[str]:
    """The arrays of one book; named by number, as drivers' names need not be C's."""
    also = "".join(f"{literal(name)}, " for name in book.also)
    lines = [f"static const char *const np_also_{number}[] = {{ {also}NULL }};", ""]
    lines.append(f"static const struct np_entry np_entries_{number}[] = {{")
    for entry in book.counters:
        lines += entry_lines(entry)
    return [*lines, "};", ""]


def source(books: list[Book]) -> str:
    """The C file."""
    most = max(len(dictionary.places(e["name"])) for book in books for e in book.counters)
    lines = [HEAD.format(numbers=most)]
    for number, book in enumerate(books):
        lines += book_tables(number, book)
    lines.append("const struct np_book np_books[] = {")
    for number, book in enumerate(books):
        lines.append(
            f"\t{{ {literal(book.driver)}, np_also_{number}, np_entries_{number}, "
            f"NP_COUNT(np_entries_{number}) }},"
        )
    return "\n".join([*lines, "};", "", "const size_t np_nr_books = NP_COUNT(np_books);", ""])


def main(arguments: list[str]) -> int:
    """Write the file, or say what is wrong."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    output, *files = arguments
    try:
        books = [dictionary.load(Path(file)) for file in files]
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    # What every interface has stands before what a driver alone has.
    books.sort(key=lambda book: (book.data.get("driver") != dictionary.LINK, book.file))
    if wrong := dictionary.all_complaints(books):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    Path(output).write_text(source(books), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
