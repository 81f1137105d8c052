"""Fan-out's membership view: cached in the process, kept in Cassandra, folded from the same events as all else."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from infra.stores.cassandra import Cassandra
from infra.stores.faults import until_available
from infra.stores.live_views import LiveViews
from infra.stores.memberships import BlockerIds, Member, Members, Memberships, Roster
from infra.stores.settings import StoreSettings
from infra.stores.versions import Pinned
from schemas.events import AnyEvent, BlockSet, GroupCreated, MemberRemoved, MembersAdded, MessageSent, TimelineEvent
from streams.fanout.versions import Folded

CACHED_MAX = 500_000


class MembershipMissing(Exception):
    """A conversation goes on whose beginning this view never saw."""


class MembershipView:
    """`pinned`: the version of the store, if that may change; `folded`: what must have happened to another one before
    this may read it."""

    def __init__(self, store: Memberships, pinned: Pinned | None = None, folded: Folded | None = None) -> None:
        self._store = store
        self._pinned = pinned
        self._folded = folded
        self._trusted: set[int] = set()
        self._cached: OrderedDict[str, Roster] = OrderedDict()
        self._last_seq: dict[str, int] = {}

    async def fold(self, events: Sequence[AnyEvent], starts: Mapping[int, int] = MappingProxyType({})) -> None:
        """Know the rosters for these events, which begin at these offsets of their partitions; what they change is
        durable afterwards. Raises StoreUnavailable."""
        await self._trust(starts)
        await self.load(event.conversation_id for event in events if isinstance(event, TimelineEvent | BlockSet))
        changed: dict[str, tuple[int, Members]] = {}
        blocked: dict[str, tuple[int, BlockerIds]] = {}
        rosters: dict[str, Roster] = {}
        for event in events:
            id_ = event.conversation_id
            before = rosters.get(id_) or self._cached.get(id_) or Roster(())
            if isinstance(event, TimelineEvent) and not before.members and not _begins(event):
                raise MembershipMissing(id_)
            after = evolve(before, event)
            if after.members is not before.members and isinstance(event, TimelineEvent):
                changed[id_] = (event.seq, after.members)
            if after.blocker_ids != before.blocker_ids:
                blocked[id_] = (event.command_offset + 1, after.blocker_ids)
            if after is not before:
                rosters[id_] = after
        if changed:
            await self._store.save(changed)
        if blocked:
            await self._store.save_blockers(blocked)
        self._cached |= rosters

    async def _trust(self, starts: Mapping[int, int]) -> None:
        """Where another version is read now, what is remembered of the old one goes."""
        if self._pinned and self._pinned.renew():
            self.forget()
        if self._folded and (new := starts.keys() - self._trusted):
            await self._folded.wait({partition: starts[partition] for partition in new})
            self._trusted |= new

    async def load(self, conversation_ids: Iterable[str]) -> None:
        """Take the rosters into memory that are not there. Raises StoreUnavailable."""
        # Not by set arithmetic with the cache's keys: that walks through the whole cache for each batch.
        unknown = {id_ for id_ in conversation_ids if id_ not in self._cached}
        if unknown:
            self._cached |= await self._store.load(list(unknown))

    def roster(self, conversation_id: str) -> Roster | None:
        """None for one that nothing is known of, or that is not loaded."""
        if conversation_id in self._cached:
            self._cached.move_to_end(conversation_id)
        return self._cached.get(conversation_id)

    def is_new(self, event: TimelineEvent) -> bool:
        """Whether this seq is past the last one seen; the second record of a seq is not."""
        if event.seq <= self._last_seq.get(event.conversation_id, 0):
            return False
        self._last_seq[event.conversation_id] = event.seq
        return True

    def evict(self) -> None:
        while len(self._cached) > CACHED_MAX:
            id_, _ = self._cached.popitem(last=False)
            self._last_seq.pop(id_, None)

    def forget(self) -> None:
        """The partitions are gone; whoever has them now may move ahead of what is remembered here."""
        self._cached.clear()
        self._last_seq.clear()
        self._trusted.clear()


async def membership_view(settings: StoreSettings, live: LiveViews) -> MembershipView:
    """The view of the version that is live, be it another one later. Waits for Cassandra."""
    cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
    pinned = Pinned(live.which("memberships"))
    store = await until_available(lambda: Memberships.prepare(cassandra, pinned), "Cassandra")
    return MembershipView(store, pinned, Folded(settings, live))


def evolve(roster: Roster, event: AnyEvent) -> Roster:
    """The roster after an event; one that it has folded already changes nothing. Pure."""
    match event:
        case MessageSent(member_ids=None):
            return roster
        case MessageSent() | GroupCreated():
            return roster if roster.members else replace(roster, members=_joined(event.member_ids or (), event.seq))
        case MembersAdded():
            return replace(roster, members=(*roster.members, *_joined(_absent(roster, event), event.seq)))
        case MemberRemoved():
            return replace(roster, members=tuple(_after_removal(one, event) for one in roster.members))
        case BlockSet():
            others = tuple(one for one in roster.blocker_ids if one != event.actor_id)
            return replace(roster, blocker_ids=(*others, event.actor_id) if event.is_blocked else others)
        case _:
            return roster


def _begins(event: TimelineEvent) -> bool:
    return isinstance(event, GroupCreated) or (isinstance(event, MessageSent) and event.member_ids is not None)


def _joined(user_ids: Iterable[str], seq: int) -> Members:
    return tuple(Member(user_id, seq) for user_id in user_ids)


def _absent(roster: Roster, event: MembersAdded) -> list[str]:
    """Whom the event adds: an interval that began there, or later, was folded before."""
    folded = {one.user_id for one in roster.members if one.joined >= event.seq or one.left is None}
    return [user_id for user_id in event.member_ids if user_id not in folded]


def _after_removal(member: Member, event: MemberRemoved) -> Member:
    """Who is removed still sees that event."""
    is_meant = member.user_id == event.user_id and member.left is None and member.joined < event.seq
    return replace(member, left=event.seq + 1) if is_meant else member
