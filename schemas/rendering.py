"""Events to frames: what a person's device is shown of an event. Pure; opening the body is the caller's."""

import msgspec
from msgspec import UNSET, Raw

from schemas import frames
from schemas.events import CommandRefused, MessageSent


def message_sent(event: MessageSent, body: bytes | None, *, to_author: bool) -> bytes:
    """The live frame; `body` is the plain body's JSON, None where its author was erased."""
    return frames.encode(_message_sent(event, body, to_author=to_author))


def message_in_timeline(event: MessageSent, body: bytes | None, *, to_author: bool) -> Raw:
    """The same in a timeline page, in CaughtUp, and as a head message: with what became of it since."""
    frame = msgspec.structs.replace(
        _message_sent(event, body, to_author=to_author), edited_at=None, is_deleted=False, reactions=()
    )
    return Raw(frames.encode(frame))


def command_refused(event: CommandRefused) -> bytes:
    return frames.encode(
        frames.CommandRefused(event.conversation_id, event.client_id, event.command, event.reason, event.detail)
    )


def _message_sent(event: MessageSent, body: bytes | None, *, to_author: bool) -> frames.MessageSent:
    return frames.MessageSent(
        conversation_id=event.conversation_id,
        seq=event.seq,
        at=event.at,
        actor_id=event.actor_id,
        message_id=event.message_id,
        message_number=event.message_number,
        sender_id=event.actor_id,
        body=None if body is None else Raw(body),
        reply_to=event.reply_to,
        mentions=event.mentions,
        sent_at=event.at,
        client_id=event.client_id if to_author else UNSET,
        member_ids=UNSET if event.member_ids is None else event.member_ids,
    )
