"""Conversations: the list, one of them, and its timeline."""

import msgspec
from fastapi import APIRouter, Response

from api import cursors, models
from api.authentication import Caller, Use
from api.openapi import described
from api.pages import Page, Visible
from api.paths import LIMIT_DEFAULT, Limit, PathId
from api.problems import Problem
from api.results import Conversation, ConversationPage, GroupSettings, MemberView, TimelinePage
from api.services import Services
from infra.stores import watermarks
from infra.stores.inbox import Membership
from infra.stores.views import when_whole
from schemas.frames import ConversationSummary

CATCH_UP_SECONDS = 1.0

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("", summary="List one's conversations", responses=described(200, ConversationPage))
async def list_conversations(
    use: Use, caller: Caller, after: str | None = None, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """Newest activity first; `after` is the `next` of the page before."""
    before = None if after is None else cursors.list_place(after)
    found = await use.inbox.newest(caller.user_id, limit + 1, before)
    page = found[:limit]
    rest = cursors.list_cursor(page[-1]) if len(found) > limit else None
    return json(ConversationPage(await _summaries(use, caller.user_id, page), rest))


@router.get("/{conversation_id}", summary="One conversation", responses=described(200, Conversation))
async def get_conversation(use: Use, caller: Caller, conversation_id: PathId) -> Response:
    """With all members. Others' watermarks are shown up to one's own last message that they cover."""
    membership = await _membership(use, caller.user_id, conversation_id)
    (summary,) = await _summaries(use, caller.user_id, [membership])
    members = await use.inbox.members(conversation_id, membership.head_seq)
    seen = await watermarks.shown(use.views.timeline, caller.user_id, membership, members)
    fields = msgspec.structs.asdict(summary)
    fields["members"] = tuple(
        MemberView(one.user_id, one.role, one.joined_seq, one.delivered_seq, one.read_seq) for one in seen
    )
    return json(Conversation(**fields, settings=await _settings(use, membership)))


async def _summaries(use: Services, user_id: str, memberships: list[Membership]) -> tuple[ConversationSummary, ...]:
    """Raises IncompleteView."""
    return await when_whole(lambda: use.views.summaries(user_id, memberships), CATCH_UP_SECONDS)


async def _settings(use: Services, membership: Membership) -> GroupSettings | None:
    """None where there are none, or where one has left and is not told any more."""
    found = await use.inbox.settings(membership.conversation_id) if membership.role else None
    if found is None:
        return None
    description = use.views.text(membership.conversation_id, found.description)
    return GroupSettings(description, found.avatar_media_id, found.who_can_send, found.who_can_add)


@router.patch("/{conversation_id}/preferences", summary="Change one's own preferences")
async def change_preferences(
    use: Use, caller: Caller, conversation_id: PathId, change: models.PreferencesChange
) -> models.Preferences:
    """`muted_until`: until then nothing is pushed; null: not muted. What is left out stays."""
    membership = await _membership(use, caller.user_id, conversation_id)
    if "muted_until" not in change.model_fields_set:
        return models.Preferences(muted_until=membership.muted_until)
    await use.preferences.mute(caller.user_id, conversation_id, change.muted_until)
    return models.Preferences(muted_until=change.muted_until)


@router.get("/{conversation_id}/timeline", summary="A page of a timeline", responses=described(200, TimelinePage))
async def get_timeline(
    use: Use,
    caller: Caller,
    conversation_id: PathId,
    *,
    before: str | None = None,
    after: str | None = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    """`before` or `after` is a seq, a message_id or a time; without either: the newest page. Ascending."""
    if before is not None and after is not None:
        raise Problem("malformed", "before and after exclude each other")
    membership = await _membership(use, caller.user_id, conversation_id)
    visible = Visible(membership.spans)
    if before is not None:
        page = visible.before(await _first_not_before(use, membership, cursors.place(before)), limit)
    elif after is not None:
        page = visible.after(await _last_not_after(use, membership, cursors.place(after)), limit)
    else:
        page = visible.newest(limit)
    return await _timeline_page(use, caller.user_id, membership, page)


async def _timeline_page(use: Services, user_id: str, membership: Membership, page: Page) -> Response:
    """Raises IncompleteView."""

    async def look() -> tuple[msgspec.Raw, ...]:
        return await use.views.events(user_id, membership, page.first, page.last)

    return json(TimelinePage(await when_whole(look, CATCH_UP_SECONDS), page.has_more))


async def _membership(use: Services, user_id: str, conversation_id: str) -> Membership:
    membership = await use.inbox.one(user_id, conversation_id)
    if membership is None:
        raise Problem("not-found")
    return membership


async def _first_not_before(use: Services, membership: Membership, place: cursors.Place) -> int:
    if isinstance(place, cursors.AtTime):
        at_ms = place.first_ms_not_before
        return await use.views.timeline.last_seq_before(membership.conversation_id, at_ms) + 1
    return await _seq(use, membership, place)


async def _last_not_after(use: Services, membership: Membership, place: cursors.Place) -> int:
    if isinstance(place, cursors.AtTime):
        return await use.views.timeline.last_seq_before(membership.conversation_id, place.first_ms_after)
    return await _seq(use, membership, place)


async def _seq(use: Services, membership: Membership, place: cursors.AtSeq | cursors.AtMessage) -> int:
    if isinstance(place, cursors.AtSeq):
        return place.seq
    seq = await use.views.timeline.seq_of(membership.conversation_id, place.message_id)
    # The timeline may be a moment ahead of the head; who has left knows nothing beyond it.
    is_past_head = seq is not None and membership.role is not None and seq > membership.head_seq
    if seq is None or not (membership.sees(seq) or is_past_head):
        raise Problem("not-found", "the conversation has no such message")
    return seq


def json(value: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
