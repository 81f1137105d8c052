"""What a person sees of the views: only what was visible to them, and what became of it as far as they saw it."""

import asyncio

import pytest
import pytest_asyncio
from msgspec import UNSET

from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from infra.stores.timeline import TimelineRow
from infra.stores.views import LOOK_BACK_SEQS, IncompleteView, when_whole
from schemas.bodies import SealedText
from schemas.events import GroupSettingsChanged
from tests.builders import START_MS, added, deleted, reacted, removed, role_changed, settings_changed
from tests.infra.stores.house import Frame, House, Person, text

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> House:
    return await House.build(postgres, cassandra, settings)


def seqs(events: list[Frame]) -> list[object]:
    return [event["seq"] for event in events]


class TestHeadMessage:
    async def test_is_the_last_message_whatever_came_after(self, house: House) -> None:
        await house.happens(house.says(1, "hello"), house.says(2, "Bob"))
        assert "Bob" == text(await house.head(house.bob))

    async def test_none_where_nobody_wrote(self, house: House) -> None:
        await house.happens(house.created())
        assert await house.head(house.bob) is None

    async def test_shows_what_became_of_it(self, house: House) -> None:
        hello = house.says(2, "hello")
        await house.happens(house.created(), hello, house.edits(3, hello, "hi"))
        await house.happens(reacted(4, hello, actor_id=house.bob.user_id))
        head = await house.head(house.carol)
        assert head is not None
        expected = ("hi", [{"user_id": house.bob.user_id, "emoji": "👍"}], False)
        assert expected == (text(head), head["reactions"], head["is_deleted"])
        assert house.edits(3, hello, "hi").at == head["edited_at"]

    async def test_hides_what_was_deleted(self, house: House) -> None:
        hello = house.says(2, "hello")
        await house.happens(house.created(), hello, house.edits(3, hello, "hi"), deleted(4, hello))
        head = await house.head(house.bob)
        assert head is not None
        assert (None, True) == (head["body"], head["is_deleted"])

    async def test_of_who_has_left_is_the_last_that_they_saw(self, house: House) -> None:
        await house.happens(
            house.created(), house.says(2, "hello"), removed(3, user_id=house.bob.user_id, **house.here)
        )
        await house.happens(house.says(4, "Bob is gone"))
        assert ("hello", "Bob is gone") == (text(await house.head(house.bob)), text(await house.head(house.carol)))

    async def test_of_who_has_left_is_as_it_was_then(self, house: House) -> None:
        hello = house.says(2, "hello")
        await house.happens(house.created(), hello, house.edits(3, hello, "hi"))
        await house.happens(removed(4, user_id=house.bob.user_id, **house.here))
        await house.happens(house.edits(5, hello, "good riddance"), reacted(6, hello, actor_id=house.carol.user_id))
        head = await house.head(house.bob)
        assert head is not None
        assert ("hi", []) == (text(head), head["reactions"])
        assert "good riddance" == text(await house.head(house.carol))

    async def test_of_who_has_left_is_hidden_when_it_is_deleted_since(self, house: House) -> None:
        hello = house.says(2, "hello")
        await house.happens(house.created(), hello, removed(3, user_id=house.bob.user_id, **house.here))
        await house.happens(deleted(4, hello))
        assert text(await house.head(house.bob)) is None

    async def test_of_who_came_again_is_as_they_saw_it(self, house: House) -> None:
        """What became of it while they were away is not theirs, as in their timeline."""
        hello, bob = house.says(2, "hello"), house.bob.user_id
        await house.happens(house.created(), hello, removed(3, user_id=bob, **house.here))
        await house.happens(house.edits(4, hello, "without Bob"), reacted(5, hello, actor_id=house.carol.user_id))
        await house.happens(added(6, member_ids=[bob], **house.here))
        head, events = await house.head(house.bob), await house.events(house.bob)
        assert head is not None
        assert ("hello", []) == (text(head), head["reactions"])
        assert head == next(event for event in events if event["type"] == "MessageSent")

    async def test_of_who_was_away_when_it_was_sent_is_an_older_one(self, house: House) -> None:
        bob = house.bob.user_id
        await house.happens(house.created(), house.says(2, "hello"), removed(3, user_id=bob, **house.here))
        await house.happens(house.says(4, "without Bob"), added(5, member_ids=[bob], **house.here))
        assert "hello" == text(await house.head(house.bob))

    async def test_none_of_who_came_after_it(self, house: House) -> None:
        bob = house.bob.user_id
        await house.happens(house.created(), removed(2, user_id=bob, **house.here), house.says(3, "without Bob"))
        await house.happens(added(4, member_ids=[bob], **house.here))
        assert await house.head(house.bob) is None

    async def test_none_where_it_is_too_far_back_for_who_has_left(self, house: House) -> None:
        carol, last = house.carol.user_id, LOOK_BACK_SEQS + 3
        some = [role_changed(seq, user_id=carol, conversation_id=house.conversation_id) for seq in range(3, last)]
        await house.happens(house.created(), house.says(2, "hello"), *some)
        await house.happens(removed(last, user_id=house.bob.user_id, **house.here))
        assert await house.head(house.bob) is None
        assert "hello" == text(await house.head(house.carol))


class TestSummary:
    async def test_of_a_group(self, house: House) -> None:
        await house.happens(house.created("Friends"), house.says(2, "hello"))
        one = await house.summary(house.bob)
        assert ("group", "Friends", None, 2, 1, "member") == (
            one.kind,
            one.name,
            one.members,
            one.head_seq,
            one.unread,
            one.role,
        )

    async def test_of_who_has_left_tells_nothing_of_later(self, house: House) -> None:
        await house.happens(house.created("Friends"), removed(2, user_id=house.bob.user_id, **house.here))
        sealed = house.views.keys.conversation_key(house.conversation_id).seal("Enemies")
        await house.happens(settings_changed(3, name=SealedText(sealed.sealed), **house.here), house.says(4, "hi"))
        one, other = await house.summary(house.bob), await house.summary(house.carol)
        assert ("Friends", 2, None) == (one.name, one.head_seq, one.role)
        assert ("Enemies", 4, "member") == (other.name, other.head_seq, other.role)

    async def test_watermarks_lie_at_the_head_at_most(self, house: House) -> None:
        await house.happens(house.says(1, "hello"), house.says(2, "again", house.bob))
        one = await house.summary(house.bob)
        assert (2, 2, 2) == (one.head_seq, one.delivered_seq, one.read_seq)


class TestEvents:
    async def test_ascending_within_the_range(self, house: House) -> None:
        await house.happens(*(house.says(seq, f"number {seq}") for seq in range(1, 8)))
        events = await house.events(house.bob, 3, 5)
        assert ([3, 4, 5], ["number 3", "number 4", "number 5"]) == (seqs(events), [text(one) for one in events])

    async def test_the_client_id_is_the_authors(self, house: House) -> None:
        await house.happens(house.says(1, "hello"), house.says(2, "hi", house.bob))
        shown = {
            of.user_id: [one.get("client_id") for one in await house.events(of)] for of in (house.alice, house.bob)
        }
        assert {house.alice.user_id: ["m1", None], house.bob.user_id: [None, "m2"]} == shown

    async def test_of_who_has_left_end_with_that(self, house: House) -> None:
        await house.happens(
            house.created(), house.says(2, "hello"), removed(3, user_id=house.bob.user_id, **house.here)
        )
        await house.happens(house.says(4, "Bob is gone"))
        assert [1, 2, 3] == seqs(await house.events(house.bob))
        assert [] == await house.events(house.bob, 4, 4)

    async def test_of_who_came_again_are_those_of_both_times(self, house: House) -> None:
        bob = house.bob.user_id
        await house.happens(house.created(), removed(2, user_id=bob, **house.here), house.says(3, "without Bob"))
        await house.happens(added(4, member_ids=[bob], **house.here), house.says(5, "welcome"))
        assert [1, 2, 4, 5] == seqs(await house.events(house.bob))
        assert [2, 4] == seqs(await house.events(house.bob, 2, 4))

    async def test_a_message_shows_its_last_edit_and_an_edit_its_own(self, house: House) -> None:
        hello = house.says(1, "hello")
        await house.happens(hello, house.edits(2, hello, "hi"), house.edits(3, hello, "hey"))
        events = await house.events(house.bob)
        assert ["hey", "hi", "hey"] == [text(event) for event in events]
        assert house.edits(3, hello, "").at == events[0]["edited_at"]

    async def test_who_has_left_sees_the_body_and_the_reactions_of_their_time(self, house: House) -> None:
        hello, bob, carol = house.says(2, "hello"), house.bob.user_id, house.carol.user_id
        await house.happens(house.created(), hello, house.edits(3, hello, "hi"), reacted(4, hello, actor_id=bob))
        await house.happens(removed(5, user_id=bob, **house.here), house.edits(6, hello, "hey"))
        await house.happens(reacted(7, hello, actor_id=carol))
        (theirs,) = [one for one in await house.events(house.bob) if one["type"] == "MessageSent"]
        (ours,) = [one for one in await house.events(house.carol) if one["type"] == "MessageSent"]
        assert ("hi", [{"user_id": bob, "emoji": "👍"}]) == (text(theirs), theirs["reactions"])
        assert ("hey", {bob, carol}) == (text(ours), {one["user_id"] for one in ours["reactions"]})  # type: ignore[attr-defined]

    async def test_who_has_left_sees_a_reaction_that_became_another_since(self, house: House) -> None:
        hello, bob, carol = house.says(2, "hello"), house.bob.user_id, house.carol.user_id
        await house.happens(house.created(), hello, reacted(3, hello, actor_id=carol, emoji="👍"))
        await house.happens(removed(4, user_id=bob, **house.here), reacted(5, hello, actor_id=carol, emoji="🎉"))
        await house.happens(reacted(6, hello, actor_id=carol, emoji=None))
        shown = [(await house.events(person))[1]["reactions"] for person in (house.bob, house.carol)]
        assert [[{"user_id": carol, "emoji": "👍"}], []] == shown

    async def test_a_reaction_that_was_taken_back_is_not_shown(self, house: House) -> None:
        hello, bob = house.says(1, "hello"), house.bob.user_id
        await house.happens(hello, reacted(2, hello, actor_id=bob), reacted(3, hello, actor_id=bob, emoji=None))
        assert [[], "👍", None] == [one.get("reactions", one.get("emoji")) for one in await house.events(house.alice)]

    async def test_what_was_deleted_has_no_body_nor_have_its_edits(self, house: House) -> None:
        hello = house.says(1, "hello")
        await house.happens(hello, house.edits(2, hello, "hi"), deleted(3, hello))
        message, edit, _ = await house.events(house.bob)
        assert (None, True, None) == (message["body"], message["is_deleted"], edit["body"])

    async def test_an_edit_has_none_though_its_message_stands_on_another_page(self, house: House) -> None:
        hello = house.says(1, "hello")
        await house.happens(hello, house.edits(2, hello, "hi"), deleted(3, hello))
        assert [None] == [one["body"] for one in await house.events(house.bob, 2, 2)]

    async def test_what_was_deleted_since_one_left_is_hidden_too(self, house: House) -> None:
        hello = house.says(2, "hello")
        await house.happens(house.created(), hello, house.edits(3, hello, "hi"))
        await house.happens(removed(4, user_id=house.bob.user_id, **house.here), deleted(5, hello))
        _, message, edit, _ = await house.events(house.bob)
        assert (None, None) == (message["body"], edit["body"])

    async def test_a_groups_texts_are_opened(self, house: House) -> None:
        await house.happens(house.created("Friends 🎉"))
        assert "Friends 🎉" == (await house.events(house.bob))[0]["name"]

    async def test_settings_that_stayed_are_left_out(self, house: House) -> None:
        change: GroupSettingsChanged = settings_changed(2, who_can_send="admins", **house.here)
        await house.happens(house.created(), change)
        (shown,) = await house.events(house.bob, 2, 2)
        assert (UNSET, "admins", False) == (change.name, shown["who_can_send"], "name" in shown)

    async def test_of_an_erased_author_have_no_body(self, house: House) -> None:
        await house.happens(house.says(1, "hello"), house.says(2, "hi", house.bob))
        await erase(house, house.alice)
        assert [None, "hi"] == [text(one) for one in await house.events(house.bob)]


class TestIncompleteView:
    async def test_when_a_row_is_missing(self, house: House) -> None:
        await house.happens(house.says(1, "hello"))
        await house.happens_in_inbox(house.says(2, "again"))
        with pytest.raises(IncompleteView, match="1 rows from 1 to 2"):
            await house.events(house.bob)

    async def test_when_it_lacks_what_one_saw_before_one_left(self, house: House) -> None:
        await house.happens(house.created())
        gone = (house.says(2, "hello"), removed(3, user_id=house.bob.user_id, **house.here))
        await house.happens_in_inbox(*gone)
        with pytest.raises(IncompleteView, match="1 rows from 1 to 3"):
            await house.head(house.bob)
        waiting = asyncio.create_task(when_whole(lambda: house.head(house.bob), wait_seconds=60))
        await house.happens(*gone)
        assert "hello" == text(await waiting)

    async def test_when_a_row_is_unreadable(self, house: House) -> None:
        broken = TimelineRow(house.conversation_id, 2, START_MS, 1, None, unreadable="from the future")
        await house.happens(house.says(1, "hello"))
        await house.timeline.write([broken])
        await house.happens_in_inbox(house.says(2, "again"))
        with pytest.raises(IncompleteView, match="from the future"):
            await house.events(house.bob)


async def erase(house: House, whom: Person) -> None:
    """Their key goes, the mark stays."""
    async with house.postgres.connection() as connection:
        await connection.execute(
            "UPDATE data_keys SET wrapped = NULL, erased_at = now() WHERE user_id = %s", (whom.user_id,)
        )
