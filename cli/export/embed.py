# SPDX-License-Identifier: GPL-2.0-only
"""Files as part of the program: embed.py OUTPUT FILE..."""

from __future__ import annotations

import sys
from pathlib import Path


def _literal(text: str) -> str:
    """The lines of a text as C's string literals; one alone would be longer than C promises."""
    lines = text.splitlines(keepends=True)
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return "\n".join('\t"' + "".join(escapes.get(c, c) for c in line) + '",' for line in lines)


def main() -> None:
    output, *files = sys.argv[1:]
    parts = ["#include <stddef.h>\n", '#include "cmd/export.h"\n']
    table = ["const struct np_export_file np_export_files[] = {"]
    for number, name in enumerate(files):
        text = Path(name).read_text(encoding="ascii")
        head = f"static const char *const lines_{number}[] = {{"
        parts.append(f"{head}\n{_literal(text)}\n\tNULL,\n}};\n")
        table.append(f'\t{{ "{Path(name).name}", lines_{number} }},')
    parts += [*table, "\t{ NULL, NULL },\n};\n"]
    Path(output).write_text("\n".join(parts), encoding="ascii")


if __name__ == "__main__":
    main()
