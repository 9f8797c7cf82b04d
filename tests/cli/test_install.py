# SPDX-License-Identifier: GPL-2.0-only
"""make install puts the tool where it was told to, and make uninstall leaves nothing of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lab.base import REPO


def make(target: str, destdir: Path) -> str:
    """Without what the make that runs these tests has told its children."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-C", REPO, target, f"DESTDIR={destdir}"], env=env, text=True, capture_output=True
    )
    assert not done.returncode, done.stdout + done.stderr
    return done.stderr


def test_what_is_installed_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "usr/local/bin").mkdir(parents=True)
    (tmp_path / "usr/local/bin/other").write_text("somebody else's\n")
    said = make("install", tmp_path)
    tool = tmp_path / "usr/local/bin/napier"
    assert f"installed {tool}" in said
    version = subprocess.run([tool, "--version"], text=True, capture_output=True, check=True)
    assert version.stdout.startswith("napier ")
    share = tmp_path / "usr/local/share"
    for part in (
        "man/man1/napier-doctor.1",
        "bash-completion/completions/napier",
        "napier/schema/napier.doctor-1.json",
        "napier/napier.rules.yml",
    ):
        assert (share / part).is_file(), part
    unit = tmp_path / "usr/local/lib/systemd/system/napier-exporter.service"
    assert "ExecStart=/usr/local/bin/napier export\n" in unit.read_text()
    make("uninstall", tmp_path)
    left = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert left == [Path("usr/local/bin/other")]
    # Twice is no mistake.
    assert f"{tool} is not there" in make("uninstall", tmp_path)
