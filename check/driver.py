# SPDX-License-Identifier: GPL-2.0-only
"""The checkers of driver/: compilers, sparse, and the kernel's own scripts, which read cli/ too."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check.base import Tree, output, scratch
from check.csource import functions
from check.tools import kernel_scripts
from lab.base import REPO, digest, lock
from lab.kernels import Kernel, kernel
from lab.modules import copy_sources

# What gcc, sparse, modpost and objtool say about a module.  Kbuild's own remarks, as that
# the compiler is a later build than the kernel's, are none about the module.
DIAGNOSIS = re.compile(
    r"^\S+:\d+(?::\d+)?: (?:fatal )?(?:warning|error): |^(?:WARNING|ERROR): |: objtool: ", re.M
)
CHECKPATCH = ("--no-tree", "--strict", "--show-types", "--terse", "--no-summary", "-f")
# What holds inside the kernel alone: its types and macros, which programs do not have; help of a
# command is one text of several sentences.
TOOL_IGNORE = ("PREFER_KERNEL_TYPES", "PREFER_DEFINED_ATTRIBUTE_MACRO", "LONG_LINE_STRING")
# Less than that understood, and the silence of the semantic patches says nothing.
PARSED_PERCENT = 95


def _compile(tree: Tree, target: Kernel, *words: str) -> list[str]:
    """Build tree/driver outside the tree; what is said about it is what was found.

    Only what has changed is compiled again, and a compiler warns only then: so a
    directory in which there was a warning is thrown away.
    """
    directory = target.workshop / f"check-{digest(REPO, tree.root)}"
    command = target.make(["modules", "W=1", f"-j{os.cpu_count()}", *words], directory)
    with lock(f"check-{directory.name}-{target.name}"):
        copy_sources(tree.root / "driver", directory)
        status, said, errors = output(command, scratch("."))
        text = said + errors
        found = _diagnoses(text, target, directory)
        if status and not found:
            found = [f"driver:0: make ended with status {status}:\n{text}"]
        if found:
            shutil.rmtree(directory)
    return found


def _diagnoses(text: str, target: Kernel, directory: Path) -> list[str]:
    """The lines about the module, with paths of the tree in place of those of the copy."""
    inside = "/" / directory.relative_to(target.chroot) if target.chroot else directory
    return diagnoses(text, inside)


def diagnoses(text: str, directory: Path) -> list[str]:
    """What is said about the module in this directory, in the words that findings have."""
    text = text.replace(f"{directory}/", "driver/")
    # 7.x compiles in the module's directory, 6.12 in the kernel's.
    text = re.sub(r"^(?=[\w.-]+\.[cho]:)", "driver/", text, flags=re.M)
    return list(dict.fromkeys(line for line in text.splitlines() if DIAGNOSIS.search(line)))


def build_stock(tree: Tree) -> list[str]:
    """W=1 against 6.12."""
    return _compile(tree, kernel("stock"))


def build_newest(tree: Tree) -> list[str]:
    """W=1 against Debian's newest 7.x, inside the Debian 13 root."""
    return _compile(tree, kernel("backports"))


def sparse(tree: Tree) -> list[str]:
    """sparse against 6.12 alone: no release of it understands the headers of 7.x, and
    Kbuild then leaves it out with no more than a remark."""
    return _compile(tree, kernel("stock"), "C=2", "CHECK=sparse")


def _sources(tree: Tree) -> list[Path]:
    return tree.matching(".c", ".h", under="driver")


def _modules(tree: Tree) -> list[Path]:
    """The sources of every module for a kernel, those of tests and lab, too."""
    sources = tree.matching(".c", ".h")
    built = {path.parent for path in tree.files() if path.name == "Kbuild"}
    return [path for path in sources if path.parent in built]


def _tool(tree: Tree) -> list[Path]:
    return tree.matching(".c", ".h", under="cli")


def _checkpatch(tree: Tree, sources: list[Path], *options: str) -> list[str]:
    """Debian's newest kernel's checkpatch, with the CamelCase names of its headers known."""
    headers = kernel("backports").kdir
    assert headers
    common = headers.with_name(headers.name.replace("-amd64", "-common"))
    script = kernel_scripts() / "scripts" / "checkpatch.pl"
    # It leaves its list of CamelCase names in the directory in which it runs.
    command: list[str | Path] = ["perl", script, f"--root={common}", *CHECKPATCH, *options]
    status, said, errors = output([*command, *sources], scratch("checkpatch"))
    found = said.replace(f"{tree.root}/", "").splitlines()
    if errors or (status and not found):
        found.append(f"checkpatch:0: status {status}: {errors}")
    return found


def checkpatch(tree: Tree) -> list[str]:
    """What is built for a kernel, and the tool, which is written like it."""
    return [
        *_checkpatch(tree, _modules(tree)),
        *_checkpatch(tree, _tool(tree), f"--ignore={','.join(TOOL_IGNORE)}"),
    ]


def _spatch(script: Path, tree: Tree) -> list[str]:
    """One semantic patch over driver/, with the options that it asks for."""
    options = re.search(r"^//+ *Options: *(.*)$", script.read_text(), re.M)
    words = shlex.split(options[1]) if options else []
    command: list[str | Path] = ["spatch", "-D", "report", "--very-quiet", "--no-show-diff"]
    command += ["--cocci-file", script, *words, "--dir", tree.root / "driver"]
    status, said, errors = output(command, scratch("."))
    name = f"{script.parent.name}/{script.name}"
    found = [
        f"{line} ({name})"
        for line in said.replace(f"{tree.root}/", "").splitlines()
        if line.strip()
    ]
    if status:
        lines = [line for line in errors.splitlines() if line.strip()] or ["no message"]
        found.append(f"{name}:0: spatch ended with status {status}: {lines[-1]}")
    return found


def _understood(tree: Tree) -> list[str]:
    """Whether spatch can parse the driver: what it cannot parse it leaves out, silently."""
    good = bad = 0
    for path in tree.matching(".c", under="driver"):
        _, said, errors = output(["spatch", "--parse-c", path], scratch("."))
        counts = re.search(r"nb good = (\d+),\s+nb bad = (\d+)", said + errors)
        if not counts:
            return [f"{tree.name(path)}:1: spatch --parse-c counted nothing"]
        good, bad = good + int(counts[1]), bad + int(counts[2])
    if good * 100 < PARSED_PERCENT * (good + bad):
        return [f"driver:0: spatch understands only {good} of {good + bad} lines"]
    return []


def _semantic(tree: Tree, *folders: str) -> list[str]:
    """The semantic patches in these folders that have a report mode."""
    home = kernel_scripts() / "scripts" / "coccinelle"
    every = sorted(script for folder in folders for script in (home / folder).rglob("*.cocci"))
    able = [s for s in every if re.search(r"^virtual\s.*\breport\b", s.read_text(), re.M)]
    found: list[str] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for lines in pool.map(lambda script: _spatch(script, tree), able):
            found += lines
    return found


def coccinelle(tree: Tree) -> list[str]:
    """All semantic patches of Debian's newest kernel: coccicheck itself stops at the first one
    that cannot run."""
    return _understood(tree) + _semantic(tree, ".")


def coccinelle_seeds(tree: Tree) -> list[str]:
    """Only those that the seeds are for."""
    return _semantic(tree, "free", "null")


def kernel_doc(tree: Tree) -> list[str]:
    """Comments that kernel-doc objects to, and functions that have none."""
    script = kernel_scripts() / "scripts" / "kernel-doc"
    paths = [*_sources(tree), *_tool(tree)]
    command: list[str | Path] = ["/usr/bin/python3", "-B", script]
    _, _, errors = output([*command, "-none", "-Wall", *paths], scratch("."))
    found = list(
        dict.fromkeys(
            re.sub(r"^(?:Warning|Error|WARNING|ERROR): ", "", line.replace(f"{tree.root}/", ""))
            for line in errors.splitlines()
            if line.strip()
        )
    )
    # Its own record of what is documented, wherever that stands.
    _, text, _ = output([*command, "-rst", *paths], scratch("."))
    documented = set(re.findall(r"^\.\. c:function:: .*?(\w+) \(", text, re.M))
    for path in (path for path in paths if path.suffix == ".c"):
        # BPF programs: only the kernel calls them.
        if path.name.endswith(".bpf.c"):
            continue
        for function in functions(path.read_text()):
            if function.name == "main":
                continue
            if not function.static and function.name not in documented:
                found.append(
                    f"{tree.name(path)}:{function.start}: {function.name}() is seen by "
                    "other files and has no kernel-doc"
                )
    return found
