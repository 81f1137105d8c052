"""The pages of the documents, and the blocks of code in them."""

import re
import shutil
import subprocess
from pathlib import Path

from infra.local.places import ROOT

DOCS = ROOT / "docs"
HOUSE = ("schemas", "streams", "infra", "tests", "pyproject.toml")


def page(name: str) -> str:
    return (DOCS / name).read_text()


def blocks(text: str, language: str) -> list[str]:
    """All blocks of a language, without a title."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def titled(text: str, language: str = "python") -> dict[str, str]:
    """Blocks by their titles: the files that they are."""
    return dict(re.findall(rf'^```{language} title="([^"]+)"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL))


def copy_of_the_house(folder: Path, text: str) -> Path:
    """What a page tells to change is changed in it, and its files are there."""
    for name in HOUSE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for change in blocks(text, "diff"):
        subprocess.run(["git", "apply", "-"], input=change, cwd=folder, check=True, text=True, timeout=30)
    for name, content in titled(text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in (path.parent, *path.parent.relative_to(folder).parents[:-1]):
            (folder / package / "__init__.py").touch()
        path.write_text(content)
    return folder
