"""Decisions about receipts: watermarks only grow, read implies delivered, nothing lies beyond the head. Pure."""

from schemas.commands import AcknowledgeDelivery, AcknowledgeRead
from schemas.events import AnyEvent, DeliveredAdvanced, ReadAdvanced
from streams.conversation.outcome import Place, facts, refused
from streams.conversation.state import Conversation


def delivered(state: Conversation, command: AcknowledgeDelivery, place: Place) -> AnyEvent | None:
    """None if it moves nothing."""
    member = state.present(command.actor_id)
    if member is None:
        return refused(state, command, place, "not-a-member")
    if command.seq > state.head_seq:
        return refused(state, command, place, "beyond-head")
    if command.seq <= member.delivered_seq:
        return None
    return DeliveredAdvanced(
        **facts(state, command, place),
        from_seq=member.delivered_seq,
        to_seq=command.seq,
        author_ids=authors_between(state, command.actor_id, member.delivered_seq, command.seq),
    )


def read(state: Conversation, command: AcknowledgeRead, place: Place) -> AnyEvent | None:
    """None if it moves nothing."""
    member = state.present(command.actor_id)
    if member is None:
        return refused(state, command, place, "not-a-member")
    if command.seq > state.head_seq:
        return refused(state, command, place, "beyond-head")
    if command.seq <= member.read_seq:
        return None
    return ReadAdvanced(
        **facts(state, command, place),
        from_seq=member.read_seq,
        to_seq=command.seq,
        delivered_from_seq=member.delivered_seq,
        author_ids=authors_between(state, command.actor_id, member.read_seq, command.seq),
        is_private=command.is_private and not state.is_group,
    )


def authors_between(state: Conversation, reader_id: str, after_seq: int, to_seq: int) -> tuple[str, ...]:
    """Whom it concerns that a member got from `after_seq` to `to_seq`: present authors of messages between."""
    if after_seq >= to_seq:
        return ()
    return tuple(
        one.user_id
        for one in state.members
        if one.user_id != reader_id and one.is_present and one.has_sent_within(after_seq, to_seq)
    )
