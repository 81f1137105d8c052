"""The inbox view in PostgreSQL."""

from collections.abc import Sequence

import pytest
import pytest_asyncio

from infra.stores.inbox import Inbox, InboxWrites, MemberPosition, Membership
from infra.stores.postgres import Postgres
from schemas.codec import decode_event, encode
from schemas.events import MessageSent
from streams.inbox.project import project
from tests.builders import ALICE, BOB, START_MS, record, sent
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


class People:
    """Alice and Bob under ids that no other test uses, and what they write to each other."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.alice = new_id()
        self.bob = new_id()

    def talk(self, authors: str, conversation_id: str | None = None, at_ms: int = START_MS) -> list[MessageSent]:
        """A conversation in which they write in turns: `aab` is Alice, Alice, Bob."""
        conversation_id = conversation_id or new_id()
        names = {"a": ALICE, "b": BOB}
        return [
            self._renamed(sent(seq, actor_id=names[author], conversation_id=conversation_id, at_ms=at_ms + seq))
            for seq, author in enumerate(authors, 1)
        ]

    def _renamed(self, event: MessageSent) -> MessageSent:
        value = encode(event).replace(ALICE.encode(), self.alice.encode()).replace(BOB.encode(), self.bob.encode())
        renamed = decode_event(value)
        assert isinstance(renamed, MessageSent)
        return renamed

    async def write(self, events: Sequence[MessageSent]) -> None:
        await self.inbox.write(project(record(event, event.seq) for event in events))

    async def seen_by(self, user_id: str) -> tuple[int, int, int, int]:
        """Head, delivered, read and unread of the one conversation that a person has."""
        (one,) = await self.inbox.all(user_id)
        return one.head_seq, one.delivered_seq, one.read_seq, one.unread


@pytest_asyncio.fixture(loop_scope="session")
async def people(postgres: Postgres) -> People:
    return People(Inbox(postgres))


class TestWrite:
    async def test_counts_what_others_wrote_after_ones_own_last(self, people: People) -> None:
        await people.write(people.talk("aabaa"))
        assert (5, 5, 5, 0) == await people.seen_by(people.alice)
        assert (5, 3, 3, 2) == await people.seen_by(people.bob)

    async def test_who_never_wrote_has_read_nothing(self, people: People) -> None:
        await people.write(people.talk("aaa"))
        assert (3, 0, 0, 3) == await people.seen_by(people.bob)

    @pytest.mark.parametrize("cuts", [[1], [2, 3], [1, 2, 3, 4, 5], [4], []])
    async def test_any_split_gives_the_same(self, people: People, cuts: list[int]) -> None:
        events = people.talk("abaab")
        for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
            await people.write(events[start:end])
        assert ((5, 4, 4, 1), (5, 5, 5, 0)) == (
            await people.seen_by(people.alice),
            await people.seen_by(people.bob),
        )

    @pytest.mark.parametrize(("start", "end"), [(0, 5), (0, 1), (2, 4), (1, 2)])
    async def test_a_replay_changes_nothing(self, people: People, start: int, end: int) -> None:
        events = people.talk("abaab")
        await people.write(events)
        before = await people.inbox.all(people.alice), await people.inbox.all(people.bob)
        await people.write(events[start:end])
        assert before == (await people.inbox.all(people.alice), await people.inbox.all(people.bob))

    async def test_nothing(self, people: People) -> None:
        await people.inbox.write(InboxWrites([], [], []))


class TestOne:
    async def test_all_of_a_membership(self, people: People) -> None:
        events = people.talk("ab")
        await people.write(events)
        one = await people.inbox.one(people.alice, events[0].conversation_id)
        assert one is not None
        assert (events[0].conversation_id, "direct", 2, 1, "member") == (
            one.conversation_id,
            one.kind,
            one.head_seq,
            one.joined_seq,
            one.role,
        )
        assert (encode(events[1]), (people.alice, people.bob)) == (one.head_event, one.members)
        assert START_MS + 2 == round(one.head_at.timestamp() * 1000)

    async def test_none_for_others(self, people: People) -> None:
        events = people.talk("a")
        await people.write(events)
        assert await people.inbox.one(new_id(), events[0].conversation_id) is None
        assert await people.inbox.one(people.alice, new_id()) is None


class TestNewest:
    async def test_newest_activity_first(self, people: People) -> None:
        old, new = people.talk("a"), people.talk("a", at_ms=START_MS + 5000)
        await people.write([*old, *new])
        assert _ids(new, old) == [one.conversation_id for one in await people.inbox.newest(people.alice, 10)]
        await people.write(people.talk("ab", old[0].conversation_id, at_ms=START_MS + 9000)[1:])
        assert _ids(old, new) == [one.conversation_id for one in await people.inbox.newest(people.bob, 10)]

    async def test_page_by_page(self, people: People) -> None:
        talks = [people.talk("a", at_ms=START_MS + n // 2) for n in range(7)]  # some at the same time
        for talk in talks:
            await people.write(talk)
        whole = await people.inbox.newest(people.alice, 10)
        paged: list[Membership] = []
        while page := await people.inbox.newest(people.alice, 2, _place(paged)):
            paged += page
        assert (7, whole) == (len(whole), paged)


class TestMembers:
    async def test_in_the_order_of_joining(self, people: People) -> None:
        events = people.talk("ba")
        await people.write(events)
        expected = [
            MemberPosition(people.alice, "member", 1, 2, 2),
            MemberPosition(people.bob, "member", 1, 1, 1),
        ]
        assert expected == await people.inbox.members(events[0].conversation_id)

    async def test_none(self, people: People) -> None:
        assert [] == await people.inbox.members(new_id())


def _ids(*talks: list[MessageSent]) -> list[str]:
    return [talk[0].conversation_id for talk in talks]


def _place(before: list[Membership]) -> tuple[str, str] | None:
    return (before[-1].head_at.isoformat(), before[-1].conversation_id) if before else None
