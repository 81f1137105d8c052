"""What the door refuses: all that can be seen without knowing the conversation."""

from collections.abc import Mapping

from msgspec import UnsetType

from schemas import bodies, frames
from schemas.door.facts import Facts, needs
from schemas.graphemes import is_one_grapheme
from schemas.reasons import Reason

NAME_CHARACTERS_MAX = 100
DESCRIPTION_CHARACTERS_MAX = 2_048
MEMBERS_MAX = 100


def refusal(frame: frames.AnyKeyedFrame, user_id: str, facts: Facts) -> Reason | None:
    """The reason why the door refuses this frame of `user_id`, or None."""
    if not facts.are_users_known:
        return "unknown-user"
    return _of_kind(frame, user_id, facts) or _media(frame, facts)


def _media(frame: frames.AnyKeyedFrame, facts: Facts) -> Reason | None:
    asked = needs(frame)
    return "media-not-ready" if (asked.media_id or asked.avatar_id) and not facts.is_media_ready else None


def _of_kind(frame: frames.AnyKeyedFrame, user_id: str, facts: Facts) -> Reason | None:
    match frame:
        case frames.SendMessage():
            return "not-allowed" if frame.to_user_id == user_id else bodies.refusal(frame.body)
        case frames.EditMessage():
            return bodies.refusal(frame.body) or (None if facts.target else "not-found")
        case frames.DeleteMessage():
            return None if facts.target else "not-found"
        case frames.SetReaction():
            return _emoji(frame.emoji) or (None if facts.target else "not-found")
        case frames.CreateGroup():
            return _text(frame.name, NAME_CHARACTERS_MAX) or _members({user_id, *frame.member_ids})
        case frames.AddMembers():
            return _members(set(frame.member_ids))
        case frames.ChangeGroupSettings():
            return _settings(frame)
        case _:
            return None


def _emoji(emoji: str | None) -> Reason | None:
    if emoji is None:
        return None
    if not emoji:
        return "empty"
    return None if is_one_grapheme(emoji) else "too-long"


def _text(text: str, characters_max: int) -> Reason | None:
    if not text:
        return "empty"
    return "too-long" if len(text) > characters_max else None


def _members(user_ids: set[str]) -> Reason | None:
    if not user_ids:
        return "empty"
    return "too-many-members" if len(user_ids) > MEMBERS_MAX else None


def _settings(frame: frames.ChangeGroupSettings) -> Reason | None:
    changes = (frame.name, frame.description, frame.avatar_media_id, frame.who_can_send, frame.who_can_add)
    if all(isinstance(one, UnsetType) for one in changes):
        return "empty"
    if not isinstance(frame.description, UnsetType) and len(frame.description) > DESCRIPTION_CHARACTERS_MAX:
        return "too-long"
    return None if isinstance(frame.name, UnsetType) else _text(frame.name, NAME_CHARACTERS_MAX)


def refused(frame: frames.ClientFrame, reason: Reason, conversation_id: str | None = None) -> bytes:
    """The frame that tells the client so."""
    client_id = frame.client_id if isinstance(frame, frames.KeyedFrame) else None
    command = type(frame).__name__
    return frames.encode(frames.CommandRefused(conversation_id, client_id, command, reason, DETAILS.get(reason, "")))


DETAILS: Mapping[Reason, str] = {
    "not-allowed": "a message to oneself is not allowed",
    "unknown-user": "there is no such user",
    "not-found": "the conversation has no such message",
    "empty": "there is nothing in it",
    "too-long": (
        f"a text has at most {bodies.TEXT_CHARACTERS_MAX} characters, a name {NAME_CHARACTERS_MAX},"
        f" a description {DESCRIPTION_CHARACTERS_MAX}, a reaction one grapheme"
    ),
    "too-many": f"at most {frames.SUBSCRIPTIONS_MAX} people at a time",
    "too-many-members": f"a group has at most {MEMBERS_MAX} members",
    "media-not-ready": "there is no such media of yours that is ready",
}
