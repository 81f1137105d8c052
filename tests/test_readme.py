"""The README is always true: its commands exist, and so does every place that it names."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()
TOP_LEVEL = {"schemas", "streams", "gateway", "api", "infra", "clients", "tests", "docs"}


class TestCommands:
    def test_make_targets_exist(self) -> None:
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

        assert set(re.findall(r"\bmake ([a-z]+)", TEXT)) <= targets

    def test_backchannel_subcommands_exist(self) -> None:
        for command in set(re.findall(r"bin/backchannel ([a-z-]+)", TEXT)):
            done = subprocess.run([ROOT / ".venv/bin/backchannel", command, "--help"], capture_output=True, check=False)

            assert done.returncode == 0, command


class TestMap:
    def test_files_exist(self) -> None:
        named = re.findall(r"`((?:schemas|streams|gateway|api|infra|clients|tests|docs)/[\w/.]*)`", TEXT)

        assert [] == [name for name in named if not (ROOT / name).exists()]

    def test_rooms_exist(self) -> None:
        house = TEXT.split("## The house")[1].split("```")[1]
        for line in re.sub(r"\n +", " ", house.strip()).splitlines():  # a long line goes on below, indented
            top, rest = line.split("/", 1)
            assert (ROOT / top).is_dir(), top
            for room in re.findall(r"(\w+)/", rest):
                assert (ROOT / top / room).is_dir(), f"{top}/{room}"

    def test_every_folder_of_the_top_level_is_on_the_map(self) -> None:
        house = TEXT.split("## The house")[1]

        assert {name for name in TOP_LEVEL if f"{name}/" in house} == TOP_LEVEL


class TestFigures:
    def test_measured_not_announced(self) -> None:
        assert "FIGURES" not in TEXT
