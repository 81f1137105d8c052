"""What the door must know to judge a frame and to make a command of it."""

from dataclasses import dataclass

from schemas import commands, frames
from schemas.bodies import media_id
from schemas.ids import direct_conversation_id, group_conversation_id
from schemas.parsing import ADDRESS, MalformedFrame
from schemas.sealing import ConversationKey, DataKey


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, from which device, with which key, and where the answer goes."""

    user_id: str
    device_id: str
    key: DataKey
    origin: commands.Origin


@dataclass(frozen=True, slots=True)
class Needs:
    """`user_ids` must exist, `message_id` must be a message of the conversation; `privacy`: whether the read that the
    frame implies is private; `key`: the conversation's own, for texts about it; `media_id` must be ready and the
    sender's, or have been sent to them; `avatar_id` must be a ready image of their own."""

    user_ids: tuple[str, ...] = ()
    message_id: str | None = None
    privacy: bool = False
    key: bool = False
    media_id: str | None = None
    avatar_id: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`target` is None where there is no such message; `conversation_key` seals a group's texts."""

    are_users_known: bool = True
    target: commands.Target | None = None
    is_private: bool = False
    conversation_key: ConversationKey | None = None
    is_media_ready: bool = False


def conversation_of(frame: frames.AnyKeyedFrame, user_id: str, direct_secret: bytes) -> str:
    """The conversation that a frame is for. Raises MalformedFrame unless it names exactly one."""
    match frame:
        case frames.CreateGroup():
            return group_conversation_id(user_id, frame.client_id)
        case frames.SendMessage(to_user_id=str(to_user_id), conversation_id=None):
            return direct_conversation_id(direct_secret, user_id, to_user_id)
        case frames.SendMessage(to_user_id=None, conversation_id=None) | frames.SendMessage(to_user_id=str()):
            raise MalformedFrame(ADDRESS, frame.client_id)
    assert frame.conversation_id is not None
    return frame.conversation_id


def needs(frame: frames.AnyKeyedFrame) -> Needs:
    match frame:
        case frames.SendMessage():
            user_ids = (frame.to_user_id,) if frame.to_user_id else ()
            return Needs(user_ids, privacy=True, media_id=media_id(frame.body))
        case frames.CreateGroup():
            return Needs(frame.member_ids, key=True)
        case frames.AddMembers():
            return Needs(frame.member_ids)
        case frames.ChangeGroupSettings():
            return Needs(key=True, avatar_id=frame.avatar_media_id or None)
        case frames.EditMessage():
            return Needs(message_id=frame.message_id, media_id=media_id(frame.body))
        case frames.DeleteMessage() | frames.SetReaction():
            return Needs(message_id=frame.message_id)
        case _:
            return Needs()
