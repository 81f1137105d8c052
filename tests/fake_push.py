"""fake-push as tests see it: tokens of its devices, failures that are ordered, and what devices show."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import httpx
import msgspec

from infra.fake_push.devices import Fault, Push, Screen
from schemas.notifications import Provider

LOOK_SECONDS = 0.03
PATIENCE_SECONDS = 20.0


def new_token(provider: Provider) -> str:
    """One of the form that the provider gives."""
    name = uuid4().hex
    return f"{name[:16]}:APA91b{name[16:]}" if provider == "fcm" else name * 2


class FakePush:
    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, trust_env=False)

    async def order(self, token: str, *faults: Fault) -> None:
        answer = await self._http.put(f"/devices/{token}/faults", content=msgspec.json.encode(faults))
        answer.raise_for_status()

    async def screen(self, token: str) -> Screen:
        return msgspec.json.decode((await self._http.get(f"/devices/{token}")).content, type=Screen)

    async def asked(self, token: str) -> int:
        """How often it was asked to push to a device, whatever it answered."""
        return int((await self._http.get("/devices")).json()["asked"].get(token, 0))

    async def until(self, token: str, is_so: Callable[[Screen], bool], seconds: float = PATIENCE_SECONDS) -> Screen:
        """What a device was sent and shows, as soon as it is so."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not is_so(screen := await self.screen(token)):
            assert asyncio.get_running_loop().time() < deadline, f"still {screen} after {seconds} s"
            await asyncio.sleep(LOOK_SECONDS)
        return screen

    async def pushed(self, token: str, count: int = 1) -> list[Push]:
        """The pushes of a device, as soon as there are so many."""
        return list((await self.until(token, lambda screen: len(screen.pushes) >= count)).pushes)

    async def close(self) -> None:
        await self._http.aclose()


def visible(screen: Screen) -> list[str]:
    """The messages of which a device was visibly told, each as often as it was."""
    return [one.message_id for one in screen.pushes if one.is_visible]
