"""The README is always true: its commands exist, and so does every place that it names."""

import re
import subprocess
from pathlib import Path

from clients.demo.people import PASSWORD, PEOPLE

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()
TOP_LEVEL = {"schemas", "streams", "gateway", "api", "infra", "clients", "tests", "docs"}


class TestCommands:
    def test_make_targets_exist(self) -> None:
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

        assert set(re.findall(r"\bmake ([a-z-]+)", TEXT)) <= targets

    def test_backchannel_subcommands_exist(self) -> None:
        for command in set(re.findall(r"bin/backchannel ([a-z-]+)", TEXT)):
            done = subprocess.run([ROOT / ".venv/bin/backchannel", command, "--help"], capture_output=True, check=False)

            assert done.returncode == 0, command


class TestTryIt:
    def test_who_signs_in_as_told_gets_in(self) -> None:
        said = TEXT.split("## Try it")[1].split("## What is promised")[0]
        handles = {person.handle for person in PEOPLE}
        assert {"alice", "bob", "carol", "dave", "erin", "echo"} <= handles & set(re.findall(r"`([a-z]+)`", said))
        assert f"password is `{PASSWORD}`" in said
        assert f'"alice", "{PASSWORD}"' in said


class TestOrder:
    def test_what_a_visitor_needs_first_comes_first(self) -> None:
        expected = ["Two commands", "Try it", "What is promised", "The way of a message", "Operators", "Analysts"]
        assert [*expected, "Measured", "Limits", "The house"] == re.findall(r"^## (.*)$", TEXT, re.MULTILINE)


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
