"""What a message says: the plain body that people write, and the sealed one that the log keeps."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from schemas.ids import Id
from schemas.reasons import Reason

TEXT_CHARACTERS_MAX = 4096
CAPTION_CHARACTERS_MAX = 4096


class Text(Struct, frozen=True, tag_field="kind", tag="text", forbid_unknown_fields=True):
    text: str


class Media(Struct, frozen=True, tag_field="kind", tag="media", forbid_unknown_fields=True, omit_defaults=True):
    media_id: Id
    caption: str | None = None


Body = Text | Media


class SealedBody(Struct, frozen=True, omit_defaults=True):
    """A body as the log keeps it: its kind and plain size in bytes, and ciphertext (nonce first). Which media it shows
    stays plain: who may have them hangs on it."""

    kind: str
    size: Annotated[int, Meta(ge=0)]
    sealed: bytes
    media_id: Id | None = None


class SealedText(Struct, frozen=True):
    """A text about a conversation as the log keeps it: sealed under the conversation's own key."""

    sealed: bytes


_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)
decode = _decoder.decode


def plain(body: Body) -> bytes:
    """The bytes that are sealed, which are also the body's JSON on the wire."""
    return _encode(body)


def kind(body: Body) -> str:
    return "text" if isinstance(body, Text) else "media"


def media_id(body: Body) -> str | None:
    """The media that a body shows."""
    return body.media_id if isinstance(body, Media) else None


def refusal(body: Body) -> Reason | None:
    """The reason why the door refuses this body, or None. Lengths are counted in code points (PROTOCOL, section 2)."""
    text = body.text if isinstance(body, Text) else body.caption or ""
    if isinstance(body, Text) and not text:
        return "empty"
    if len(text) > TEXT_CHARACTERS_MAX:
        return "too-long"
    return None
