"""Events to frames: what a person's device is shown of an event. Pure; opening what is sealed is the caller's.

`body` is always the plain body's JSON, None where its author was erased.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from schemas import events, frames
from schemas.bodies import SealedText

Open = Callable[[SealedText], str]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message since, as far as the viewer may know."""

    edited_at: str | None = None
    is_deleted: bool = False
    reactions: Sequence[frames.Reaction] = ()


def live(event: events.AnyTimelineEvent, body: bytes | None, open_text: Open, *, to_author: bool) -> bytes:
    """The frame of an event of the timeline as it is sent while it happens."""
    return frames.encode(_FRAMES[type(event)](event, body, open_text, _common(event, to_author=to_author)))


def in_timeline(
    event: events.AnyTimelineEvent, body: bytes | None, open_text: Open, fate: Fate, *, to_author: bool
) -> Raw:
    """The same in a timeline page, in CaughtUp, and as a head message: a message with what became of it since."""
    frame = _FRAMES[type(event)](event, body, open_text, _common(event, to_author=to_author))
    if isinstance(frame, frames.MessageSent):
        frame = msgspec.structs.replace(
            frame,
            body=None if fate.is_deleted else frame.body,
            edited_at=fate.edited_at,
            is_deleted=fate.is_deleted,
            reactions=tuple(fate.reactions),
        )
    return Raw(frames.encode(frame))


def command_refused(event: events.CommandRefused) -> bytes:
    return frames.encode(
        frames.CommandRefused(event.conversation_id, event.client_id, event.command, event.reason, event.detail)
    )


def block_set(event: events.BlockSet) -> bytes:
    return frames.encode(frames.BlockSet(event.conversation_id, event.user_id, event.is_blocked))


def delivered_advanced(event: events.DeliveredAdvanced | events.ReadAdvanced) -> bytes:
    """Of a read, too: it implies delivery, and a private one shows nothing else."""
    from_seq = event.from_seq if isinstance(event, events.DeliveredAdvanced) else event.delivered_from_seq
    return frames.encode(frames.DeliveredAdvanced(**_advance(event, from_seq, event.to_seq)))


def read_advanced(event: events.ReadAdvanced) -> bytes:
    return frames.encode(frames.ReadAdvanced(**_advance(event, event.from_seq, event.to_seq)))


def read_by_sending(event: events.MessageSent) -> bytes:
    """Sending moves the sender's read position."""
    return frames.encode(frames.ReadAdvanced(**_advance(event, event.read_from_seq, event.seq)))


def _advance(event: events.Event, from_seq: int, to_seq: int) -> dict[str, Any]:
    return {
        "conversation_id": event.conversation_id,
        "user_id": event.actor_id,
        "from_seq": from_seq,
        "to_seq": to_seq,
        "at": event.at,
    }


def _common(event: events.TimelineEvent, *, to_author: bool) -> dict[str, Any]:
    return {
        "conversation_id": event.conversation_id,
        "seq": event.seq,
        "at": event.at,
        "actor_id": event.actor_id,
        "client_id": event.client_id if to_author else UNSET,
    }


def _raw(body: bytes | None) -> Raw | None:
    return None if body is None else Raw(body)


def _opened(text: SealedText | UnsetType, open_text: Open) -> str | UnsetType:
    return UNSET if isinstance(text, UnsetType) else open_text(text)


def _message_sent(event: events.MessageSent, body: bytes | None, _: Open, common: dict[str, Any]) -> frames.MessageSent:
    return frames.MessageSent(
        **common,
        message_id=event.message_id,
        message_number=event.message_number,
        sender_id=event.actor_id,
        body=_raw(body),
        reply_to=event.reply_to,
        mentions=event.mentions,
        sent_at=event.at,
        member_ids=UNSET if event.member_ids is None else event.member_ids,
    )


def _message_edited(
    event: events.MessageEdited, body: bytes | None, _: Open, common: dict[str, Any]
) -> frames.MessageEdited:
    return frames.MessageEdited(**common, message_id=event.message_id, body=_raw(body))


def _message_deleted(
    event: events.MessageDeleted, _: bytes | None, __: Open, common: dict[str, Any]
) -> frames.MessageDeleted:
    return frames.MessageDeleted(**common, message_id=event.message_id)


def _reaction_set(event: events.ReactionSet, _: bytes | None, __: Open, common: dict[str, Any]) -> frames.ReactionSet:
    return frames.ReactionSet(**common, message_id=event.message_id, user_id=event.actor_id, emoji=event.emoji)


def _group_created(
    event: events.GroupCreated, _: bytes | None, open_text: Open, common: dict[str, Any]
) -> frames.GroupCreated:
    return frames.GroupCreated(**common, name=open_text(event.name), member_ids=event.member_ids)


def _members_added(
    event: events.MembersAdded, _: bytes | None, __: Open, common: dict[str, Any]
) -> frames.MembersAdded:
    return frames.MembersAdded(**common, member_ids=event.member_ids)


def _member_removed(
    event: events.MemberRemoved, _: bytes | None, __: Open, common: dict[str, Any]
) -> frames.MemberRemoved:
    promoted = UNSET if event.promoted_user_id is None else event.promoted_user_id
    return frames.MemberRemoved(**common, user_id=event.user_id, promoted_user_id=promoted)


def _role_changed(event: events.RoleChanged, _: bytes | None, __: Open, common: dict[str, Any]) -> frames.RoleChanged:
    return frames.RoleChanged(**common, user_id=event.user_id, role=event.role)


def _group_settings_changed(
    event: events.GroupSettingsChanged, _: bytes | None, open_text: Open, common: dict[str, Any]
) -> frames.GroupSettingsChanged:
    return frames.GroupSettingsChanged(
        **common,
        name=_opened(event.name, open_text),
        description=_opened(event.description, open_text),
        avatar_media_id=event.avatar_media_id,
        who_can_send=event.who_can_send,
        who_can_add=event.who_can_add,
    )


_FRAMES: dict[type, Callable[..., frames.AnyTimelineFrame]] = {
    events.MessageSent: _message_sent,
    events.MessageEdited: _message_edited,
    events.MessageDeleted: _message_deleted,
    events.ReactionSet: _reaction_set,
    events.GroupCreated: _group_created,
    events.MembersAdded: _members_added,
    events.MemberRemoved: _member_removed,
    events.RoleChanged: _role_changed,
    events.GroupSettingsChanged: _group_settings_changed,
}
