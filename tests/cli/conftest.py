# SPDX-License-Identifier: GPL-2.0-only
"""The operator's tool as `make cli` has built it, in a network namespace of its own.

No lab, no machine: tests/conftest.py is not loaded (make cli-test)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.tool import PROGRAM
from tests.cli.host import Host, namespace


@pytest.fixture(scope="session")
def program() -> Iterator[Path]:
    """The tool, where those without rights may execute it; NAPIER_TOOL names another build."""
    built = Path(os.environ.get("NAPIER_TOOL") or PROGRAM)
    if not built.exists():
        pytest.fail(f"{built} is not there: `make cli-test` builds it", pytrace=False)
    with tempfile.TemporaryDirectory(prefix="napier-cli-") as directory:
        os.chmod(directory, 0o755)
        yield Path(shutil.copy2(built, directory))


@pytest.fixture
def empty(program: Path) -> Iterator[Host]:
    """A namespace with nothing in it but lo."""
    with namespace(program) as host:
        yield host


@pytest.fixture
def host(empty: Host) -> Host:
    """A namespace with two interfaces that carry to each other, and nothing that sends by
    itself: np0 has three receive queues and two transmit queues, np1 the other way round."""
    empty.ip(
        "link add name np0 mtu 1400 numrxqueues 3 numtxqueues 2 type veth "
        "peer name np1 mtu 1400 numrxqueues 2 numtxqueues 3"
    )
    for name in ("np1", "np0"):
        # Without an address IPv6 has nothing to say.
        empty.ip(f"link set {name} addrgenmode none")
        empty.ip(f"link set {name} up")
    return empty
