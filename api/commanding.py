"""Commands over HTTP: the same door as the gateway's, and the answer as a response."""

import time

import msgspec
from fastapi import Response

from api.openapi import described, refused
from api.problems import Refusal, unauthenticated
from api.services import Services
from api.tokens import Bearer
from schemas import commands, door, envelope, frames
from schemas.codec import encode
from schemas.commands import Origin
from schemas.outbound import Item, Kind
from schemas.sealing import DataKey
from schemas.times import timestamp
from schemas.topics import CONVERSATION_COMMANDS

ANSWERS = (
    described(201, frames.MessageSent, "The resulting event")
    | described(200, frames.MessageSent, "It was a repeat: the first result")
    | refused(403, 404, 409, 429)
)


class _Answer(msgspec.Struct):
    """What is looked at in the finished frame that answers."""

    type: str
    reason: str = ""
    detail: str = ""
    client_id: str = ""
    conversation_id: str | None = None


_decode = msgspec.json.Decoder(_Answer).decode


async def execute(use: Services, caller: Bearer, frame: frames.SendMessage) -> Response:
    """Put the command into the log and answer with what came of it.

    Raises Problem, StoreUnavailable, MalformedFrame.
    """
    use.limits.messages.enforce(caller.user_id)
    conversation_id = door.conversation_of(frame, caller.user_id, use.settings.direct_secret_bytes())
    is_user_known = frame.to_user_id is None or await use.users.is_known(frame.to_user_id)
    reason = door.refusal(frame, caller.user_id, is_user_known=is_user_known)
    if reason is not None:
        detail = door.DETAILS.get(reason, "")
        # Where the door says no, no conversation is named that the log does not know of.
        raise Refusal(reason, detail, client_id=frame.client_id, conversation_id=frame.conversation_id)
    key = await use.keys.key(caller.user_id)
    if key is None:
        raise unauthenticated("the account is erased")
    return _response(await _ask(use, caller, frame, conversation_id, key))


async def _ask(use: Services, caller: Bearer, frame: frames.SendMessage, conversation_id: str, key: DataKey) -> Item:
    async def append(origin: Origin) -> None:
        actor = door.Actor(caller.user_id, caller.device_id, key, origin)
        command = door.send_message(frame, conversation_id, actor)
        await use.appender.append(
            CONVERSATION_COMMANDS.name, encode(command), key=conversation_id, headers=_headers(command)
        )

    return await use.answers.ask(append)


def _headers(command: commands.SendMessage) -> envelope.Headers:
    trace = envelope.new_trace()
    now = timestamp(time.time_ns() // 1_000_000)
    trace_id = trace.split("-")[1]
    return envelope.headers(command, id_=trace_id, source="api", subject=command.conversation_id, at=now, trace=trace)


def _response(item: Item) -> Response:
    answer = _decode(item.payload)
    if answer.type == "CommandRefused":
        raise Refusal(answer.reason, answer.detail, client_id=answer.client_id, conversation_id=answer.conversation_id)
    status = 200 if item.kind == Kind.REPEATED else 201
    return Response(item.payload, status, media_type="application/json")
