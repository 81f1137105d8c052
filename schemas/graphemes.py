"""Graphemes: what people see as one character. The only file that uses `regex`: the standard library cannot tell."""

import regex

CHARACTERS_MAX = 32  # of one grapheme: any number of marks may follow a letter, and no emoji has so many parts

_one = regex.compile(r"\X").fullmatch


def is_one_grapheme(text: str) -> bool:
    return len(text) <= CHARACTERS_MAX and _one(text) is not None
