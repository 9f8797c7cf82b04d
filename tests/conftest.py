# SPDX-License-Identifier: GPL-2.0-only
"""Machines for tests, and what every test is held to.

A test says which machine it wants with a marker and gets it as a fixture; tests that want
the same one run one after another and share it:

    @pytest.mark.machine(cpus=4, irq="msi")
    def test_something(machine, dut, peer): ...

Whatever the test is about, it fails if the guest's kernel reported anything while it ran,
and if it leaves a port that carries nothing.  After a failure the machine
is thrown away, so that one broken test cannot break the next, and so is one that has slept:
it is not what it was (docs/lab.md).
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from lab import LabError, Machine, Port, Spec, trouble
from lab.base import PATIENCE
from lab.spec import CHECKED, PORTLESS

# The operator's tool is tested on this host, without this file: make cli-test.
collect_ignore = ["cli"]

MARKERS = (
    "machine(**changes): fields of lab.Spec in which this test's machine differs from the "
    "standard one (that of the environment: DUT, PEER, CPUS, ...)",
    "expects_trouble(*regexes, reason): a fault-injection test: each regex must match a "
    "report of the kernel, and each report one of them",
    "leaves_mess(reason): the machine is of no use after this test, whatever its outcome",
    "napier_only(reason): what is tested exists in napier alone; skipped with DUT=igb",
    "differs_on_igb(reason): igb is known to fail this; with DUT=igb it must",
)


class Pool:
    """Keeps one machine alive: tests are sorted, so the next one mostly wants the same."""

    def __init__(self) -> None:
        self.current: Machine | None = None
        self.broken: dict[Spec, str] = {}

    def get(self, spec: Spec) -> Machine:
        if self.current and self.current.spec == spec:
            return self.current
        self.discard()
        if spec in self.broken:
            pytest.fail(
                f"no machine ({spec}); it could not be started before either: "
                f"{self.broken[spec].splitlines()[0]}",
                pytrace=False,
            )
        machine = Machine(spec)
        try:
            machine.start()
        except LabError as error:
            self.broken[spec] = str(error)
            raise
        self.current = machine
        return machine

    def discard(self) -> None:
        machine, self.current = self.current, None
        if machine:
            machine.stop()


POOL = Pool()


def spec_of(item: pytest.Item) -> Spec:
    """The machine that a test asks for; the marker nearest to the test wins."""
    changes: dict[str, object] = {}
    for marker in reversed(list(item.iter_markers("machine"))):
        changes |= marker.kwargs
    return dataclasses.replace(Spec.from_env(), **changes)


def needs_machine(item: pytest.Item) -> bool:
    return bool({"machine", "dut", "peer", "spec"} & set(getattr(item, "fixturenames", ())))


class AtOnce:
    """Says what failed when it fails, not only at the end, which may be hours away."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and reporter:
            where = getattr(report.longrepr, "reprcrash", None)
            said = where.message if where else report.longreprtext
            reporter.ensure_newline()
            reporter.write_line("\n".join([f"{report.nodeid}:", *said.splitlines()[:3]]))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(AtOnce(config))
    for line in MARKERS:
        config.addinivalue_line("markers", line)


def pytest_report_header() -> str:
    return f"standard machine: {Spec.from_env()}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Group the tests by machine, the standard one first, otherwise as written.  Those that
    want a kernel with checkers, which has to be built, are for `make test-debug` and
    `make kunit`."""
    standard = Spec.from_env()
    asked = {standard.kernel, PORTLESS if "tests/kunit" in config.args else standard.kernel}
    order: dict[Spec, int] = {standard: 0}
    keys: dict[pytest.Item, int] = {}
    others: list[pytest.Item] = []
    for item in items:
        if not needs_machine(item):
            keys[item] = -1
            continue
        spec = spec_of(item)
        if spec.kernel in CHECKED and spec.kernel not in asked:
            others.append(item)
            continue
        keys[item] = order.setdefault(spec, len(order))
        # What one process gets when there are several: it should not have to boot often.
        group = item.location[0] if spec == standard else str(spec)
        item.add_marker(pytest.mark.xdist_group(group))
        if spec.dut == "napier":
            continue
        for marker in item.iter_markers("napier_only"):
            item.add_marker(pytest.mark.skip(reason=marker.kwargs["reason"]))
        for marker in item.iter_markers("differs_on_igb"):
            item.add_marker(pytest.mark.xfail(reason=marker.kwargs["reason"], strict=True))
    # Not one by one among those of `make test`.
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item in keys]
    items.sort(key=keys.__getitem__)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, Any, None]:
    """Remember how each phase went, and show what the console said when one failed."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    item.stash[FAILED] = True
    machine, mark = item.stash.get(WATCHED, (None, 0))
    if machine is not None:
        lines = machine.console_since(mark).splitlines()
        shown = "\n".join(line for line in lines[-150:] if "lab: mark" not in line)
        report.sections.append(
            (f"console of the guest during this test ({report.when})", shown or "(silent)")
        )


FAILED = pytest.StashKey[bool]()
BLIND = pytest.StashKey[bool]()
WATCHED = pytest.StashKey[tuple[Machine, int]]()


def noted(terminalreporter: TerminalReporter, name: str) -> Iterator[tuple[str, str]]:
    """What tests have recorded under a name: (test, value), whichever process ran them."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            # The last report of a test has what was recorded in all its phases.
            if getattr(report, "when", "") == "teardown":
                for key, value in report.user_properties:
                    if key == name:
                        yield report.location[2], value


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    figures = sorted(noted(terminalreporter, "figure"))
    if figures:
        terminalreporter.section("figures")
    for test, text in figures:
        terminalreporter.write_line(f"{test}: {text}")
    for _, text in noted(terminalreporter, "boot"):
        terminalreporter.write_line(text)


def pytest_unconfigure() -> None:
    POOL.discard()


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> Spec:
    """The machine that this test's markers ask for, on paper: it boots and watches its own."""
    POOL.discard()
    return spec_of(request.node)


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """The machine that this test's markers ask for, watched while the test runs."""
    item = request.node
    before = POOL.current
    got = POOL.get(spec_of(item))
    if got is not before:
        item.user_properties.append(("boot", booted(got)))
    item.stash[WATCHED] = (got, got.console_mark())
    try:
        yield got
        problems = verdict(item, got)
    except BaseException:
        POOL.discard()
        raise
    spent = item.stash.get(BLIND, False) or item.get_closest_marker("leaves_mess")
    if problems or item.stash.get(FAILED, False) or spent or got.slept:
        # The report of a failure in this teardown still wants to read the console.
        request.addfinalizer(POOL.discard)
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)


def booted(machine: Machine) -> str:
    """How that went."""
    stalls = f" (its kernel had to be started {machine.stalled_boots + 1} times)"
    return (
        f"ready after {machine.boot_seconds:5.1f} s: {machine.spec}"
        f"{stalls if machine.stalled_boots else ''}"
    )


@pytest.fixture
def dut(machine: Machine) -> Port:
    """The port under test."""
    return machine.dut


@pytest.fixture
def peer(machine: Machine) -> Port:
    """The port at the other end."""
    return machine.peer


def verdict(item: pytest.Item, machine: Machine) -> list[str]:
    """What is wrong after a test, apart from what the test itself said."""
    _, mark = item.stash[WATCHED]
    expected = [regex for m in item.iter_markers("expects_trouble") for regex in m.args]
    reports = machine.kernel_trouble(mark)
    problems = trouble.judge([one for one in reports if not trouble.foreign(one)], expected)
    item.stash[BLIND] = any(map(trouble.foreign, reports))
    if not item.get_closest_marker("leaves_mess") and not item.stash.get(FAILED, False):
        problems += left_behind(machine)
    return problems


def left_behind(machine: Machine, patience: float = 15.0) -> list[str]:
    """Whether each wire still carries both families, as the next test expects."""
    patience *= PATIENCE
    end = time.monotonic() + patience
    while True:
        try:
            for port in machine.duts:
                script = (
                    f"ping -n -q -c 1 -W 1 {port.far.ipv4} && ping -n -q -c 1 -W 1 {port.far.ipv6}"
                )
                port.run(script, timeout=20)
            return []
        except LabError as error:
            if time.monotonic() > end:
                return [
                    f"the test left a port that carries nothing (tried for {patience:g} s):"
                    f"\n{error}"
                ]
            time.sleep(0.3)
