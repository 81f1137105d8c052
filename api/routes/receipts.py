"""Message info: when each of those to whom a message was sent got it and read it."""

from fastapi import APIRouter, Response

from api.authentication import Caller, Use
from api.openapi import described, refused
from api.paths import PathId
from api.problems import Problem
from api.results import MemberReceipts, MessageInfo
from api.routes.conversations import json
from api.services import Services
from infra.stores.receipts import Passed
from infra.stores.timeline import TimelineRow
from schemas.codec import decode_event
from schemas.events import MessageSent
from schemas.times import timestamp

router = APIRouter(prefix="/v1/conversations/{conversation_id}/messages", tags=["messages"])


@router.get(
    "/{message_id}/receipts",
    summary="Who got and who read a message",
    responses=described(200, MessageInfo) | refused(403, 404),
)
async def get_receipts(use: Use, caller: Caller, conversation_id: PathId, message_id: PathId) -> Response:
    """For its author alone: all to whom it was sent, those who left since included, in the order of joining. After an
    edit, times are of the edited text."""
    row = await _own_message(use, caller.user_id, conversation_id, message_id)
    members = await use.inbox.members_at(conversation_id, row.seq)
    others = [user_id for user_id in members if user_id != caller.user_id]
    passed = await use.receipts.passed(conversation_id, others, effective_seq(row))
    return json(MessageInfo(tuple(_shown(user_id, passed[user_id]) for user_id in others)))


def effective_seq(row: TimelineRow) -> int:
    """What a member must have passed to know the message as it is now: its own seq, or that of its last edit."""
    return max(row.edits, default=row.seq)


async def _own_message(use: Services, user_id: str, conversation_id: str, message_id: str) -> TimelineRow:
    """Raises Problem: a message that the caller cannot see is not found, another's is forbidden."""
    membership = await use.inbox.one(user_id, conversation_id)
    row = await use.views.timeline.message(conversation_id, message_id) if membership else None
    # Above the head that the inbox knows, it does not know either to whom the message was sent.
    if membership is None or row is None or row.event is None or not membership.sees(row.seq):
        raise Problem("not-found", "the conversation has no such message")
    event = decode_event(row.event)
    if not isinstance(event, MessageSent) or event.actor_id != user_id:
        raise Problem("forbidden", "message info is for the message's author")
    return row


def _shown(user_id: str, passed: Passed) -> MemberReceipts:
    return MemberReceipts(user_id, _time(passed.delivered_at_ms), _time(passed.read_at_ms))


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else timestamp(at_ms)
