"""Traces of a person: texts by which their plaintext is recognised, in the forms in which bytes may hold them. Pure.

Short texts prove nothing, for they stand everywhere: they are left out, and counted.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NAME_BYTES_MIN = 6
TEXT_BYTES_MIN = 12  # of what they wrote: a short one is said by others too
TEXTS_MAX = 20  # each is looked for in every byte of every store


@dataclass(frozen=True, slots=True)
class Traces:
    """`patterns` by the text that each is a form of; `left_out`: how many texts are too short to tell anything."""

    patterns: tuple[tuple[str, bytes], ...]
    left_out: int = 0

    @property
    def count(self) -> int:
        return len({text for text, _ in self.patterns})

    def found(self, data: bytes) -> set[str]:
        """Which of the texts stand in these bytes, in any form."""
        return {text for text, pattern in self.patterns if pattern in data}


def traces(names: Iterable[str], texts: Iterable[str]) -> Traces:
    """Of names (all that are long enough) and of what somebody wrote (the longest)."""
    names, texts = set(names), set(texts)
    telling = sorted((one for one in texts if len(one.encode()) >= TEXT_BYTES_MIN), key=lambda one: (-len(one), one))
    named = sorted(one for one in names if len(one.encode()) >= NAME_BYTES_MIN)
    left_out = len(names) - len(named) + len(texts) - len(telling)
    wanted = dict.fromkeys((*named, *telling[:TEXTS_MAX]))
    return Traces(tuple((text, form) for text in wanted for form in _forms(text)), left_out)


def _forms(text: str) -> Sequence[bytes]:
    """As UTF-8, as JSON writes it (with and without its characters beyond ASCII), and inside of base64."""
    raw = text.encode()
    in_json = [json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode() for ascii_only in (False, True)]
    return list(dict.fromkeys((raw, *in_json, *_in_base64(raw))))


def _in_base64(raw: bytes) -> Iterable[bytes]:
    """What is the same wherever the bytes begin in a larger whole: by the place in a group of three."""
    if len(raw) < TEXT_BYTES_MIN:
        return
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw)
        yield encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
