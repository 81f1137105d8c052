"""Dead letters: a command that cannot be decoded or handled is kept with its position and cause, and then passed over.

Never for events: a projection writes an "unreadable" row instead, and the conversation's fold stops.
"""

import logging

from infra.stores.faults import until_available
from infra.stores.log import Appender, Place
from infra.telemetry import metrics
from infra.telemetry.logs import traced
from schemas import envelope, topics
from schemas.codec import encode
from schemas.dead_letters import DeadLetter
from schemas.times import timestamp
from streams.runtime.progress import saying_so
from streams.runtime.records import Record

log = logging.getLogger(__name__)


class DeadLetters:
    def __init__(self, appender: Appender, agent: str) -> None:
        self._appender = appender
        self._agent = agent
        self._count = metrics.DEAD_LETTERS.labels(agent)  # shown from the start: an alarm needs the 0 before the 1

    async def bury(self, record: Record, cause: Exception) -> None:
        """Append the record to `dead.letters`; done when the log has confirmed it, however long that takes."""
        trace = envelope.header(record.headers, "traceparent") or envelope.new_trace()
        log.error(
            "%s %d/%d is passed over: %s", record.topic, record.partition, record.offset, cause, extra=traced(trace)
        )
        self._count.inc()
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            agent=self._agent,
            cause=f"{type(cause).__name__}: {cause}",
            at=timestamp(record.at_ms),
            key=record.key,
            value=record.value,
        )
        place = f"{record.topic}/{record.partition}/{record.offset}"
        headers = envelope.headers(
            letter, id_=f"{self._agent}/{place}", source=self._agent, subject=place, at=letter.at, trace=trace
        )

        async def append() -> Place:
            return await saying_so(
                self._appender.append(topics.DEAD_LETTERS.name, encode(letter), key=record.key, headers=headers)
            )

        await until_available(append, "dead letters")
