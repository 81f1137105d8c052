"""What the log says about one person, record by record: what is theirs, what they could see, and where they belonged.

Pure. Records of a conversation come in their order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.operator.account_documents import Received, Stay
from infra.stores.log_reading import Record
from schemas import events
from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent, GroupCreated, MemberRemoved, MembersAdded, MessageSent
from schemas.topics import (
    ACCOUNT_EVENTS,
    CONVERSATION_COMMANDS,
    CONVERSATION_SIGNALS,
    MEDIA_COMMANDS,
    MEDIA_EVENTS,
    NOTIFICATION_OUTCOMES,
    NOTIFICATION_REQUESTS,
    PRESENCE_EVENTS,
    Topic,
)

FILE_OF_EVENT: Mapping[type, str] = {
    events.MessageSent: "messages.jsonl",
    events.MessageEdited: "messages.jsonl",
    events.MessageDeleted: "messages.jsonl",
    events.ReactionSet: "reactions.jsonl",
    events.DeliveredAdvanced: "receipts.jsonl",
    events.ReadAdvanced: "receipts.jsonl",
    events.BlockSet: "blocks.jsonl",
    events.CommandRefused: "answers.jsonl",
    events.CommandRepeated: "answers.jsonl",
}
GROUPS_FILE = "groups.jsonl"
# Of the other topics: the file, and the field that says whose a record is.
OWNED: Mapping[Topic, tuple[str, str]] = {
    CONVERSATION_COMMANDS: ("commands.jsonl", "actor_id"),
    MEDIA_COMMANDS: ("commands.jsonl", "owner_id"),
    CONVERSATION_SIGNALS: ("typing.jsonl", "user_id"),
    PRESENCE_EVENTS: ("presence.jsonl", "user_id"),
    NOTIFICATION_REQUESTS: ("pushes.jsonl", "user_id"),
    NOTIFICATION_OUTCOMES: ("pushes.jsonl", "user_id"),
    MEDIA_EVENTS: ("uploads.jsonl", "owner_id"),
    ACCOUNT_EVENTS: ("account.jsonl", "user_id"),
}
# What a push says of somebody else's message.
OF_OTHERS = frozenset({"client_id", "body"})


@dataclass(slots=True)
class Belonged:
    """Somebody's stays in a conversation."""

    kind: str
    stays: list[Stay] = field(default_factory=list)

    @property
    def is_present(self) -> bool:
        return bool(self.stays) and self.stays[-1].left_seq is None


class Belonging:
    """Folds `conversation.events` for one person."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._name = user_id.encode()
        self._present: set[bytes] = set()
        self.conversations: dict[str, Belonged] = {}

    def fold(self, record: Record) -> str | Received | None:
        """The file to which a record belongs, or the message of somebody else that it is; None: it concerns others."""
        if record.key not in self._present and self._name not in record.value:
            return None
        try:
            event = decode_event(record.value)
        except Undecodable:
            return None
        self._move(event)
        if event.actor_id == self._user_id:
            return FILE_OF_EVENT.get(type(event), GROUPS_FILE)
        if isinstance(event, MessageSent) and record.key in self._present:
            return Received(
                at=event.at, conversation_id=event.conversation_id, seq=event.seq, message_id=event.message_id,
                sender_id=event.actor_id, kind=event.body.kind, size=event.body.size,
            )  # fmt: skip
        return None

    def _move(self, event: AnyEvent) -> None:
        """They join or leave."""
        id_ = event.conversation_id
        match event:
            case MessageSent(member_ids=tuple(member_ids)) if self._user_id in member_ids:
                self._join(event, "direct")
            case GroupCreated() | MembersAdded() if self._user_id in event.member_ids:
                self._join(event, "group")
            case MemberRemoved() if event.user_id == self._user_id and id_ in self.conversations:
                stays = self.conversations[id_].stays
                stays[-1] = Stay(stays[-1].joined_seq, stays[-1].joined_at, event.seq, event.at)
                self._present.discard(id_.encode())
            case _:
                return

    def _join(self, event: MessageSent | GroupCreated | MembersAdded, kind: str) -> None:
        belonged = self.conversations.setdefault(event.conversation_id, Belonged(kind))
        if not belonged.is_present:
            belonged.stays.append(Stay(event.seq, event.at))
            self._present.add(event.conversation_id.encode())
