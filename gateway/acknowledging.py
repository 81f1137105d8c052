"""Receipts on their way into the log: gathered for a moment, so that reading a page costs one command, not fifty."""

import asyncio
import logging
from time import time

from gateway.connection import Connection
from infra.stores.log import Appender
from schemas import door, envelope, frames, topics
from schemas.codec import encode
from schemas.door import Actor
from schemas.times import timestamp

log = logging.getLogger(__name__)

WINDOW_SECONDS = 0.05

Key = tuple[str, str, type[frames.AnyReceiptFrame]]


class Acknowledging:
    """Of the receipts of a connection for a conversation, within a window, the furthest counts."""

    def __init__(self, appender: Appender, gateway: str) -> None:
        self._appender = appender
        self._gateway = gateway
        self._gathered: dict[Key, tuple[Actor, frames.AnyReceiptFrame]] = {}
        self._arrived = asyncio.Event()

    def acknowledge(self, connection: Connection, actor: Actor, frame: frames.AnyReceiptFrame) -> None:
        key = (connection.id, frame.conversation_id, type(frame))
        before = self._gathered.get(key)
        if before is None or before[1].seq < frame.seq:
            self._gathered[key] = (actor, frame)
        self._arrived.set()

    async def run(self) -> None:
        """Append what was gathered, window after window."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(WINDOW_SECONDS)
            self._arrived.clear()
            gathered, self._gathered = self._gathered, {}
            for actor, frame in gathered.values():
                self._append(actor, frame)

    def _append(self, actor: Actor, frame: frames.AnyReceiptFrame) -> None:
        command = door.acknowledgement(frame, actor, is_private=False)
        trace = envelope.new_trace()
        headers = envelope.headers(
            command,
            id_=trace[3:35],
            source=self._gateway,
            subject=command.conversation_id,
            at=timestamp(int(time() * 1000)),
            trace=trace,
        )
        try:
            self._appender.produce(
                topics.CONVERSATION_COMMANDS.name, encode(command), key=command.conversation_id, headers=headers
            )
        except BufferError:  # the device's next receipt covers this one
            log.warning("a receipt is not taken: the producer's queue is full")
