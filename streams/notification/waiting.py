"""Who waits to be told of what, until when; and what makes it needless. Pure: the time is an input, no I/O.

Every message waits for every device that could be told, mostly for no time at all: so what follows it in the same
batch of the log (it was read, the member left) is folded before anything is asked for.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from schemas.events import (
    AnyEvent,
    BlockSet,
    DeliveredAdvanced,
    MemberRemoved,
    MessageDeleted,
    MessageSent,
    ReadAdvanced,
)
from schemas.notifications import Provider


@dataclass(slots=True, eq=False)
class Wait:
    """A device that is told of a message at `due_ms`, unless it turns out to be needless before. `is_connected`: it got
    the message over its socket, and only has not said so yet."""

    message: MessageSent
    user_id: str
    device_id: str
    provider: Provider
    due_ms: float
    is_connected: bool
    done: Callable[[], None]
    is_over: bool = False


@dataclass(slots=True)
class Waiting:
    """Bounded by those who hand records over: they keep what is not done, and pause (streams.runtime)."""

    _of: dict[str, dict[str, list[Wait]]] = field(default_factory=dict)  # conversation, user
    _due: list[tuple[float, int, Wait]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def add(self, wait: Wait) -> None:
        users = self._of.setdefault(wait.message.conversation_id, {})
        users.setdefault(wait.user_id, []).append(wait)
        heapq.heappush(self._due, (wait.due_ms, next(self._numbers), wait))

    def fold(self, event: AnyEvent) -> None:
        """End what an event makes needless. Delivery to one device says nothing of another that has no socket."""
        match event:
            case DeliveredAdvanced():
                self._end(event, event.actor_id, lambda one: one.is_connected and one.message.seq <= event.to_seq)
            case ReadAdvanced():
                self._end(event, event.actor_id, lambda one: one.message.seq <= event.to_seq)
            case MessageSent():
                self._end(event, event.actor_id, lambda one: one.message.seq < event.seq)
            case MemberRemoved():
                self._end(event, event.user_id, lambda _: True)
            case BlockSet() if event.is_blocked:
                for user_id in (event.actor_id, event.user_id):
                    self._end(event, user_id, lambda _: True)
            case MessageDeleted():
                for user_id in tuple(self._of.get(event.conversation_id, ())):
                    self._end(event, user_id, lambda one: one.message.seq == event.message_seq)
            case _:
                pass

    def take_due(self, now_ms: float) -> list[Wait]:
        """Those whose time has come; `done` of each is now the caller's to call."""
        taken = []
        while self._due and (self._due[0][2].is_over or self._due[0][0] <= now_ms):
            _, _, wait = heapq.heappop(self._due)
            if not wait.is_over:
                self._forget(wait)
                taken.append(wait)
        return taken

    def next_due_ms(self) -> float | None:
        while self._due and self._due[0][2].is_over:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def clear(self) -> None:
        """Forget all; nothing is done."""
        self._of.clear()
        self._due.clear()

    def _end(self, event: AnyEvent, user_id: str, is_needless: Callable[[Wait], bool]) -> None:
        waits = self._of.get(event.conversation_id, {}).get(user_id, ())
        for wait in [one for one in waits if is_needless(one)]:
            self._forget(wait)
            wait.done()

    def _forget(self, wait: Wait) -> None:
        wait.is_over = True
        users = self._of[wait.message.conversation_id]
        users[wait.user_id].remove(wait)
        if not users[wait.user_id]:
            del users[wait.user_id]
            if not users:
                del self._of[wait.message.conversation_id]
