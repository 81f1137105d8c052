"""Frames as the server would send them, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta

import msgspec

from clients.python.decoding import decode
from clients.python.frames import (
    AnyFrame,
    Body,
    CaughtUp,
    ConversationSummary,
    MemberRemoved,
    MembersAdded,
    MessageSent,
    Snapshot,
    Synced,
    Welcome,
)

ALICE = "a11ce000-0000-7000-8000-000000000001"
BOB = "b0b00000-0000-7000-8000-000000000002"
CONVERSATION = "c0000000-0000-7000-8000-000000000003"
EPOCH = "epoch-1"
START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


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
) -> MessageSent:
    at = START + timedelta(seconds=seq)
    return MessageSent(
        conversation_id=conversation_id,
        seq=seq,
        at=at,
        actor_id=sender,
        client_id=client_id,
        message_id=f"message-{seq}",
        message_number=seq,
        sender_id=sender,
        body=Body(kind="text", text=text or f"text {seq}"),
        sent_at=at,
        member_ids=(ALICE, BOB) if seq == 1 else None,
    )


def messages(first: int, last: int) -> tuple[MessageSent, ...]:
    return tuple(message(seq) for seq in range(first, last + 1))


def removed(seq: int, user_id: str = ALICE) -> MemberRemoved:
    return MemberRemoved(conversation_id=CONVERSATION, seq=seq, at=START, actor_id=BOB, user_id=user_id)


def added(seq: int, user_id: str = ALICE) -> MembersAdded:
    return MembersAdded(conversation_id=CONVERSATION, seq=seq, at=START, actor_id=BOB, member_ids=(user_id,))


def row(head_seq: int, *, conversation_id: str = CONVERSATION, unread: int = 0) -> ConversationSummary:
    return ConversationSummary(
        conversation_id=conversation_id,
        kind="direct",
        members=(ALICE, BOB),
        head_seq=head_seq,
        head_message=message(head_seq, conversation_id=conversation_id) if head_seq else None,
        unread=unread,
        role="member",
    )


def snapshot(*rows: ConversationSummary) -> Snapshot:
    return Snapshot(conversations=rows)


def caught_up(*events: MessageSent | MembersAdded | MemberRemoved, head_seq: int) -> CaughtUp:
    return CaughtUp(conversation_id=CONVERSATION, events=events, head_seq=head_seq)


def synced(*, recovered: bool) -> Synced:
    return Synced(recovered=recovered)
