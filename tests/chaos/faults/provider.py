"""Google and Apple fail: pushes that are refused, that hang, and that are taken without a word about it."""

from random import Random

import httpx
import msgspec
from msgspec import Struct

from infra.fake_push.devices import Fault as Failure
from infra.fake_push.fcm import OAUTH
from infra.local.faults import StackFault
from infra.local.services import fake_push_url
from infra.local.settings import LocalSettings
from schemas.notifications import Provider
from tests.chaos.faults.fault import Fault

ANSWER_SECONDS = 5.0
TIMES = 4


class _Counts(Struct):
    """How often a provider was asked for something, and how often it took a push."""

    accepted: int
    asked: dict[str, int]

    @property
    def failed(self) -> int:
        return sum(count for token, count in self.asked.items() if token != OAUTH) - self.accepted


class Failing(Fault):
    """Proof: it was asked more often than it took anything."""

    kind = "fail"
    hold_seconds = (3.0, 8.0)

    def __init__(self, settings: LocalSettings, provider: Provider, random: Random) -> None:
        super().__init__(provider)
        self._url = fake_push_url(settings)
        self._random = random
        self._before = 0

    async def begin(self) -> None:
        self._before = (await self._counts()).failed
        failures = [
            Failure(does="lose", times=TIMES),
            Failure(status=503, retry_after=1, times=TIMES),
            Failure(does="close", times=TIMES),
            Failure(does="hang"),
        ]
        self._random.shuffle(failures)
        await self._ask("PUT", f"/devices/{self.target}/faults", msgspec.json.encode(failures))

    async def has_struck(self) -> bool:
        return (await self._counts()).failed > self._before

    async def heal(self) -> None:
        self.proofs += max(0, (await self._counts()).failed - self._before)
        await self._ask("PUT", f"/devices/{self.target}/faults", b"[]")

    async def _counts(self) -> _Counts:
        return msgspec.json.decode(await self._ask("GET", "/devices"), type=_Counts)

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        try:
            async with httpx.AsyncClient(base_url=self._url, timeout=ANSWER_SECONDS, trust_env=False) as http:
                answer = await http.request(method, path, content=body)
                answer.raise_for_status()
                return answer.content
        except httpx.HTTPError as away:
            raise StackFault(f"fake-push does not answer: {away!r}") from away
