"""The inbox view in PostgreSQL: what its projection writes, and what people see of it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import pairwise

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.stores.inbox import GroupSettings, Inbox, LastMessage, MemberPosition, Membership, Span
from infra.stores.inbox_writes import InboxWriter, InboxWrites
from infra.stores.postgres import Connection, Postgres
from infra.stores.preferences import Preferences
from schemas.bodies import SealedText
from schemas.codec import encode
from schemas.events import AnyEvent, CommandRefused, CommandRepeated, MessageSent
from streams.conversation.state import Conversation
from streams.conversation.state import Member as StateMember
from streams.inbox.project import Logged, project
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    DAVE,
    OTHER_CONVERSATION,
    SEALED_NAME,
    START_MS,
    added,
    blocked,
    created,
    deleted,
    delivered,
    edited,
    reacted,
    read,
    removed,
    role_changed,
    sent,
    settings_changed,
)
from tests.infra.stores.connecting import new_id
from tests.infra.stores.one_transaction import rolled_back
from tests.strategies import PEOPLE, Arrival, arrivals
from tests.streams.conversation.history import decide_all, messages
from tests.streams.conversation.history import fold as state_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
EXAMPLES = settings(max_examples=60, deadline=None)
TABLES = ("conversations", "members", "silent_events")


class House:
    """The view, empty but for what a test folds into it."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._writer = InboxWriter(postgres, 2)
        self.inbox = Inbox(postgres)
        self.preferences = Preferences(postgres)

    async def fold(self, *events: AnyEvent) -> None:
        """One micro-batch, as the agent writes it."""
        logged = [
            Logged(event, encode(event)) for event in events if not isinstance(event, CommandRefused | CommandRepeated)
        ]
        async with self._writer.writing() as writing:
            heads = await writing.heads(sorted({event.conversation_id for event in events}))
            await writing.write(project(logged, heads))

    async def one(self, user_id: str, conversation_id: str = CONVERSATION) -> Membership:
        found = await self.inbox.one(user_id, conversation_id)
        assert found is not None
        return found

    async def unread(self, *user_ids: str) -> list[int]:
        return [(await self.one(user_id)).unread for user_id in user_ids]

    async def contents(self) -> list[str]:
        """All rows of the view that a test can have written."""
        connection: Connection
        async with self._postgres.connection() as connection:
            rows = []
            for table in TABLES:
                query = f"SELECT to_jsonb(t)::text FROM inbox_2.{table} t WHERE conversation_id = %s ORDER BY 1"  # noqa: S608
                rows += await (await connection.execute(query.encode(), (CONVERSATION,))).fetchall()
            query = "SELECT to_jsonb(t)::text FROM inbox_2.blocks t WHERE conversation_id = %s ORDER BY 1"
            rows += await (await connection.execute(query.encode(), (CONVERSATION,))).fetchall()
        return [str(row[0]) for row in rows]


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres) -> AsyncIterator[House]:
    async with rolled_back(postgres) as one:
        yield House(one)


HELLO = sent(2, message_number=1)
REPLY = sent(3, actor_id=BOB, message_number=2, read_from_seq=0, read_author_ids=(ALICE,))


class TestUnread:
    async def test_counts_what_others_wrote_after_ones_own_last(self, house: House) -> None:
        await house.fold(sent(1), sent(2), sent(3, actor_id=BOB), sent(4), sent(5))
        assert [0, 2] == await house.unread(ALICE, BOB)

    async def test_falls_with_reading_and_not_with_delivery(self, house: House) -> None:
        await house.fold(sent(1), sent(2), sent(3))
        await house.fold(delivered(3))
        assert [3] == await house.unread(BOB)
        await house.fold(read(2))
        assert [1] == await house.unread(BOB)
        await house.fold(read(3, is_private=True))
        assert [0] == await house.unread(BOB)

    async def test_does_not_count_what_is_no_message(self, house: House) -> None:
        await house.fold(created())
        assert [0, 0] == await house.unread(ALICE, BOB)
        await house.fold(HELLO, edited(3, HELLO), reacted(4, HELLO, actor_id=CAROL), role_changed(5))
        assert [0, 1, 1] == await house.unread(ALICE, BOB, CAROL)
        await house.fold(sent(6, message_number=2), deleted(7, HELLO))
        assert [0, 2, 2] == await house.unread(ALICE, BOB, CAROL)

    async def test_is_right_wherever_one_has_read_to(self, house: House) -> None:
        await house.fold(created(), HELLO, edited(3, HELLO), sent(4, message_number=2), deleted(5, HELLO))
        await house.fold(sent(6, message_number=3))
        for seq, unread in ((1, 3), (2, 2), (3, 2), (4, 1), (5, 1), (6, 0)):
            await house.fold(read(seq))
            assert [unread] == await house.unread(BOB)

    async def test_ones_own_message_from_another_device_is_read(self, house: House) -> None:
        await house.fold(sent(1), sent(2), sent(3, actor_id=BOB, read_from_seq=0))
        assert [1, 0] == await house.unread(ALICE, BOB)

    async def test_stays_as_it_was_once_one_has_left(self, house: House) -> None:
        await house.fold(created(), HELLO, removed(3, user_id=BOB))
        await house.fold(sent(4, message_number=2), sent(5, message_number=3))
        assert [1, 3] == await house.unread(BOB, CAROL)

    async def test_begins_anew_when_one_comes_again(self, house: House) -> None:
        await house.fold(created(), HELLO, removed(3, user_id=BOB), sent(4, message_number=2))
        await house.fold(added(5, member_ids=[BOB]))
        assert [0] == await house.unread(BOB)
        await house.fold(sent(6, message_number=3))
        assert [1] == await house.unread(BOB)

    async def test_who_is_added_has_nothing_to_catch_up(self, house: House) -> None:
        await house.fold(created(), HELLO, added(3, member_ids=[DAVE]), sent(4, message_number=2))
        assert [1, 2] == await house.unread(DAVE, BOB)


class TestSpans:
    async def test_go_from_joining_to_the_head(self, house: House) -> None:
        await house.fold(created(), HELLO, added(3, member_ids=[DAVE]), sent(4, message_number=2))
        found = [(await house.one(user_id)).spans for user_id in (ALICE, DAVE)]
        assert [(Span(1, 4),), (Span(3, 4),)] == found

    async def test_end_with_the_removal(self, house: House) -> None:
        await house.fold(created(), removed(2, user_id=BOB), sent(3))
        bob = await house.one(BOB)
        assert ((Span(1, 2),), 2, None) == (bob.spans, bob.head_seq, bob.role)
        assert [False, True, True, False] == [bob.sees(seq) for seq in range(4)]

    async def test_are_several_of_who_came_again(self, house: House) -> None:
        await house.fold(created(), removed(2, user_id=BOB), sent(3), added(4, member_ids=[BOB]), removed(5))
        await house.fold(sent(6), added(7, member_ids=[BOB]), sent(8))
        assert (Span(1, 2), Span(4, 5), Span(7, 8)) == (await house.one(BOB)).spans


class TestRole:
    async def test_of_who_made_the_group_was_promoted_or_left(self, house: House) -> None:
        await house.fold(created(), role_changed(2, user_id=BOB))
        assert ["admin", "admin", "member"] == [(await house.one(one)).role for one in (ALICE, BOB, CAROL)]
        await house.fold(role_changed(3, user_id=BOB, role="member"))
        await house.fold(removed(4, user_id=ALICE, actor_id=ALICE, promoted_user_id=CAROL))
        assert [None, "member", "admin"] == [(await house.one(one)).role for one in (ALICE, BOB, CAROL)]

    async def test_of_an_admin_who_came_again_is_member(self, house: House) -> None:
        await house.fold(created(), role_changed(2, user_id=BOB), removed(3, user_id=BOB))
        await house.fold(added(4, member_ids=[BOB]))
        assert "member" == (await house.one(BOB)).role


class TestName:
    async def test_is_the_groups_for_its_members_and_as_it_was_for_who_left(self, house: House) -> None:
        await house.fold(created(), removed(2, user_id=BOB), settings_changed(3, name=SealedText(b"new")))
        assert (SEALED_NAME.sealed, b"new") == ((await house.one(BOB)).name, (await house.one(CAROL)).name)
        await house.fold(added(4, member_ids=[BOB]))
        assert b"new" == (await house.one(BOB)).name

    async def test_a_direct_conversation_has_its_members_instead(self, house: House) -> None:
        await house.fold(sent(1))
        one = await house.one(BOB)
        assert ("direct", None, (ALICE, BOB)) == (one.kind, one.name, one.members)

    async def test_a_group_lists_no_members(self, house: House) -> None:
        await house.fold(created())
        one = await house.one(BOB)
        assert ("group", None) == (one.kind, one.members)


class TestLastMessage:
    async def last(self, house: House) -> LastMessage:
        found = (await house.one(ALICE)).last_message
        assert found is not None
        return found

    async def test_none_yet(self, house: House) -> None:
        await house.fold(created())
        assert (await house.one(ALICE)).last_message is None

    async def test_is_not_what_came_after_it(self, house: House) -> None:
        await house.fold(created(), HELLO)
        await house.fold(role_changed(3), removed(4, user_id=BOB))
        assert LastMessage(2, encode(HELLO), None, None, is_deleted=False, reactions={}) == await self.last(house)

    async def test_keeps_what_became_of_it(self, house: House) -> None:
        first, second = edited(3, HELLO), edited(4, HELLO)
        await house.fold(created(), HELLO, first, second, reacted(5, HELLO), reacted(6, HELLO, actor_id=CAROL))
        last = await self.last(house)
        assert (encode(second), 4, {BOB: "👍", CAROL: "👍"}) == (last.edit, last.edit_seq, last.reactions)
        await house.fold(reacted(7, HELLO, emoji=None), deleted(8, HELLO))
        last = await self.last(house)
        assert ({CAROL: "👍"}, True) == (last.reactions, last.is_deleted)

    async def test_a_new_one_begins_clean(self, house: House) -> None:
        await house.fold(created(), HELLO, edited(3, HELLO), reacted(4, HELLO), deleted(5, HELLO))
        await house.fold(sent(6, message_number=2))
        expected = LastMessage(6, encode(sent(6, message_number=2)), None, None, is_deleted=False, reactions={})
        assert expected == await self.last(house)

    async def test_what_becomes_of_an_older_one_is_not_its(self, house: House) -> None:
        await house.fold(created(), HELLO, REPLY)
        await house.fold(edited(4, HELLO), reacted(5, HELLO), deleted(6, HELLO))
        last = await self.last(house)
        assert (3, None, {}, False) == (last.seq, last.edit, last.reactions, last.is_deleted)


class TestActivity:
    async def test_is_the_heads_or_the_leaving(self, house: House) -> None:
        await house.fold(created(), removed(2, user_id=BOB), sent(3))
        assert datetime.fromisoformat(removed(2).at) == (await house.one(BOB)).active_at
        assert datetime.fromisoformat(sent(3).at) == (await house.one(ALICE)).active_at


class TestOne:
    async def test_none_for_others(self, house: House) -> None:
        await house.fold(created())
        assert await house.inbox.one(DAVE, CONVERSATION) is None
        assert await house.inbox.one(ALICE, OTHER_CONVERSATION) is None

    async def test_watermarks(self, house: House) -> None:
        await house.fold(sent(1), sent(2), sent(3), delivered(3), read(2))
        alice, bob = await house.one(ALICE), await house.one(BOB)
        assert ((3, 3), (3, 2)) == ((alice.delivered_seq, alice.read_seq), (bob.delivered_seq, bob.read_seq))

    async def test_when_the_last_receipt_came(self, house: House) -> None:
        await house.fold(sent(1))
        assert (await house.one(ALICE)).advanced_at is None
        await house.fold(delivered(1))
        assert datetime.fromisoformat(delivered(1).at) == (await house.one(ALICE)).advanced_at
        by_sending = sent(2, actor_id=BOB, read_from_seq=0)
        await house.fold(by_sending)
        assert datetime.fromisoformat(by_sending.at) == (await house.one(ALICE)).advanced_at


class TestNewest:
    """Of somebody whom no other test knows: others' conversations may be there."""

    def begins(self, me: str, conversation_id: str, at_ms: int) -> MessageSent:
        return sent(1, actor_id=me, member_ids=(me, BOB), conversation_id=conversation_id, at_ms=START_MS + at_ms)

    async def test_newest_activity_first(self, house: House) -> None:
        me = new_id()
        await house.fold(self.begins(me, CONVERSATION, 1_000), self.begins(me, OTHER_CONVERSATION, 5_000))
        assert [OTHER_CONVERSATION, CONVERSATION] == await self.ids(house, me)
        await house.fold(sent(2, actor_id=BOB, at_ms=START_MS + 9_000))
        assert [CONVERSATION, OTHER_CONVERSATION] == await self.ids(house, me)

    async def test_where_one_has_left_the_leaving_counts(self, house: House) -> None:
        me = new_id()
        await house.fold(created([me, BOB]), removed(2, user_id=me, actor_id=me))
        await house.fold(self.begins(me, OTHER_CONVERSATION, 5_000))
        await house.fold(sent(20, actor_id=BOB))
        assert [OTHER_CONVERSATION, CONVERSATION] == await self.ids(house, me)

    async def test_page_by_page(self, house: House) -> None:
        me = new_id()
        for number in range(7):  # some at the same time
            await house.fold(self.begins(me, new_id(), number // 2))
        whole = await house.inbox.newest(me, 10)
        paged: list[Membership] = []
        while page := await house.inbox.newest(me, 2, _place(paged)):
            paged += page
        assert (7, whole) == (len(whole), paged)

    async def ids(self, house: House, me: str) -> list[str]:
        return [one.conversation_id for one in await house.inbox.newest(me, 10)]


class TestMembers:
    async def test_in_the_order_of_joining(self, house: House) -> None:
        await house.fold(created(), HELLO, added(3, member_ids=[DAVE]))
        await house.fold(delivered(3), read(2, actor_id=CAROL))
        expected = [
            MemberPosition(ALICE, "admin", 1, 2, 2),
            MemberPosition(BOB, "member", 1, 3, 0),
            MemberPosition(CAROL, "member", 1, 2, 2),
            MemberPosition(DAVE, "member", 3, 2, 2),
        ]
        assert expected == await house.inbox.members(CONVERSATION, 3)

    async def test_what_was_read_in_private_is_not_theirs_to_show(self, house: House) -> None:
        await house.fold(sent(1), sent(2), sent(3), read(1), read(3, is_private=True))
        assert MemberPosition(BOB, "member", 1, 3, 1) in await house.inbox.members(CONVERSATION, 3)

    async def test_once_an_event_has_happened_and_who_got_it(self, house: House) -> None:
        await house.fold(created(), removed(2, user_id=BOB), sent(3), added(4, member_ids=[BOB, DAVE]))
        there = {seq: [one.user_id for one in await house.inbox.members(CONVERSATION, seq)] for seq in range(1, 5)}
        assert {1: {ALICE, BOB, CAROL}, 2: {ALICE, CAROL}, 3: {ALICE, CAROL}, 4: {ALICE, BOB, CAROL, DAVE}} == {
            seq: set(found) for seq, found in there.items()
        }
        got = {seq: set(await house.inbox.members_at(CONVERSATION, seq)) for seq in range(1, 5)}
        assert {1: {ALICE, BOB, CAROL}, 2: {ALICE, BOB, CAROL}, 3: {ALICE, CAROL}, 4: {ALICE, BOB, CAROL, DAVE}} == got

    async def test_of_who_came_again_the_joining_is_that_of_the_time(self, house: House) -> None:
        """Who left before must not learn of it."""
        await house.fold(created(), removed(2, user_id=CAROL), removed(3, user_id=BOB), sent(4))
        await house.fold(added(5, member_ids=[BOB]))
        joined = {one.user_id: one.joined_seq for one in await house.inbox.members(CONVERSATION, 2)}
        assert {ALICE: 1, BOB: 1} == joined

    async def test_none(self, house: House) -> None:
        assert [] == await house.inbox.members(CONVERSATION, 1)
        assert () == await house.inbox.members_at(CONVERSATION, 1)


class TestSettings:
    async def test_of_a_group(self, house: House) -> None:
        await house.fold(created())
        assert GroupSettings(None, None, "everyone", "admins") == await house.inbox.settings(CONVERSATION)
        picture = new_id()
        await house.fold(settings_changed(2, description=SealedText(b"about"), avatar_media_id=picture))
        await house.fold(settings_changed(3, who_can_send="admins", who_can_add="everyone"))
        expected = GroupSettings(b"about", picture, "admins", "everyone")
        assert expected == await house.inbox.settings(CONVERSATION)
        await house.fold(settings_changed(4, avatar_media_id=None))
        assert GroupSettings(b"about", None, "admins", "everyone") == await house.inbox.settings(CONVERSATION)

    async def test_none_of_a_direct_conversation(self, house: House) -> None:
        await house.fold(sent(1))
        assert await house.inbox.settings(CONVERSATION) is None


class TestDirectMembers:
    async def test_of_direct_ones_alone(self, house: House) -> None:
        await house.fold(created(), sent(1, conversation_id=OTHER_CONVERSATION))
        unknown = new_id()
        found = await house.inbox.direct_members([CONVERSATION, OTHER_CONVERSATION, unknown])
        assert {CONVERSATION: set(), OTHER_CONVERSATION: {ALICE, BOB}} == {id_: set(who) for id_, who in found.items()}


class TestBlocked:
    async def test_whom_one_blocks(self, house: House) -> None:
        me, other, third = new_id(), new_id(), new_id()
        await house.fold(blocked(other, actor_id=me, command_offset=1), blocked(third, actor_id=me))
        await house.fold(blocked(me, actor_id=other, command_offset=2))
        assert (sorted([other, third]), [me]) == (await house.inbox.blocked(me), await house.inbox.blocked(other))

    async def test_the_last_word_counts_whatever_comes_again(self, house: House) -> None:
        me = new_id()
        await house.fold(blocked(actor_id=me, command_offset=1))
        await house.fold(blocked(actor_id=me, command_offset=2, is_blocked=False))
        await house.fold(blocked(actor_id=me, command_offset=1))
        assert [] == await house.inbox.blocked(me)


class TestMuted:
    async def test_by_oneself_alone(self, house: House, user_id: str) -> None:
        await house.fold(sent(1, actor_id=user_id, member_ids=(user_id, BOB)))
        until = datetime.fromisoformat(sent(9).at)
        await house.preferences.mute(user_id, CONVERSATION, until)
        assert (until, None) == ((await house.one(user_id)).muted_until, (await house.one(BOB)).muted_until)
        await house.preferences.mute(user_id, CONVERSATION, None)
        assert (await house.one(user_id)).muted_until is None


class TestWrite:
    async def test_nothing(self, house: House) -> None:
        async with InboxWriter(house._postgres, 2).writing() as writing:
            await writing.write(InboxWrites())
        assert [] == await house.contents()


def batches(events: Sequence[AnyEvent], cuts: Sequence[int]) -> list[Sequence[AnyEvent]]:
    borders = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    return [events[start:end] for start, end in pairwise(borders)]


class TestAnyHistory:
    @EXAMPLES
    @given(some=arrivals(), cuts=st.lists(st.integers(0, 20), max_size=5))
    async def test_any_split_into_batches_gives_the_same_rows(
        self, postgres: Postgres, some: list[Arrival], cuts: list[int]
    ) -> None:
        events = decide_all(some)
        assert await rows_after(postgres, [events]) == await rows_after(postgres, batches(events, cuts))

    @EXAMPLES
    @given(some=arrivals(), cuts=st.lists(st.integers(0, 20), max_size=3), start=st.integers(0, 20))
    async def test_a_replay_of_any_suffix_changes_nothing(
        self, postgres: Postgres, some: list[Arrival], cuts: list[int], start: int
    ) -> None:
        events = decide_all(some)
        once = batches(events, cuts)
        again = batches(events[start:], [cut - start for cut in cuts if cut > start])
        assert await rows_after(postgres, once) == await rows_after(postgres, [*once, *again])

    @EXAMPLES
    @given(some=arrivals(), cuts=st.lists(st.integers(0, 20), max_size=3))
    async def test_says_the_same_as_the_conversations_own_state(
        self, postgres: Postgres, some: list[Arrival], cuts: list[int]
    ) -> None:
        events = decide_all(some)
        state = state_of(events)
        async with rolled_back(postgres) as one:
            house = House(one)
            for batch in batches(events, cuts):
                await house.fold(*batch)
            for member in (found for user_id in PEOPLE if (found := state.member(user_id))):
                assert expected_of(member, state, events) == said_of(await house.one(member.user_id))


def expected_of(member: StateMember, state: Conversation, events: Sequence[AnyEvent]) -> tuple[object, ...]:
    """Role, watermarks, unread and head of a member, from state and log."""
    head = state.head_seq if member.left_seq is None else member.left_seq
    read_seq = min(member.read_seq, head)
    unread = [one for one in messages(events) if read_seq < one.seq <= head]
    assert all(one.actor_id != member.user_id for one in unread)
    role = member.role if member.is_present else None
    return role, member.delivered_seq, member.read_seq, len(unread), head, member.joined_seq


def said_of(one: Membership) -> tuple[object, ...]:
    return one.role, one.delivered_seq, one.read_seq, one.unread, one.head_seq, one.joined_seq


async def rows_after(postgres: Postgres, some: Sequence[Sequence[AnyEvent]]) -> list[str]:
    """The view's rows after these batches."""
    async with rolled_back(postgres) as one:
        house = House(one)
        for batch in some:
            if batch:
                await house.fold(*batch)
        return await house.contents()


def _place(before: list[Membership]) -> tuple[str, str] | None:
    return (before[-1].active_at.isoformat(), before[-1].conversation_id) if before else None
