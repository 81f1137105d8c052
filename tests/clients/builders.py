"""Frames as the server would send them, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from clients.python.decoding import decode, decode_events
from clients.python.frames import (
    AnyFrame,
    AnyTimelineEvent,
    Body,
    CaughtUp,
    ConversationSummary,
    DeliveredAdvanced,
    GroupCreated,
    Member,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    ReactionSet,
    ReadAdvanced,
    RoleChanged,
    Settings,
    Snapshot,
    Synced,
    Watermark,
    Welcome,
)

ALICE = "a11ce000-0000-7000-8000-000000000001"
BOB = "b0b00000-0000-7000-8000-000000000002"
CAROL = "ca401000-0000-7000-8000-000000000005"
CONVERSATION = "c0000000-0000-7000-8000-000000000003"
GROUP = "c0000000-0000-7000-8000-000000000004"
EPOCH = "epoch-1"
START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def at(seq: int) -> datetime:
    return START + timedelta(seconds=seq)


def wire(frame: AnyFrame) -> str:
    """The frame's text."""
    return msgspec.json.encode(frame).decode()


def reread(frame: AnyFrame) -> AnyFrame:
    """The frame after a way over the wire."""
    return decode(wire(frame))


def welcome(*, epoch: str = EPOCH, heartbeat_seconds: float = 1.0) -> Welcome:
    return Welcome(
        connection_id="connection-1",
        user_id=ALICE,
        device_id="device-1",
        epoch=epoch,
        heartbeat_seconds=heartbeat_seconds,
        presence_threshold_seconds=3.0,
        server_time=START,
    )


def message(
    seq: int,
    *,
    sender: str = BOB,
    client_id: str | None = None,
    conversation_id: str = CONVERSATION,
    text: str = "",
    reply_to: object = None,
) -> MessageSent:
    return MessageSent(
        conversation_id=conversation_id,
        seq=seq,
        at=at(seq),
        actor_id=sender,
        client_id=client_id,
        message_id=f"message-{seq}",
        message_number=seq,
        sender_id=sender,
        body=Body(kind="text", text=text or f"text {seq}"),
        reply_to=str(reply_to) if reply_to else None,
        sent_at=at(seq),
        member_ids=(ALICE, BOB) if seq == 1 else None,
    )


def messages(first: int, last: int) -> tuple[MessageSent, ...]:
    return tuple(message(seq) for seq in range(first, last + 1))


def edited(seq: int, of_seq: int, text: str, *, actor: str = BOB) -> MessageEdited:
    return MessageEdited(
        conversation_id=CONVERSATION,
        seq=seq,
        at=at(seq),
        actor_id=actor,
        message_id=f"message-{of_seq}",
        body=Body(kind="text", text=text),
    )


def deleted(seq: int, of_seq: int, *, actor: str = BOB) -> MessageDeleted:
    return MessageDeleted(
        conversation_id=CONVERSATION, seq=seq, at=at(seq), actor_id=actor, message_id=f"message-{of_seq}"
    )


def reacted(seq: int, of_seq: int, emoji: str | None, *, user: str = BOB) -> ReactionSet:
    return ReactionSet(
        conversation_id=CONVERSATION,
        seq=seq,
        at=at(seq),
        actor_id=user,
        message_id=f"message-{of_seq}",
        user_id=user,
        emoji=emoji,
    )


def created(*user_ids: str, seq: int = 1, name: str = "Trip") -> GroupCreated:
    """By the first of them."""
    return GroupCreated(
        conversation_id=CONVERSATION,
        seq=seq,
        at=at(seq),
        actor_id=user_ids[0],
        name=name,
        member_ids=user_ids,
    )


def removed(seq: int, user_id: str = ALICE, *, actor: str = BOB, promoted: str | None = None) -> MemberRemoved:
    return MemberRemoved(
        conversation_id=CONVERSATION,
        seq=seq,
        at=at(seq),
        actor_id=actor,
        user_id=user_id,
        promoted_user_id=promoted,
    )


def added(seq: int, user_id: str = ALICE) -> MembersAdded:
    return MembersAdded(conversation_id=CONVERSATION, seq=seq, at=at(seq), actor_id=BOB, member_ids=(user_id,))


def role_changed(seq: int, user_id: str, role: str) -> RoleChanged:
    return RoleChanged(conversation_id=CONVERSATION, seq=seq, at=at(seq), actor_id=BOB, user_id=user_id, role=role)


def delivered(to_seq: int, user_id: str = BOB) -> DeliveredAdvanced:
    return DeliveredAdvanced(conversation_id=CONVERSATION, user_id=user_id, from_seq=0, to_seq=to_seq, at=START)


def read(to_seq: int, user_id: str = BOB) -> ReadAdvanced:
    return ReadAdvanced(conversation_id=CONVERSATION, user_id=user_id, from_seq=0, to_seq=to_seq, at=START)


def member(
    user_id: str, role: str = "member", *, joined_seq: int = 1, delivered_seq: int = 0, read_seq: int = 0
) -> Member:
    return Member(user_id=user_id, role=role, joined_seq=joined_seq, delivered_seq=delivered_seq, read_seq=read_seq)


def described(summary: ConversationSummary, *members: Member) -> ConversationSummary:
    """As the API shows one conversation: with all members, and a group's settings."""
    settings = Settings() if summary.kind == "group" else None
    return replace(summary, members=members, settings=settings)


def event_of(frame: dict[str, object], *, seq: int, actor_id: str) -> AnyTimelineEvent:
    """The event that a command about a conversation becomes."""
    names = {
        "EditMessage": "MessageEdited",
        "DeleteMessage": "MessageDeleted",
        "SetReaction": "ReactionSet",
        "AddMembers": "MembersAdded",
        "RemoveMember": "MemberRemoved",
        "LeaveGroup": "MemberRemoved",
        "ChangeRole": "RoleChanged",
        "ChangeGroupSettings": "GroupSettingsChanged",
    }
    common = {"type": names[str(frame["type"])], "seq": seq, "at": at(seq), "actor_id": actor_id}
    return decode_events([msgspec.Raw(msgspec.json.encode({"user_id": actor_id, **frame, **common}))])[0]


def row(head_seq: int, *, conversation_id: str = CONVERSATION, unread: int = 0) -> ConversationSummary:
    return ConversationSummary(
        conversation_id=conversation_id,
        kind="direct",
        members=(ALICE, BOB),
        head_seq=head_seq,
        head_message=message(head_seq, conversation_id=conversation_id) if head_seq else None,
        delivered_seq=head_seq,
        read_seq=head_seq - unread,
        unread=unread,
        role="member",
    )


def snapshot(*rows: ConversationSummary) -> Snapshot:
    return Snapshot(conversations=rows)


def group_row(head_seq: int, *, role: str | None = "member", unread: int = 0) -> ConversationSummary:
    return replace(row(head_seq, unread=unread), kind="group", name="Trip", members=None, role=role)


def caught_up(*events: AnyTimelineEvent, head_seq: int, watermarks: tuple[Watermark, ...] = ()) -> CaughtUp:
    return CaughtUp(conversation_id=CONVERSATION, events=events, watermarks=watermarks, head_seq=head_seq)


def synced(*, recovered: bool) -> Synced:
    return Synced(recovered=recovered)
