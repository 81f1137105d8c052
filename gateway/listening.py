"""How a gateway speaks WebSocket: all that concerns the layer below the frames, in one place.

The conformance test runs an echo on the same.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from gateway.session import HELLO_BYTES_MAX

SUBPROTOCOL = Subprotocol("backchannel.v1")
CLOSE_SECONDS = 3.0

Handler = Callable[[ServerConnection], Awaitable[None]]
Answer = Callable[[ServerConnection, Request], Response | None]


def listen(
    handler: Handler,
    host: str,
    port: int,
    *,
    answer: Answer | None = None,
    subprotocols: Sequence[Subprotocol] | None = (SUBPROTOCOL,),
) -> AbstractAsyncContextManager[Server]:
    """The server, to be entered. No pings: only frames are a sign of life, and an idle socket costs nothing."""
    return serve(
        handler,
        host,
        port,
        subprotocols=subprotocols,
        process_request=answer,
        compression=None,
        ping_interval=None,
        close_timeout=CLOSE_SECONDS,
        max_size=HELLO_BYTES_MAX,
        max_queue=4,
        write_limit=4096,
        server_header=None,
        open_timeout=10,
        backlog=4096,
    )
