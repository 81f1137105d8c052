"""The documents as a site: no broken link, nothing from elsewhere, every place that they name is there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import yaml

from api.settings import ApiSettings
from gateway.settings import GatewaySettings
from infra.dashboards.scraping import RULES
from infra.local.places import ROOT
from infra.local.settings import LocalSettings
from infra.stores.settings import ObjectSettings
from infra.telemetry.settings import TelemetrySettings
from schemas.reasons import Reason
from streams.__main__ import AGENTS
from streams.archive.settings import ArchiveSettings
from streams.notification.settings import PushSettings
from streams.projections import PROJECTORS
from tests.docs.pages import DOCS, page

PAGES = sorted(path.name for path in DOCS.glob("*.md"))
ALL_SETTINGS = (
    ApiSettings, ArchiveSettings, GatewaySettings, LocalSettings, ObjectSettings, PushSettings, TelemetrySettings,
)  # fmt: skip
SETTINGS = {f"{one.model_config['env_prefix']}{name}".upper() for one in ALL_SETTINGS for name in one.model_fields}
SETTINGS |= {"BACKCHANNEL_URL", "BACKCHANNEL_EXPORT"}  # of single commands
ELSEWHERE = re.compile(r"""<(?:link|script|img|iframe)[^>]*(?:href|src)="(?:https?:)?//|url\(["']?(?:https?:)?//""")
TOP_LEVEL = "schemas|streams|gateway|api|infra|clients|tests|docs"
FUTURE = {"streams/growth/", "streams/mentions/"}  # the worked examples' own


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a broken link, anchor or a page left out of the navigation is an error."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (0, "") == (built.returncode, built.stderr.strip())
    return folder


class TestSite:
    def test_every_page_is_there(self, site: Path) -> None:
        assert [] == [name for name in PAGES if not (site / name.replace(".md", ".html")).exists()]

    def test_nothing_comes_from_elsewhere(self, site: Path) -> None:
        files = [*site.rglob("*.html"), *site.rglob("*.css")]
        assert len(files) > len(PAGES)
        assert [] == [path.name for path in files if ELSEWHERE.search(path.read_text())]


class TestWords:
    @pytest.mark.parametrize("name", PAGES)
    def test_files_exist(self, name: str) -> None:
        named = re.findall(rf"`((?:{TOP_LEVEL})/[\w/.]*)`", page(name))
        assert [] == [place for place in named if not (ROOT / place).exists() and place not in FUTURE]

    @pytest.mark.parametrize("name", PAGES)
    def test_settings_exist(self, name: str) -> None:
        named = set(re.findall(r"BACKCHANNEL_[A-Z_]*[A-Z]", page(name)))
        assert set() == {one for one in named - SETTINGS if not any(known.startswith(one) for known in SETTINGS)}

    def test_operating_names_every_agent(self) -> None:
        said = set(re.findall(r"`(?:python -m streams )?([a-z-]+)`", page("operating.md").split("## Day one")[0]))
        assert AGENTS.keys() | PROJECTORS.keys() <= said

    def test_the_protocol_names_every_reason(self) -> None:
        assert set(get_args(Reason)) <= set(re.findall(r"`([a-z-]+)`", page("protocol.md")))

    def test_every_alarm_has_a_runbook(self) -> None:
        rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
        headings = re.findall(r"^#### (\w+)$", page("observing.md").split("## When an alarm comes")[1], re.MULTILINE)
        assert sorted(rule["alert"] for rule in rules) == sorted(headings)
        assert {f"docs/observing.md#{name.lower()}" for name in headings} == {
            rule["annotations"]["runbook"] for rule in rules
        }
