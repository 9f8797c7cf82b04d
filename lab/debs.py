# SPDX-License-Identifier: GPL-2.0-only
"""Packages of Debian without touching the Debian that this host runs.

The lab needs packages of releases that the host is not: the guest is Debian 13 on a
host with Debian 12, kernels come from security and backports suites.  apt can do all
of that if it is given a configuration, lists and a cache of its own; nothing here is
ever installed on the host.  The mirror is the one that the system already uses.
"""

from __future__ import annotations

import functools
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from lab.base import LabError, Stamp, as_root, cache, call, digest, lock, say, step

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Lists older than this are fetched again when a package is looked for; a machine
# without a network keeps the old ones.
LISTS_MAX_AGE = 7 * 24 * 3600


@dataclass(frozen=True)
class Mirror:
    """Where the system's own apt gets Debian and Debian's security updates."""

    main: str
    security: str


def _targets() -> list[tuple[str, str]]:
    """(URI, suite) of every package index that the system's apt knows."""
    question = ("--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    out = call(["apt-get", "indextargets", *question])
    if not out.strip():
        # apt names its sources only once it has their lists, and a fresh system has none.
        with step("package lists of this system"):
            call(as_root(["apt-get", "-q", "update"]))
        out = call(["apt-get", "indextargets", *question])
    pairs = [line.split() for line in out.splitlines()]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def suites_of_host() -> set[str]:
    """The suites that the system's own apt is set up for."""
    return {suite for _, suite in _targets()}


@functools.cache
def mirror() -> Mirror:
    """The mirror in the system's sources; NAPIER_MIRROR[_SECURITY] overrides it."""
    codename = os_release().get("VERSION_CODENAME", "")
    main = os.environ.get("NAPIER_MIRROR", "")
    security = os.environ.get("NAPIER_MIRROR_SECURITY", "")
    for uri, suite in _targets():
        if suite in (codename, "stable", "oldstable"):
            main = main or uri
        elif suite.startswith((f"{codename}-security", "stable-security")):
            security = security or uri
    if not main:
        raise LabError(
            "the system's apt sources name no mirror for this release of Debian; "
            "add one, or set NAPIER_MIRROR to its address"
        )
    return Mirror(main.rstrip("/"), (security or main.rstrip("/") + "-security").rstrip("/"))


@functools.cache
def os_release() -> dict[str, str]:
    """/etc/os-release as a dictionary."""
    try:
        text = Path("/etc/os-release").read_text()
    except FileNotFoundError:
        return {}
    return {key: value.strip('"') for key, value in re.findall(r"^(\w+)=(.*)$", text, re.M)}


def acquire_options() -> list[str]:
    """How the host fetches (proxy, clock checks): settings a foreign root must share."""
    wanted = re.compile(r'^(Acquire::(?:Check-|http|ftp|Retries|Proxy)[^ ]*) "(.*)";$')
    found = map(wanted.match, call(["apt-config", "dump"]).splitlines())
    return [f'{match[1]} "{match[2]}";' for match in found if match]


class Suite:
    """apt for one release (with its updates, security and backports suites)."""

    kind = "deb"

    def __init__(self, codename: str) -> None:
        self.codename = codename
        self.key = codename if self.kind == "deb" else f"{codename}-{self.kind}"
        self.root = cache() / "apt" / self.key
        self.debs = cache() / "debs"

    def sources(self) -> str:
        """The suite as apt's deb822 sources."""
        where = mirror()
        name = self.codename
        stanzas = (
            (where.main, f"{name} {name}-updates {name}-backports"),
            (where.security, f"{name}-security"),
        )
        return "\n".join(
            f"Types: {self.kind}\nURIs: {uri}\nSuites: {suites}\nComponents: main\n"
            f"Signed-By: {KEYRING}\n"
            for uri, suites in stanzas
        )

    def _options(self) -> list[str]:
        root = self.root
        settings = {
            "Dir::State": root,
            "Dir::State::lists": root / "lists",
            "Dir::State::status": root / "status",
            "Dir::Cache": root,
            "Dir::Cache::archives": root / "archives",
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": root / "sources",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            # apt's own user could not read a cache below somebody's home.
            "APT::Sandbox::User": "root",
            "APT::Architecture": "amd64",
        }
        return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]

    def apt(self, tool: str, *words: str, cwd: Path | None = None) -> str:
        """Run apt-get or apt-cache on this suite."""
        return call([tool, *self._options(), *words], cwd=cwd, env={**os.environ, "LC_ALL": "C"})

    def refresh(self, force: bool = False) -> None:
        """Have package lists, and not too old ones; old ones do without a network."""
        stamp = Stamp(f"lists-{self.key}")
        have = stamp.read() == digest(self.sources()) and (self.root / "lists").exists()
        if have and not force and time.time() - stamp.path.stat().st_mtime < LISTS_MAX_AGE:
            return
        with lock(f"lists-{self.key}"), step(f"package lists of Debian {self.key}"):
            for part in ("lists/partial", "archives/partial", "sources"):
                (self.root / part).mkdir(parents=True, exist_ok=True)
            (self.root / "status").touch()
            (self.root / "sources" / "napier.sources").write_text(self.sources())
            try:
                self.apt("apt-get", "-o", "APT::Update::Error-Mode=any", "update")
            except LabError as error:
                if not have:
                    raise LabError(
                        f"no package lists of Debian {self.codename}: {error}\n"
                        "check the network and the apt sources, then repeat"
                    ) from error
                say("no network: going on with the package lists of last time")
                return
            stamp.write(digest(self.sources()))

    def names(self, pattern: str) -> list[str]:
        """Package names that match a regular expression from end to end."""
        self.refresh()
        regex = re.compile(pattern)
        return sorted(filter(regex.fullmatch, self.apt("apt-cache", "pkgnames").split()))

    def show(self, package: str) -> dict[str, str]:
        """The fields of the candidate version (backports=their newest) of a package."""
        self.refresh()
        text = self.apt("apt-cache", "show", "--no-all-versions", package)
        return dict(re.findall(r"^([\w-]+): (.*)$", text, re.M))

    def fetch(self, *packages: str) -> list[Path]:
        """Download packages (`name`, `name=version`, `name/suite`) into the cache."""
        self.refresh()
        self.debs.mkdir(exist_ok=True)
        uris = self.apt("apt-get", "download", "--print-uris", *packages)
        files = [self.debs / name for name in re.findall(r"^'\S+' (\S+) ", uris, re.M)]
        missing = [f for f in files if not f.exists()]
        if missing:
            with step(f"downloading {', '.join(p.split('=')[0] for p in packages)}"):
                self.apt("apt-get", "download", *packages, cwd=self.debs)
        absent = [str(f.name) for f in files if not f.exists()]
        if absent or not files:
            raise LabError(f"apt did not download {absent or packages}")
        return files


class Sources(Suite):
    """apt for the source packages of one release.  Their lists are long and few need them, so
    they are kept apart from those of the binary packages."""

    kind = "deb-src"

    def versions(self, package: str) -> list[str]:
        """The versions of a source package that the suites have."""
        self.refresh()
        text = self.apt("apt-cache", "showsrc", "--only-source", package)
        return re.findall(r"^Version: (\S+)$", text, re.M)

    def fetch_source(self, package: str, version: str) -> Path:
        """Download the tarball of a source package as its authors released it."""
        self.refresh()
        self.debs.mkdir(exist_ok=True)
        words = ("source", "--download-only", "--tar-only", f"{package}={version}")
        uris = self.apt("apt-get", *words, "--print-uris")
        names = re.findall(rf"^'\S+' ({re.escape(package)}_\S+\.orig\.tar\.\w+) ", uris, re.M)
        if len(names) != 1:
            raise LabError(f"the source package {package} {version} has no one tarball: {names}")
        tarball = self.debs / names[0]
        if not tarball.exists():
            with step(f"downloading the source of {package} {version}"):
                self.apt("apt-get", *words, cwd=self.debs)
        if not tarball.exists():
            raise LabError(f"apt did not download {tarball.name}")
        return tarball


def unpack(deb: Path, target: Path) -> None:
    """Unpack a package's files below a directory, without installing it."""
    target.mkdir(parents=True, exist_ok=True)
    call(["dpkg-deb", "-x", deb, target])
