"""Prometheus' settings: whom it asks, and by which rules it raises alarms."""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent
RULES = FOLDER / "alerts.yml"

_HEAD = """# For a stack on one machine: made by `python -m infra.dashboards`, and by the stack itself.
global:
  scrape_interval: 5s
  evaluation_interval: 5s
rule_files:
  - {rules}
scrape_configs:
  - job_name: backchannel
    static_configs:
"""


def prometheus_config(targets: Mapping[str, str], rules: str) -> str:
    """YAML. `targets`: addresses by the names of processes; `rules`: the path of the rules."""
    rows = (
        f'      - targets: ["{address}"]\n        labels: {{process: {name}}}\n' for name, address in targets.items()
    )
    return _HEAD.format(rules=rules) + "".join(rows)
