"""Signals: what is worth telling now and not worth keeping. Keyed by conversation."""

from msgspec import Struct

from schemas.ids import Id
from schemas.times import Timestamp


class TypingChanged(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Somebody began to write in a conversation, or stopped; whether they are a member is seen by fan-out."""

    conversation_id: Id
    user_id: Id
    is_typing: bool
    at: Timestamp


AnySignal = TypingChanged
