"""Drives a session: opens sockets, carries out effects, comes back after a loss: the I/O of a session."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from clients.python.asking import Asking
from clients.python.backoff import Backoff
from clients.python.connection import Connection, Received
from clients.python.effects import (
    Announce,
    Answer,
    Disconnected,
    Effect,
    FetchConversation,
    FetchMissing,
    FindOwn,
    SendBytes,
    Settle,
)
from clients.python.errors import ApiError, ConnectionEnded, ConnectionLost, Unreachable
from clients.python.http import Api
from clients.python.session import Session
from clients.python.subscription import Audience

SYNC_SECONDS_MAX = 60.0  # from the open socket to Synced; admission of a reconnect storm may take its time
CLOSED = "closed"  # by oneself
_SIGNED_OUT = frozenset({400, 401, 403})  # answers to a ticket or a refresh that no waiting will change

Observer = Callable[[Received], None]


class Driver:
    """The one task that holds the connection."""

    def __init__(
        self,
        api: Api,
        session: Session,
        audience: Audience,
        *,
        socket_url: str,
        backoff: Backoff,
        observer: Observer | None,
    ) -> None:
        self._api = api
        self._session = session
        self._audience = audience
        self._socket_url = socket_url
        self._backoff = backoff
        self._observer = observer
        self._connection: Connection | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._asking = Asking(api, session, self.carry_out)
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None
        self._answers: dict[int, asyncio.Future[Answer | ConnectionEnded]] = {}
        self._is_wanted = asyncio.Event()
        self._is_wanted.set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to connect."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Closes the connection for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._end(ConnectionEnded(None, CLOSED))

    def go_offline(self) -> None:
        """Cuts the connection and stays away."""
        self._is_wanted.clear()
        self.drop()

    def go_online(self) -> None:
        """Connects again."""
        self._backoff.reset()
        self._is_wanted.set()

    def drop(self) -> None:
        """Cuts the connection, as a lost network would."""
        if self._connection is not None:
            self._connection.abort()

    async def send_raw(self, raw: bytes | str, *, is_binary: bool = False) -> None:
        """Sends anything at all, past the session. Raises ConnectionLost."""
        if self._connection is None:
            raise ConnectionLost(1006, "not connected", may_return=True)
        if is_binary:
            await self._connection.send_binary(raw.encode() if isinstance(raw, str) else raw)
        else:
            await self._connection.send(raw)

    def answer(self, key: int) -> asyncio.Future[Answer | ConnectionEnded]:
        """What a command will be answered."""
        if key not in self._answers:
            self._answers[key] = asyncio.get_running_loop().create_future()
        return self._answers[key]

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Does what the session asks for, in order."""
        for effect in effects:
            match effect:
                case SendBytes(raw):
                    self._outgoing.put_nowait(raw)
                case Announce(event):
                    self._audience.tell(event)
                case Settle(key, answer):
                    self._settle(key, answer)
                case FetchMissing() | FindOwn() | FetchConversation():
                    self._asking.start(effect)
        self._set_alarm()

    async def _run(self) -> None:
        try:
            while True:
                await self._is_wanted.wait()
                lost, at_least_seconds = await self._connect_once()
                self._session.disconnected()
                if not lost.may_return:
                    self._end(ConnectionEnded(lost.code, lost.reason))
                    return
                wait_seconds = self._backoff.next_seconds(at_least_seconds)
                self._audience.tell(Disconnected(lost.code, lost.reason, wait_seconds))
                await asyncio.sleep(wait_seconds)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._end(ConnectionEnded(None, f"fault in the client: {error!r}"))
            raise

    async def _connect_once(self) -> tuple[ConnectionLost, float | None]:
        """One connection from ticket to end: why it ended, and how long the server wants us to stay away."""
        try:
            ticket = await self._api.ticket()
            connection = await Connection.open(self._socket_url)
        except ApiError as error:
            is_final = error.status in _SIGNED_OUT
            return ConnectionLost(1006, str(error), may_return=not is_final), error.retry_after_seconds
        except Unreachable as error:
            return ConnectionLost(1006, str(error), may_return=True), None
        except ConnectionLost as lost:
            return lost, None
        try:
            self._connection = connection
            self._outgoing = asyncio.Queue()
            if not self._is_wanted.is_set():
                connection.abort()
            await self._converse(connection, self._session.hello(ticket.ticket))
        except ConnectionLost as lost:
            return lost, None
        except TimeoutError:
            return ConnectionLost(1006, "no Synced in time", may_return=True), None
        finally:
            self._connection = None
            await connection.close()
        raise AssertionError("a conversation ends with an error only")

    async def _converse(self, connection: Connection, hello: bytes) -> None:
        writer = asyncio.create_task(self._write(connection, self._outgoing))
        try:
            await connection.send(hello)
            async with asyncio.timeout(SYNC_SECONDS_MAX):
                while not self._session.is_synced:
                    self._take(await connection.receive())
            self._backoff.reset()
            while True:
                self._take(await connection.receive())
        finally:
            writer.cancel()

    def _take(self, received: Received) -> None:
        if self._observer is not None:
            self._observer(received)
        self.carry_out(self._session.receive(received.frame, time.monotonic()))

    async def _write(self, connection: Connection, outgoing: asyncio.Queue[bytes]) -> None:
        with contextlib.suppress(ConnectionLost):  # the reader sees it too, and tells
            while True:
                await connection.send(await outgoing.get())

    def _settle(self, key: int, answer: Answer) -> None:
        future = self._answers.pop(key, None)
        if future is not None and not future.done():
            future.set_result(answer)

    def _set_alarm(self) -> None:
        wake_at = self._session.wake_at()
        if wake_at == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._alarm_at = None, wake_at
        if wake_at is not None:
            delay_seconds = max(0.0, wake_at - time.monotonic())
            self._alarm = asyncio.get_running_loop().call_later(delay_seconds, self._wake)

    def _wake(self) -> None:
        self._alarm_at = None
        self.carry_out(self._session.wake(time.monotonic()))

    def _end(self, ended: ConnectionEnded) -> None:
        if self._audience.ended is not None:
            return
        self._session.disconnected()
        self._set_alarm()
        self._asking.cancel()
        for future in self._answers.values():
            if not future.done():
                future.set_result(ended)
        self._audience.tell(Disconnected(ended.code, ended.reason, None))
        self._audience.end(ended)
