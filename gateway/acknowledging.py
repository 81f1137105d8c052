"""Receipts on their way into the log: gathered for a moment, so that reading a page costs one command, not fifty."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace

from gateway.connection import Connection
from gateway.submitting import headers
from infra.stores.door_facts import CATCH_UP_SECONDS, DoorFacts
from infra.stores.faults import until_available
from infra.stores.log import Appender
from infra.telemetry import tracing
from schemas import door, frames, topics
from schemas.codec import encode
from schemas.door import Actor

log = logging.getLogger(__name__)

WINDOW_SECONDS = 0.05

Key = tuple[str, str, type[frames.AnyReceiptFrame]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a device said; `since`: when it first said anything of the kind that is not in the log yet."""

    actor: Actor
    frame: frames.AnyReceiptFrame
    since: float


Gathered = dict[Key, Receipt]


class Acknowledging:
    """Of the receipts of a connection for a conversation, within a window, the furthest counts.

    A read of a conversation whose members the view does not know yet is held back for a moment: whether it is private
    cannot be said before.
    """

    def __init__(self, appender: Appender, facts: DoorFacts, gateway: str) -> None:
        self._appender = appender
        self._facts = facts
        self._gateway = gateway
        self._gathered: Gathered = {}
        self._arrived = asyncio.Event()

    def acknowledge(self, connection: Connection, actor: Actor, frame: frames.AnyReceiptFrame) -> None:
        self._gather((connection.id, frame.conversation_id, type(frame)), Receipt(actor, frame, time.monotonic()))

    def _gather(self, key: Key, receipt: Receipt) -> None:
        before = self._gathered.get(key, receipt)
        further = max(before, receipt, key=lambda one: one.frame.seq)
        self._gathered[key] = replace(further, since=min(before.since, receipt.since))
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
            (one.actor.user_id, one.frame.conversation_id)
            for one in gathered.values()
            if isinstance(one.frame, frames.AcknowledgeRead)
        ]
        private = await self._facts.private(reads) if reads else frozenset()
        for key, one in gathered.items():
            if self._is_early(one):
                self._gather(key, one)
            else:
                is_private = (one.actor.user_id, one.frame.conversation_id) in private
                self._append(one.actor, one.frame, is_private=is_private)

    def _is_early(self, one: Receipt) -> bool:
        is_open = isinstance(one.frame, frames.AcknowledgeRead) and not self._facts.knows(one.frame.conversation_id)
        return is_open and time.monotonic() - one.since < CATCH_UP_SECONDS

    def _append(self, actor: Actor, frame: frames.AnyReceiptFrame, *, is_private: bool) -> None:
        command = door.acknowledgement(frame, actor, is_private=is_private)
        begun = tracing.begin("append command")
        try:
            self._appender.produce(
                topics.CONVERSATION_COMMANDS.name,
                encode(command),
                key=command.conversation_id,
                headers=headers(command, self._gateway, begun.traceparent),
                on_delivery=lambda error, _: begun.end(None if error is None else error.str()),
            )
        except BufferError:  # the device's next receipt covers this one
            log.warning("a receipt is not taken: the producer's queue is full")
