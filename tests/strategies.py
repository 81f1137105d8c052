"""Hypothesis strategies: every value of the language, histories of conversations, and hostile bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st

from schemas import accounts, commands, dead_letters, events, frames, presence
from schemas.bodies import Media, SealedBody, Text
from schemas.commands import Origin
from schemas.ids import message_id
from schemas.outbound import Connection, Connections, Item, Kind
from schemas.reasons import Reason
from schemas.times import timestamp
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, ORIGIN, START_MS

# A machine that is busy with other tests is no fault of the example.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")

ids = st.uuids().map(str)
# What JSON can carry: any text but lone surrogates; U+0000 is refused at the door and never comes further.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
client_ids = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=64)
short_bytes = st.binary(max_size=40)
offsets = st.integers(0, (1 << 62) - 1)
seqs = st.integers(1, 1 << 53)
milliseconds = st.integers(0, 32_503_679_999_999)  # to the end of the year 2999
timestamps = milliseconds.map(timestamp)
origins = st.builds(Origin, texts, texts, texts)
reasons = st.sampled_from(Reason.__args__)  # type: ignore[attr-defined]  # a Literal's own
message_ids = st.builds(message_id, milliseconds, st.integers(0, 4095), offsets)

plain_bodies = st.one_of(
    st.builds(Text, st.text(st.characters(exclude_categories=["Cs"]), max_size=200)),
    st.builds(Media, ids, st.none() | texts),
)
sealed_bodies = st.builds(SealedBody, st.sampled_from(["text", "media"]), st.integers(0, 1 << 20), short_bytes)
id_tuples = st.lists(ids, max_size=4).map(tuple)

send_message_commands = st.builds(
    commands.SendMessage,
    conversation_id=ids,
    actor_id=ids,
    device_id=ids,
    origin=origins,
    client_id=client_ids,
    body=sealed_bodies,
    digest=short_bytes,
    to_user_id=st.none() | ids,
    reply_to=st.none() | ids,
    mentions=id_tuples,
)
messages_sent = st.builds(
    events.MessageSent,
    conversation_id=ids,
    command_offset=offsets,
    at=timestamps,
    actor_id=ids,
    origin=origins,
    seq=seqs,
    message_number=seqs,
    client_id=client_ids,
    digest=short_bytes,
    message_id=message_ids,
    body=sealed_bodies,
    reply_to=st.none() | message_ids,
    mentions=id_tuples,
    member_ids=st.none() | st.tuples(ids, ids),
    read_from_seq=st.integers(0, 1 << 53),
)
commands_refused = st.builds(
    events.CommandRefused,
    conversation_id=ids,
    command_offset=offsets,
    at=timestamps,
    actor_id=ids,
    origin=origins,
    client_id=client_ids,
    command=st.just("SendMessage"),
    reason=reasons,
    detail=texts,
)
commands_repeated = st.builds(
    events.CommandRepeated,
    conversation_id=ids,
    command_offset=offsets,
    at=timestamps,
    actor_id=ids,
    origin=origins,
    client_id=client_ids,
    command=st.just("SendMessage"),
    first=messages_sent,
)
any_event = st.one_of(messages_sent, commands_refused, commands_repeated)
any_presence_event = st.one_of(
    st.builds(presence.DeviceConnected, user_id=ids, device_id=ids, origin=origins, at=timestamps),
    st.builds(presence.DeviceDisconnected, user_id=ids, device_id=ids, origin=origins, at=timestamps),
)
any_account_event = st.builds(accounts.AccountCreated, user_id=ids, at=timestamps)
dead = st.builds(
    dead_letters.DeadLetter,
    topic=texts,
    partition=st.integers(0, 4095),
    offset=offsets,
    agent=texts,
    cause=texts,
    at=timestamps,
    key=st.none() | short_bytes,
    value=st.none() | short_bytes,
)
items = st.builds(Item, st.sampled_from(Kind), st.lists(texts, max_size=4).map(tuple), short_bytes)
packed_connections = st.builds(
    Connections,
    st.integers(-1, 1 << 53),
    st.lists(st.builds(Connection, ids, texts, texts, texts, timestamps), max_size=4).map(tuple),
)

send_message_frames = st.builds(
    frames.SendMessage,
    client_id=client_ids,
    body=plain_bodies,
    conversation_id=st.none(),
    to_user_id=ids,
    reply_to=st.none() | ids,
    mentions=id_tuples,
)
hellos = st.builds(
    frames.Hello, texts, st.none() | texts, st.dictionaries(ids, st.integers(0, 1 << 53), max_size=4)
)
client_frames = st.one_of(send_message_frames, hellos, st.builds(frames.Heartbeat))


# ---- commands to one conversation, as any clients at any time might send them

PEOPLE = (ALICE, BOB, CAROL)  # Alice and Bob are its members; Carol never is


@dataclass(frozen=True, slots=True)
class Arrival:
    """A command with its place in the log, and the time by the broker's clock."""

    command: commands.SendMessage
    offset: int
    at_ms: int


@st.composite
def _commands(
    draw: st.DrawFn, client_id_count: int, conversation_ids: Sequence[str]
) -> commands.SendMessage:
    actor_id = draw(st.sampled_from(PEOPLE))
    return commands.SendMessage(
        conversation_id=draw(st.sampled_from(conversation_ids)),
        actor_id=actor_id,
        device_id=actor_id,
        origin=ORIGIN,
        client_id=f"c{draw(st.integers(1, client_id_count))}",
        body=SealedBody("text", 1, draw(st.binary(max_size=2))),
        digest=draw(st.sampled_from([b"one", b"one", b"one", b"other"])),
        to_user_id=draw(st.sampled_from([None, BOB if actor_id == ALICE else ALICE])) if actor_id != CAROL else None,
    )


clocks = st.integers(START_MS - 3, START_MS + 3)  # brokers' clocks jump back


def sent_commands(
    client_id_count: int = 6, conversation_ids: Sequence[str] = (CONVERSATION,)
) -> st.SearchStrategy[commands.SendMessage]:
    """Commands of which some repeat others, some contradict others, and some may not be given."""
    return _commands(client_id_count, conversation_ids)


@st.composite
def arrivals(draw: st.DrawFn, *, max_size: int = 30, is_one_writer: bool = True) -> list[Arrival]:
    """Commands of one conversation as decided: in the order of the log, unless two writers interleaved."""
    some = draw(st.lists(st.tuples(sent_commands(), clocks), max_size=max_size))
    order = range(len(some)) if is_one_writer else draw(st.permutations(range(len(some))))
    return [Arrival(command, offset, at_ms) for offset, (command, at_ms) in zip(order, some, strict=True)]


# ---- whatever may come over a socket

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)

pauses = st.lists(st.floats(0, 3), max_size=80)  # in seconds, of a clock that only goes forward
