"""Watching: which connections want to know of whose presence, and what each was told last.

One road for all: somebody subscribed, something changed, or it is time to judge anew; then the gateway looks how people
are and who may see it, and tells each connection what is new to it. Looks follow one another, so nothing that is older
is told after what is newer.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gateway.connection import Connection
from infra.stores.acquaintance import Acquaintance, Pair
from infra.stores.faults import StoreUnavailable
from infra.stores.presences import Presence, Presences
from infra.stores.watchers import Watchers
from schemas import door, frames
from schemas.door import Actor

log = logging.getLogger(__name__)

JUDGE_SECONDS = 1.0
JUDGE_USERS = 500  # at a time: who may see whom is asked of PostgreSQL
LOOK_USERS = 500
AGAIN_SECONDS = 0.2


@dataclass(slots=True)
class _Watcher:
    """A connection, whose it is, and what it was told last of each whom it watches; None: nothing yet."""

    connection: Connection
    user_id: str
    told: dict[str, bytes | None] = field(default_factory=dict)


class Watching:
    """`stream` gives the name of this gateway's stream."""

    def __init__(
        self, stream: Callable[[], str | None], watchers: Watchers, presences: Presences, acquaintance: Acquaintance
    ) -> None:
        self._stream = stream
        self._store = watchers
        self._presences = presences
        self._acquaintance = acquaintance
        self._watchers: dict[str, _Watcher] = {}
        self._by_user: dict[str, set[str]] = {}  # watched user to connections; the longest unjudged come first
        self._due: dict[str, None] = {}
        self._announced: tuple[str, set[str]] = ("", set())  # of which changes the stream is told
        self._woken = asyncio.Event()

    def subscribe(self, connection: Connection, actor: Actor, frame: frames.SubscribePresence) -> None:
        """Each is answered, those whom it watches already as well; too many are refused as a whole."""
        watcher = self._watchers.get(connection.id) or _Watcher(connection, actor.user_id)
        if len(watcher.told.keys() | set(frame.user_ids)) > frames.SUBSCRIPTIONS_MAX:
            connection.write(door.refused(frame, "too-many"))
            return
        self._watchers[connection.id] = watcher
        for user_id in frame.user_ids:
            watcher.told[user_id] = None
            self._by_user.setdefault(user_id, set()).add(connection.id)
        self.changed(frame.user_ids)

    def unsubscribe(self, connection: Connection, frame: frames.UnsubscribePresence) -> None:
        if watcher := self._watchers.get(connection.id):
            self._forget(watcher, frame.user_ids)

    def gone(self, connection: Connection) -> None:
        if watcher := self._watchers.get(connection.id):
            self._forget(watcher, list(watcher.told))

    def changed(self, user_ids: Iterable[str]) -> None:
        """Look at these users as soon as possible."""
        self._due |= dict.fromkeys(user_ids)
        self._woken.set()

    async def run(self) -> None:
        """Look and tell, for ever."""
        while True:
            users = await self._next()
            try:
                await self._look(users)
            except StoreUnavailable as away:
                log.warning("presence is not looked at: %s", away)
                self.changed(users)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _next(self) -> list[str]:
        """Whom to look at: those that are due, else those who were not judged for the longest. Idle without any."""
        if not self._due:
            self._woken.clear()
            try:
                async with asyncio.timeout(JUDGE_SECONDS if self._by_user else None):
                    await self._woken.wait()
            except TimeoutError:
                return self._longest_unjudged()
        users = list(islice(self._due, LOOK_USERS))
        for user_id in users:
            del self._due[user_id]
        return users

    def _longest_unjudged(self) -> list[str]:
        users = list(islice(self._by_user, JUDGE_USERS))
        for user_id in users:
            self._by_user[user_id] = self._by_user.pop(user_id)
        return users

    async def _look(self, users: Sequence[str]) -> None:
        """First be told of changes, then read: none falls between. Raises StoreUnavailable."""
        watched = [user_id for user_id in users if user_id in self._by_user]
        stream = self._stream()
        if stream is None:
            return
        await self._announce(stream, users)
        pairs = {(self._watchers[id_].user_id, one) for one in watched for id_ in self._by_user.get(one, ())}
        presences = await self._presences.read(watched)
        visible = await self._acquaintance.visible(pairs)
        for user_id in watched:
            self._tell(user_id, presences[user_id], pairs, visible)

    async def _announce(self, stream: str, users: Sequence[str]) -> None:
        """Be told of changes from now on, or no longer. A new incarnation has a new stream."""
        if self._announced[0] != stream:
            self._announced = (stream, set())
        announced = self._announced[1]
        new = {user_id for user_id in users if user_id in self._by_user} - announced
        old = {user_id for user_id in users if user_id not in self._by_user} & announced
        await self._store.add(stream, new)
        await self._store.remove(stream, old)
        announced |= new
        announced -= old

    def _tell(self, user_id: str, presence: Presence, judged: Collection[Pair], visible: Collection[Pair]) -> None:
        shown = frames.encode(frames.PresenceChanged(user_id, presence.is_online, presence.last_seen_at))
        hidden = frames.encode(frames.PresenceChanged(user_id, None, None))
        for id_ in tuple(self._by_user.get(user_id, ())):
            watcher = self._watchers[id_]
            pair = (watcher.user_id, user_id)
            frame = shown if pair in visible else hidden
            if pair in judged and watcher.told[user_id] != frame:  # who came meanwhile is due
                watcher.told[user_id] = frame
                watcher.connection.deliver(frame)

    def _forget(self, watcher: _Watcher, user_ids: Iterable[str]) -> None:
        """The stream is taken from a user's watchers with the next look."""
        id_ = watcher.connection.id
        for user_id in user_ids:
            if user_id not in watcher.told:
                continue
            del watcher.told[user_id]
            self._by_user[user_id].discard(id_)
            if not self._by_user[user_id]:
                del self._by_user[user_id]
                self.changed((user_id,))
        if not watcher.told:
            self._watchers.pop(id_, None)
