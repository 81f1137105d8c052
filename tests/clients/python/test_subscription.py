"""Events for the application: in order, bounded, and at an end with the client."""

import asyncio

import pytest

from clients.python.errors import ConnectionEnded, SubscriberTooSlow
from clients.python.subscription import Audience, Subscription
from tests.clients.builders import message


class TestSubscription:
    @pytest.mark.asyncio
    async def test_gives_what_came_and_ends(self) -> None:
        audience = Audience()
        subscription = audience.subscribe()
        audience.tell(message(1))
        audience.tell(message(2))
        audience.end(ConnectionEnded(4503, "signed out"))
        assert [message(1), message(2)] == [event async for event in subscription]

    @pytest.mark.asyncio
    async def test_ended_at_once_when_taken_too_late(self) -> None:
        audience = Audience()
        audience.end(ConnectionEnded(4503, "signed out"))
        assert [] == [event async for event in audience.subscribe()]

    @pytest.mark.asyncio
    async def test_reader_who_is_too_slow_is_told(self) -> None:
        subscription = Subscription(lambda _: None, events_max=2)
        for seq in (1, 2, 3):
            subscription.put(message(seq))
        assert [message(1), message(2)] == [await anext(subscription), await anext(subscription)]
        with pytest.raises(SubscriberTooSlow):
            await anext(subscription)


class TestWaitUntil:
    @pytest.mark.asyncio
    async def test_looks_again_after_every_event(self) -> None:
        audience, seen = Audience(), [0]
        waiting = asyncio.create_task(audience.wait_until(lambda: seen[0] == 2, 5.0))
        for _ in range(2):
            await asyncio.wait({waiting}, timeout=0.01)
            seen[0] += 1
            audience.notify()
        await waiting

    @pytest.mark.asyncio
    async def test_raises_when_it_can_hold_no_more(self) -> None:
        audience = Audience()
        waiting = asyncio.create_task(audience.wait_until(lambda: False, 5.0))
        await asyncio.wait({waiting}, timeout=0.01)
        audience.end(ConnectionEnded(4502, "replaced"))
        with pytest.raises(ConnectionEnded):
            await waiting

    @pytest.mark.asyncio
    async def test_raises_after_the_timeout(self) -> None:
        with pytest.raises(TimeoutError):
            await Audience().wait_until(lambda: False, 0.01)
