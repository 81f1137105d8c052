"""What a device knows of a conversation, as one frozen value.

Built from the local copy or from what the API shows: after all events have come, the two are equal.
"""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from clients.python.events import AnyTimelineEvent, MessageEdited, MessageSent, Timestamp
from clients.python.http import Api
from clients.python.local import Conversation
from clients.python.summaries import ConversationSummary, Member, Settings

_PAGE_EVENTS_MAX = 200


class ConversationState(Struct, frozen=True, kw_only=True):
    """`role` is None where one has left. Then settings and the others are nobody's to show, and left out; and so is
    what messages say, for the API shows who has left what was deleted since, but no device is told."""

    conversation_id: str
    kind: str | None
    name: str | None
    settings: Settings | None
    head_seq: int
    role: str | None
    delivered_seq: int
    read_seq: int
    unread: int
    muted_until: Timestamp | None
    members: tuple[Member, ...]
    timeline: tuple[AnyTimelineEvent, ...]


def of_copy(copy: Conversation) -> ConversationState:
    """The local copy's. Whole only if the copy is: described, and paged back to its beginning."""
    seat = copy.roster.members.get(copy.own_user_id)
    members = [
        Member(
            user_id=user_id,
            role=seat.role,
            joined_seq=seat.joined_seq,
            delivered_seq=copy.watermarks.of(user_id).delivered_seq,
            read_seq=copy.watermarks.of(user_id).read_seq,
        )
        for user_id, seat in copy.roster.members.items()
    ]
    return ConversationState(
        conversation_id=copy.conversation_id,
        kind=copy.kind,
        name=copy.name,
        settings=copy.roster.settings if copy.is_member else None,
        head_seq=copy.cursor,
        role=seat.role if seat is not None and copy.is_member else None,
        delivered_seq=copy.own_mark.delivered_seq,
        read_seq=copy.own_mark.read_seq,
        unread=copy.unread,
        muted_until=copy.muted_until,
        members=_shown(members, copy.history, copy.own_user_id) if copy.is_member else (),
        timeline=_comparable(copy.history, is_member=copy.is_member),
    )


async def fetched(api: Api, conversation_id: str) -> ConversationState:
    """The API's, asked afresh. Raises ApiError, Unreachable."""
    timeline: tuple[AnyTimelineEvent, ...] = ()
    has_more = True
    while has_more:
        before = timeline[0].seq if timeline else None
        page = await api.timeline(conversation_id, before=before, limit=_PAGE_EVENTS_MAX)
        timeline, has_more = page.events + timeline, page.has_more
    own_user_id = api.credentials.user_id if api.credentials is not None else ""
    return of_api(await api.conversation(conversation_id), timeline, own_user_id)


def of_api(summary: ConversationSummary, timeline: Sequence[AnyTimelineEvent], own_user_id: str) -> ConversationState:
    """The API's: the conversation with all members, and its whole timeline."""
    members = [member for member in summary.members or () if isinstance(member, Member)]
    return ConversationState(
        conversation_id=summary.conversation_id,
        kind=summary.kind,
        name=summary.name,
        settings=summary.settings,
        head_seq=summary.head_seq,
        role=summary.role,
        delivered_seq=summary.delivered_seq,
        read_seq=summary.read_seq,
        unread=summary.unread,
        muted_until=summary.muted_until,
        members=_shown(members, timeline, own_user_id) if summary.role is not None else (),
        timeline=_comparable(timeline, is_member=summary.role is not None),
    )


def _shown(members: Sequence[Member], timeline: Sequence[AnyTimelineEvent], own_user_id: str) -> tuple[Member, ...]:
    """By id, and of others what concerns oneself: the last of one's own messages and edits, since one joined, that
    they have passed."""
    own_joined_seq = next((one.joined_seq or 0 for one in members if one.user_id == own_user_id), 0)
    own_seqs = [
        event.seq
        for event in timeline
        if isinstance(event, MessageSent | MessageEdited)
        and event.actor_id == own_user_id
        and event.seq >= own_joined_seq
    ]
    shown = (
        member
        if member.user_id == own_user_id
        else replace(
            member,
            delivered_seq=_covered(own_seqs, member.delivered_seq),
            read_seq=_covered(own_seqs, member.read_seq),
        )
        for member in members
    )
    return tuple(sorted(shown, key=lambda member: member.user_id))


def _covered(own_seqs: Sequence[int], watermark: int) -> int:
    position = bisect_right(own_seqs, watermark)
    return own_seqs[position - 1] if position else 0


def _comparable(timeline: Sequence[AnyTimelineEvent], *, is_member: bool) -> tuple[AnyTimelineEvent, ...]:
    return tuple(map(_in_order if is_member else _without_body, timeline))


def _in_order(event: AnyTimelineEvent) -> AnyTimelineEvent:
    """The order of reactions says nothing."""
    if not isinstance(event, MessageSent):
        return event
    return replace(event, reactions=tuple(sorted(event.reactions, key=lambda one: one.user_id)))


def _without_body(event: AnyTimelineEvent) -> AnyTimelineEvent:
    ordered = _in_order(event)
    if isinstance(ordered, MessageSent):
        return replace(ordered, body=None, is_deleted=False)
    return replace(ordered, body=None) if isinstance(ordered, MessageEdited) else ordered
