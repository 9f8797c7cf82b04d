# SPDX-License-Identifier: GPL-2.0-only
"""The checkers of cli/, the operator's tool: compilers, clang-tidy, sanitizers, valgrind."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from check.base import Tree, output, scratch
from lab.base import REPO, LabError, digest, lock

SETTINGS = REPO / "cli" / ".clang-tidy"
DIAGNOSIS = re.compile(r"^\S+:\d+:\d+: (?:fatal )?(?:warning|error): ")
SANITIZED = re.compile(
    r"^SUMMARY: AddressSanitizer: (.*)$|^\S+:\d+:\d+: (runtime error: .*)$", re.M
)
PLACE = re.compile(r"(?<![\w/])cli/\S+\.c:\d+")
# "==123== Invalid read of size 1", and what it says below.
VALGRIND = ("valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--fullpath-after=")
REPORT = re.compile(r"^==\d+== (?=\S)(?!(?:at|by) )(.*)$", re.M)

# More than -Wall -Wextra, which the build has.
GCC = (
    "-fanalyzer",
    "-Walloca",
    "-Wcast-align=strict",
    "-Wcast-qual",
    "-Wconversion",
    "-Wdouble-promotion",
    "-Wduplicated-branches",
    "-Wduplicated-cond",
    "-Wfloat-equal",
    "-Wformat=2",
    "-Wlogical-op",
    "-Wmissing-prototypes",
    "-Wnull-dereference",
    "-Wold-style-definition",
    "-Wpointer-arith",
    "-Wredundant-decls",
    "-Wshadow",
    "-Wsign-conversion",
    "-Wstack-usage=8192",
    "-Wstrict-prototypes",
    "-Wundef",
    "-Wunused-macros",
    "-Wvla",
    "-Wwrite-strings",
)
# All that it has, but for what is about another kind of code.
CLANG = (
    "-Weverything",
    # Later clangs have more of these.
    "-Wno-unknown-warning-option",
    # GNU's C is what is written here: `= {}`, and arrays at the end of the kernel's structures.
    "-Wno-gnu",
    "-Wno-c23-extensions",
    # C before 1999, and C++ without pointers.
    "-Wno-declaration-after-statement",
    "-Wno-pre-c2x-compat",
    "-Wno-unsafe-buffer-usage",
    # Holes in structures are no mistake.
    "-Wno-padded",
    # errno and stdin are such macros; _GNU_SOURCE is such a name.
    "-Wno-disabled-macro-expansion",
    "-Wno-reserved-identifier",
    "-Wno-reserved-macro-identifier",
    # "@name" is kernel-doc's, not Doxygen's: members have names that are commands there.
    "-Wno-documentation",
    "-Wno-documentation-unknown-command",
    # A switch need not have `default:`, and what that is for need not be named.
    "-Wno-switch-default",
    "-Wno-switch-enum",
)


@dataclass(frozen=True)
class Build:
    """How the tool is compiled for a check."""

    name: str
    compiler: str
    flags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def place(self, tree: Tree) -> Path:
        return scratch("cli") / f"{self.name}-{digest(REPO, tree.root, self)}"


BY_GCC = Build("gcc", "gcc", GCC)
BY_CLANG = Build("clang", "clang", CLANG)
# A directory of its own: what is compiled in clang()'s is silent when that compiles it again.
FOR_TIDY = Build("tidy", "clang", CLANG)
SANITIZERS = Build(
    "asan",
    "gcc",
    ("-fno-sanitize-recover=all", "-fno-omit-frame-pointer"),
    ("-Db_sanitize=address,undefined",),
)
PLAIN = Build("plain", "gcc")


@contextmanager
def _configured(tree: Tree, build: Build) -> Iterator[Path]:
    """The directory in which it is compiled; what is there stays, but for settings."""
    place = build.place(tree)
    # Nobody's own settings, and nothing of the system's.
    command: list[str | Path] = ["env", "-u", "CFLAGS", "-u", "LDFLAGS", f"CC={build.compiler}"]
    command += ["meson", "setup", "-Dtests=enabled", f"-Dc_args={' '.join(build.flags)}"]
    with lock(f"check-cli-{place.name}"):
        if not (place / "build.ninja").exists():
            shutil.rmtree(place, ignore_errors=True)
            status, said, errors = output(
                [*command, *build.options, place, tree.root / "cli"], scratch(".")
            )
            if status:
                raise LabError(f"meson ended with status {status}:\n{said}{errors}")
        yield place


def _in_tree(text: str, tree: Tree, place: Path) -> str:
    """The text with paths as findings give them."""

    def shorter(match: re.Match[str]) -> str:
        path = Path(os.path.normpath(place / match[0]))
        return str(path.relative_to(tree.root)) if path.is_relative_to(tree.root) else match[0]

    return re.sub(r"(?<![\w/.])(?:\.\./|/)[\w./-]+", shorter, text)


def _compile(tree: Tree, place: Path) -> list[str]:
    """What the compiler says.  It says it only when it compiles: so a directory in which there
    was something to say is thrown away."""
    status, said, errors = output(["ninja", "-C", place, "-k0"], scratch("."))
    text = _in_tree(said + errors, tree, place)
    found = list(dict.fromkeys(line for line in text.splitlines() if DIAGNOSIS.search(line)))
    if status and not found:
        found = [f"cli:0: ninja ended with status {status}:\n{text}"]
    if found:
        shutil.rmtree(place)
    return found


def gcc(tree: Tree) -> list[str]:
    """gcc with its analyser."""
    with _configured(tree, BY_GCC) as place:
        return _compile(tree, place)


def clang(tree: Tree) -> list[str]:
    """clang with nearly all of its warnings."""
    with _configured(tree, BY_CLANG) as place:
        return _compile(tree, place)


def tidy(tree: Tree) -> list[str]:
    """clang-tidy, as cli/.clang-tidy has it."""

    def one(source: str) -> list[str]:
        words: list[str | Path] = ["clang-tidy", "--quiet", f"--config-file={SETTINGS}"]
        status, said, errors = output([*words, "-p", place, source], scratch("."))
        text = _in_tree(said, tree, place)
        found = [line for line in text.splitlines() if DIAGNOSIS.search(line)]
        # Skeletons are bpftool's, which hands to libbpf what it seems to leak.
        found = [line for line in found if not line.partition(":")[0].endswith(".skel.h")]
        if status and not found:
            found = [f"cli:0: clang-tidy ended with status {status}: {errors}"]
        return found

    with _configured(tree, FOR_TIDY) as place:
        # What is generated must be there; what the compiler says of it, clang() reports.
        output(["ninja", "-C", place, "-k0"], scratch("."))
        commands = json.loads((place / "compile_commands.json").read_text())
        sources = sorted({str((place / entry["file"]).resolve()) for entry in commands})
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            return list(dict.fromkeys(line for lines in pool.map(one, sources) for line in lines))


def _tests(place: Path) -> Iterator[tuple[str, list[str]]]:
    """(name, command) of each unit test."""
    status, said, errors = output(["meson", "introspect", "--tests", place], scratch("."))
    if status:
        raise LabError(f"meson cannot say which tests there are:\n{errors}")
    for test in json.loads(said):
        yield test["name"], test["cmd"]


def _uses(place: Path, snapshot: str) -> list[tuple[str, list[str]]]:
    """(name, command) of what people do with the tool, on this host."""
    program = str(place / "napier")
    return [
        ("napier show", [program, "show", "lo"]),
        ("napier -jp show", [program, "-jp", "show", "lo"]),
        ("napier snapshot", [program, "snapshot", "--for", "0s", snapshot, "lo"]),
        ("napier --root", [program, "--root", snapshot, "-j", "show", "lo"]),
    ]


def _build(tree: Tree, place: Path) -> None:
    status, said, errors = output(["ninja", "-C", place], scratch("."))
    if status:
        raise LabError(f"ninja ended with status {status}:\n{_in_tree(said + errors, tree, place)}")


def _sanitized(tree: Tree, words: list[str], place: Path) -> list[str]:
    """What the sanitizers say while a program runs."""
    options = "ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1"
    status, said, errors = output(["env", options, *words], scratch("."))
    text = _in_tree(said + errors, tree, place)
    match = SANITIZED.search(text)
    if match:
        where = PLACE.search(text)
        return [f"{where[0] if where else 'cli:0'}: {match[1] or match[2]}"]
    return [f"cli:0: ended with status {status}: {text}"] if status else []


def asan(tree: Tree) -> list[str]:
    """Unit tests and the tool itself, watched by AddressSanitizer, LeakSanitizer and UBSan."""
    found = []
    with _configured(tree, SANITIZERS) as place, tempfile.TemporaryDirectory() as directory:
        _build(tree, place)
        # The seeds are unit tests, and no tool.
        uses = _uses(place, f"{directory}/snapshot") if tree.root == REPO else []
        for name, words in (*_tests(place), *uses):
            found += [f"{line} ({name})" for line in _sanitized(tree, words, place)]
    return found


def _grinded(tree: Tree, words: list[str], place: Path) -> list[str]:
    """What valgrind says while a program runs."""
    status, said, errors = output([*VALGRIND, *words], scratch("."))
    text, found = _in_tree(errors, tree, place), []
    for block in re.split(r"^==\d+== *\n", text, flags=re.M):
        if title := REPORT.search(block):
            where = PLACE.search(block)
            found.append(f"{where[0] if where else 'cli:0'}: {title[1]}")
    if status and not found:
        found = [f"cli:0: ended with status {status}: {said}{text}"]
    return found


def valgrind(tree: Tree) -> list[str]:
    """Unit tests under valgrind, which sees what no sanitizer of gcc's does: use of what nobody
    has written."""
    found = []
    with _configured(tree, PLAIN) as place:
        _build(tree, place)
        for name, words in _tests(place):
            found += [f"{line} ({name})" for line in _grinded(tree, words, place)]
    return found
