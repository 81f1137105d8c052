"""`plays.txt` as values: conversations, and what happens in them step by step. Pure."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clients.demo.drawing import PICTURES

TEXT = Path(__file__).with_name("plays.txt")
_STEP = re.compile(r"(?P<who>\w+)(?: (?P<verb>answers|shows|reacts))?(?: (?P<what>[^:]+?))?(?:: (?P<text>.+))?")


@dataclass(frozen=True, slots=True)
class Says:
    who: str
    text: str
    is_reply: bool = False


@dataclass(frozen=True, slots=True)
class Shows:
    who: str
    picture: str
    caption: str


@dataclass(frozen=True, slots=True)
class Reacts:
    who: str
    emoji: str


@dataclass(frozen=True, slots=True)
class AllRead:
    """Everybody has seen what went before."""


Step = Says | Shows | Reacts | AllRead


@dataclass(frozen=True, slots=True)
class Play:
    """A conversation; of two people where it has no title. The first of them begins it."""

    title: str | None
    cast: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """One of its own, for ever: the identity of its messages is made of it."""
        return self.title or "-".join(self.cast)


def plays(text: str | None = None) -> tuple[Play, ...]:
    """The plays in the order of the file. Raises ValueError at a line that is none."""
    content = text if text is not None else TEXT.read_text("utf-8")
    lines = [line for line in content.splitlines() if line and not line.startswith("# ") and line != "#"]
    starts = [number for number, line in enumerate(lines) if line.startswith("== ")]
    return tuple(
        _play(lines[start], lines[start + 1 : end]) for start, end in zip(starts, [*starts[1:], None], strict=True)
    )


def _play(heading: str, lines: list[str]) -> Play:
    _, kind, *words = shlex.split(heading)
    title, cast = (words[0], words[1:]) if kind == "group" else (None, words)
    return Play(title, tuple(cast), tuple(_steps(lines, set(cast))))


def _steps(lines: list[str], cast: set[str]) -> Iterator[Step]:
    for line in lines:
        step = _step(line)
        if not isinstance(step, AllRead) and step.who not in cast:
            raise ValueError(f"{step.who} is not in this play: {line}")
        yield step


def _step(line: str) -> Step:
    if line == "all read":
        return AllRead()
    match = _STEP.fullmatch(line)
    if match is None:
        raise ValueError(f"no step of a play: {line}")
    who, verb, what, text = match.group("who", "verb", "what", "text")
    match verb, what, text:
        case None, None, str():
            return Says(who, text)
        case "answers", None, str():
            return Says(who, text, is_reply=True)
        case "shows", str(), str() if what in PICTURES:
            return Shows(who, what, text)
        case "reacts", str(), None:
            return Reacts(who, what)
        case _:
            raise ValueError(f"no step of a play: {line}")
