"""One socket to a gateway: bytes out, frames in, close codes as ConnectionLost. No recovery here."""

from dataclasses import dataclass
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from clients.python.decoding import decode
from clients.python.errors import ConnectionLost
from clients.python.frames import AnyFrame

SUBPROTOCOL = "backchannel.v1"
_FRAME_BYTES_MAX = 64 * 1024 * 1024  # a Snapshot or a piece of CaughtUp is large, but not without bounds
_NO_CODE = 1006
_STANDARD_CODES_FOR_GOOD = frozenset(
    {1002, 1003, 1007, 1008, 1009, 1010}
)  # we sent what we must not: it would come again
_CODES_FOR_GOOD = range(4500, 4600)
_STATUSES_TO_RETRY = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Received:
    """A frame as it came, and decoded."""

    raw: bytes
    frame: AnyFrame


class Connection:
    """An open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def open(cls, url: str, *, timeout_seconds: float = 10.0) -> Self:
        """Opens the socket, without a Hello. Raises ConnectionLost."""
        try:
            socket = await connect(
                url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                max_size=_FRAME_BYTES_MAX,
                open_timeout=timeout_seconds,
                close_timeout=2,
            )
        except InvalidStatus as error:
            status = error.response.status_code
            raise ConnectionLost(
                _NO_CODE, f"the server answered {status}", may_return=status in _STATUSES_TO_RETRY
            ) from error
        except InvalidMessage as error:
            raise ConnectionLost(_NO_CODE, str(error), may_return=True) from error
        except InvalidHandshake as error:
            raise ConnectionLost(_NO_CODE, str(error), may_return=False) from error
        except (OSError, TimeoutError) as error:
            raise ConnectionLost(_NO_CODE, str(error) or "no connection", may_return=True) from error
        return cls(socket)

    async def send(self, raw: bytes | str) -> None:
        """Sends a text message. Raises ConnectionLost."""
        try:
            await self._socket.send(raw, text=True)
        except ConnectionClosed as error:
            raise _lost(error) from error

    async def send_binary(self, raw: bytes) -> None:
        """Sends a binary message, which the protocol calls Malformed. Raises ConnectionLost."""
        try:
            await self._socket.send(raw)
        except ConnectionClosed as error:
            raise _lost(error) from error

    async def receive(self) -> Received:
        """The next frame. Raises ConnectionLost."""
        try:
            raw = await self._socket.recv(decode=False)
        except ConnectionClosed as error:
            raise _lost(error) from error
        return Received(raw, decode(raw))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes it in good order."""
        await self._socket.close(code, reason)

    def abort(self) -> None:
        """Cuts it, as a lost network would."""
        self._socket.transport.abort()


def may_return(code: int) -> bool:
    """Whether a client opens a new socket by itself after this close code."""
    return code not in _STANDARD_CODES_FOR_GOOD and code not in _CODES_FOR_GOOD


def _lost(error: ConnectionClosed) -> ConnectionLost:
    if error.rcvd is None:
        reason = "" if error.sent is None else error.sent.reason
        return ConnectionLost(_NO_CODE, reason or "connection lost", may_return=True)
    return ConnectionLost(error.rcvd.code, error.rcvd.reason, may_return=may_return(error.rcvd.code))
