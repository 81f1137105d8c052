"""Fan-out's membership view: cached in the process, kept in Cassandra, folded from the same events as all else."""

from collections import OrderedDict
from collections.abc import Sequence

from infra.stores.memberships import Member, Members, Memberships
from schemas.events import MessageSent

CACHED_MAX = 500_000


class MembershipMissing(Exception):
    """A conversation goes on whose beginning this view never saw."""


class MembershipView:
    def __init__(self, store: Memberships) -> None:
        self._store = store
        self._cached: OrderedDict[str, Members] = OrderedDict()
        self._last_seq: dict[str, int] = {}

    async def fold(self, events: Sequence[MessageSent]) -> None:
        """Know the members for these events; new members are durable afterwards. Raises StoreUnavailable."""
        changed: dict[str, tuple[int, Members]] = {}
        for event in events:
            if event.member_ids is not None and event.conversation_id not in self._cached:
                members = tuple(Member(user_id, event.seq) for user_id in event.member_ids)
                changed[event.conversation_id] = (event.seq, members)
        # Not by set arithmetic with the cache's keys: that walks through the whole cache for each batch.
        wanted = {event.conversation_id for event in events}
        unknown = {id_ for id_ in wanted if id_ not in self._cached and id_ not in changed}
        found = await self._store.load(list(unknown)) if unknown else {}
        if missing := unknown - found.keys():
            raise MembershipMissing(f"{sorted(missing)}")
        await self._store.save(changed)
        self._cached |= found
        self._cached |= {id_: members for id_, (_, members) in changed.items()}

    def members(self, conversation_id: str) -> Members:
        self._cached.move_to_end(conversation_id)
        return self._cached[conversation_id]

    def is_new(self, event: MessageSent) -> bool:
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
