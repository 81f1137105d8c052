"""The fold of a partition's tail from the real log and the real snapshots equals what was decided live."""

from collections.abc import AsyncIterator, Iterable, Sequence

import pytest

from infra.local.stack import Stack
from infra.stores.log import Appender
from infra.stores.settings import StoreSettings
from infra.stores.snapshots import Snapshots
from schemas.codec import encode
from schemas.events import AnyEvent
from schemas.topics import HOUR_MS, Topic
from streams.conversation import fold as module
from streams.conversation.fold import UnreadableEvent, fold
from streams.conversation.partition import Partition
from streams.conversation.state import Conversation, OutOfOrder
from tests.builders import CONVERSATION, OTHER_CONVERSATION, refused, repeated, sent
from tests.infra.stores.connecting import cassandra_of, make_topic, new_id, settings_of
from tests.streams.conversation.history import after

OTHER = "other"
HISTORY: Sequence[AnyEvent] = (
    sent(1, command_offset=10),
    sent(2, command_offset=11),
    refused(command_offset=12),
    sent(1, command_offset=13, conversation_id=OTHER_CONVERSATION),
    sent(3, command_offset=14),
    repeated(sent(2), command_offset=15),
    sent(4, command_offset=16),
)
AGAIN = sent(3, client_id=OTHER, command_offset=17)  # the second record of a seq
HEADS = {CONVERSATION: 4, OTHER_CONVERSATION: 1}


class House:
    """One partition of a log that no other test knows, with its snapshots."""

    def __init__(self, settings: StoreSettings, topic: Topic, snapshots: Snapshots) -> None:
        self._appender = Appender(settings.kafka_bootstrap, "test")
        self._bootstrap = settings.kafka_bootstrap
        self._topic = topic
        self._snapshots = snapshots

    async def append(self, *events: AnyEvent) -> None:
        await self.append_values(map(encode, events))

    async def append_values(self, values: Iterable[bytes]) -> None:
        for value in values:
            await self._appender.append(self._topic.name, value, partition=0)

    async def fold(self, committed: int = 0) -> Partition:
        return await fold(0, bootstrap=self._bootstrap, snapshots=self._snapshots, committed=committed)

    async def save(self, partition: Partition, *, with_checkpoint: bool = True) -> None:
        begun = partition.begin_saving()
        assert begun is not None
        await self._snapshots.save(partition.generation, begun[0])
        if with_checkpoint:
            await self._snapshots.save_checkpoint(0, begun[1])


@pytest.fixture
async def house(stores: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    settings = settings_of(stores, StoreSettings)
    topic = Topic(f"test.events-{new_id()}", "conversation id", (), 1, HOUR_MS)
    make_topic(settings, topic)
    monkeypatch.setattr(module, "CONVERSATION_EVENTS", topic)
    async with cassandra_of(settings) as cassandra:
        yield House(settings, topic, await Snapshots.prepare(cassandra, epoch=new_id()))


def heads(partition: Partition) -> dict[str, int]:
    return {id_: partition.state(id_).head_seq for id_ in HEADS if not partition.unknown([id_])}


def without_offsets(state: Conversation) -> tuple[object, ...]:
    return state.head_seq, state.message_number, [member.read_seq for member in state.members]


class TestFold:
    async def test_of_an_empty_log(self, house: House) -> None:
        partition = await house.fold()
        assert (0, set(), {}) == (partition.next_offset, partition.decided, heads(partition))

    async def test_from_the_start(self, house: House) -> None:
        await house.append(*HISTORY)
        partition = await house.fold()
        assert (7, HEADS) == (partition.next_offset, heads(partition))
        assert without_offsets(after(4)) == without_offsets(partition.state(CONVERSATION))

    async def test_the_first_record_of_a_seq_wins(self, house: House) -> None:
        await house.append(*HISTORY, AGAIN)
        partition = await house.fold()
        assert (8, HEADS) == (partition.next_offset, heads(partition))
        assert [True, False] == [offset in partition.decided for offset in (14, 17)]

    async def test_forgets_what_never_comes_again(self, house: House) -> None:
        await house.append(*HISTORY)
        assert {14, 15, 16} == (await house.fold(committed=14)).decided

    @pytest.mark.parametrize("cut", range(1, len(HISTORY)))
    async def test_from_a_checkpoint_anywhere(self, house: House, cut: int) -> None:
        await house.append(*HISTORY[:cut])
        first = await house.fold()
        await house.save(first)
        await house.append(*HISTORY[cut:])
        second, whole = await house.fold(), Partition(0, first.generation, 0)
        for id_ in HEADS:
            whole.put(id_, None)
        for offset, event in enumerate(HISTORY):
            whole.fold(event, offset)
        assert (first.generation, whole.decided) == (second.generation, second.decided)
        for id_ in {event.conversation_id for event in HISTORY[cut:]}:
            assert whole.state(id_) == second.state(id_)

    async def test_from_snapshots_newer_than_the_checkpoint(self, house: House) -> None:
        await house.append(*HISTORY[:2])
        await house.save(await house.fold())
        await house.append(*HISTORY[2:])
        await house.save(await house.fold(), with_checkpoint=False)
        partition = await house.fold()
        assert (HEADS, 7) == (heads(partition), partition.next_offset)
        assert {offset for event in HISTORY for offset in [event.command_offset]} == partition.decided


class TestBroken:
    async def test_a_value_that_nobody_can_read(self, house: House) -> None:
        await house.append(*HISTORY)
        await house.append_values([b'{"type":"FromTheFuture"}'])
        with pytest.raises(UnreadableEvent, match="0/7"):
            await house.fold()

    async def test_a_gap(self, house: House) -> None:
        await house.append(*HISTORY, sent(6))
        with pytest.raises(OutOfOrder):
            await house.fold()
