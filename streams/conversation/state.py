"""A conversation's state: the fold of its events, as frozen values. Pure.

`evolve` is the only way to a new state, for the agent that decides and for the fold that finds out what was decided.
"""

from collections.abc import Callable

from msgspec import Struct, UnsetType
from msgspec.structs import replace

from schemas import events
from schemas.commands import Role, Who
from schemas.ids import message_milliseconds
from schemas.times import milliseconds

DELETED_MAX = 64  # far more than are deleted while the timeline, from which the door knows older ones, is behind
ACCEPTED_MAX = 64  # the window of a sender's commands in which a repeat is noticed (PROTOCOL, promise 1)


class Accepted(Struct, frozen=True, array_like=True, gc=False):
    """The first result of a command: what a repeat is answered with. `subject_id`: the message sent, or the member
    promoted by leaving."""

    client_id: str
    digest: bytes
    seq: int
    message_number: int
    at_ms: int
    subject_id: str = ""


class Member(Struct, frozen=True, array_like=True):
    """Somebody who is in the conversation, or was: until seq `left_seq`. `accepted`: the last commands, oldest first.

    Who comes again keeps what was accepted, and nothing else. Messages sent are known by the first and last alone, so
    the authors of a range may be a superset.
    """

    user_id: str
    joined_seq: int
    read_seq: int
    delivered_seq: int
    left_seq: int | None = None
    role: Role = "member"
    first_sent_seq: int = 0
    last_sent_seq: int = 0
    accepted: tuple[Accepted, ...] = ()

    @property
    def is_present(self) -> bool:
        return self.left_seq is None

    def first_result(self, client_id: str) -> Accepted | None:
        for one in self.accepted:
            if one.client_id == client_id:
                return one
        return None

    def has_sent_within(self, after_seq: int, to_seq: int) -> bool:
        """Whether a message of theirs may stand in (after_seq, to_seq]."""
        return 0 < self.first_sent_seq <= to_seq and self.last_sent_seq > after_seq


class Conversation(Struct, frozen=True, array_like=True):
    """A conversation after `head_seq` events. Before the first it has no members: nobody may write to it but by
    naming the other person. `members` in the order of joining; `blocker_ids`: who blocks the other one; `deleted_ids`:
    the messages that were deleted last."""

    conversation_id: str
    head_seq: int = 0
    message_number: int = 0
    at_ms: int = 0
    last_message_id: str = ""
    is_group: bool = False
    who_can_send: Who = "everyone"
    who_can_add: Who = "admins"
    blocker_ids: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    deleted_ids: tuple[str, ...] = ()

    def member(self, user_id: str) -> Member | None:
        """Who is or was a member."""
        for member in self.members:
            if member.user_id == user_id:
                return member
        return None

    def present(self, user_id: str) -> Member | None:
        """Who is a member now."""
        member = self.member(user_id)
        return member if member and member.left_seq is None else None


class OutOfOrder(Exception):
    """An event does not follow this state: its seq is not the next one."""


def evolve(state: Conversation, event: events.AnyEvent) -> Conversation:
    """The state after an event. Raises OutOfOrder."""
    if isinstance(event, events.TimelineEvent):
        if event.seq != state.head_seq + 1:
            raise OutOfOrder(f"{event.conversation_id}: seq {event.seq} after {state.head_seq}")
        return _EVOLUTIONS[type(event)](state, event)
    match event:
        case events.DeliveredAdvanced():
            return _changed(state, event.actor_id, lambda one: _reached(one, one.read_seq, event.to_seq))
        case events.ReadAdvanced():
            return _changed(state, event.actor_id, lambda one: _reached(one, event.to_seq, event.to_seq))
        case events.BlockSet():
            others = tuple(one for one in state.blocker_ids if one != event.actor_id)
            return replace(state, blocker_ids=(*others, event.actor_id) if event.is_blocked else others)
        case _:  # refusals and repeats are facts about commands, not about the conversation
            return state


def _message_sent(state: Conversation, event: events.MessageSent) -> Conversation:
    at_ms = message_milliseconds(event.message_id)
    members = state.members or tuple(_joined(user_id, event.seq) for user_id in event.member_ids or ())
    return Conversation(
        conversation_id=state.conversation_id,
        head_seq=event.seq,
        message_number=event.message_number,
        at_ms=at_ms,
        last_message_id=event.message_id,
        is_group=state.is_group,
        who_can_send=state.who_can_send,
        who_can_add=state.who_can_add,
        blocker_ids=state.blocker_ids,
        members=tuple(_after_sending(one, event, at_ms) if one.user_id == event.actor_id else one for one in members),
        deleted_ids=state.deleted_ids,
    )


def _after_sending(member: Member, event: events.MessageSent, at_ms: int) -> Member:
    return Member(
        user_id=member.user_id,
        joined_seq=member.joined_seq,
        read_seq=event.seq,
        delivered_seq=event.seq,
        left_seq=member.left_seq,
        role=member.role,
        first_sent_seq=member.first_sent_seq or event.seq,
        last_sent_seq=event.seq,
        accepted=_accepted(member, event, at_ms, event.message_id),
    )


def _reaction_set(state: Conversation, event: events.ReactionSet) -> Conversation:
    """It takes a place in the timeline; what it changes is in the message's row, not here."""
    return _advance(state, event)


def _message_deleted(state: Conversation, event: events.MessageDeleted) -> Conversation:
    deleted_ids = (*state.deleted_ids[-DELETED_MAX + 1 :], event.message_id)
    return _advance(replace(state, deleted_ids=deleted_ids), event)


def _message_edited(state: Conversation, event: events.MessageEdited) -> Conversation:
    """Receipts of an edited message are those that pass the edit: it counts as something sent."""
    return _advance(_changed(state, event.actor_id, lambda one: replace(one, last_sent_seq=event.seq)), event)


def _group_created(state: Conversation, event: events.GroupCreated) -> Conversation:
    members = tuple(_joined(user_id, event.seq) for user_id in event.member_ids)
    creator = replace(members[0], role="admin", read_seq=event.seq, delivered_seq=event.seq)
    return _advance(replace(state, is_group=True), event, (creator, *members[1:]))


def _members_added(state: Conversation, event: events.MembersAdded) -> Conversation:
    added = frozenset(event.member_ids)
    known = {one.user_id: one for one in state.members}
    back = tuple(_joined(user_id, event.seq, known.get(user_id)) for user_id in event.member_ids)
    return _advance(state, event, (*(one for one in state.members if one.user_id not in added), *back))


def _member_removed(state: Conversation, event: events.MemberRemoved) -> Conversation:
    def after(one: Member) -> Member:
        if one.user_id == event.user_id:
            return replace(one, left_seq=event.seq, role="member")
        return replace(one, role="admin") if one.user_id == event.promoted_user_id else one

    return _advance(state, event, tuple(map(after, state.members)), event.promoted_user_id or "")


def _role_changed(state: Conversation, event: events.RoleChanged) -> Conversation:
    return _advance(_changed(state, event.user_id, lambda one: replace(one, role=event.role)), event)


def _group_settings_changed(state: Conversation, event: events.GroupSettingsChanged) -> Conversation:
    """Name, description and picture decide nothing, so they are not kept here."""
    changed = replace(
        state,
        who_can_send=state.who_can_send if isinstance(event.who_can_send, UnsetType) else event.who_can_send,
        who_can_add=state.who_can_add if isinstance(event.who_can_add, UnsetType) else event.who_can_add,
    )
    return _advance(changed, event)


def _advance(
    state: Conversation,
    event: events.AnyTimelineEvent,
    members: tuple[Member, ...] | None = None,
    subject_id: str = "",
) -> Conversation:
    """The head moves, and the actor's command is remembered."""
    at_ms = milliseconds(event.at)
    return replace(
        state,
        head_seq=event.seq,
        message_number=event.message_number,
        at_ms=at_ms,
        members=tuple(
            replace(one, accepted=_accepted(one, event, at_ms, subject_id)) if one.user_id == event.actor_id else one
            for one in (state.members if members is None else members)
        ),
    )


def _accepted(
    member: Member, event: events.AnyTimelineEvent, at_ms: int, subject_id: str
) -> tuple[Accepted, ...]:
    accepted = Accepted(event.client_id, event.digest, event.seq, event.message_number, at_ms, subject_id)
    return (*member.accepted[-ACCEPTED_MAX + 1 :], accepted)


def _joined(user_id: str, seq: int, before: Member | None = None) -> Member:
    accepted = before.accepted if before else ()
    return Member(user_id, joined_seq=seq, read_seq=seq - 1, delivered_seq=seq - 1, accepted=accepted)


def _reached(member: Member, read_seq: int, delivered_seq: int) -> Member:
    return replace(
        member,
        read_seq=max(member.read_seq, read_seq),
        delivered_seq=max(member.delivered_seq, delivered_seq),
    )


def _changed(state: Conversation, user_id: str, change: Callable[[Member], Member]) -> Conversation:
    return replace(state, members=tuple(change(one) if one.user_id == user_id else one for one in state.members))


_EVOLUTIONS: dict[type, Callable[..., Conversation]] = {
    events.MessageSent: _message_sent,
    events.MessageEdited: _message_edited,
    events.MessageDeleted: _message_deleted,
    events.ReactionSet: _reaction_set,
    events.GroupCreated: _group_created,
    events.MembersAdded: _members_added,
    events.MemberRemoved: _member_removed,
    events.RoleChanged: _role_changed,
    events.GroupSettingsChanged: _group_settings_changed,
}
