"""`docs/operators.md` is always true: the commands and options exist, and so do the places that it names."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.operator.cli import app

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "operators.md").read_text()
GROUPS = ("archive", "account", "dead-letters", "log", "projection")
COMMANDS = sorted(set(re.findall(r"backchannel ([a-z-]+(?: [a-z-]+)?)", TEXT)))


def help_of(command: str) -> str:
    words = command.split()
    known = words[:2] if words[0] in GROUPS else words[:1]
    shown = CliRunner().invoke(app, [*known, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    return shown.output


class TestCommands:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_exist(self, command: str) -> None:
        assert "Usage" in help_of(command)

    def test_options_exist(self) -> None:
        known = "".join(map(help_of, COMMANDS))
        assert [] == [option for option in set(re.findall(r"--[a-z][a-z-]+", TEXT)) if option not in known]

    def test_defaults_are_today_s(self) -> None:
        said = re.findall(r"`(--max-[a-z]+)`[^(`;]*\((\d[\d,]*)", TEXT)
        assert len(said) == 2
        for option, default in said:
            known = re.search(rf"{option}\b.*?default: ([\d.]+)", help_of("projection rebuild"), re.DOTALL)
            assert known, option
            assert float(default.replace(",", "")) == float(known[1]), option


class TestPlaces:
    def test_files_exist(self) -> None:
        named = re.findall(r"`((?:infra|tests|streams)/[\w/.]*)`", TEXT)
        linked = [f"docs/{name}" for name in re.findall(r"\]\((\w+\.md)\)", TEXT)]
        assert named
        assert linked
        assert [] == [name for name in named + linked if not (ROOT / name).exists()]
