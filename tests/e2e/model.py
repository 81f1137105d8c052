"""What PROTOCOL.md makes of conversations, as plainly as can be: who may do what, and what each person is shown.

Written apart from server and client library, which the model test compares with it. The events come from the
server; the model judges them, and tells what everybody must see after them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import UNSET
from msgspec.structs import replace

from clients.python.commands import (
    AddMembers,
    ChangeGroupSettings,
    ChangeRole,
    Command,
    DeleteMessage,
    EditMessage,
    LeaveGroup,
    RemoveMember,
    SendMessage,
    SetReaction,
)
from clients.python.events import (
    AnyTimelineEvent,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    Reaction,
    ReactionSet,
    RoleChanged,
)
from clients.python.state import ConversationState
from clients.python.summaries import Member, Settings

Reasons = set[str]
Change = MessageEdited | MessageDeleted | ReactionSet


@dataclass
class Seat:
    """Somebody who is or was a member. Who comes again has several intervals, and begins anew in all else."""

    joined: list[int]
    left: list[int] = field(default_factory=list)
    role: str = "member"
    delivered_seq: int = 0
    read_seq: int = 0
    left_name: str | None = None

    @property
    def is_taken(self) -> bool:
        return len(self.joined) > len(self.left)

    def sees(self, seq: int) -> bool:
        ends = [*self.left, seq] if self.is_taken else self.left
        return any(first <= seq <= last for first, last in zip(self.joined, ends, strict=True))

    def come_to(self, *, delivered_seq: int = 0, read_seq: int = 0) -> None:
        self.read_seq = max(self.read_seq, read_seq)
        self.delivered_seq = max(self.delivered_seq, delivered_seq, read_seq)


@dataclass
class Talk:
    """A conversation: its events, and who sits in it, in the order of joining."""

    conversation_id: str
    kind: str
    name: str | None = None
    settings: Settings | None = None
    events: list[AnyTimelineEvent] = field(default_factory=list)
    seats: dict[str, Seat] = field(default_factory=dict)
    blocker_ids: set[str] = field(default_factory=set)

    @property
    def messages(self) -> list[MessageSent]:
        return [event for event in self.events if isinstance(event, MessageSent)]

    @property
    def present(self) -> dict[str, Seat]:
        return {user_id: seat for user_id, seat in self.seats.items() if seat.is_taken}

    @property
    def deleted(self) -> dict[str, int]:
        """By message: when it was deleted first, for everyone."""
        deletions = [event for event in self.events if isinstance(event, MessageDeleted)]
        return {event.message_id: event.seq for event in reversed(deletions)}

    def role(self, user_id: str) -> str | None:
        return self.seats[user_id].role if user_id in self.present else None

    def head_seq(self, user_id: str) -> int:
        """The last seq that somebody may see."""
        seat = self.seats[user_id]
        return len(self.events) if seat.is_taken else seat.left[-1]

    # ---- who may do what

    def refusals(self, actor_id: str, command: Command) -> Reasons:
        """All reasons why a command may be refused: none if it must be taken."""
        if actor_id not in self.present:
            return {"not-a-member"}
        match command:
            case SendMessage():
                is_admins_alone = self.settings is not None and self.settings.who_can_send == "admins"
                return _those(
                    {
                        "blocked": bool(self.blocker_ids),
                        "not-an-admin": is_admins_alone and self.role(actor_id) != "admin",
                    }
                )
            case EditMessage() | DeleteMessage() | SetReaction():
                return self._change_refusals(actor_id, command)
            case _:
                return self._group_refusals(actor_id, command) if self.kind == "group" else {"not-allowed"}

    def _change_refusals(self, actor_id: str, command: EditMessage | DeleteMessage | SetReaction) -> Reasons:
        message = next(one for one in self.messages if one.message_id == command.message_id)
        is_anothers = message.sender_id != actor_id
        is_of_admin = self.kind == "group" and self.role(actor_id) == "admin"
        return _those(
            {
                # Of who came again, what was said before they left can be read, and not be changed.
                "not-found": message.seq < self.seats[actor_id].joined[-1] or message.message_id in self.deleted,
                "blocked": bool(self.blocker_ids) and not isinstance(command, DeleteMessage),
                "not-the-author": (isinstance(command, EditMessage) and is_anothers)
                or (isinstance(command, DeleteMessage) and is_anothers and not is_of_admin),
            }
        )

    def _group_refusals(self, actor_id: str, command: Command) -> Reasons:
        is_admin = self.role(actor_id) == "admin"
        admin_ids = {user_id for user_id, seat in self.present.items() if seat.role == "admin"}
        match command:
            case AddMembers():
                may_add = is_admin or (self.settings is not None and self.settings.who_can_add == "everyone")
                is_there = not self.present.keys().isdisjoint(command.member_ids)
                return _those({"not-an-admin": not may_add, "already-a-member": is_there})
            case RemoveMember():
                return _those(
                    {
                        "not-an-admin": not is_admin,
                        "not-allowed": command.user_id == actor_id,
                        "not-found": command.user_id not in self.present,
                    }
                )
            case ChangeRole():
                return _those(
                    {
                        "not-an-admin": not is_admin,
                        "not-allowed": command.role == "member" and admin_ids == {command.user_id},
                        "not-found": command.user_id not in self.present,
                    }
                )
            case ChangeGroupSettings():
                return _those({"not-an-admin": not is_admin})
            case LeaveGroup():
                return set()
        raise AssertionError(command)

    # ---- what an event makes of it

    def take(self, event: AnyTimelineEvent) -> None:
        """The next event, whose place and promotion are the model's to predict."""
        assert len(self.events) + 1 == event.seq
        self.events.append(event)
        seq, actor_id = event.seq, event.actor_id or ""
        match event:
            case GroupCreated():
                self.name, self.settings = event.name, Settings()
                self._join(event.member_ids, seq)
                self.seats[actor_id].role = "admin"
                self.seats[actor_id].come_to(read_seq=seq)
            case MessageSent():
                self._join(event.member_ids or (), seq)
                self.seats[actor_id].come_to(read_seq=seq)
            case MembersAdded():
                self._join(event.member_ids, seq)
            case MemberRemoved():
                self._leave(event)
            case RoleChanged():
                self.seats[event.user_id].role = event.role
            case GroupSettingsChanged():
                self._set(event)
            case _:
                pass

    def _join(self, user_ids: tuple[str, ...], seq: int) -> None:
        for user_id in user_ids:
            before = self.seats.pop(user_id, Seat([]))
            self.seats[user_id] = Seat([*before.joined, seq], before.left)
            self.seats[user_id].come_to(read_seq=max(seq - 1, before.read_seq), delivered_seq=before.delivered_seq)

    def _leave(self, event: MemberRemoved) -> None:
        seat = self.seats[event.user_id]
        seat.left.append(event.seq)
        seat.role, seat.left_name = "member", self.name
        is_headless = all(one.role != "admin" for one in self.present.values())
        successor_id = next(iter(self.present), None) if is_headless else None
        assert successor_id == event.promoted_user_id
        if successor_id:
            self.seats[successor_id].role = "admin"

    def _set(self, event: GroupSettingsChanged) -> None:
        assert self.settings
        self.name = event.name if isinstance(event.name, str) else self.name
        given = {name: getattr(event, name) for name in Settings.__struct_fields__}
        self.settings = replace(self.settings, **{name: one for name, one in given.items() if one is not UNSET})

    # ---- what a person is shown

    def state(self, user_id: str) -> ConversationState:
        """Of who has left without what messages say: their devices are not told of later deletions."""
        seat, head_seq = self.seats[user_id], self.head_seq(user_id)
        timeline = self.timeline(user_id)
        news = (event for event in timeline if isinstance(event, MessageSent) and event.seq > seat.read_seq)
        return ConversationState(
            conversation_id=self.conversation_id,
            kind=self.kind,
            name=self.name if seat.is_taken else seat.left_name,
            settings=self.settings if seat.is_taken else None,
            head_seq=head_seq,
            role=self.role(user_id),
            delivered_seq=min(seat.delivered_seq, head_seq),
            read_seq=min(seat.read_seq, head_seq),
            unread=sum(1 for message in news if message.sender_id != user_id),
            muted_until=None,
            members=tuple(self._members(user_id)) if seat.is_taken else (),
            timeline=timeline if seat.is_taken else tuple(map(_without_body, timeline)),
        )

    def _members(self, user_id: str) -> Iterator[Member]:
        """Others' watermarks up to one's own last message, or edit, that they cover."""
        joined_seq = self.seats[user_id].joined[-1]
        own_seqs = [
            event.seq
            for event in self.events
            if isinstance(event, MessageSent | MessageEdited) and event.actor_id == user_id and event.seq >= joined_seq
        ]
        for one_id, seat in sorted(self.present.items()):
            delivered_seq, read_seq = seat.delivered_seq, seat.read_seq
            if one_id != user_id:
                delivered_seq, read_seq = _covered(own_seqs, delivered_seq), _covered(own_seqs, read_seq)
            yield Member(
                user_id=one_id,
                role=seat.role,
                joined_seq=seat.joined[-1],
                delivered_seq=delivered_seq,
                read_seq=read_seq,
            )

    def timeline(self, user_id: str) -> tuple[AnyTimelineEvent, ...]:
        return tuple(self._timeline(user_id))

    def _timeline(self, user_id: str) -> Iterator[AnyTimelineEvent]:
        """What somebody saw happen; but what was deleted is so for everyone."""
        seen = [event for event in self.events if self.seats[user_id].sees(event.seq)]
        for event in seen:
            shown = event if event.actor_id == user_id else replace(event, client_id=None)
            if isinstance(shown, MessageEdited) and shown.message_id in self.deleted:
                yield replace(shown, body=None)
            elif isinstance(shown, MessageSent):
                changes = [one for one in seen if isinstance(one, Change) and one.message_id == shown.message_id]
                yield self._now(shown, changes)
            else:
                yield shown

    def _now(self, message: MessageSent, changes: list[Change]) -> MessageSent:
        edits = [one for one in changes if isinstance(one, MessageEdited)]
        emojis = {one.user_id: one.emoji for one in changes if isinstance(one, ReactionSet)}
        is_deleted = message.message_id in self.deleted
        body = edits[-1].body if edits else message.body
        return replace(
            message,
            body=None if is_deleted else body,
            edited_at=edits[-1].at if edits else None,
            is_deleted=is_deleted,
            reactions=tuple(Reaction(user_id, emoji) for user_id, emoji in sorted(emojis.items()) if emoji),
        )


def _covered(own_seqs: list[int], mark: int) -> int:
    return max((seq for seq in own_seqs if seq <= mark), default=0)


def _without_body(event: AnyTimelineEvent) -> AnyTimelineEvent:
    if isinstance(event, MessageSent):
        return replace(event, body=None, is_deleted=False)
    return replace(event, body=None) if isinstance(event, MessageEdited) else event


def _those(reasons: dict[str, bool]) -> Reasons:
    return {reason for reason, is_so in reasons.items() if is_so}
