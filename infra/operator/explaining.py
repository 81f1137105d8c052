"""Gathers a message's whole story: its command and event, what followed in the log, and the rows that views hold."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from infra.operator.live_rows import LiveRows
from infra.operator.running import Failed
from infra.operator.story import Step, place_of, steps
from infra.stores.log_reading import LogReader, Record, Span
from infra.stores.receipts import Passed
from infra.stores.timeline import TimelineRow, bucket_of
from schemas import topics
from schemas.codec import Undecodable, decode_event
from schemas.events import MessageSent
from schemas.ids import command_place, message_milliseconds
from schemas.times import milliseconds, timestamp
from streams.archive.form import archived_form


class Row(Struct, frozen=True):
    """A row of a view about the message, and whether it is as the log says."""

    view: str
    what: str
    agrees: bool


class Story(Struct, frozen=True):
    """`steps` by the log's time, as `at, milliseconds since it was sent, place, what, who`."""

    message_id: str
    conversation_id: str
    seq: int
    sender_id: str
    sent_at: str
    recipients: tuple[str, ...]
    steps: tuple["Told", ...]
    rows: tuple[Row, ...]


class Told(Struct, frozen=True):
    at: str
    after_ms: int
    place: str
    what: str
    who: str


async def explain(message_id: str, reader: LogReader, views: LiveRows) -> Story:
    """Raises Failed where the log has no such message, StoreUnavailable."""
    sent_ms = message_milliseconds(message_id)
    partition, offset = command_place(message_id)
    if partition >= topics.CONVERSATION_EVENTS.partitions:
        raise Failed(f"{message_id} is not the id of a message")
    (span,) = reader.spans(topics.CONVERSATION_EVENTS, partitions=[partition], since_ms=sent_ms)
    record, message = _event(message_id, reader, span)
    later, sent_key = Span(span.topic, partition, record.offset + 1, span.end), record.key
    told = [
        *_command(reader, partition, offset),
        Step(record.at_ms, place_of(record), f"in the log as seq {message.seq}", message.actor_id),
        *_afterwards(message, reader.read([later], lambda key, _: key == sent_key)),
    ]
    recipients, rows = await _rows(message, record, views)
    return Story(
        message_id=message_id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        sender_id=message.actor_id,
        sent_at=message.at,
        recipients=recipients,
        steps=tuple(_told(step, milliseconds(message.at)) for step in told),
        rows=rows,
    )


def _event(message_id: str, reader: LogReader, span: Span) -> tuple[Record, MessageSent]:
    wanted = message_id.encode()
    for record in reader.read([span], lambda _, value: wanted in value):
        event = decode_event(record.value)
        if isinstance(event, MessageSent) and event.message_id == message_id:
            return record, event
    raise Failed(f"the log has no message {message_id}")


def _command(reader: LogReader, partition: int, offset: int) -> Iterator[Step]:
    topic = topics.CONVERSATION_COMMANDS.name
    record = reader.one(topic, partition, offset)
    if record is None:
        yield Step(0, f"{topic}/{partition}@{offset}", "its command is no longer kept", "")
    else:
        yield Step(record.at_ms, place_of(record), "commanded", "")


def _afterwards(message: MessageSent, records: Iterator[Record]) -> Iterator[Step]:
    for record in records:
        try:
            yield from steps(message, record, decode_event(record.value))
        except Undecodable as broken:
            yield Step(record.at_ms, place_of(record), f"a record that cannot be read: {broken}", "")


async def _rows(message: MessageSent, record: Record, views: LiveRows) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    conversation_id, seq = message.conversation_id, message.seq
    rosters = await views.memberships.load([conversation_id])
    roster = rosters.get(conversation_id)
    recipients = tuple(roster.recipients(seq)) if roster else ()
    rows = [Row("memberships", f"{len(recipients)} members saw seq {seq}", message.actor_id in recipients)]
    found = await views.timeline.read(conversation_id, seq, seq)
    rows.append(_timeline_row(record, seq, found[0] if found else None))
    passed = await views.receipts.passed(conversation_id, [one for one in recipients if one != message.actor_id], seq)
    rows += [Row("receipts", f"{user_id}: {_times(one)}", agrees=True) for user_id, one in passed.items()]
    return recipients, tuple(rows)


def _timeline_row(record: Record, seq: int, row: TimelineRow | None) -> Row:
    if row is None:
        return Row("timeline", f"no row at seq {seq}", agrees=False)
    state = [f"bucket {bucket_of(seq)}, seq {seq}"]
    state += [f"{len(row.edits)} edits"] if row.edits else []
    state += [f"deleted by seq {row.deleted_seq}"] if row.deleted_seq else []
    state += [f"{len(row.reactions)} reactions set"] if row.reactions else []
    return Row("timeline", ", ".join(state), _is_as_logged(row, record))


def _is_as_logged(row: TimelineRow, record: Record) -> bool:
    """The archive keeps no body of a message that was deleted: then both are compared without it."""
    logged = replace(row, event=record.value)
    return row == logged or (row.deleted_seq is not None and archived_form([row]) == archived_form([logged]))


def _times(passed: Passed) -> str:
    delivered, read = (None if at is None else timestamp(at) for at in (passed.delivered_at_ms, passed.read_at_ms))
    return f"delivered {delivered or 'not yet'}, read {read or 'not yet, or privately'}"


def _told(step: Step, sent_ms: int) -> Told:
    at = timestamp(step.at_ms) if step.at_ms else ""
    return Told(at, step.at_ms - sent_ms if step.at_ms else 0, step.place, step.what, step.who)
