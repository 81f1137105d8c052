"""From a well-formed frame to a command in the log: facts are attached, the body is sealed, nothing is decided."""

import logging
from time import time

from confluent_kafka import KafkaError, Message

from gateway.connection import Connection
from infra.stores.door_facts import DoorFacts
from infra.stores.faults import StoreUnavailable
from infra.stores.log import Appender
from infra.telemetry import metrics, tracing
from schemas import commands, door, envelope, frames, topics
from schemas.close_codes import CloseCode
from schemas.codec import encode
from schemas.door import Actor
from schemas.parsing import MalformedFrame
from schemas.times import timestamp

log = logging.getLogger(__name__)


class Submitting:
    def __init__(self, appender: Appender, facts: DoorFacts, direct_secret: bytes, gateway: str) -> None:
        self._appender = appender
        self._facts = facts
        self._direct_secret = direct_secret
        self._gateway = gateway

    async def submit(self, connection: Connection, actor: Actor, frame: frames.AnyKeyedFrame) -> None:
        """Append the command, or answer why not. What follows comes from the log."""
        try:
            conversation_id = door.conversation_of(frame, actor.user_id, self._direct_secret)
            facts = await self._facts.gather(frame, conversation_id, actor.user_id)
        except MalformedFrame as malformed:
            connection.perform(connection.session.malformed(malformed))
            return
        except StoreUnavailable as away:
            log.warning("a command is not taken: %s", away)
            connection.close(CloseCode.OVERLOADED, "try again")
            return
        if reason := door.refusal(frame, actor.user_id, facts):
            metrics.REFUSALS.labels("gateway", reason).inc()
            named = None if isinstance(frame, frames.CreateGroup) else conversation_id  # there is no such group
            connection.write(door.refused(frame, reason, named))
            return
        self._append(connection, door.command(frame, conversation_id, actor, facts))

    def _append(self, connection: Connection, command: commands.AnyKeyedCommand) -> None:
        begun = tracing.begin("append command")

        def delivered(error: KafkaError | None, _: Message) -> None:
            begun.end(None if error is None else error.str())
            if error is not None:  # the client repeats it after reconnecting: its client_id makes that safe
                log.error("a command was not appended: %s", error.str())
                connection.close(CloseCode.OVERLOADED, "try again")

        try:
            self._appender.produce(
                topics.CONVERSATION_COMMANDS.name,
                encode(command),
                key=command.conversation_id,
                headers=headers(command, self._gateway, begun.traceparent),
                on_delivery=delivered,
            )
        except BufferError:
            connection.close(CloseCode.OVERLOADED, "try again")


def headers(command: commands.Command, gateway: str, trace: str) -> envelope.Headers:
    """The headers of a command that begins its trace here; so the trace names it, too."""
    at = timestamp(int(time() * 1000))
    return envelope.headers(
        command, id_=trace[3:35], source=gateway, subject=command.conversation_id, at=at, trace=trace
    )
