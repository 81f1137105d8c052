"""One device of a person: its socket comes and goes, its app is started again, and all that it hears is noted."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from clients.python import ApiError, Client, ConnectionEnded, MalformedCommand, NotConfirmed, Received, Refused
from clients.python.backoff import Backoff
from clients.python.commands import Command
from clients.python.errors import Unreachable
from clients.python.events import AnyTimelineEvent
from clients.python.frames import AnyFrame
from clients.python.session import Bookmark
from tests.chaos.history import Recorder
from tests.chaos.records import Answered, Arrived, Called, Ended, Heard, Outcome, Started, Way, now
from tests.chaos.workload.recording_api import RecordingApi

PASSWORD = "correct horse battery staple"
ANSWER_SECONDS = 15.0
HTTP_SECONDS = 30.0
AGAIN_SECONDS = 0.3
NOT_NOTED = frozenset({"TypingChanged"})  # promises nothing
T = TypeVar("T")
_WITHOUT_ANSWER = frozenset({"unavailable", "rate-limited", "unknown"})  # "unknown": not our answer, but a proxy's


class Phone:
    """`recorder` is told of everything. Signed in by `sign_in`; connected from `start` on, if ever."""

    def __init__(self, url: str, handle: str, recorder: Recorder) -> None:
        self._url = url
        self._handle = handle
        self.recorder = recorder
        self.heard: Callable[[AnyFrame], None] = lambda _: None
        self.api = RecordingApi(url, recorder)
        self.client: Client | None = None
        self.push_token: str | None = None

    @property
    def device_id(self) -> str:
        return self.api.device_id

    async def sign_in(self, push_token: str | None = None) -> None:
        """Again and again until it is done; with a token, the provider is FCM or APNs by the token's form."""
        credentials = await insisted(lambda: self.api.sign_in(self._handle, PASSWORD, device_name="phone"))
        self.recorder.note(
            Arrived(at=now(), user_id=credentials.user_id, device_id=credentials.device_id, push_token=push_token)
        )
        if push_token is not None:
            self.push_token = push_token
            body = {"provider": "fcm" if ":" in push_token else "apns", "token": push_token}
            path = f"/v1/devices/{credentials.device_id}/push-token"
            await insisted(lambda: self.api.request("PUT", path, body=body))

    def start(self, bookmark: Bookmark | None = None) -> Client:
        """The app starts, where an earlier one of this device stopped or with nothing."""
        has_cursors = bookmark is not None and bool(bookmark.cursors)
        self.recorder.note(Started(at=now(), device_id=self.device_id, has_cursors=has_cursors))
        backoff = Backoff(first_seconds=0.1, longest_seconds=2.0)
        self.client = Client(self.api, bookmark=bookmark, backoff=backoff, observer=self._observe)
        self.client.start()
        return self.client

    def _observe(self, received: Received) -> None:
        if type(received.frame).__name__ not in NOT_NOTED:
            self.recorder.note(Heard(at=now(), device_id=self.device_id, frame=msgspec.Raw(received.raw)))
        self.heard(received.frame)

    async def restart(self, *, with_cursors: bool) -> None:
        """Another process of the same app; what waited in the outbox is forgotten."""
        if self.client is not None:
            await self.client.close()
            self.start(self.client.bookmark if with_cursors else None)

    async def revive(self) -> None:
        """Told not to come back (a refresh whose answer was lost, repeated too late): it signs in as another device."""
        ended = self.client.ended if self.client else None
        if ended is not None:
            self.recorder.note(Ended(at=now(), device_id=self.device_id, code=ended.code, reason=ended.reason))
        await self.api.aclose()
        self.api = RecordingApi(self._url, self.recorder)
        await self.sign_in()
        self.start()

    async def give(self, command: Command) -> AnyTimelineEvent | None:
        """Over the socket; None where it was refused or nobody knows."""
        client = self.client
        assert client is not None
        call = self._called("socket", command)
        try:
            event = await client.send_command(command, timeout_seconds=ANSWER_SECONDS)
        except (Refused, MalformedCommand) as refused:
            reason = refused.reason if isinstance(refused, Refused) else "malformed"
            return self._answered(call, "refused", reason=reason)
        except (NotConfirmed, ConnectionEnded):
            return self._answered(call, "unknown")
        return self._answered(call, "ok", event)

    async def post(self, command: Command) -> AnyTimelineEvent | None:
        """Over HTTP, again with the same client_id while no answer comes; None as above."""
        call = self._called("http", command)
        give_up_at = now() + HTTP_SECONDS
        while now() < give_up_at:
            try:
                posted = await self.api.command(command)
            except ApiError as refused:
                if refused.code not in _WITHOUT_ANSWER:
                    return self._answered(call, "refused", reason=refused.code)
            except Unreachable:
                pass
            else:
                return self._answered(call, "ok", posted.event)
            await asyncio.sleep(AGAIN_SECONDS)
        return self._answered(call, "unknown")

    def _called(self, way: Way, command: Command) -> int:
        call = self.recorder.next_call()
        raw = msgspec.Raw(msgspec.json.encode(command))
        user_id = self.api.credentials.user_id if self.api.credentials else ""
        self.recorder.note(Called(at=now(), call=call, user_id=user_id, device_id=self.device_id, way=way, command=raw))
        return call

    def _answered(
        self, call: int, outcome: Outcome, event: AnyTimelineEvent | None = None, *, reason: str | None = None
    ) -> AnyTimelineEvent | None:
        raw = msgspec.Raw(msgspec.json.encode(event))  # null, if there is none
        self.recorder.note(Answered(at=now(), call=call, outcome=outcome, event=raw, reason=reason))
        return event

    async def end(self) -> None:
        if self.client is not None:
            await self.client.close()
        await self.api.aclose()


async def insisted(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer of a call that may be made twice, as soon as there is one. Raises ApiError if that is a "no"."""
    while True:
        try:
            return await ask()
        except Unreachable:
            pass
        except ApiError as error:
            if error.code not in _WITHOUT_ANSWER:
                raise
        await asyncio.sleep(AGAIN_SECONDS)


def new_id() -> str:
    return str(uuid.uuid4())
