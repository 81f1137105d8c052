"""What a user may ask for: messages, and all else."""

from redis.asyncio import Redis

from infra.stores.settings import StoreSettings
from infra.stores.user_limits import UserLimits
from tests.builders import ALICE, BOB
from tests.infra.stores.connecting import NOWHERE

SETTINGS = StoreSettings(messages_burst=2, messages_per_second=0.5, frames_burst=3, frames_per_second=0.1)


class TestTake:
    async def test_messages_and_all_else_have_limits_of_their_own(self) -> None:
        async with Redis.from_url(f"redis://{NOWHERE}/0") as nowhere:
            limits = UserLimits(nowhere, SETTINGS)
            messages = [limits.take(ALICE, is_message=True) for _ in range(3)]
            others = [limits.take(ALICE, is_message=False) for _ in range(4)]
        assert [True, True, False] == [wait == 0 for wait in messages]
        assert [True, True, True, False] == [wait == 0 for wait in others]

    async def test_users_do_not_share(self) -> None:
        async with Redis.from_url(f"redis://{NOWHERE}/0") as nowhere:
            limits = UserLimits(nowhere, SETTINGS)
            for _ in range(3):
                limits.take(ALICE, is_message=True)
            assert 0 == limits.take(BOB, is_message=True)

    def test_as_the_protocol_says(self) -> None:
        settings = StoreSettings()
        assert (50, 500) == (settings.messages_per_second, settings.messages_burst)
