"""Who is told of a message, and when; what was read, and which devices stop showing it. Pure.

Nobody is told of their own message, nor where they have left or either of two blocks the other, or have muted it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from infra.stores.memberships import Roster
from infra.stores.push_tokens import Target
from schemas.events import AnyEvent, MessageSent, ReadAdvanced
from schemas.ids import push_request_id
from schemas.notifications import Provider, PushRequested
from schemas.outbound import Connections
from schemas.times import milliseconds, timestamp
from streams.notification.waiting import Wait


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings that decide, in milliseconds."""

    deadline_ms: float
    settle_ms: float
    expiry_ms: float
    with_text: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch was looked up for: devices with a token by user, live connections, and who has muted what."""

    targets: Mapping[str, list[Target]]
    connections: Mapping[str, Connections]
    muted: frozenset[tuple[str, str]]


def candidates(event: MessageSent, roster: Roster | None, now_ms: float, terms: Terms) -> list[str]:
    """The users who may be told of a message; nobody of one that is too old."""
    if roster is None or roster.blocker_ids or milliseconds(event.at) + terms.expiry_ms <= now_ms:
        return []
    present = set(roster.present())
    return [one for one in roster.recipients(event.seq) if one != event.actor_id and one in present]


def waits(
    event: MessageSent, users: Iterable[str], known: Known, *, now_ms: float, terms: Terms, done: Callable[[], None]
) -> Iterator[Wait]:
    """The devices that are told, each with when. One without a live connection at once, but after a standstill only
    when so much of what follows was read; one that is connected, when it has not acknowledged in time."""
    at_ms = milliseconds(event.at)
    is_late = now_ms - at_ms > terms.deadline_ms
    for user_id in users:
        if (user_id, event.conversation_id) in known.muted:
            continue
        for target in known.targets.get(user_id, ()):
            is_connected = target.device_id in live_devices(known.connections.get(user_id))
            due_ms = now_ms
            if is_connected:
                due_ms = max(at_ms + terms.deadline_ms, now_ms + terms.settle_ms)
            elif is_late:
                due_ms = now_ms + terms.settle_ms
            yield Wait(event, user_id, target.device_id, target.provider, due_ms, is_connected, done)


def live_devices(connections: Connections | None) -> frozenset[str]:
    """A silent connection is not live: its phone sleeps."""
    found = connections.connections if connections else ()
    return frozenset(one.device_id for one in found if not one.is_silent)


def requested(wait: Wait, terms: Terms) -> PushRequested:
    """The request: a function of the device and the message alone, whoever decides it how often."""
    message = wait.message
    return PushRequested(
        request_id=push_request_id(wait.device_id, message.message_id, "message"),
        user_id=wait.user_id,
        device_id=wait.device_id,
        provider=wait.provider,
        conversation_id=message.conversation_id,
        seq=message.seq,
        kind="message",
        at=message.at,
        expires_at=timestamp(round(milliseconds(message.at) + terms.expiry_ms)),
        message_id=message.message_id,
        sender_id=message.actor_id,
        client_id=message.client_id if terms.with_text else None,
        body=message.body if terms.with_text else None,
    )


@dataclass(frozen=True, slots=True)
class Read:
    """A member has read up to `seq`, on the device of a connection."""

    user_id: str
    conversation_id: str
    seq: int
    at: str
    connection: str


def read(event: AnyEvent) -> Read | None:
    """What an event says was read: sending implies having read what came before."""
    match event:
        case ReadAdvanced():
            return Read(event.actor_id, event.conversation_id, event.to_seq, event.at, event.origin.connection)
        case MessageSent() if event.read_from_seq < event.seq - 1:
            return Read(event.actor_id, event.conversation_id, event.seq - 1, event.at, event.origin.connection)
        case _:
            return None


def reader(one: Read, connections: Connections | None) -> str | None:
    """The device on which it was read, if the cache still knows: it needs no push to know that."""
    found = connections.connections if connections else ()
    return next((other.device_id for other in found if other.connection == one.connection), None)


def cleared(one: Read, device_id: str, provider: Provider, terms: Terms) -> PushRequested:
    return PushRequested(
        request_id=push_request_id(device_id, f"{one.conversation_id}/{one.seq}", "clear"),
        user_id=one.user_id,
        device_id=device_id,
        provider=provider,
        conversation_id=one.conversation_id,
        seq=one.seq,
        kind="clear",
        at=one.at,
        expires_at=timestamp(round(milliseconds(one.at) + terms.expiry_ms)),
    )
