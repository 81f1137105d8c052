"""Commands over HTTP: the same door as the gateway's, and the answer as a response."""

import os
import time
from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import Response

from api.openapi import described, refused
from api.problems import Refusal, unauthenticated
from api.services import Services
from api.tokens import Bearer
from infra.telemetry import metrics, tracing
from infra.telemetry.traceparent import CALLER
from schemas import commands, door, envelope, frames
from schemas.codec import encode
from schemas.commands import Origin
from schemas.ids import direct_conversation_id
from schemas.outbound import Item, Kind
from schemas.sealing import DataKey
from schemas.times import timestamp
from schemas.topics import CONVERSATION_COMMANDS


def answers(event: Any) -> dict[int | str, dict[str, Any]]:
    """What a command may be answered by, for the document."""
    return (
        described(201, event, "The resulting event")
        | described(200, event, "It was a repeat: the first result")
        | refused(403, 404, 409, 429)
    )


class _Answer(msgspec.Struct):
    """What is looked at in the finished frame that answers."""

    type: str
    reason: str = ""
    detail: str = ""
    client_id: str | None = None
    conversation_id: str | None = None


_decode = msgspec.json.Decoder(_Answer).decode
CommandOf = Callable[[Origin], commands.Command]


async def execute(use: Services, caller: Bearer, frame: frames.AnyKeyedFrame) -> Response:
    """Put the command into the log and answer with what came of it.

    Raises Problem, StoreUnavailable, MalformedFrame.
    """
    use.limits.command(caller.user_id, frame)
    conversation_id = door.conversation_of(frame, caller.user_id, use.settings.direct_secret_bytes())
    facts = await use.facts.gather(frame, conversation_id, caller.user_id)
    if reason := door.refusal(frame, caller.user_id, facts):
        metrics.REFUSALS.labels("api", reason).inc()
        # Where the door says no, no conversation is named that the log does not know of.
        named = None if isinstance(frame, frames.CreateGroup) else frame.conversation_id
        raise Refusal(reason, door.DETAILS.get(reason, ""), client_id=frame.client_id, conversation_id=named)
    key = await actor_key(use, caller)

    def command(origin: Origin) -> commands.Command:
        actor = door.Actor(caller.user_id, caller.device_id, key, origin)
        return door.command(frame, conversation_id, actor, facts)

    item = await ask(use, command)
    _raise_refused(item)
    status = 200 if item.kind == Kind.REPEATED else 201
    return Response(item.payload, status, media_type="application/json")


async def set_block(use: Services, caller: Bearer, user_id: str, *, is_blocked: bool) -> None:
    """Block somebody, or no longer: in force when this returns. Raises Problem, StoreUnavailable."""
    conversation_id = direct_conversation_id(use.settings.direct_secret_bytes(), caller.user_id, user_id)

    def command(origin: Origin) -> commands.Command:
        return commands.SetBlock(
            conversation_id=conversation_id,
            actor_id=caller.user_id,
            device_id=caller.device_id,
            origin=origin,
            user_id=user_id,
            is_blocked=is_blocked,
        )

    _raise_refused(await ask(use, command))


async def actor_key(use: Services, caller: Bearer) -> DataKey:
    """Raises Problem, StoreUnavailable."""
    key = await use.keys.key(caller.user_id)
    if key is None:
        raise unauthenticated("the account is erased")
    return key


async def ask(use: Services, command: CommandOf) -> Item:
    """Append a command and wait for what came of it. Raises Problem `unavailable`, StoreUnavailable."""

    async def append(origin: Origin) -> None:
        made = command(origin)
        topic, id_ = CONVERSATION_COMMANDS.name, made.conversation_id
        begun = tracing.begin("append command", CALLER.get())
        try:
            await use.appender.append(topic, encode(made), key=id_, headers=_headers(made, begun.traceparent))
        except BaseException as fault:
            begun.end(type(fault).__name__)
            raise
        begun.end()

    return await use.answers.ask(append)


def _headers(command: commands.Command, trace: str) -> envelope.Headers:
    """A caller may do several things in one trace: the trace does not name the command."""
    now = timestamp(time.time_ns() // 1_000_000)
    id_, subject = os.urandom(16).hex(), command.conversation_id
    return envelope.headers(command, id_=id_, source="api", subject=subject, at=now, trace=trace)


def _raise_refused(item: Item) -> None:
    answer = _decode(item.payload)
    if answer.type == "CommandRefused":
        raise Refusal(answer.reason, answer.detail, client_id=answer.client_id, conversation_id=answer.conversation_id)
