"""Example values of the house's language, with everything that a test does not care about filled in."""

from collections.abc import Sequence

from schemas import codec, commands, events, frames, presence
from schemas.bodies import Body, SealedBody, Text
from schemas.commands import Origin
from schemas.ids import message_id
from schemas.outbound import Connection
from schemas.sealing import DataKey
from schemas.times import timestamp
from streams.conversation.decide import Place
from streams.runtime.records import Record

ALICE = "a11ce000-0000-4000-8000-000000000001"
BOB = "b0b00000-0000-4000-8000-000000000002"
CAROL = "ca401000-0000-4000-8000-000000000003"
PHONE = "d0000000-0000-4000-8000-000000000001"
LAPTOP = "d0000000-0000-4000-8000-000000000002"
CONVERSATION = "c0000000-0000-8000-8000-000000000001"
OTHER_CONVERSATION = "c0000000-0000-8000-8000-000000000002"
ORIGIN = Origin("gateway-1", "1a2b3c", "connection-1")
MASTER_KEY = bytes(range(32))
KEY = DataKey(bytes(range(32, 64)))
START_MS = 1_795_525_200_000  # 2026-11-24T13:00:00Z
SEALED = SealedBody("text", 29, b"nonce-of-12b" + b"ciphertext")


def at(offset: int = 0, at_ms: int = START_MS, partition: int = 0) -> Place:
    """A command's place in the log."""
    return Place(partition, offset, at_ms)


def send(
    client_id: str = "m1",
    *,
    actor_id: str = ALICE,
    digest: bytes = b"digest",
    to_user_id: str | None = None,
    conversation_id: str = CONVERSATION,
    body: SealedBody = SEALED,
    origin: Origin = ORIGIN,
) -> commands.SendMessage:
    return commands.SendMessage(
        conversation_id=conversation_id,
        actor_id=actor_id,
        device_id=PHONE,
        origin=origin,
        client_id=client_id,
        body=body,
        digest=digest,
        to_user_id=to_user_id,
    )


def sent(
    seq: int = 1,
    *,
    actor_id: str = ALICE,
    client_id: str | None = None,
    digest: bytes = b"digest",
    conversation_id: str = CONVERSATION,
    command_offset: int | None = None,
    at_ms: int | None = None,
    origin: Origin = ORIGIN,
    body: SealedBody = SEALED,
) -> events.MessageSent:
    """The message at `seq` of a conversation of Alice and Bob that has nothing but messages, one a second."""
    offset = seq - 1 if command_offset is None else command_offset
    at_ms = START_MS + 1000 * seq if at_ms is None else at_ms
    return events.MessageSent(
        conversation_id=conversation_id,
        command_offset=offset,
        at=timestamp(at_ms),
        actor_id=actor_id,
        origin=origin,
        seq=seq,
        message_number=seq,
        client_id=client_id or f"m{seq}",
        digest=digest,
        message_id=message_id(at_ms, 0, offset),
        body=body,
        member_ids=(ALICE, BOB) if seq == 1 else None,
    )


def refused(*, command_offset: int = 0, conversation_id: str = CONVERSATION) -> events.CommandRefused:
    return events.CommandRefused(
        conversation_id=conversation_id,
        command_offset=command_offset,
        at=timestamp(START_MS),
        actor_id=ALICE,
        origin=ORIGIN,
        client_id="m1",
        command="SendMessage",
        reason="not-a-member",
    )


def repeated(first: events.MessageSent, *, command_offset: int = 9) -> events.CommandRepeated:
    return events.CommandRepeated(
        conversation_id=first.conversation_id,
        command_offset=command_offset,
        at=timestamp(START_MS),
        actor_id=first.actor_id,
        origin=ORIGIN,
        client_id=first.client_id,
        command="SendMessage",
        first=first,
    )


def sealed(body: Body, *, sender_id: str = ALICE, client_id: str = "m1") -> SealedBody:
    return KEY.seal(body, conversation_id=CONVERSATION, sender_id=sender_id, client_id=client_id)


def connected(
    connection: str = "connection-1", *, device_id: str = PHONE, user_id: str = ALICE, at_ms: int = START_MS
) -> presence.DeviceConnected:
    origin = Origin("gateway-1", "1a2b3c", connection)
    return presence.DeviceConnected(
        user_id=user_id, device_id=device_id, origin=origin, at=timestamp(at_ms)
    )


def disconnected(
    connection: str = "connection-1", *, device_id: str = PHONE, user_id: str = ALICE
) -> presence.DeviceDisconnected:
    origin = Origin("gateway-1", "1a2b3c", connection)
    return presence.DeviceDisconnected(
        user_id=user_id, device_id=device_id, origin=origin, at=timestamp(START_MS)
    )


def reachable(
    connection: str, *, device_id: str = PHONE, gateway: str = "gateway-1", incarnation: str = "1a2b3c"
) -> Connection:
    return Connection(device_id, gateway, incarnation, connection, timestamp(START_MS))


def record(
    event: events.AnyEvent,
    offset: int = 0,
    *,
    partition: int = 0,
    headers: Sequence[tuple[str, bytes]] = (),
) -> Record:
    """The record of `conversation.events` that holds an event."""
    key = event.conversation_id.encode()
    at_ms = START_MS
    value = codec.encode(event)
    return Record("conversation.events", partition, offset, at_ms, key, value, headers)


def broken_record(seq: int | None, offset: int = 0) -> Record:
    """A record whose value nobody can read; its headers name its seq, if it has one."""
    headers = [] if seq is None else [("seq", str(seq).encode())]
    key = CONVERSATION.encode()
    return Record("conversation.events", 0, offset, START_MS, key, b'{"type":"MessageSent"}', headers)


def frame(
    text: str = "Hello, Bob!",
    *,
    client_id: str = "m1",
    conversation_id: str | None = CONVERSATION,
    to_user_id: str | None = None,
    mentions: Sequence[str] = (),
) -> frames.SendMessage:
    """What a client sends."""
    return frames.SendMessage(
        client_id=client_id,
        body=Text(text),
        conversation_id=conversation_id,
        to_user_id=to_user_id,
        mentions=tuple(mentions),
    )
