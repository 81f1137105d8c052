"""Requests and outcomes into the log: confirmed when it returns, keyed by user."""

from infra.stores.faults import until_available
from infra.stores.log import Appender, Place
from schemas import envelope, topics
from schemas.codec import encode
from schemas.notifications import AnyOutcome, PushRequested, TokenRetired
from schemas.topics import Topic
from streams.runtime.progress import saying_so


async def append_request(appender: Appender, request: PushRequested, source: str) -> None:
    await _append(appender, topics.NOTIFICATION_REQUESTS, request, request.request_id, source)


async def append_outcome(appender: Appender, outcome: AnyOutcome, source: str) -> None:
    if isinstance(outcome, TokenRetired):
        id_ = f"{outcome.device_id}/{outcome.token_hash.hex()}"
    else:
        id_ = f"{outcome.request_id}/{outcome.attempts}"
    await _append(appender, topics.NOTIFICATION_OUTCOMES, outcome, id_, source)


async def _append(appender: Appender, topic: Topic, value: PushRequested | AnyOutcome, id_: str, source: str) -> None:
    headers = envelope.headers(
        value, id_=id_, source=source, subject=value.user_id, at=value.at, trace=envelope.new_trace()
    )

    async def append() -> Place:
        return await saying_so(appender.append(topic.name, encode(value), key=value.user_id, headers=headers))

    await until_available(append, topic.name)
