"""What is known of a device right before it is pushed to: its token, what its user has read, left, muted; the badge."""

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.preferences import Preferences
from infra.stores.push_targets import PushTargets, Wanted
from infra.stores.settings import StoreSettings
from tests.builders import read, removed
from tests.infra.stores.house import House
from tests.infra.stores.pushing import Phones

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Bob:
    """Bob's phone, and the conversation in which Alice writes to him."""

    def __init__(self, house: House, phones: Phones, device_id: str) -> None:
        self.house = house
        self._phones = phones
        self.device_id = device_id
        self._targets = PushTargets(house.postgres)

    async def wanted(self, seq: int = 1) -> Wanted:
        self._phones.conversation_id = self.house.conversation_id
        request = self._phones.message(self.device_id, seq, sender_id=self.house.alice.user_id)
        (found,) = await self._targets.look([request])
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def bob(postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> Bob:
    house = await House.build(postgres, cassandra, settings)
    phones = Phones(postgres, settings, house.bob.user_id)
    return Bob(house, phones, await phones.phone())


class TestLook:
    async def test_counts_what_is_unread(self, bob: Bob) -> None:
        await bob.house.happens(bob.house.says(1, "one"), bob.house.says(2, "two"))
        found = await bob.wanted(2)
        assert ("fcm", 2, 0, False, False) == (
            found.provider,
            found.badge,
            found.read_seq,
            found.is_muted,
            found.has_left,
        )
        assert "Somebody" == found.sender_name

    async def test_counts_the_message_that_the_view_has_not_got_yet(self, bob: Bob) -> None:
        assert 1 == (await bob.wanted(1)).badge
        await bob.house.happens(bob.house.says(1, "one"))
        assert [1, 2] == [(await bob.wanted(seq)).badge for seq in (1, 2)]

    async def test_what_was_read(self, bob: Bob) -> None:
        await bob.house.happens(bob.house.says(1, "one"), bob.house.says(2, "two"))
        await bob.house.happens(
            read(1, actor_id=bob.house.bob.user_id, command_offset=5, conversation_id=bob.house.conversation_id)
        )
        found = await bob.wanted(2)
        assert (1, 1) == (found.read_seq, found.badge)

    async def test_muted_is_not_counted(self, bob: Bob) -> None:
        await bob.house.happens(bob.house.says(1, "one"))
        until = datetime.now(UTC) + timedelta(hours=1)
        await Preferences(bob.house.postgres).mute(bob.house.bob.user_id, bob.house.conversation_id, until)
        found = await bob.wanted()
        assert (True, 0) == (found.is_muted, found.badge)

    async def test_left(self, bob: Bob) -> None:
        await bob.house.happens(bob.house.created())
        gone = removed(2, user_id=bob.house.bob.user_id, actor_id=bob.house.bob.user_id, **bob.house.here)
        await bob.house.happens(gone)
        found = await bob.wanted(1)
        assert (True, 0) == (found.has_left, found.badge)

    async def test_no_token(self, bob: Bob) -> None:
        assert await bob._phones.tokens.drop(bob.house.bob.user_id, bob.device_id)
        found = await bob.wanted()
        assert (None, None, None) == (found.provider, found.token_hash, found.sealed)

    async def test_one_for_each_request_in_their_order(self, bob: Bob) -> None:
        bob._phones.conversation_id = bob.house.conversation_id
        requests = [bob._phones.message(bob.device_id), bob._phones.clear(bob.device_id)]
        assert [1, 0] == [one.badge for one in await PushTargets(bob.house.postgres).look(requests)]
