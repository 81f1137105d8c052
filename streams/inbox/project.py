"""Events to writes of the inbox. Pure. Within a micro-batch only the last head of a conversation is written.

`heads` is how far the view has come: what lies at or before it was folded, or is the second record of its seq.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from infra.stores import inbox_writes as rows
from infra.stores.inbox_writes import Change, Head, InboxWrites, Reached, Silent
from schemas.bodies import SealedText
from schemas.events import (
    AnyEvent,
    AnyTimelineEvent,
    BlockSet,
    DeliveredAdvanced,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    ReactionSet,
    ReadAdvanced,
    RoleChanged,
    TimelineEvent,
)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its value as it stands in the log."""

    event: AnyEvent
    value: bytes


def project(logged: Sequence[Logged], heads: Mapping[str, int]) -> InboxWrites:
    """The writes of a micro-batch, in any number of partitions."""
    writes = InboxWrites()
    new_heads: dict[str, Head] = {}
    reached: dict[tuple[str, str], Reached] = {}
    advances: dict[str, str] = {}
    for one in logged:
        event = one.event
        if isinstance(event, TimelineEvent):
            before = new_heads.get(event.conversation_id)
            if event.seq <= (before.seq if before else heads.get(event.conversation_id, 0)):
                continue
            new_heads[event.conversation_id] = _head(event, one.value, before)
            writes.changes += _changes(event, one.value)
            if not isinstance(event, MessageSent):
                writes.silent.append(Silent(event.conversation_id, event.seq))
        elif isinstance(event, BlockSet):
            writes.blocks.append(_block(event))
        if further := _reached(event):
            key = (further.conversation_id, further.user_id)
            reached[key] = _further(reached.get(key), further)
        if isinstance(event, DeliveredAdvanced | ReadAdvanced) or _has_read_by_sending(event):
            # Not the last one's: after a change of brokers a later record may bear an earlier time.
            advances[event.conversation_id] = max(event.at, advances.get(event.conversation_id, ""))
    writes.heads = list(new_heads.values())
    writes.reached = list(reached.values())
    writes.advances = [rows.Advance(*item) for item in advances.items()]
    writes.blocks = list({(one.blocker_id, one.blocked_id): one for one in writes.blocks}.values())
    return writes


def _head(event: TimelineEvent, value: bytes, before: Head | None) -> Head:
    if isinstance(event, MessageSent):
        return Head(event.conversation_id, _kind(event, before), event.seq, event.at, event.seq, value)
    last = (before.message_seq, before.message) if before else (None, None)
    return Head(event.conversation_id, _kind(event, before), event.seq, event.at, *last)


def _kind(event: TimelineEvent, before: Head | None) -> str:
    """Only a conversation's first event says what it is; later ones do not change the row's kind."""
    if before:
        return before.kind
    return "group" if isinstance(event, GroupCreated) else "direct"


def _changes(event: TimelineEvent, value: bytes) -> list[Change]:
    id_ = event.conversation_id
    match event:
        case MessageSent(member_ids=tuple(member_ids)):
            return [rows.Joined(id_, event.seq, list(member_ids))]
        case GroupCreated():
            return [
                rows.Joined(id_, event.seq, list(event.member_ids)),
                rows.RoleSet(id_, event.actor_id, "admin"),
                rows.SettingsSet(id_, name=event.name.sealed),
            ]
        case MembersAdded():
            return [rows.Joined(id_, event.seq, list(event.member_ids))]
        case MemberRemoved():
            left = rows.Left(id_, event.seq, event.at, event.user_id)
            return [left, rows.RoleSet(id_, event.promoted_user_id, "admin")] if event.promoted_user_id else [left]
        case RoleChanged():
            return [rows.RoleSet(id_, event.user_id, event.role)]
        case GroupSettingsChanged():
            return [_settings(event)]
        case MessageEdited():
            return [rows.Edited(id_, event.message_seq, event.seq, value)]
        case MessageDeleted():
            return [rows.Deleted(id_, event.message_seq)]
        case ReactionSet():
            return [rows.Reacted(id_, event.message_seq, event.actor_id, event.emoji)]
        case _:
            return []


def _settings(event: GroupSettingsChanged) -> rows.SettingsSet:
    return rows.SettingsSet(
        event.conversation_id,
        name=event.name.sealed if isinstance(event.name, SealedText) else None,
        description=event.description.sealed if isinstance(event.description, SealedText) else None,
        avatar=None if event.avatar_media_id is UNSET else (event.avatar_media_id,),
        who_can_send=None if event.who_can_send is UNSET else str(event.who_can_send),
        who_can_add=None if event.who_can_add is UNSET else str(event.who_can_add),
    )


def _block(event: BlockSet) -> rows.Block:
    return rows.Block(event.actor_id, event.user_id, event.conversation_id, event.is_blocked, event.command_offset)


def _reached(event: AnyEvent | AnyTimelineEvent) -> Reached | None:
    """How far an event brings its actor. Making a group is having read its first event."""
    id_, user_id = event.conversation_id, event.actor_id
    match event:
        case MessageSent():
            return Reached(id_, user_id, event.seq, 0 if event.is_private else event.seq, event.seq)
        case GroupCreated():
            return Reached(id_, user_id, event.seq, event.seq, event.seq)
        case DeliveredAdvanced():
            return Reached(id_, user_id, delivered_seq=event.to_seq)
        case ReadAdvanced():
            return Reached(id_, user_id, event.to_seq, 0 if event.is_private else event.to_seq, event.to_seq)
        case _:
            return None


def _further(one: Reached | None, other: Reached) -> Reached:
    if one is None:
        return other
    return Reached(
        one.conversation_id,
        one.user_id,
        max(one.read_seq, other.read_seq),
        max(one.shown_read_seq, other.shown_read_seq),
        max(one.delivered_seq, other.delivered_seq),
    )


def _has_read_by_sending(event: AnyEvent) -> bool:
    return isinstance(event, MessageSent) and event.read_from_seq < event.seq - 1
