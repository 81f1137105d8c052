"""Commands: any frame of the socket that has a `client_id`, over HTTP."""

from fastapi import APIRouter, Request, Response

from api.authentication import Caller, Use
from api.commanding import answers, execute
from api.openapi import taken
from api.problems import Problem
from schemas import frames, parsing

router = APIRouter(prefix="/v1/commands", tags=["commands"])


@router.post(
    "",
    status_code=201,
    summary="Give a command",
    responses=answers(frames.AnyTimelineFrame),
    openapi_extra=taken(frames.AnyKeyedFrame),
)
async def create_command(use: Use, caller: Caller, request: Request) -> Response:
    """Answers with the resulting event, or a refusal whose reason is the problem's `code`.

    After 503, repeat it with the same `client_id`.
    """
    frame = parsing.parse(await request.body())
    if not isinstance(frame, frames.KeyedFrame):
        raise Problem("malformed", "not a command: it has no client_id")
    return await execute(use, caller, frame)
