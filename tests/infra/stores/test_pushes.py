"""Pushes that are under way: begun once, tried again when due, and in doubt once somebody lost one."""

import asyncio

import pytest
import pytest_asyncio

from infra.stores.postgres import Postgres
from infra.stores.push_shown import PushShown
from infra.stores.pushes import Pushes, Settled, Started
from infra.stores.settings import StoreSettings
from schemas.notifications import PushRequested
from tests.infra.stores.one_transaction import rolled_back
from tests.infra.stores.pushing import Phones

pytestmark = pytest.mark.asyncio(loop_scope="session")
MANY = 1_000


class House:
    def __init__(self, postgres: Postgres, phones: Phones) -> None:
        self.postgres = postgres
        self.phones = phones
        self.shown = PushShown(postgres)

    def pushes(self, lease_seconds: float = 100) -> Pushes:
        return Pushes(self.postgres, "fcm", lease_seconds)

    async def begun(self, lease_seconds: float = 100) -> PushRequested:
        request = self.phones.message(await self.phones.phone())
        assert {request.request_id} == await self.pushes(lease_seconds).begin([request])
        return request

    async def due(self, request: PushRequested) -> list[Started]:
        return [one for one in await self.pushes().take_due(MANY) if one.request == request]


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres, settings: StoreSettings, user_id: str) -> House:
    return House(postgres, Phones(postgres, settings, user_id))


class TestBegin:
    async def test_once_whoever_repeats_it(self, house: House) -> None:
        request = await house.begun()
        assert frozenset() == await house.pushes().begin([request, request])

    async def test_once_by_many_at_once(self, house: House) -> None:
        phone = await house.phones.phone()
        requests = [house.phones.message(phone) for _ in range(5)]
        begun = await asyncio.gather(*(house.pushes().begin(requests) for _ in range(4)))
        assert sorted(one.request_id for one in requests) == sorted(id_ for some in begun for id_ in some)

    async def test_what_is_shown_is_known(self, house: House) -> None:
        phone = await house.phones.phone()
        await house.pushes().begin([house.phones.message(phone, seq) for seq in (2, 1)])
        place = (house.phones.user_id, house.phones.conversation_id)
        assert [phone] == [one.device_id for one in await house.shown.of({place: 2})]
        assert [] == list(await house.shown.of({place: 1}))

    async def test_a_clear_shows_nothing(self, house: House) -> None:
        await house.pushes().begin([house.phones.clear(await house.phones.phone())])
        assert [] == list(await house.shown.of({(house.phones.user_id, house.phones.conversation_id): 9}))


class TestShown:
    async def test_forgotten_once_read(self, house: House) -> None:
        request = await house.begun()
        place = (request.user_id, request.conversation_id)
        await house.shown.forget({place: 0})
        assert [request.device_id] == [one.device_id for one in await house.shown.of({place: 1})]
        await house.shown.forget({place: 1})
        assert [] == list(await house.shown.of({place: 1}))


class TestTakeDue:
    async def test_not_while_it_is_under_way(self, house: House) -> None:
        assert [] == await house.due(await house.begun())

    async def test_lost_ones_are_in_doubt(self, house: House) -> None:
        request = await house.begun(lease_seconds=0)
        assert [Started(request, 2, is_doubtful=True)] == await house.due(request)
        assert [] == await house.due(request)

    async def test_waiting_ones_are_in_none(self, house: House) -> None:
        request = await house.begun()
        await house.pushes().settle([Settled(request.request_id, 1, "waiting", 0)])
        assert [Started(request, 2)] == await house.due(request)

    async def test_not_before_the_pause_is_over(self, house: House) -> None:
        request = await house.begun()
        await house.pushes().settle([Settled(request.request_id, 1, "waiting", 100)])
        assert [] == await house.due(request)

    async def test_once_by_many_at_once(self, house: House) -> None:
        request = await house.begun(lease_seconds=0)
        found = await asyncio.gather(*(house.due(request) for _ in range(4)))
        assert 1 == sum(len(one) for one in found)

    async def test_by_its_own_provider_alone(self, house: House) -> None:
        request = await house.begun(lease_seconds=0)
        assert request not in [one.request for one in await Pushes(house.postgres, "apns", 100).take_due(MANY)]


class TestSettle:
    async def test_a_doubt_stays(self, house: House) -> None:
        request = await house.begun()
        await house.pushes().settle([Settled(request.request_id, 1, "waiting", 0, is_doubtful=True)])
        assert [Started(request, 2, is_doubtful=True)] == await house.due(request)
        await house.pushes().settle([Settled(request.request_id, 2, "waiting", 0)])
        assert [Started(request, 3, is_doubtful=True)] == await house.due(request)

    async def test_done_for_good(self, house: House) -> None:
        request = await house.begun(lease_seconds=0)
        await house.pushes().settle([Settled(request.request_id, 1, "done")])
        assert [] == await house.due(request)
        assert frozenset() == await house.pushes().begin([request])

    async def test_many_of_all_kinds_at_once(self, house: House) -> None:
        done, again = await house.begun(lease_seconds=0), await house.begun()
        await house.pushes().settle(
            [Settled(done.request_id, 1, "done"), Settled(again.request_id, 1, "waiting", -0.5)]
        )
        due = await house.pushes().take_due(MANY)
        assert [Started(again, 2)] == [one for one in due if one.request in (done, again)]

    async def test_one_who_was_paused_changes_nothing(self, house: House) -> None:
        request = await house.begun(lease_seconds=0)
        (again,) = await house.due(request)
        await house.pushes().settle([Settled(request.request_id, again.attempts, "done")])
        await house.pushes().settle([Settled(request.request_id, 1, "waiting", 0)])
        assert [] == await house.due(request)


class TestForget:
    async def test_only_what_nobody_would_send(self, house: House) -> None:
        async with rolled_back(house.postgres) as postgres:
            pushes, phone = Pushes(postgres, "fcm", 100), await house.phones.phone()
            old = house.phones.message(phone)
            await pushes.begin([old])
            async with postgres.connection() as connection:
                query = "UPDATE pushes SET expires_at = now() - interval '25 hours' WHERE request_id = %s"
                await connection.execute(query, (old.request_id,))
            assert await pushes.forget_old() >= 1
            assert old.request_id in await pushes.begin([old])
