"""Devices that can be pushed to, with a person who has them."""

from infra.stores.devices import Devices, NewDevice
from infra.stores.postgres import Postgres
from infra.stores.push_tokens import PushTokens
from infra.stores.settings import StoreSettings
from schemas.ids import push_request_id
from schemas.notifications import Provider, PushRequested
from tests.builders import clear_requested, push_requested
from tests.fake_push import new_token
from tests.infra.stores.connecting import new_id


class Phones:
    def __init__(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        self.user_id = user_id
        self.conversation_id = new_id()
        self.tokens = PushTokens(postgres, settings.master_key_bytes())
        self._devices = Devices(postgres, grace_seconds=1, life_seconds=1_000_000)

    async def phone(self, provider: Provider = "fcm", token: str | None = None) -> str:
        device_id = new_id()
        await self._devices.seed([NewDevice(device_id, self.user_id, "phone")])
        assert await self.tokens.put(self.user_id, device_id, provider, token or new_token(provider))
        return device_id

    def message(self, device_id: str, seq: int = 1, **more: object) -> PushRequested:
        """A message of its own kind: no two have the same id."""
        message_id = new_id()
        request_id = push_request_id(device_id, message_id, "message")
        own = {"request_id": request_id, "message_id": message_id}
        return push_requested(seq, **{**self._of(device_id), **own, **more})

    def clear(self, device_id: str, seq: int = 1, **more: object) -> PushRequested:
        return clear_requested(seq, **{**self._of(device_id), **more})

    def _of(self, device_id: str) -> dict[str, object]:
        place = {"user_id": self.user_id, "conversation_id": self.conversation_id}
        return {**place, "device_id": device_id, "expires_at": "2099-01-01T00:00:00.000Z"}
