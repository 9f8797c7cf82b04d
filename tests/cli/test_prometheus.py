# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus itself: it takes what napier export gives, and its rules and dashboard work there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from lab.base import REPO
from lab.prometheus import programs
from tests.cli.export import PORT, Server, connect, python, send, serving, wait_for
from tests.cli.host import TIMEOUT, Host

PROMETHEUS_PORT = 19090
HERE = Path(__file__).parent / "prometheus"
# From within the namespace: expressions as a JSON list on standard input, how many series each
# gives, or what is wrong with it.
QUERY = """
import json, sys, urllib.error, urllib.parse, urllib.request
found = {}
for path in json.loads(sys.argv[2]):
    try:
        answer = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/{path}", timeout=10).read()
    except urllib.error.HTTPError as error:
        answer = error.read()
    except OSError as error:
        answer = json.dumps({"status": "error", "error": str(error)}).encode()
    found[path] = json.loads(answer)
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def promtool() -> Path:
    return programs()["promtool"]


@pytest.fixture
def rules(program: Path, tmp_path: Path) -> Path:
    """A directory with the rules that are part of the program, and their tests."""
    for option, name in (("--rules", "napier.rules.yml"), ("--node-rules", "node.rules.yml")):
        done = subprocess.run([program, "export", option], capture_output=True, check=True)
        (tmp_path / name).write_bytes(done.stdout)
    for path in HERE.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


def test_metrics(host: Host, promtool: Path) -> None:
    said = host.napier("export", "--once", "np0", "np1")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=said.out, text=True, capture_output=True
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_rules(rules: Path, promtool: Path) -> None:
    words: list[str | Path] = [promtool, "check", "rules"]
    words += [rules / "napier.rules.yml", rules / "node.rules.yml"]
    done = subprocess.run(words, text=True, capture_output=True)
    assert not done.returncode, done.stdout + done.stderr
    done = subprocess.run(
        [promtool, "test", "rules", rules / "rules.test.yml"], text=True, capture_output=True
    )
    assert not done.returncode, done.stdout + done.stderr


def test_every_rule_is_tested(rules: Path) -> None:
    """Each alert is there in at least one case."""
    named = set()
    for name in ("napier.rules.yml", "node.rules.yml"):
        named |= set(re.findall(r"alert: (\w+)", (rules / name).read_text()))
    tests = (rules / "rules.test.yml").read_text()
    assert named <= set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", tests))


def test_the_handbook_knows_all(host: Host) -> None:
    """docs/metrics.md has every family that is exported, with the same type and words."""
    text = (REPO / "docs" / "metrics.md").read_text()
    rows = dict(re.findall(r"^\| `(napier_\w+)` \| (.*) \|$", text, re.M))
    said = host.napier("export", "--once", "np0", "np1").out
    helps = re.findall(r"^# HELP (\w+) (.*)$", said, re.M)
    types = dict(re.findall(r"^# TYPE (\w+) (.*)$", said, re.M))
    assert len(helps) > 20
    for name, words in helps:
        kind, _, rest = rows[name].partition(" | ")
        assert rest.partition(" | ")[2] == words
        assert kind == types[name] or (kind, types[name]) == ("info", "gauge")


def ask(host: Host, *paths: str) -> list[Any]:
    """Prometheus' answers."""
    said = json.loads(python(host, QUERY, str(PROMETHEUS_PORT), json.dumps(paths)))
    answers = []
    for path in paths:
        assert said[path]["status"] == "success", f"{path}: {said[path]}"
        answers.append(said[path]["data"])
    return answers


@contextmanager
def prometheus(host: Host, rules: Path) -> Iterator[None]:
    """It scrapes the exporter each second."""
    config = rules / "prometheus.yml"
    # JSON is YAML.
    config.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": ["napier.rules.yml"],
                "scrape_configs": [
                    {"job_name": "napier", "static_configs": [{"targets": [f"127.0.0.1:{PORT}"]}]}
                ],
            }
        )
    )
    command = host.enter(
        programs()["prometheus"],
        f"--config.file={config}",
        f"--storage.tsdb.path={rules / 'data'}",
        f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}",
    )
    with (rules / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def quoted(expression: str) -> str:
    return f"api/v1/query?query={quote(expression)}"


def expressions(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(title, expression) with what Grafana puts in for the variables."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for name, value in (
                ("$__rate_interval", "10s"),
                ("$instance", ".*"),
                ("$device", ".*"),
            ):
                text = text.replace(name, value)
            assert "$" not in text
            yield panel["title"], text


def has_bql(host: Host) -> bool:
    """An interface whose kernel counts bytes in flight; virtual ones mostly have none."""
    try:
        host.ip("link add npb type ifb")
        host.ip("link set npb up")
        return bool(host.sysfs("npb/queues/tx-0/byte_queue_limits/inflight"))
    except AssertionError:
        return False


def scraped(host: Host, server: Server) -> bool:
    send(host, 100)
    assert server.process.poll() is None
    (answer,) = ask(host, quoted("count_over_time(napier_queue_imbalance_ratio[1m])"))
    return bool(answer["result"]) and int(answer["result"][0]["value"][1]) > 4


def test_it_scrapes_and_the_dashboard_shows(host: Host, rules: Path, program: Path) -> None:
    connect(host)
    bql = has_bql(host)
    said = subprocess.run([program, "export", "--dashboard"], capture_output=True, check=True)
    dashboard = json.loads(said.stdout)
    with serving(host, "--devices", "np.*") as server, prometheus(host, rules):
        wait_for(lambda: scraped(host, server), 3 * TIMEOUT)
        (targets,) = ask(host, "api/v1/targets")
        (target,) = targets["activeTargets"]
        assert (target["health"], target["lastError"]) == ("up", "")
        all_of_it = dict(expressions(dashboard))
        pairs = list(expressions(dashboard))
        empty = []
        for (title, text), answer in zip(
            pairs, ask(host, *(quoted(text) for _, text in pairs)), strict=True
        ):
            if not answer["result"] and (bql or "inflight" not in text):
                empty.append(f"{title}: {text}")
        assert not empty and len(all_of_it) == len(dashboard["panels"])
        # As it was sent: nothing was left out or doubled.
        found = server.metrics()
        (answer,) = ask(host, quoted("scrape_samples_scraped"))
        assert int(answer["result"][0]["value"][1]) == len(found)
        (answer,) = ask(host, "api/v1/rules")
        (group,) = answer["groups"]
        assert {rule["health"] for rule in group["rules"]} == {"ok"}


def test_dashboard(program: Path) -> None:
    """What Grafana wants of one; each panel says what it is."""
    said = subprocess.run([program, "export", "--dashboard"], capture_output=True, check=True)
    dashboard = json.loads(said.stdout)
    assert dashboard["uid"] == "napier-interfaces"
    assert dashboard["schemaVersion"] >= 36
    assert [one["name"] for one in dashboard["__inputs"]] == ["DS_PROMETHEUS"]
    assert [one["name"] for one in dashboard["templating"]["list"]] == ["instance", "device"]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in dashboard["panels"]:
        assert panel["description"] and panel["title"]
        assert panel["targets"]
        assert panel["datasource"]["uid"] == "${DS_PROMETHEUS}"
    assert any("napier explain" in panel["description"] for panel in dashboard["panels"])
