"""Other members' watermarks as the caller may see them: up to the caller's own last message, or edit, that they cover.

The caller's messages are looked for in the timeline, backwards from the highest watermark, in growing steps;
the usual look is one small read. If the caller wrote nothing among the last LOOK_BACK_SEQS, nothing is shown:
less than could be, never more.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from infra.stores.inbox import MemberPosition, Membership
from infra.stores.timeline import Timeline
from schemas.codec import decode_event
from schemas.events import MessageEdited, MessageSent

FIRST_STEP_SEQS = 16
LOOK_BACK_SEQS = 4096


def covered(own_seqs: Sequence[int], watermark: int, nothing: int) -> int:
    """The greatest of the ascending `own_seqs` that the watermark covers."""
    position = bisect_right(own_seqs, watermark)
    return own_seqs[position - 1] if position else nothing


async def shown(
    timeline: Timeline, caller_id: str, membership: Membership, members: Sequence[MemberPosition]
) -> list[MemberPosition]:
    """The members as the caller sees them: oneself with what one read in private too. Raises StoreUnavailable."""
    others = [one for one in members if one.user_id != caller_id]
    marks = [min(mark, membership.head_seq) for one in others for mark in (one.delivered_seq, one.read_seq)]
    own_seqs = await _own_seqs(timeline, caller_id, membership, marks)
    return [
        replace(one, delivered_seq=membership.delivered_seq, read_seq=membership.read_seq)
        if one.user_id == caller_id
        else replace(
            one,
            delivered_seq=covered(own_seqs, one.delivered_seq, one.joined_seq - 1),
            read_seq=covered(own_seqs, one.read_seq, one.joined_seq - 1),
        )
        for one in members
    ]


async def _own_seqs(timeline: Timeline, caller_id: str, membership: Membership, marks: Sequence[int]) -> list[int]:
    """The caller's messages from the highest mark down to one that the lowest mark covers, ascending."""
    if not marks:
        return []
    own: list[int] = []
    last, step = max(marks), FIRST_STEP_SEQS
    bottom = max(membership.joined_seq, last - LOOK_BACK_SEQS + 1)
    while last >= bottom and not (own and own[0] <= min(marks)):
        first = max(bottom, last - step + 1)
        rows = await timeline.read(membership.conversation_id, first, last)
        events = (decode_event(row.event) for row in rows if row.event is not None)
        bodied = (one for one in events if isinstance(one, MessageSent | MessageEdited))
        found = [one.seq for one in bodied if one.actor_id == caller_id]
        own = found + own
        last, step = first - 1, step * 2
    return own
