"""Decisions about messages: sending, editing, deleting, reacting. Pure.

The message that a command is about comes with it, as a fact from the door (`Target`).
"""

from schemas.commands import DeleteMessage, EditMessage, SendMessage, SetReaction, Target
from schemas.events import AnyEvent, MessageDeleted, MessageEdited, MessageSent, ReactionSet
from schemas.reasons import Reason
from schemas.times import milliseconds, timestamp
from streams.conversation.outcome import Place, at_ms, next_facts, next_id, refused
from streams.conversation.receipts import authors_between
from streams.conversation.state import Conversation, Member

EDIT_MS_MAX = 15 * 60 * 1000
DELETE_MS_MAX = 48 * 3600 * 1000


def send(state: Conversation, command: SendMessage, place: Place) -> AnyEvent:
    member = state.present(command.actor_id)
    if reason := _send_refusal(state, member, command):
        return refused(state, command, place, reason)
    is_first = not state.members
    now_ms, id_ = next_id(state, place)
    read_from_seq = member.read_seq if member else 0
    return MessageSent(
        conversation_id=command.conversation_id,
        command_offset=place.offset,
        at=timestamp(now_ms),
        actor_id=command.actor_id,
        origin=command.origin,
        seq=state.head_seq + 1,
        message_number=state.message_number + 1,
        client_id=command.client_id,
        digest=command.digest,
        message_id=id_,
        body=command.body,
        reply_to=command.reply_to,
        mentions=command.mentions,
        member_ids=(command.actor_id, command.to_user_id) if is_first and command.to_user_id else None,
        read_from_seq=read_from_seq,
        read_author_ids=authors_between(state, command.actor_id, read_from_seq, state.head_seq),
        is_private=command.is_private and not state.is_group,
    )


def _send_refusal(state: Conversation, member: Member | None, command: SendMessage) -> Reason | None:
    is_first = not state.members
    if member is None and not (is_first and command.to_user_id):
        return "not-a-member"
    if state.blocker_ids:
        return "blocked"
    if member and state.who_can_send == "admins" and member.role != "admin":
        return "not-an-admin"
    return None


def edit(state: Conversation, command: EditMessage, place: Place) -> AnyEvent:
    member = state.present(command.actor_id)
    if member is None or not _is_there(state, member, command.target):
        return refused(state, command, place, "not-found" if member else "not-a-member")
    if state.blocker_ids:
        return refused(state, command, place, "blocked")
    if command.target.author_id != command.actor_id:
        return refused(state, command, place, "not-the-author")
    if _age_ms(state, command.target, place) > EDIT_MS_MAX:
        return refused(state, command, place, "too-late", "a message can be edited for 15 minutes")
    return MessageEdited(
        **next_facts(state, command, place),
        message_id=command.target.message_id,
        message_seq=command.target.seq,
        body=command.body,
    )


def delete(state: Conversation, command: DeleteMessage, place: Place) -> AnyEvent:
    member = state.present(command.actor_id)
    if member is None or not _is_there(state, member, command.target):
        return refused(state, command, place, "not-found" if member else "not-a-member")
    is_admin = state.is_group and member.role == "admin"
    if command.target.author_id != command.actor_id and not is_admin:
        return refused(state, command, place, "not-the-author")
    if not is_admin and _age_ms(state, command.target, place) > DELETE_MS_MAX:
        return refused(state, command, place, "too-late", "a message can be deleted for everyone for 48 hours")
    return MessageDeleted(
        **next_facts(state, command, place), message_id=command.target.message_id, message_seq=command.target.seq
    )


def react(state: Conversation, command: SetReaction, place: Place) -> AnyEvent:
    member = state.present(command.actor_id)
    if member is None or not _is_there(state, member, command.target):
        return refused(state, command, place, "not-found" if member else "not-a-member")
    if state.blocker_ids:
        return refused(state, command, place, "blocked")
    return ReactionSet(
        **next_facts(state, command, place),
        message_id=command.target.message_id,
        message_seq=command.target.seq,
        emoji=command.emoji,
    )


def _is_there(state: Conversation, member: Member, target: Target) -> bool:
    """Whether a member can see the message still. Of somebody who came again, what they saw before they left is not
    counted. A deletion is known to the door once the timeline has it, and to the state at once."""
    is_deleted = target.is_deleted or target.message_id in state.deleted_ids
    return target.seq >= member.joined_seq and not is_deleted


def _age_ms(state: Conversation, target: Target, place: Place) -> int:
    return at_ms(state, place) - milliseconds(target.sent_at)
