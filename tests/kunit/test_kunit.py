# SPDX-License-Identifier: GPL-2.0-only
"""The driver on a model of its hardware, inside a kernel with checkers: one of its own, which is
built in half the time, or that of `make test-debug`."""

from __future__ import annotations

import pytest

from lab import Machine, Spec
from lab.kernels import kernel
from lab.kunit import build_kunit, declared, parse, run_kunit
from lab.spec import ROOMY

KERNEL = "debug" if Spec.from_env().kernel == "debug" else "kunit"
# A kernel without ACPI knows of no interrupt remapping and reaches the APIC by memory, which
# QEMU gets wrong now and then with several CPUs (docs/lab.md, "The guest").
CPUS = 2 if KERNEL == "debug" else 1

REPORT = """\
KTAP version 1
1..1
    KTAP version 1
    # Subtest: napier_demo
    # module: napier_kunit
    1..3
    # demo_plain: EXPECTATION FAILED at test_demo.c:7
    Expected a == b, but
    not ok 1 demo_plain
        KTAP version 1
        # Subtest: demo_param
        ok 1 first
        # demo_param: EXPECTATION FAILED at test_demo.c:9
        not ok 2 second: of two
    # demo_param: pass:1 fail:1 skip:0 total:2
    not ok 2 demo_param
    ok 3 demo_last
# napier_demo: pass:1 fail:2 skip:0 total:3
not ok 1 napier_demo
"""


def test_reports_are_understood() -> None:
    """Who does not see a failure in a report sees none."""
    cases, problems = parse("napier_demo", REPORT)
    assert not problems
    assert [(case.name, case.status) for case in cases] == [
        ("demo_plain", "failed"),
        ("demo_param: first", "passed"),
        ("demo_param: second: of two", "failed"),
        ("demo_last", "passed"),
    ]
    assert "test_demo.c:7" in cases[0].text
    assert "test_demo.c:9" in cases[2].text
    for missing in ("    ok 3 demo_last\n", "not ok 1 napier_demo\n"):
        _, problems = parse("napier_demo", REPORT.replace(missing, ""))
        assert problems, f"without {missing!r}"


@pytest.mark.napier_only(reason="the suites are napier's")
@pytest.mark.machine(kernel=KERNEL, cpus=CPUS, pairs=0, memory=ROOMY)
def test_all_suites_pass(machine: Machine, request: pytest.FixtureRequest) -> None:
    outcome = run_kunit(machine, build_kunit(kernel(KERNEL)))
    request.node.user_properties.append(
        (
            "figure",
            f"{len(outcome.passed)} of {len(outcome.cases)} cases of "
            f"{sum(declared().values())} tests in {len(outcome.suites)} suites pass",
        )
    )
    if wrong := outcome.verdict():
        pytest.fail("\n\n".join(wrong), pytrace=False)
