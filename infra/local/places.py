"""Folders of the local stack that are the same for every stack of one clone. Standard library only."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
# Shared by all stacks of a clone: jars are large and never change under a running stack.
LIBS = ROOT / ".local" / "libs"
