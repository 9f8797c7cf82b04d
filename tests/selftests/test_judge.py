# SPDX-License-Identifier: GPL-2.0-only
"""What judges the kernel's selftests must itself notice what is wrong.  No machine needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import LabError
from lab.selftests import table
from lab.selftests.output import PLAN, STATUS, WHOLE, parse

KTAP = """TAP version 13
1..4
ok 1 rss_api.test_set
# Check| At rss_api.py, line 12
# Check failed 3 != 4 wrong queue
not ok 2 rss_api.test_get
ok 3 rss_api.test_ctx # SKIP one context only
ok 4 rss_api.test_slow # XFAIL too slow
# Totals: pass:1 fail:1 xfail:1 xpass:0 skip:1 error:0
"""
TABLE = """
["hw/rss_api.py"]
pass = ["test_set"]
[["hw/rss_api.py".otherwise]]
result = "fail"
tests = ["test_get"]
reason = "not written yet"
issue = 4
[["hw/rss_api.py".otherwise]]
result = "skip"
tests = ["test_ctx"]
reason = "the hardware has one context"
[["hw/rss_api.py".otherwise]]
result = ["pass", "xfail"]
tests = ["test_slow"]
reason = "a matter of time"
flaky = "2 of 5 runs"
"""


def expected(tmp_path: Path, text: str = TABLE, dut: str = "napier") -> table.Table:
    (tmp_path / f"{dut}.toml").write_text(text)
    return table.load(dut, tmp_path)


def verdict(tmp_path: Path, text: str, status: int | None) -> list[str]:
    program = expected(tmp_path).programs["hw/rss_api.py"]
    return table.judge(program, parse(text, program.name, status))


def test_results_and_reasons_are_read() -> None:
    got = parse(KTAP, "hw/rss_api.py", 1).results
    assert {name: one.result for name, one in got.items()} == {
        "test_set": "pass",
        "test_get": "fail",
        "test_ctx": "skip",
        "test_slow": "xfail",
    }
    assert got["test_get"].why == "Check failed 3 != 4 wrong queue"
    assert got["test_ctx"].why == "one context only"


def test_older_scripts_are_read() -> None:
    text = (
        "INFO: something\nTEST: force speed 10 on both ends                    [FAIL]\n"
        "\tping with speed 10\nTEST: check highest speed                   [ OK ]\n"
    )
    got = parse(text, "hw/ethtool.sh", 1).results
    assert {name: one.result for name, one in got.items()} == {
        "force speed 10 on both ends": "fail",
        "check highest speed": "pass",
    }


def test_what_comes_as_expected_is_no_deviation(tmp_path: Path) -> None:
    assert verdict(tmp_path, KTAP, 1) == []
    assert verdict(tmp_path, KTAP.replace(" # XFAIL too slow", ""), 1) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ok 1 rss_api.test_set", "not ok 1 rss_api.test_set", "test_set: fail, expected pass"),
        ("not ok 2", "ok 2", "test_get: pass, expected fail (the table is out of date)"),
        (" # SKIP one context only", "", "test_ctx: pass, expected skip (the table"),
        ("ok 1 rss_api.test_set", "ok 1 rss_api.test_new", "test_new: pass, but it is not in"),
        ("ok 1 rss_api.test_set", "ok 1 rss_api.test_new", "test_set: did not run"),
        ("ok 4 rss_api.test_slow # XFAIL too slow\n", "", f"{PLAN}: fail, but it is not in"),
    ],
)
def test_a_deviation_is_seen(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in KTAP
    lines = verdict(tmp_path, KTAP.replace(old, new), 1)
    assert any(line.startswith(said) for line in lines), lines


@pytest.mark.parametrize(
    ("text", "status", "name", "result"),
    [
        ("", 0, WHOLE, "pass"),
        ("no device\n", 4, WHOLE, "skip"),
        ("TEST: SKIP: dev a has no loopback      [ OK ]\n", 4, WHOLE, "skip"),
        ("Traceback ...\n", 1, WHOLE, "fail"),
        ("TAP version 13\n1..1\nok 1 ping.a\n", 1, STATUS, "fail"),
        ("TAP version 13\n1..2\nok 1 ping.a\n", 0, PLAN, "fail"),
    ],
)
def test_an_end_that_does_not_fit_is_a_result(
    text: str, status: int, name: str, result: str
) -> None:
    assert parse(text, "ping.py", status).results[name].result == result


def test_a_program_that_was_ended_lacks_its_results(tmp_path: Path) -> None:
    lines = verdict(tmp_path, KTAP[: KTAP.index("not ok")], None)
    assert "test_get: did not run, expected fail" in lines


def test_a_table_without_reasons_is_refused(tmp_path: Path) -> None:
    for line in ('reason = "not written yet"', 'flaky = "2 of 5 runs"'):
        with pytest.raises(LabError):
            expected(tmp_path, TABLE.replace(line, ""))
    with pytest.raises(LabError, match="there twice"):
        expected(tmp_path, TABLE.replace('["test_ctx"]', '["test_{ctx,set}"]'))


def test_being_worse_than_igb_needs_an_issue(tmp_path: Path) -> None:
    igb = expected(tmp_path, '["hw/rss_api.py"]\npass = ["test_{set,get,ctx}"]\n', "igb")
    lines = table.worse_than(expected(tmp_path), igb)
    assert lines == ["hw/rss_api.py test_ctx: passes with igb, and no issue is named"]
    excused = TABLE.replace(
        'reason = "the hardware has one context"', 'reason = "no link"\ntheirs = "none either"'
    )
    assert table.worse_than(expected(tmp_path, excused), igb) == []


def test_every_program_must_be_in_the_table(tmp_path: Path) -> None:
    lines = table.unlisted(expected(tmp_path), ["ping.py"])
    assert lines == [
        "ping.py: is not in napier.toml",
        "hw/rss_api.py: is in napier.toml, but not in the kernel's source",
    ]


def test_the_tables_themselves_load() -> None:
    napier, igb = table.load("napier"), table.load("igb")
    assert set(napier.programs) == set(igb.programs)
    assert table.worse_than(napier, igb) == []
