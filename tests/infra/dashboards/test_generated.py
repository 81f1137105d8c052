"""What is generated is current; what is asked for, by dashboards and alarms, is a metric that there is."""

import re
from pathlib import Path

import pytest
import yaml

from infra.dashboards.__main__ import generated
from infra.dashboards.boards import BOARDS, queries
from infra.dashboards.scraping import RULES
from infra.dashboards.table import described
from infra.local.places import ROOT

FILES = generated()
# Prometheus' own, and those of its library for Python, that we rely on.
FOREIGN = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"}
ASKED = re.compile(r"\b(?:backchannel_\w+|process_\w+_\w+|up(?=[{ ]))")


def alarms() -> list[dict[str, str]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


class TestFiles:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_are_current(self, path: Path) -> None:
        assert FILES[path].decode() == path.read_text(), "run: python -m infra.dashboards"

    def test_no_dashboard_is_left_over(self) -> None:
        assert {f"{board.name}.json" for board in BOARDS} == {path.name for path in RULES.parent.glob("*.json")}


class TestQueries:
    @pytest.mark.parametrize("query", [*queries(), *(alarm["expr"] for alarm in alarms())])
    def test_name_only_metrics_that_there_are(self, query: str) -> None:
        asked = set(ASKED.findall(query))
        known = {sample for one in described() for sample in one.samples}
        assert asked
        assert set() == asked - known - FOREIGN

    def test_every_metric_is_looked_at_somewhere(self) -> None:
        asked = " ".join([*queries(), *(alarm["expr"] for alarm in alarms())])
        shown_by_top_alone = {"backchannel_process_info", "backchannel_lag_records"}
        unseen = {one.name for one in described() if not any(sample in asked for sample in one.samples)}
        assert unseen <= shown_by_top_alone


class TestMetrics:
    def test_names_follow_prometheus(self) -> None:
        for one in described():
            assert one.name.startswith("backchannel_")
            assert one.documentation.endswith(".")
            assert (one.kind == "histogram") <= one.name.endswith("_seconds"), one.name
            assert (one.kind == "counter") == one.name.endswith("_total"), one.name


class TestRunbook:
    @pytest.mark.parametrize("alarm", alarms(), ids=lambda alarm: alarm["alert"])
    def test_has_a_paragraph_for_each_alarm(self, alarm: dict[str, dict[str, str]]) -> None:
        path, _, anchor = alarm["annotations"]["runbook"].partition("#")
        assert str(alarm["alert"]).lower() == anchor
        assert f"#### {alarm['alert']}\n" in (ROOT / path).read_text()
