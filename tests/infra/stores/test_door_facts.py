"""Facts from outside the conversation, as a command carries them: from the real views, waiting for a fresh message."""

import asyncio
import time

import pytest
import pytest_asyncio

from infra.stores import door_facts
from infra.stores.cassandra import Cassandra
from infra.stores.door_facts import DoorFacts
from infra.stores.faults import StoreUnavailable
from infra.stores.folded import Folded
from infra.stores.keys import Keys
from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.media import Media
from infra.stores.postgres import Postgres
from infra.stores.privacy import Privacy
from infra.stores.settings import StoreSettings
from infra.stores.users import Users
from infra.stores.view import View
from schemas.commands import Target
from schemas.door import Facts
from schemas.frames import AnyKeyedFrame
from schemas.ids import message_id
from schemas.topics import CONVERSATION_EVENTS
from tests.builders import (
    deleted,
    edit_frame,
    frame,
    group_frame,
    leaving_frame,
    members_frame,
    reaction_frame,
    settings_frame,
)
from tests.infra.stores.connecting import new_id
from tests.infra.stores.house import House, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG_AGO_MS = 1_600_000_000_000


class Door:
    """The door's own look at the views; each is new, as after a start."""

    def __init__(self, house: House, settings: StoreSettings) -> None:
        self.house = house
        # Nobody folds here: a group that has committed all that the log holds stands for the timeline's.
        self.view, self.ends = View(new_id(), 1), LogEnds(settings.kafka_bootstrap)
        self.folded = Folded(self.ends, lambda: [self.view])
        self.facts = DoorFacts(
            users=Users(house.postgres),
            timeline=house.timeline,
            folded=self.folded,
            inbox=house.inbox,
            privacy=Privacy(house.postgres),
            keys=Keys(house.postgres, settings.master_key_bytes()),
            media=Media(house.postgres),
        )

    async def fold_all(self) -> None:
        await self.ends.commit(self.view.group, CONVERSATION_EVENTS, await self.folded.ends())

    async def gather(self, asked: AnyKeyedFrame, by: Person | None = None) -> Facts:
        return await self.facts.gather(asked, self.house.conversation_id, (by or self.house.alice).user_id)


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> House:
    return await House.build(postgres, cassandra, settings)


@pytest_asyncio.fixture(loop_scope="session")
async def door(house: House, settings: StoreSettings) -> Door:
    return Door(house, settings)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class TestUsers:
    async def test_known_where_all_exist(self, door: Door) -> None:
        bob, carol = door.house.bob.user_id, door.house.carol.user_id
        assert (await door.gather(group_frame(member_ids=[bob, carol]))).are_users_known
        assert not (await door.gather(group_frame(member_ids=[bob, new_id()]))).are_users_known
        assert not (await door.gather(members_frame([new_id()]))).are_users_known
        assert not (await door.gather(frame(conversation_id=None, to_user_id=new_id()))).are_users_known

    async def test_nobody_is_asked_for(self, door: Door) -> None:
        assert Facts() == await door.gather(leaving_frame())


class TestTarget:
    async def test_the_message_as_its_row_says(self, door: Door) -> None:
        hello = door.house.says(1, "hello")
        await door.house.happens(hello)
        target = (await door.gather(edit_frame(message_id=hello.message_id))).target
        assert Target(hello.message_id, 1, door.house.alice.user_id, hello.at) == target

    async def test_says_that_it_was_deleted(self, door: Door) -> None:
        hello = door.house.says(1, "hello")
        await door.house.happens(hello, deleted(2, hello))
        target = (await door.gather(reaction_frame(message_id=hello.message_id))).target
        assert target is not None
        assert target.is_deleted

    async def test_none_of_another_conversation(self, door: Door) -> None:
        hello = door.house.says(1, "hello")
        await door.house.happens(hello)
        await door.fold_all()
        facts = await door.facts.gather(edit_frame(message_id=hello.message_id), new_id(), door.house.alice.user_id)
        assert facts.target is None

    async def test_none_at_once_where_an_old_one_is_missing(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(door_facts, "CATCH_UP_SECONDS", 1e9)  # it would never end
        assert (await door.gather(edit_frame(message_id=message_id(LONG_AGO_MS, 0, 7)))).target is None

    async def test_waits_for_a_fresh_one(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(door_facts, "CATCH_UP_SECONDS", 60.0)
        looked, look = asyncio.Event(), door.house.timeline.message

        async def noted(conversation_id: str, id_: str) -> object:
            found = await look(conversation_id, id_)
            looked.set()
            return found

        monkeypatch.setattr(door.house.timeline, "message", noted)
        hello = door.house.says(1, "hello", at_ms=now_ms())
        gathering = asyncio.create_task(door.gather(edit_frame(message_id=hello.message_id)))
        await asyncio.wait_for(looked.wait(), 20)  # and found nothing
        await door.house.happens(hello)
        target = (await gathering).target
        assert target is not None
        assert hello.message_id == target.message_id

    async def test_gives_up_on_a_fresh_one_that_never_comes(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(door_facts, "CATCH_UP_SECONDS", 0.1)
        await door.fold_all()
        assert (await door.gather(edit_frame(message_id=message_id(now_ms(), 0, 7)))).target is None

    async def test_does_not_say_no_while_the_timeline_is_behind(
        self, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door_facts, "CATCH_UP_SECONDS", 0.1)
        ends = {partition: end + 1 for partition, end in (await door.folded.ends()).items()}

        async def one_more() -> Offsets:
            return ends

        monkeypatch.setattr(door.folded, "ends", one_more)
        await door.ends.commit(door.view.group, CONVERSATION_EVENTS, {one: end - 1 for one, end in ends.items()})
        with pytest.raises(StoreUnavailable, match="behind the log"):
            await door.gather(edit_frame(message_id=message_id(now_ms(), 0, 7)))


class TestPrivate:
    async def private(self, door: Door) -> list[bool]:
        """Whether Alice's and Bob's reading is shown to nobody."""
        readers = [(one.user_id, door.house.conversation_id) for one in (door.house.alice, door.house.bob)]
        found = await door.facts.private(readers)
        return [reader in found for reader in readers]

    async def test_where_nobody_hides_nothing_is(self, door: Door) -> None:
        await door.house.happens(door.house.says(1, "hello"))
        assert [False, False] == await self.private(door)

    async def test_in_both_directions_where_either_hides(self, house: House, settings: StoreSettings) -> None:
        await house.happens(house.says(1, "hello"))
        for hiding in (house.alice, house.bob):
            await Privacy(house.postgres).change(hiding.user_id, read_receipts=False)
            assert [True, True] == await self.private(Door(house, settings))
            await Privacy(house.postgres).change(hiding.user_id, read_receipts=True)

    async def test_never_in_a_group(self, door: Door) -> None:
        await Privacy(door.house.postgres).change(door.house.alice.user_id, read_receipts=False)
        await door.house.happens(door.house.created())
        assert [False, False] == await self.private(door)

    async def test_the_readers_own_word_counts_alone_until_the_view_knows_both(self, door: Door) -> None:
        await Privacy(door.house.postgres).change(door.house.alice.user_id, read_receipts=False)
        assert ([True, False], False) == (await self.private(door), door.facts.knows(door.house.conversation_id))
        await door.house.happens(door.house.says(1, "hello"))
        assert ([True, True], True) == (await self.private(door), door.facts.knows(door.house.conversation_id))

    async def test_sending_carries_it_for_it_is_reading(self, door: Door) -> None:
        await Privacy(door.house.postgres).change(door.house.alice.user_id, read_receipts=False)
        await door.house.happens(door.house.says(1, "hello"))
        sending = await door.gather(frame(conversation_id=door.house.conversation_id), door.house.bob)
        assert sending.is_private
        assert not (await door.gather(leaving_frame(), door.house.bob)).is_private


class TestFirstMessage:
    """It names the other one, so nothing need be known of the conversation."""

    async def first(self, door: Door, by: Person, to_user_id: str) -> Facts:
        return await door.gather(frame(conversation_id=None, to_user_id=to_user_id), by)

    async def test_is_private_for_both_where_either_hides(self, house: House, settings: StoreSettings) -> None:
        await Privacy(house.postgres).change(house.bob.user_id, read_receipts=False)
        for sender, other in ((house.alice, house.bob), (house.bob, house.alice)):
            door = Door(house, settings)
            assert (await self.first(door, sender, other.user_id)).is_private
            read = (other.user_id, house.conversation_id)
            assert (frozenset([read]), True) == (
                await door.facts.private([read]),
                door.facts.knows(house.conversation_id),
            )

    async def test_is_not_between_two_who_show_theirs(self, door: Door) -> None:
        found = await self.first(door, door.house.alice, new_id())
        assert (False, False) == (found.is_private, found.are_users_known)


class TestKey:
    async def test_of_the_conversation_for_texts_about_it(self, door: Door) -> None:
        for asked in (group_frame("Friends", [door.house.bob.user_id]), settings_frame(name="Friends")):
            key = (await door.gather(asked)).conversation_key
            assert key is not None
            assert "Friends" == door.house.views.text(door.house.conversation_id, key.seal("Friends").sealed)
