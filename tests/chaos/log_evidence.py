"""What the log says, as evidence: events as their authors are shown them, receipts, and what became of each command."""

from collections.abc import Iterable, Iterator

from clients.python.decoding import decode
from clients.python.events import AnyTimelineEvent, TimelineEvent
from infra.stores.keys import Keys
from infra.stores.views import open_body
from schemas import events, rendering
from schemas.codec import Undecodable, decode_command, decode_dead_letter, decode_event, decode_media
from schemas.commands import AcknowledgeDelivery, AcknowledgeRead
from schemas.dead_letters import DeadLetter
from schemas.media import MediaReady
from streams.runtime.records import Record
from tests.chaos.evidence import Advance, Given, Logged


class Opening:
    """Events as their authors' devices are shown them."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def frame(self, event: events.AnyTimelineEvent) -> AnyTimelineEvent:
        body = None
        # The archive keeps no ciphertext of what was deleted.
        if isinstance(event, events.MessageSent | events.MessageEdited) and event.body.sealed:
            body = open_body(event, await self._keys.key(event.actor_id))
        raw = rendering.live(event, body, self._keys.conversation(event.conversation_id), to_author=True)
        shown = decode(raw)
        assert isinstance(shown, TimelineEvent)
        return shown


async def story(records: Iterable[Record], opened: Opening) -> tuple[tuple[Logged, ...], tuple[Advance, ...]]:
    log: list[Logged] = []
    advances: list[Advance] = []
    for record in records:
        event = decode_event(record.value)
        if isinstance(event, events.DeliveredAdvanced | events.ReadAdvanced):
            advances.append(_advance(record, event))
        elif isinstance(event, events.TimelineEvent):
            readers = event.read_author_ids if isinstance(event, events.MessageSent) and not event.is_private else ()
            frame = await opened.frame(event)
            log.append(Logged(record.partition, record.offset, record.at_ms / 1000, frame, readers))
    return tuple(log), tuple(advances)


def _advance(record: Record, event: events.DeliveredAdvanced | events.ReadAdvanced) -> Advance:
    is_read = isinstance(event, events.ReadAdvanced)
    return Advance(
        conversation_id=event.conversation_id,
        user_id=event.actor_id,
        is_read=is_read,
        from_seq=event.from_seq,
        to_seq=event.to_seq,
        is_private=isinstance(event, events.ReadAdvanced) and event.is_private,
        author_ids=event.author_ids,
        partition=record.partition,
        offset=record.offset,
    )


def given(commands: Iterable[Record], decided: Iterable[Record], letters: Iterable[Record]) -> tuple[Given, ...]:
    at = {(one.partition, decode_event(one.value).command_offset): one.at_ms / 1000 for one in reversed(list(decided))}
    dead = {(one.topic, one.partition, one.offset) for one in _dead(letters)}
    return tuple(
        Given(
            partition=one.partition,
            offset=one.offset,
            needs_event=_needs_event(one.value),
            is_dead=(one.topic, one.partition, one.offset) in dead,
            decided_at=at.get((one.partition, one.offset)),
        )
        for one in commands
    )


def _dead(letters: Iterable[Record]) -> Iterator[DeadLetter]:
    for one in letters:
        letter = decode_dead_letter(one.value)
        if isinstance(letter, DeadLetter):
            yield letter


def _needs_event(value: bytes) -> bool:
    try:
        return not isinstance(decode_command(value), AcknowledgeDelivery | AcknowledgeRead)
    except Undecodable:
        return True


def ready_media(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        event = decode_media(record.value)
        if isinstance(event, MediaReady):
            yield event.media_id
