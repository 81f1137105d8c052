"""`python -m infra.dashboards` writes what is generated: dashboards, Prometheus' settings, and `docs/metrics.md`."""

import sys
from collections.abc import Mapping
from pathlib import Path

from infra.dashboards.boards import boards
from infra.dashboards.scraping import FOLDER, RULES, prometheus_config
from infra.dashboards.table import table
from infra.local.places import ROOT
from infra.local.settings import LocalSettings
from infra.local.targets import targets


def generated() -> Mapping[Path, bytes]:
    """All files with their contents."""
    usual = LocalSettings(state=Path(".local"), port_offset=0)
    return {
        **{FOLDER / name: content for name, content in boards().items()},
        FOLDER / "prometheus.yml": prometheus_config(targets(usual), RULES.name).encode(),
        ROOT / "docs" / "metrics.md": table().encode(),
    }


def main() -> int:
    for path, content in generated().items():
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
