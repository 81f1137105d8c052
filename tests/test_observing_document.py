"""`docs/observing.md` is always true: what it names exists, and the plan that it shows is today's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import GatewaySettings
from infra.local.settings import LocalSettings
from infra.telemetry.settings import TelemetrySettings
from streams.runtime.settings import StreamSettings

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "observing.md").read_text()
COLUMNS = 118
SETTINGS = {
    f"{settings.model_config['env_prefix']}{name}".upper()
    for settings in (GatewaySettings, LocalSettings, StreamSettings, TelemetrySettings)
    for name in settings.model_fields
}


def backchannel(*arguments: str) -> str:
    command = [sys.executable, "-m", "infra.operator", *arguments]
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


class TestCommands:
    @pytest.mark.parametrize("command", sorted(set(re.findall(r"backchannel ([a-z-]+(?: [a-z]+)?)", TEXT))))
    def test_exist(self, command: str) -> None:
        known = command.split() if command.startswith(("log", "dead-letters")) else command.split()[:1]
        assert "Usage" in backchannel(*known, "--help")

    def test_options_of_top_exist(self) -> None:
        said = TEXT.split("## A live view")[1].split("## Prometheus")[0]
        known = backchannel("top", "--help")
        assert [] == [option for option in set(re.findall(r"`(--[a-z]+)`", said)) if option not in known]

    def test_settings_exist(self) -> None:
        assert set(re.findall(r"BACKCHANNEL_[A-Z_]+", TEXT)) <= SETTINGS

    def test_files_exist(self) -> None:
        named = re.findall(r"`(infra/[\w/.]*)`", TEXT) + [
            f"docs/{name}" for name in re.findall(r"\]\((\w+\.md)\)", TEXT)
        ]
        assert [] == [name for name in named if not (ROOT / name).exists()]


class TestPlan:
    def test_is_today_s(self) -> None:
        shown = TEXT.split("## Capacity")[1].split("```")[1].removeprefix("\n$ backchannel plan --users 500e6\n")
        assert stripped(backchannel("plan", "--users", "500e6")) == stripped(shown)


class TestFigures:
    def test_what_was_measured_stands_in_the_readme(self) -> None:
        """Where the bench is run again, both change."""
        readme = (ROOT / "README.md").read_text()
        for words in ("Kafka 607 and 95", "Cassandra 544", "fan-out 436 and 70", "conversation 412 and 97"):
            assert words in readme
        for words in ("381 and 102", "views 313", "notification 259", "PostgreSQL 157", "124\nand 53", "93 and 14"):
            assert words in readme
        assert "39.4, 9.9 %" in readme
        assert "12.9 KiB" in readme
