"""Real dialogues in some twenty languages, from the package `chatterbot-corpus`."""

from collections.abc import Iterator
from pathlib import Path

import chatterbot_corpus
import yaml

Dialogue = list[str]
LINE_CHARACTERS_MAX = 4096


def dialogues() -> Iterator[Dialogue]:
    """Every dialogue of the corpus that is one, language by language, always in the same order."""
    data = Path(chatterbot_corpus.__file__).parent / "data"
    for file in sorted(data.rglob("*.yml")):
        content = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for lines in content.get("conversations") or ():
            dialogue = [str(line) for line in lines if line is not None and str(line)]
            if len(dialogue) > 1 and all(len(line) <= LINE_CHARACTERS_MAX for line in dialogue):
                yield dialogue
