"""Messages: sending to a conversation over HTTP, for bots."""

import msgspec
from fastapi import APIRouter, Request, Response

from api.authentication import Caller, Use
from api.commanding import answers, execute
from api.openapi import taken
from api.paths import PathId
from schemas import frames
from schemas.bodies import Body
from schemas.commands import ClientId
from schemas.ids import Id
from schemas.parsing import MalformedFrame

router = APIRouter(prefix="/v1/conversations/{conversation_id}/messages", tags=["messages"])


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    client_id: ClientId
    body: Body
    reply_to: Id | None = None
    mentions: frames.Mentions = ()


_decode = msgspec.json.Decoder(NewMessage).decode


@router.post(
    "",
    status_code=201,
    summary="Send a message",
    responses=answers(frames.MessageSent),
    openapi_extra=taken(NewMessage),
)
async def create_message(use: Use, caller: Caller, conversation_id: PathId, request: Request) -> Response:
    """The same command as over the socket. A retry with the same `client_id` never makes a second message."""
    message = _message(await request.body())
    frame = frames.SendMessage(
        client_id=message.client_id,
        body=message.body,
        conversation_id=conversation_id,
        reply_to=message.reply_to,
        mentions=message.mentions,
    )
    return await execute(use, caller, frame)


def _message(data: bytes) -> NewMessage:
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as broken:
        raise MalformedFrame(str(broken)) from broken
