# SPDX-License-Identifier: GPL-2.0-only
"""What all checkers share: the tree that is checked, findings, seeds and waivers.

A finding is one line, "path:line: text" with a path relative to the tree.  A waiver takes
a finding away and must give its reason; one that takes nothing away is itself a finding,
so that none outlives what it was made for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.base import REPO, LabError, cache

HERE = REPO / "check"
WAIVERS = HERE / "waivers.toml"
# Left by tools, or by `make module KDIR=...`; .gitignore names them too.
PRODUCTS = {".ko", ".o", ".mod", ".cmd", ".pyc", ".symvers", ".order"}


@dataclass(frozen=True)
class Tree:
    """The repository, or the seeds in its shape."""

    root: Path

    def files(self) -> Iterator[Path]:
        """Every file that belongs to the tree.  git is not asked: a checkout may have come
        without it, and a new file counts before it is added."""
        for top, directories, names in os.walk(self.root):
            place = Path(top)
            directories[:] = sorted(
                name
                for name in directories
                if (not name.startswith(".") or name == ".ci")
                and name not in ("__pycache__", "node_modules")
                and place / name not in (HERE / "seeds", REPO / "build")
            )
            for name in sorted(names):
                path = place / name
                if path.suffix not in PRODUCTS and not name.endswith(".mod.c"):
                    yield path

    def matching(self, *suffixes: str, under: str = "") -> list[Path]:
        """Files with one of these suffixes, below a directory of the tree."""
        place = self.root / under
        return [p for p in self.files() if p.suffix in suffixes and p.is_relative_to(place)]

    def name(self, path: Path) -> str:
        """A file's path as findings give it."""
        return str(path.relative_to(self.root))

    def names(self, paths: Sequence[Path]) -> list[str]:
        return [self.name(path) for path in paths]


@dataclass(frozen=True)
class Checker:
    """One of the checks: `run` gives the findings in a tree, and each of `seeds` is a
    regular expression that must match one of its findings in check/seeds.  `on_seeds` runs
    there instead, where finding the seeds takes less than all of `run`."""

    name: str
    title: str
    run: Callable[[Tree], list[str]]
    seeds: tuple[str, ...]
    on_seeds: Callable[[Tree], list[str]] | None = None


@dataclass(frozen=True)
class Waiver:
    checker: str
    match: str
    reason: str

    def covers(self, finding: str) -> bool:
        return re.search(self.match, finding) is not None


def waivers(checker: str) -> list[Waiver]:
    """The waivers of a checker."""
    entries = tomllib.loads(WAIVERS.read_text()).get("waiver", [])
    made = [Waiver(**entry) for entry in entries]
    for waiver in made:
        if len(waiver.reason.split()) < 3:
            raise LabError(f"{WAIVERS.name}: {waiver.match} is waived without a reason")
    return [waiver for waiver in made if waiver.checker == checker]


def seeds() -> Tree:
    """The tree of seeded defects: a copy, because the longest of them is made here."""
    root = cache() / "check" / "seeds"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(HERE / "seeds", root)
    body = "\tx++;\n" * 97
    filler = "/* filler */\n" * 898
    (root / "driver" / "long.c").write_text(
        "// SPDX-License-Identifier: GPL-2.0-only\n\n"
        f"static void napier_long(int x)\n{{\n{body}\n}}\n{filler}"
    )
    lines = "\n".join(["\tx++;"] * 58)
    (root / "cli" / "base" / "long.c").write_text(
        f"// SPDX-License-Identifier: GPL-2.0-only\n\nstatic void np_long(int x)\n{{\n{lines}\n}}\n"
    )
    return Tree(root)


def output(command: Sequence[str | Path], cwd: Path, stdin: str = "") -> tuple[int, str, str]:
    """Run a checker's program: exit status, output, errors.  Its language is English."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            input=stdin,
            text=True,
            errors="replace",
            capture_output=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError as error:
        raise LabError(
            f"{words[0]} is not installed; `check/run` without arguments as root "
            "installs it on Debian"
        ) from error
    return done.returncode, done.stdout, done.stderr


def scratch(name: str) -> Path:
    """A directory in the cache for what a tool wants to keep."""
    path = cache() / "check" / name
    path.mkdir(parents=True, exist_ok=True)
    return path
