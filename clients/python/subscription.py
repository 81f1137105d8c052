"""Events for the application: asynchronous iterators, and a way to wait until something is so."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from clients.python.effects import Event
from clients.python.errors import ConnectionEnded, SubscriberTooSlow

EVENTS_MAX = 20_000  # two full recoveries: more waiting means that nobody reads


class Subscription:
    """All events from its making on, in order; ends when the client does."""

    def __init__(self, forget: Callable[["Subscription"], None], events_max: int = EVENTS_MAX) -> None:
        self._forget = forget
        self._events: deque[Event] = deque()
        self._events_max = events_max
        self._is_over = False
        self._is_overflown = False
        self._news = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._is_overflown:
                raise SubscriberTooSlow(f"more than {self._events_max} events waited")
            if self._is_over:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._events.popleft()

    def put(self, event: Event) -> None:
        """The client's: one more."""
        if len(self._events) >= self._events_max:
            self._is_overflown = True
        if not self._is_overflown:
            self._events.append(event)
        self._news.set()

    def end(self) -> None:
        """The client's: no more will come."""
        self._is_over = True
        self._news.set()

    def close(self) -> None:
        """No more is wanted."""
        self._forget(self)
        self.end()


class Audience:
    """All subscriptions and all who wait for a change."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._change: asyncio.Event = asyncio.Event()
        self.ended: ConnectionEnded | None = None

    def subscribe(self) -> Subscription:
        """A new subscription."""
        subscription = Subscription(self._forget)
        if self.ended is not None:
            subscription.end()
        self._subscriptions.append(subscription)
        return subscription

    def tell(self, event: Event) -> None:
        """Gives an event to all."""
        for subscription in self._subscriptions:
            subscription.put(event)
        self.notify()

    def notify(self) -> None:
        """Something changed: those who wait look again."""
        self._change.set()
        self._change = asyncio.Event()

    def end(self, ended: ConnectionEnded) -> None:
        """Nothing will change any more."""
        self.ended = ended
        for subscription in self._subscriptions:
            subscription.end()
        self.notify()

    async def wait_until(self, condition: Callable[[], bool], timeout_seconds: float | None) -> None:
        """Returns once the condition holds. Raises TimeoutError, or ConnectionEnded if it never will."""
        async with asyncio.timeout(timeout_seconds):
            while not condition():
                if self.ended is not None:
                    raise self.ended
                await self._change.wait()

    def _forget(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
