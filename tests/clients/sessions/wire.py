"""Recorded sessions as JSON: what a session was given, what it gave, and what it knew at the end.

Both client libraries replay the files in `clients/sessions`. A step says what was done (`do`) with what, and what must
come of it (`then`): frames to send, questions to ask, commands that are settled, what the application is told.
"""

import re
from pathlib import Path
from typing import Any

import msgspec

from clients.python import Session, of_copy, tick
from clients.python.effects import (
    Announce,
    Effect,
    FetchConversation,
    FetchMissing,
    FindOwn,
    Question,
    SendBytes,
    Settle,
)
from clients.python.frames import TimelineEvent

FILES = Path(__file__).parents[3] / "clients" / "sessions"
Json = Any
_MICROSECONDS = re.compile(r"(\.\d{3})\d{3}(?=Z|\+00:00)")
_WHOLE_SECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def plain(value: object) -> Json:
    """A value as both libraries write it: times with milliseconds, nothing where nothing was said."""
    return _plain(msgspec.json.decode(msgspec.json.encode(value)))


def effect_json(effect: Effect) -> Json:
    match effect:
        case SendBytes(raw):
            return {"send": msgspec.json.decode(raw)}
        case FetchMissing() | FindOwn() | FetchConversation():
            return {"ask": {"question": type(effect).__name__, **plain(effect)}}
        case Settle(key, answer):
            return {"settle": key, "by": type(answer).__name__}
        case Announce(event):
            seq = f" {event.seq}" if isinstance(event, TimelineEvent) else ""
            return {"tell": type(event).__name__ + seq}


def question(asked: Json) -> Question:
    """A question back from its JSON."""
    kinds: dict[str, type[Question]] = {kind.__name__: kind for kind in (FetchMissing, FindOwn, FetchConversation)}
    fields = {name: value for name, value in asked.items() if name != "question"}
    return msgspec.convert(fields, kinds[asked["question"]])


def state_of(session: Session) -> Json:
    """What the session knows: bookmark, copies, ticks of its own messages, pending commands."""
    copies = sorted(session.conversations.values(), key=lambda copy: copy.conversation_id)
    own = [(message, copy) for copy in copies for message in copy.messages if message.sender_id == session.user_id]
    return {
        "bookmark": plain(session.bookmark),
        "conversations": [plain(of_copy(copy)) for copy in copies],
        "ticks": {message.message_id: tick(message, copy).name.lower() for message, copy in own},
        "typing": {copy.conversation_id: sorted(copy.typing) for copy in copies if copy.typing},
        "presences": {user_id: plain(seen) for user_id, seen in sorted(session.watching.presences.items())},
        "pending": [pending.command.client_id for pending in session.outbox],
    }


def _plain(value: Json) -> Json:
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case str():
            with_milliseconds = value[:-1] + ".000Z" if _WHOLE_SECONDS.match(value) else value
            return _MICROSECONDS.sub(r"\1", with_milliseconds)
        case _:
            return value
