"""The alarms, by Prometheus' own tool: each is raised by what it is for, and not by what it is not."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from infra.dashboards.scraping import FOLDER, RULES

CASES = Path(__file__).with_name("alerts.test.yml")


def promtool(*arguments: object) -> str:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_rules_are_well_formed() -> None:
    assert "SUCCESS" in promtool("check", "rules", RULES)


def test_settings_are_well_formed() -> None:
    assert "SUCCESS" in promtool("check", "config", FOLDER / "prometheus.yml")


def test_each_is_raised_as_it_should(tmp_path: Path) -> None:
    """What they say is left out: promtool compares the whole text, in which any figure may stand."""
    rules = yaml.safe_load(RULES.read_text())
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        del rule["annotations"]
    (tmp_path / RULES.name).write_text(yaml.safe_dump(rules))
    shutil.copy(CASES, tmp_path)
    assert "SUCCESS" in promtool("test", "rules", tmp_path / CASES.name)


@pytest.mark.parametrize("is_raised", [True, False])
def test_none_is_left_untried(*, is_raised: bool) -> None:
    """Each has a case where it is raised, and one where it is not."""
    tried = {
        one["alertname"]
        for case in yaml.safe_load(CASES.read_text())["tests"]
        for one in case["alert_rule_test"]
        if bool(one["exp_alerts"]) is is_raised
    }
    named = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    assert named == tried
