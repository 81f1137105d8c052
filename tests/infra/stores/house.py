"""Timeline and inbox side by side, as their projections fill them from the same events, and people with keys."""

from dataclasses import dataclass

import msgspec

from infra.stores.accounts import Accounts, NewAccount
from infra.stores.cassandra import Cassandra
from infra.stores.inbox import Inbox, Membership
from infra.stores.inbox_writes import InboxWriter
from infra.stores.keys import Keys
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from infra.stores.views import Views
from schemas.bodies import SealedBody, Text
from schemas.codec import encode
from schemas.events import AnyEvent, GroupCreated, MessageEdited, MessageSent
from schemas.frames import ConversationSummary
from schemas.sealing import ConversationKey, DataKey, new_data_key, unwrap
from streams.inbox.project import Logged
from streams.inbox.project import project as to_inbox
from streams.timeline.project import project as to_timeline
from tests.builders import created, edited, record, sent
from tests.infra.stores.connecting import new_id

Frame = dict[str, object]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account, and the key that seals what they write."""

    user_id: str
    key: DataKey


async def person(postgres: Postgres, settings: StoreSettings) -> Person:
    user_id, master = new_id(), settings.master_key_bytes()
    wrapped = new_data_key(master, user_id)
    assert await Accounts(postgres).create(NewAccount(user_id, f"h.{user_id[:8]}", "Somebody", "a hash", wrapped))
    return Person(user_id, unwrap(master, user_id, wrapped))


class House:
    """A conversation of three, and all that is needed to look at it."""

    def __init__(
        self, postgres: Postgres, timeline: Timeline, settings: StoreSettings, people: tuple[Person, Person, Person]
    ) -> None:
        self.postgres = postgres
        self.timeline = timeline
        self.inbox = Inbox(postgres)
        self.views = Views(timeline, Keys(postgres, settings.master_key_bytes()))
        self.conversation_id = new_id()
        self.alice, self.bob, self.carol = people
        self._people = {one.user_id: one for one in people}
        self._writer = InboxWriter(postgres, 2)
        self._name_key = ConversationKey(settings.master_key_bytes(), self.conversation_id)

    @classmethod
    async def build(cls, postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> "House":
        timeline = await Timeline.prepare(cassandra, fixed(1), is_one_replica_set=True)
        alice, bob, carol = [await person(postgres, settings) for _ in range(3)]
        return cls(postgres, timeline, settings, (alice, bob, carol))

    @property
    def here(self) -> dict[str, str]:
        return {"conversation_id": self.conversation_id}

    def created(self, name: str = "Friends") -> GroupCreated:
        """The group that Alice makes."""
        member_ids = [self.alice.user_id, self.bob.user_id, self.carol.user_id]
        return created(member_ids, name=self._name_key.seal(name), conversation_id=self.conversation_id)

    def says(self, seq: int, text: str, by: Person | None = None, at_ms: int | None = None) -> MessageSent:
        """Alice, unless said. The first message begins a direct conversation of Alice and Bob."""
        author = by or self.alice
        return sent(
            seq,
            actor_id=author.user_id,
            conversation_id=self.conversation_id,
            body=self._sealed(text, author, f"m{seq}"),
            member_ids=(self.alice.user_id, self.bob.user_id) if seq == 1 else None,
            at_ms=at_ms,
        )

    def edits(self, seq: int, message: MessageSent, text: str) -> MessageEdited:
        author = self._people[message.actor_id]
        return edited(seq, message, body=self._sealed(text, author, f"e{seq}"))

    def _sealed(self, text: str, author: Person, client_id: str) -> SealedBody:
        return author.key.seal(
            Text(text), conversation_id=self.conversation_id, sender_id=author.user_id, client_id=client_id
        )

    async def happens(self, *events: AnyEvent) -> None:
        """Both views fold the events."""
        found = [one for event in events if (one := to_timeline(record(event, event.command_offset)))]
        await self.timeline.write([row for row, _ in found], [patch for _, patch in found if patch])
        await self.happens_in_inbox(*events)

    async def happens_in_inbox(self, *events: AnyEvent) -> None:
        """The timeline is behind."""
        async with self._writer.writing() as writing:
            heads = await writing.heads([self.conversation_id])
            await writing.write(to_inbox([Logged(event, encode(event)) for event in events], heads))

    async def membership(self, of: Person) -> Membership:
        found = await self.inbox.one(of.user_id, self.conversation_id)
        assert found is not None
        return found

    async def summary(self, of: Person) -> ConversationSummary:
        (found,) = await self.views.summaries(of.user_id, [await self.membership(of)])
        return found

    async def head(self, of: Person) -> Frame | None:
        """The head message as a person sees it."""
        raw = (await self.summary(of)).head_message
        return None if raw is None else msgspec.json.decode(raw, type=Frame)

    async def events(self, of: Person, first: int = 1, last: int = 1_000) -> list[Frame]:
        """The events that a person sees of a range."""
        found = await self.views.events(of.user_id, await self.membership(of), first, last)
        return [msgspec.json.decode(raw, type=Frame) for raw in found]


def text(frame: Frame | None) -> str | None:
    """What a message says; None: nothing is shown."""
    assert frame is not None
    body = frame["body"]
    assert body is None or isinstance(body, dict)
    return None if body is None else body["text"]
