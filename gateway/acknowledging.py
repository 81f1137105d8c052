"""Receipts on their way into the log: gathered for a moment, so that reading a page costs one command, not fifty."""

import asyncio
import logging

from gateway.connection import Connection
from gateway.submitting import headers
from infra.stores.door_facts import DoorFacts
from infra.stores.faults import until_available
from infra.stores.log import Appender
from schemas import door, frames, topics
from schemas.codec import encode
from schemas.door import Actor

log = logging.getLogger(__name__)

WINDOW_SECONDS = 0.05

Key = tuple[str, str, type[frames.AnyReceiptFrame]]
Gathered = dict[Key, tuple[Actor, frames.AnyReceiptFrame]]


class Acknowledging:
    """Of the receipts of a connection for a conversation, within a window, the furthest counts."""

    def __init__(self, appender: Appender, facts: DoorFacts, gateway: str) -> None:
        self._appender = appender
        self._facts = facts
        self._gateway = gateway
        self._gathered: Gathered = {}
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
            await until_available(lambda some=gathered: self._append_all(some), "privacy")  # type: ignore[misc]

    async def _append_all(self, gathered: Gathered) -> None:
        reads = [
            (actor.user_id, frame.conversation_id)
            for actor, frame in gathered.values()
            if isinstance(frame, frames.AcknowledgeRead)
        ]
        private = await self._facts.private(reads) if reads else frozenset()
        for actor, frame in gathered.values():
            self._append(actor, frame, is_private=(actor.user_id, frame.conversation_id) in private)

    def _append(self, actor: Actor, frame: frames.AnyReceiptFrame, *, is_private: bool) -> None:
        command = door.acknowledgement(frame, actor, is_private=is_private)
        try:
            self._appender.produce(
                topics.CONVERSATION_COMMANDS.name,
                encode(command),
                key=command.conversation_id,
                headers=headers(command, self._gateway),
            )
        except BufferError:  # the device's next receipt covers this one
            log.warning("a receipt is not taken: the producer's queue is full")
