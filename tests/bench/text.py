"""The messages that are sent: built from templates, and found again by byte search, never by parsing JSON."""

import itertools
import os

import msgspec

TEXT_CHARACTERS = 1024
NUMBER_DIGITS = 10

_marks = itertools.count()


class Envelope(msgspec.Struct):
    """A MessageSent without its text: what the proof needs."""

    conversation_id: str
    seq: int
    message_id: str


_decode_envelope = msgspec.json.Decoder(Envelope).decode


def new_mark() -> bytes:
    """Stands in every text of one run and nowhere else, so that messages of earlier runs are not mistaken."""
    return b"~bench:%s:%d:" % (os.urandom(6).hex().encode(), next(_marks))


class Template:
    """Makes SendMessage frames of 1,024 characters of text whose only changing part is a number."""

    __slots__ = ("_body", "_head", "_tail", "mark", "text_offset")

    def __init__(self, mark: bytes) -> None:
        filler = TEXT_CHARACTERS - len(mark) - NUMBER_DIGITS
        self.mark = mark
        self._head = b'{"type":"SendMessage","client_id":"' + mark
        self._body = b',"body":{"kind":"text","text":"' + mark
        self._tail = b"x" * filler + b'"}}'

    def frame(self, target: bytes, number: int) -> bytes:
        digits = b"%010d" % number
        return b"".join((self._head, digits, b'",', target, self._body, digits, self._tail))

    def text_at(self, payload: bytes) -> int:
        """Where the text begins, or -1. The author's devices get the mark in `client_id` too: skip that."""
        at = payload.find(self.mark)
        if at >= 0 and payload[at + len(self.mark) + NUMBER_DIGITS] == ord('"'):
            return payload.find(self.mark, at + 1)
        return at

    def number(self, payload: bytes, text_at: int) -> int:
        digits_at = text_at + len(self.mark)
        return int(payload[digits_at : digits_at + NUMBER_DIGITS])


def to_user(user_id: str) -> bytes:
    return b'"to_user_id":"%s"' % user_id.encode()


def to_conversation(conversation_id: str) -> bytes:
    return b'"conversation_id":"%s"' % conversation_id.encode()


def without_text(payload: bytes, text_at: int) -> bytes:
    """The same JSON with an empty text: small enough to keep for every message of a run."""
    return payload[:text_at] + payload[text_at + TEXT_CHARACTERS :]


def decode_envelope(envelope: bytes) -> Envelope:
    return _decode_envelope(envelope)
