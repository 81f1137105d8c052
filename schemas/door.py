"""The door: a client's frame becomes a command, or a refusal that never enters the log. Pure.

Facts from outside the conversation come in as arguments; membership is not one of them (DESIGN, section 2).
"""

from dataclasses import dataclass

import msgspec

from schemas import bodies, commands, frames
from schemas.ids import direct_conversation_id
from schemas.parsing import ADDRESS, MalformedFrame
from schemas.reasons import Reason
from schemas.sealing import DataKey


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, from which device, with which key, and where the answer goes."""

    user_id: str
    device_id: str
    key: DataKey
    origin: commands.Origin


def conversation_of(frame: frames.SendMessage, user_id: str, direct_secret: bytes) -> str:
    """The conversation that a frame is for. Raises MalformedFrame unless it names exactly one."""
    if (frame.conversation_id is None) == (frame.to_user_id is None):
        raise MalformedFrame(ADDRESS, frame.client_id)
    if frame.to_user_id is not None:
        return direct_conversation_id(direct_secret, user_id, frame.to_user_id)
    assert frame.conversation_id is not None
    return frame.conversation_id


def refusal(frame: frames.SendMessage, user_id: str, *, is_user_known: bool) -> Reason | None:
    """The reason why the door refuses this message, or None."""
    if frame.to_user_id == user_id:
        return "not-allowed"
    if not is_user_known:
        return "unknown-user"
    return bodies.refusal(frame.body)


def send_message(frame: frames.SendMessage, conversation_id: str, actor: Actor) -> commands.SendMessage:
    """The command of an accepted frame, its body sealed."""
    return commands.SendMessage(
        conversation_id=conversation_id,
        actor_id=actor.user_id,
        device_id=actor.device_id,
        origin=actor.origin,
        client_id=frame.client_id,
        body=actor.key.seal(
            frame.body, conversation_id=conversation_id, sender_id=actor.user_id, client_id=frame.client_id
        ),
        digest=actor.key.digest(_content(frame)),
        to_user_id=frame.to_user_id,
        reply_to=frame.reply_to,
        mentions=frame.mentions,
    )


def _content(frame: frames.SendMessage) -> bytes:
    """What a repeat must have in common with the first: all that the author wrote."""
    return msgspec.json.encode((frame.body, frame.reply_to, frame.mentions))


def refused(frame: frames.SendMessage, conversation_id: str | None, reason: Reason) -> bytes:
    """The frame that tells the client so."""
    return frames.encode(
        frames.CommandRefused(conversation_id, frame.client_id, "SendMessage", reason, DETAILS.get(reason, ""))
    )


DETAILS: dict[Reason, str] = {
    "not-allowed": "a message to oneself is not allowed",
    "unknown-user": "there is no such user",
    "empty": "the text is empty",
    "too-long": f"at most {bodies.TEXT_CHARACTERS_MAX} characters",
    "media-not-ready": "there is no such media of yours that is ready",
}
