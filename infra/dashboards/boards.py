"""Grafana's dashboards, generated: three pages, every panel a line below. `python -m infra.dashboards` writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

COLUMNS, WIDTH, HEIGHT = 3, 8, 8
SOURCE = {"type": "prometheus", "uid": "${source}"}


class Panel(Struct, frozen=True):
    """A graph: queries by their legends. `unit`: Grafana's name of it."""

    title: str
    queries: Mapping[str, str]
    unit: str = "short"


class Board(Struct, frozen=True):
    """A page; `name` is its file's, too."""

    name: str
    title: str
    panels: Sequence[Panel]


def _rate(metric: str, *by: str, where: str = "") -> str:
    return f"sum by ({', '.join(by)}) (rate({metric}{where}[$__rate_interval]))"


def _percentiles(metric: str, where: str) -> Mapping[str, str]:
    return {
        name: f"histogram_quantile({share}, {_rate(f'{metric}_bucket', 'le', where=where)})"
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
    }


# By the furthest end that anybody knows: a reader that is stuck does not know how far it is behind.
LAG = (
    "sum by (group) (max by (topic, partition) (backchannel_log_end_offset)"
    " - on (topic, partition) group_right () max by (group, topic, partition) (backchannel_handled_offset))"
)
VIEWS = '{group=~".+-[0-9]+"}'

BOARDS = (
    Board(
        "messages",
        "Backchannel: messages",
        (
            Panel("Events a second", {"{{type}}": _rate("backchannel_events_total", "type")}, "ops"),
            Panel(
                "Door to log",
                _percentiles("backchannel_append_seconds", '{topic="conversation.commands"}'),
                "s",
            ),
            Panel("Command to event", _percentiles("backchannel_stage_seconds", '{stage="decide"}'), "s"),
            Panel("Event to fan-out", _percentiles("backchannel_handled_seconds", '{group="fanout"}'), "s"),
            Panel("Event to socket", _percentiles("backchannel_stage_seconds", '{stage="deliver"}'), "s"),
            Panel("Event to views", _percentiles("backchannel_handled_seconds", VIEWS), "s"),
            Panel("Refusals", {"{{by}}: {{reason}}": _rate("backchannel_refusals_total", "by", "reason")}, "ops"),
            Panel("Over the limits", {"{{by}}": _rate("backchannel_rate_limited_total", "by")}, "ops"),
            Panel(
                "Pushes",
                {
                    "{{provider}}: {{outcome}}": _rate("backchannel_pushes_total", "provider", "outcome"),
                    "{{provider}} answers {{answer}}": _rate("backchannel_push_answers_total", "provider", "answer"),
                },
                "ops",
            ),
        ),
    ),
    Board(
        "agents",
        "Backchannel: agents",
        (
            Panel("Lag", {"{{group}}": LAG}),
            Panel("Age of the oldest record", {"{{group}}": "max by (group) (backchannel_lag_seconds)"}, "s"),
            Panel(
                "Records handled a second", {"{{group}}": _rate("backchannel_handled_seconds_count", "group")}, "ops"
            ),
            Panel(
                "Stuck, not ready, stopped",
                {
                    "{{group}} stuck": "max by (group) (backchannel_agent_stuck)",
                    "{{group}} not ready": "max by (group) (1 - backchannel_agent_ready)",
                    "{{group}} partitions stopped": "sum by (group) (backchannel_partitions_stopped)",
                },
            ),
            Panel("Dead letters", {"{{group}}": "sum by (group) (backchannel_dead_letters_total)"}),
            Panel("Unreadable events", {"{{group}}": "sum by (group) (backchannel_unreadable_events_total)"}),
            Panel(
                "Stores that are waited for", {"{{waiting_for}}": _rate("backchannel_store_waits_total", "waiting_for")}
            ),
            Panel("Media", {"{{outcome}}": _rate("backchannel_media_total", "outcome")}, "ops"),
            Panel("Rows archived", {"rows": "sum(rate(backchannel_archived_rows_total[$__rate_interval]))"}, "ops"),
        ),
    ),
    Board(
        "processes",
        "Backchannel: processes",
        (
            Panel("Up", {"{{instance}}": 'up{job="backchannel"}'}),
            Panel("Connections", {"{{gateway}}": "sum by (gateway) (backchannel_connections)"}),
            Panel("Frames", {"{{direction}}": _rate("backchannel_frames_total", "direction")}, "ops"),
            Panel("Sockets closed by us", {"{{code}}": _rate("backchannel_closes_total", "code")}, "ops"),
            Panel("HTTP requests", {"{{status}}": _rate("backchannel_http_requests_total", "status")}, "ops"),
            Panel("HTTP", _percentiles("backchannel_http_request_seconds", ""), "s"),
            Panel("CPU", {"{{instance}}": 'rate(process_cpu_seconds_total{job="backchannel"}[$__rate_interval])'}),
            Panel("Memory", {"{{instance}}": 'process_resident_memory_bytes{job="backchannel"}'}, "bytes"),
            Panel(
                "Appends that failed, starts",
                {
                    "{{topic}}": _rate("backchannel_appends_failed_total", "topic"),
                    "{{instance}} started": 'changes(process_start_time_seconds{job="backchannel"}[$__rate_interval])',
                },
            ),
        ),
    ),
)


def boards() -> Mapping[str, bytes]:
    """The files by their names: always the same bytes."""
    return {f"{one.name}.json": _encoded(_board(one)) for one in BOARDS}


def queries() -> Sequence[str]:
    return [query for board in BOARDS for panel in board.panels for query in panel.queries.values()]


def _encoded(board: Mapping[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(board), indent=2) + b"\n"


def _board(board: Board) -> Mapping[str, Any]:
    return {
        "uid": f"backchannel-{board.name}",
        "title": board.title,
        "tags": ["backchannel"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(board.panels)],
    }


def _panel(number: int, panel: Panel) -> Mapping[str, Any]:
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }
