# SPDX-License-Identifier: GPL-2.0-only
"""A network namespace in which the tool is tried, and the tool itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from lab.base import PATIENCE, REPO, LabError, as_root

SCHEMAS = REPO / "cli" / "schema"
# Nothing here takes a second; what hangs is to be noticed.
TIMEOUT = 20 * PATIENCE
NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


@dataclass(frozen=True)
class Said:
    """What a command wrote, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON on standard output, which is all that is there."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def devices(self) -> list[dict[str, Any]]:
        """The interfaces that `show` gave, after a look at every member's type."""
        assert self.code == 0, self.err
        assert_valid(self.document)
        devices: list[dict[str, Any]] = self.document["devices"]
        return devices


def assert_valid(document: Mapping[str, Any]) -> None:
    """Hold a document against the schema that it names."""
    name, _, version = document["schema"].partition("/")
    schema = json.loads((SCHEMAS / f"{name}-{version}.json").read_text())
    Draft202012Validator.check_schema(schema)
    wrong = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(document)
    ]
    assert not wrong, "\n".join(wrong)


class Host:
    """A network namespace with a sysfs of its own.  It goes when the process that holds it goes,
    and that ends with its standard input: whatever happens here, nothing is left."""

    def __init__(self, program: Path, holder: subprocess.Popen[str]) -> None:
        assert holder.stdout
        self.program = program
        self.pid = holder.stdout.readline().strip()
        if not self.pid.isdigit():
            raise LabError(
                "no network namespace: the tests of the tool need the rights to make one "
                "(CAP_SYS_ADMIN), which containers often lack"
            )

    def enter(self, *words: str | Path) -> list[str]:
        """The command, inside."""
        return as_root(["nsenter", "--target", self.pid, "--net", "--mount", "--", *words])

    def run(self, *words: str | Path) -> str:
        """A command inside that has to work; what it wrote."""
        done = subprocess.run(
            self.enter(*words), text=True, capture_output=True, timeout=TIMEOUT, check=False
        )
        assert not done.returncode, f"{words}: {done.stderr}"
        return done.stdout

    def ip(self, words: str) -> str:
        return self.run("ip", *words.split())

    def napier(self, *words: str | Path, nobody: bool = False) -> Said:
        """The tool inside, as root or as somebody without any rights."""
        command = self.enter(*(NOBODY if nobody else ()), self.program, *words)
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
        # UTF-8, without exceptions: that is among what is tested.
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def show(self, *words: str | Path, nobody: bool = False) -> list[dict[str, Any]]:
        """The interfaces as JSON."""
        return self.napier("-j", "show", *words, nobody=nobody).devices()

    def sysfs(self, path: str) -> str:
        return self.run("cat", f"/sys/class/net/{path}").strip()

    def set_sysfs(self, path: str, value: str) -> None:
        self.run("sh", "-c", f"echo {value} > /sys/class/net/{path}")


@contextmanager
def namespace(program: Path) -> Iterator[Host]:
    """A namespace with nothing in it but lo."""
    inside = "mount -t sysfs none /sys && echo $$ && exec cat"
    holder = subprocess.Popen(
        as_root(["unshare", "--net", "--mount", "sh", "-c", inside]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Host(program, holder)
    finally:
        holder.communicate()
