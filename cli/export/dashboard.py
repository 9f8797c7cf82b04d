# SPDX-License-Identifier: GPL-2.0-only
"""The dashboard for Grafana: dashboard.py OUTPUT"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Instances that the variable selects, and interfaces.
HOST = 'instance=~"$instance"'
PORT = f'{HOST},device=~"$device"'
# Losses for which there is a cure here; see napier.rules.yml.
LOST = f'napier_rx_drops_total{{{PORT},layer=~"fifo|ring|alloc|dma"}}'
SOURCE = {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
WIDTH, HEIGHT = 12, 8


@dataclass(frozen=True)
class Panel:
    """A picture; explain: what `napier explain` tells more about."""

    title: str
    says: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    explain: str = ""
    kind: str = "timeseries"

    def json(self, index: int) -> dict[str, Any]:
        table = self.kind == "table"
        says = self.says + (f"\n\nMore: `napier explain {self.explain}`" if self.explain else "")
        return {
            "id": index + 1,
            "type": self.kind,
            "title": self.title,
            "description": says,
            "datasource": SOURCE,
            "gridPos": {
                "x": index % 2 * WIDTH,
                "y": index // 2 * HEIGHT,
                "w": WIDTH,
                "h": HEIGHT,
            },
            "fieldConfig": {"defaults": {"unit": self.unit}, "overrides": []},
            "options": {},
            "targets": [
                {
                    "refId": chr(ord("A") + number),
                    "datasource": SOURCE,
                    "expr": expression,
                    "legendFormat": legend,
                    **({"format": "table", "instant": True} if table else {}),
                }
                for number, (expression, legend) in enumerate(self.queries)
            ],
        }


def _rate(series: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (rate({series}[$__rate_interval]))"


def _port(family: str) -> str:
    return f"napier_{family}{{{PORT}}}"


def _host(family: str) -> str:
    return f"napier_{family}{{{HOST}}}"


def _queues(side: str) -> str:
    """Of each queue; of the interface where its driver does not count them."""
    queues = _rate(_port(f"{side}_queue_packets_total"), "device", "queue")
    return f"{queues} or {_rate(_port(f'{side}_packets_total'), 'device')}"


PANELS = (
    Panel(
        "Received packets lost, by layer",
        "Each loss once, whatever the driver calls it. Only layer stack has packets in it that "
        "nobody wanted.",
        "pps",
        ((_rate(_port("rx_drops_total"), "device", "layer"), "{{device}} {{layer}}"),),
        "RX-RING-OVERFLOW",
    ),
    Panel(
        "Share of received packets lost",
        "Losses of the device and its driver, of all that came.",
        "percentunit",
        (
            (
                f"{_rate(LOST, 'instance', 'device')} / "
                f"({_rate(_port('rx_packets_total'), 'instance', 'device')} + "
                f"{_rate(LOST, 'instance', 'device')})",
                "{{device}}",
            ),
        ),
        "RX-RING-OVERFLOW",
    ),
    Panel(
        "First signs of loss",
        "Frames that had to wait for a descriptor, buffers that could not be had; with the napier "
        "driver polls that found a ring full. 0 also where the driver has no such counter.",
        "ops",
        (
            (f"{_rate(_port('rx_warnings_total'), 'layer')} or vector(0)", "{{layer}}"),
            (f"sum(rate({_port('rx_ring_full_total')}[$__rate_interval])) or vector(0)", "full"),
        ),
        "rx_no_buffer_count",
    ),
    Panel(
        "Packets of receive queues",
        "Queues that are alike carry about the same.",
        "pps",
        ((_queues("rx"), "{{device}} rx{{queue}}"),),
        "RX-ONE-HOT-QUEUE",
    ),
    Panel(
        "Imbalance of receive queues",
        "0: all alike; 1: everything on one. Of the exporter's last full window.",
        "percentunit",
        ((_port("queue_imbalance_ratio"), "{{device}}"),),
        "RX-ONE-HOT-QUEUE",
    ),
    Panel(
        "CPU time in softirqs",
        "A CPU that is near 1 cannot take more packets.",
        "percentunit",
        ((_rate(_host("cpu_softirq_seconds_total"), "instance", "cpu"), "cpu{{cpu}}"),),
        "RX-ONE-HOT-QUEUE",
    ),
    Panel(
        "Backlogs of CPUs: packets lost, softirqs that ended early",
        "Softirqs that end early are harmless as long as nothing is lost.",
        "ops",
        (
            (_rate(_host("softnet_dropped_total"), "instance", "cpu"), "cpu{{cpu}} lost"),
            (_rate(_host("softnet_squeezed_total"), "instance", "cpu"), "cpu{{cpu}} squeezed"),
        ),
        "BACKLOG-OVERFLOW",
    ),
    Panel(
        "Packets lost at sockets",
        "A program reads too slowly, or its buffer is too small.",
        "pps",
        ((_rate(_host("socket_drops_total"), "protocol", "why"), "{{protocol}} {{why}}"),),
        "SOCKET-RCVBUF",
    ),
    Panel(
        "Packets of transmit queues",
        "What each queue has sent.",
        "pps",
        ((_queues("tx"), "{{device}} tx{{queue}}"),),
    ),
    Panel(
        "Packets to be sent that were lost, by layer",
        "Each loss once.",
        "pps",
        ((_rate(_port("tx_drops_total"), "device", "layer"), "{{device}} {{layer}}"),),
    ),
    Panel(
        "Bytes on their way to the wire",
        "Given to the device and not yet sent (BQL). Software interfaces have none.",
        "bytes",
        ((_port("tx_inflight_bytes"), "{{device}} tx{{queue}}"),),
        "TX-HANG",
    ),
    Panel(
        "Transmit queues that hung",
        "Each is a reset of something by the driver.",
        "short",
        (
            (
                "sum by (device, queue) "
                f"(increase({_port('tx_timeouts_total')}[$__rate_interval]))",
                "{{device}} tx{{queue}}",
            ),
        ),
        "TX-HANG",
    ),
    Panel(
        "Broken frames",
        "A matter of cables, transceivers and switches.",
        "pps",
        ((_rate(_port("rx_errors_total"), "device", "kind"), "{{device}} {{kind}}"),),
        "rx_crc_errors",
    ),
    Panel(
        "Link",
        "1 with a link, and how often it came or went.",
        "short",
        (
            (_port("link_up"), "{{device}} up"),
            (f"increase({_port('carrier_changes_total')}[$__rate_interval])", "{{device}} changes"),
        ),
    ),
    Panel(
        "Traffic",
        "Bytes in and out.",
        "Bps",
        (
            (_rate(_port("rx_bytes_total"), "device"), "{{device}} in"),
            (_rate(_port("tx_bytes_total"), "device"), "{{device}} out"),
        ),
    ),
    Panel(
        "Settings",
        "Rings, channels and interrupts as they are set; max is what the device can have.",
        "short",
        (
            (
                f'{{__name__=~"napier_ring_size|napier_channels|napier_coalesce_seconds",{PORT}}}',
                "",
            ),
        ),
        kind="table",
    ),
    Panel(
        "Interfaces",
        "Driver, firmware and place.",
        "short",
        ((_port("info"), ""),),
        kind="table",
    ),
    Panel(
        "Exporter",
        "Whether it can read, and how long that takes.",
        "s",
        (
            (_host("scrape_duration_seconds"), "{{instance}} takes"),
            (_host("up"), "{{instance}} up"),
        ),
    ),
)


def _variable(name: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def dashboard() -> dict[str, Any]:
    """All of it, as Grafana imports it."""
    return {
        "__inputs": [
            {
                "name": "DS_PROMETHEUS",
                "label": "Prometheus",
                "type": "datasource",
                "pluginId": "prometheus",
                "pluginName": "Prometheus",
            }
        ],
        "__requires": [
            {"type": "grafana", "id": "grafana", "name": "Grafana", "version": "9.0.0"},
            {"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0"},
        ],
        "uid": "napier-interfaces",
        "title": "Network interfaces (napier)",
        "tags": ["napier", "network"],
        "schemaVersion": 36,
        "version": 1,
        "editable": True,
        "time": {"from": "now-3h", "to": "now"},
        "refresh": "30s",
        "templating": {
            "list": [
                _variable("instance", "label_values(napier_up, instance)"),
                _variable("device", f"label_values(napier_info{{{HOST}}}, device)"),
            ]
        },
        "annotations": {"list": []},
        "panels": [panel.json(index) for index, panel in enumerate(PANELS)],
    }


if __name__ == "__main__":
    text = json.dumps(dashboard(), indent=1) + "\n"
    Path(sys.argv[1]).write_text(text, encoding="ascii")
