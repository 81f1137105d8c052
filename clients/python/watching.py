"""Whose presence is watched. A subscription ends with its socket, so it is renewed on the next. Pure."""

from collections.abc import Iterable

from clients.python.commands import SubscribePresence, UnsubscribePresence, encode
from clients.python.effects import Effect, SendBytes
from clients.python.frames import PresenceChanged

PEOPLE_MAX = 500  # the protocol's; the server refuses more (`too-many`)


class Watching:
    """The people, and what was heard of them on this connection."""

    def __init__(self) -> None:
        self.presences: dict[str, PresenceChanged] = {}
        self._user_ids: dict[str, None] = {}  # a set in order

    def subscribe(self, user_ids: Iterable[str]) -> list[Effect]:
        """Watches them too. Raises ValueError when they are too many in all."""
        fresh = tuple(dict.fromkeys(user_id for user_id in user_ids if user_id not in self._user_ids))
        if len(self._user_ids) + len(fresh) > PEOPLE_MAX:
            raise ValueError(f"at most {PEOPLE_MAX} people can be watched")
        self._user_ids.update(dict.fromkeys(fresh))
        return [SendBytes(encode(SubscribePresence(user_ids=fresh)))] if fresh else []

    def unsubscribe(self, user_ids: Iterable[str]) -> list[Effect]:
        """Watches them no longer."""
        known = tuple(dict.fromkeys(user_id for user_id in user_ids if user_id in self._user_ids))
        for user_id in known:
            del self._user_ids[user_id]
            self.presences.pop(user_id, None)
        return [SendBytes(encode(UnsubscribePresence(user_ids=known)))] if known else []

    def changed(self, frame: PresenceChanged) -> None:
        """What the server says of somebody."""
        if frame.user_id in self._user_ids:
            self.presences[frame.user_id] = frame

    def synced(self) -> list[Effect]:
        """Subscribes anew."""
        user_ids = tuple(self._user_ids)
        return [SendBytes(encode(SubscribePresence(user_ids=user_ids)))] if user_ids else []

    def disconnected(self) -> None:
        """What was heard may be so no longer."""
        self.presences.clear()
