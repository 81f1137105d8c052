"""`docs/analysts.md` is always true: its commands run, one after the other, and print what they show, figures apart."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.places import ROOT
from infra.local.stack import Stack
from infra.operator.exports import analyses
from tests.long_log import LongLog, settings_of

TEXT = (ROOT / "docs" / "analysts.md").read_text()


@dataclass(frozen=True)
class Example:
    """A command, with its further lines, and what it prints."""

    command: str
    output: str


def examples() -> list[Example]:
    found: list[Example] = []
    for block in re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            more = [line[2:] for line in lines[1:] if line.startswith("> ")]
            found.append(Example("\n".join([lines[0], *more]), "\n".join(lines[1 + len(more) :])))
    return found


def form(output: str) -> list[str]:
    """The words of the first line, without figures and ids: a table's columns, or how a sentence goes."""
    first, *_ = output.strip().splitlines() or [""]
    return re.findall(r"[A-Za-z_]{3,}", re.sub(r"[\w-]*\d[\w-]*", "", first))


class TestExamples:
    def test_run_and_print_what_they_show(self, system: Stack, long_log: LongLog, tmp_path: Path) -> None:
        bootstrap = settings_of(system).kafka_bootstrap
        environment = {**os.environ, **system.environment(), "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
        for example in examples():
            command = example.command.replace(".venv/bin/python", sys.executable).replace("127.0.0.1:9092", bootstrap)
            command = command.replace(".venv/bin/backchannel", f"{sys.executable} -m infra.operator")
            run = subprocess.run(
                ["bash", "-o", "pipefail", "-c", command],
                cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert (0, "") == (run.returncode, run.stderr), example.command
            assert form(example.output) == form(run.stdout), example.command


class TestText:
    @pytest.mark.parametrize("name", analyses.names())
    def test_every_analysis_is_shown(self, name: str) -> None:
        assert f"--analysis {name}" in TEXT
