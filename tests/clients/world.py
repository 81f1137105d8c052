"""A group as the server would keep it: its log, and what Alice is shown of it at any moment of that log.

Written apart from the client's own folding, and as plainly as can be: the property tests compare the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from clients.python.frames import (
    AnyFrame,
    AnyTimelineEvent,
    ConversationSummary,
    DeliveredAdvanced,
    GroupCreated,
    GroupSettingsChanged,
    Member,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    Reaction,
    ReactionSet,
    ReadAdvanced,
    RoleChanged,
    Settings,
    TimelineEvent,
)
from tests.clients.builders import ALICE, CONVERSATION, START

Advance = DeliveredAdvanced | ReadAdvanced
Entry = AnyTimelineEvent | Advance


@dataclass
class Seen:
    """What the server knows after some entries."""

    head_seq: int = 0
    name: str = ""
    left_name: str = ""
    settings: Settings = field(default_factory=Settings)
    roles: dict[str, str] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    shown: list[AnyTimelineEvent] = field(default_factory=list)
    """What Alice may see, as it came."""

    @property
    def is_alice_here(self) -> bool:
        return ALICE in self.roles


def seen_after(entries: list[Entry]) -> Seen:
    seen = Seen()
    for entry in entries:
        if isinstance(entry, TimelineEvent):
            was_here = seen.is_alice_here
            _apply(seen, entry)
            seen.head_seq = entry.seq
            if was_here or seen.is_alice_here:
                seen.shown.append(entry)
        else:
            delivered, read = seen.marks[entry.user_id]
            read = max(read, entry.to_seq) if isinstance(entry, ReadAdvanced) else read
            seen.marks[entry.user_id] = (max(delivered, entry.to_seq), read)
    return seen


def timeline(seen: Seen) -> tuple[AnyTimelineEvent, ...]:
    """As the API shows it now."""
    return tuple(_now(event, seen) for event in seen.shown)


def summary(seen: Seen, *, with_members: bool = True) -> ConversationSummary:
    """As the API shows it now; a list's row has no members."""
    own = [event.seq for event in seen.shown if isinstance(event, MessageSent | MessageEdited) and _is_own(event)]
    messages = [event for event in timeline(seen) if isinstance(event, MessageSent)]
    delivered, read = seen.marks[ALICE]
    head_seq = seen.shown[-1].seq
    members = tuple(
        Member(
            user_id=user_id,
            role=role,
            joined_seq=seen.joined[user_id],
            delivered_seq=_shown(seen.marks[user_id][0], own) if user_id != ALICE else delivered,
            read_seq=_shown(seen.marks[user_id][1], own) if user_id != ALICE else read,
        )
        for user_id, role in seen.roles.items()
    )
    return ConversationSummary(
        conversation_id=CONVERSATION,
        kind="group",
        name=seen.name if seen.is_alice_here else seen.left_name,
        members=members if with_members else None,
        head_seq=head_seq,
        head_message=messages[-1] if messages else None,
        delivered_seq=delivered,
        read_seq=read,
        unread=sum(1 for message in messages if message.seq > read and not _is_own(message)),
        role=seen.roles.get(ALICE),
        settings=seen.settings if with_members and seen.is_alice_here else None,
    )


def live(entries: list[Entry]) -> Iterator[AnyFrame]:
    """The last entry as Alice's device gets it, if it does."""
    before, entry = seen_after(entries[:-1]), entries[-1]
    seen = seen_after(entries)
    if isinstance(entry, Advance):
        yield from _told(before, entry)
    elif before.is_alice_here or seen.is_alice_here:
        yield entry
        if isinstance(entry, MessageSent) and entry.sender_id != ALICE:
            from_seq, to_seq = before.marks[entry.sender_id][1], entry.seq
            yield from _told(before, advance(entry.sender_id, from_seq, to_seq, is_read=True))


def advance(user_id: str, from_seq: int, to_seq: int, *, is_read: bool) -> Advance:
    kind = ReadAdvanced if is_read else DeliveredAdvanced
    return kind(conversation_id=CONVERSATION, user_id=user_id, from_seq=from_seq, to_seq=to_seq, at=START)


def _told(before: Seen, entry: Advance) -> Iterator[Advance]:
    """To the authors of what was covered, and to the member's own devices."""
    covered = any(
        entry.from_seq < event.seq <= entry.to_seq
        for event in before.shown
        if isinstance(event, MessageSent | MessageEdited) and _is_own(event)
    )
    if before.is_alice_here and (covered or entry.user_id == ALICE):
        yield entry


def _apply(seen: Seen, event: AnyTimelineEvent) -> None:
    match event:
        case GroupCreated():
            seen.name = event.name or ""
            seen.roles = dict.fromkeys(event.member_ids, "member") | {event.member_ids[0]: "admin"}
            seen.joined = dict.fromkeys(event.member_ids, event.seq)
            seen.marks = dict.fromkeys(event.member_ids, (0, 0)) | {event.member_ids[0]: (1, 1)}
        case MembersAdded():
            for user_id in event.member_ids:
                seen.roles[user_id] = "member"
                seen.joined[user_id] = event.seq
                seen.marks[user_id] = (event.seq - 1, event.seq - 1)
        case MemberRemoved():
            del seen.roles[event.user_id]
            seen.left_name = seen.name if event.user_id == ALICE else seen.left_name
            if event.promoted_user_id:
                seen.roles[event.promoted_user_id] = "admin"
        case RoleChanged():
            seen.roles[event.user_id] = event.role
        case GroupSettingsChanged():
            seen.name = event.name if isinstance(event.name, str) else seen.name
            if isinstance(event.description, str):
                seen.settings = replace(seen.settings, description=event.description)
        case MessageDeleted():
            seen.deleted.add(event.message_id)
        case MessageSent():
            seen.marks[event.sender_id] = (event.seq, event.seq)
        case _:
            pass


def _now(event: AnyTimelineEvent, seen: Seen) -> AnyTimelineEvent:
    """With the changes that Alice saw; what is deleted, is so for everyone."""
    if not isinstance(event, MessageSent | MessageEdited):
        return event
    changes = [one for one in seen.shown if getattr(one, "message_id", None) == event.message_id]
    is_deleted = event.message_id in seen.deleted
    if isinstance(event, MessageEdited):
        return replace(event, body=None) if is_deleted else event
    edits = [one for one in changes if isinstance(one, MessageEdited)]
    emojis = {one.user_id: one.emoji for one in changes if isinstance(one, ReactionSet)}
    return replace(
        event,
        body=None if is_deleted else edits[-1].body if edits else event.body,
        edited_at=edits[-1].at if edits else None,
        is_deleted=is_deleted,
        reactions=tuple(Reaction(user_id, emoji) for user_id, emoji in sorted(emojis.items()) if emoji),
    )


def _is_own(event: AnyTimelineEvent) -> bool:
    return event.actor_id == ALICE


def _shown(mark: int, own: list[int]) -> int:
    return max((seq for seq in own if seq <= mark), default=0)
