"""Events of conversations: facts, kept for ever. Those of the timeline have a dense `seq`; the others have none.

One command makes at most one event; `command_offset` says which. Unknown fields are tolerated on replay.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.bodies import SealedBody, SealedText
from schemas.commands import ClientId, Origin, Role, Seq, Who
from schemas.ids import Id
from schemas.reasons import Reason
from schemas.times import Timestamp

Position = Annotated[int, Meta(ge=0)]


class Event(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """`at` is the log's time of the command, never earlier than the timeline event before it."""

    conversation_id: Id
    command_offset: Annotated[int, Meta(ge=0)]
    at: Timestamp
    actor_id: Id
    origin: Origin


class TimelineEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event with a place in the timeline. `message_number` counts messages up to and including it."""

    seq: Seq
    message_number: Annotated[int, Meta(ge=0)]
    client_id: ClientId
    digest: bytes


class MessageSent(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """`member_ids` comes with the first message of a direct conversation. Sending implies having read what came
    before: `read_from_seq` is the sender's read position until then, `read_author_ids` are those whose messages
    were read so; if that is private, nobody else is told."""

    message_id: Id
    body: SealedBody
    reply_to: Id | None = None
    mentions: tuple[Id, ...] = ()
    member_ids: tuple[Id, ...] | None = None
    read_from_seq: int = 0
    read_author_ids: tuple[Id, ...] = ()
    is_private: bool = False


class MessageEdited(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """`message_seq`: the place of the message that was changed."""

    message_id: Id
    message_seq: Seq
    body: SealedBody


class MessageDeleted(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    message_id: Id
    message_seq: Seq


class ReactionSet(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The actor's one reaction to a message; null: taken back."""

    message_id: Id
    message_seq: Seq
    emoji: str | None = None


class GroupCreated(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The actor is the first of `member_ids`, and its admin."""

    name: SealedText
    member_ids: tuple[Id, ...]


class MembersAdded(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    member_ids: tuple[Id, ...]


class MemberRemoved(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The last event that `user_id` sees; by oneself: left. `promoted_user_id` became admin if no other was left."""

    user_id: Id
    promoted_user_id: Id | None = None


class RoleChanged(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    user_id: Id
    role: Role


class GroupSettingsChanged(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """What is missing stayed as it was."""

    name: SealedText | UnsetType = UNSET
    description: SealedText | UnsetType = UNSET
    avatar_media_id: Id | UnsetType | None = UNSET
    who_can_send: Who | UnsetType = UNSET
    who_can_add: Who | UnsetType = UNSET


class DeliveredAdvanced(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """All up to `to_seq` has reached a device of the actor; `author_ids` have messages after `from_seq` among that."""

    from_seq: Position
    to_seq: Seq
    author_ids: tuple[Id, ...] = ()


class ReadAdvanced(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The same for reading, which implies delivery: that stood at `delivered_from_seq` before. A private one is
    shown to the actor alone."""

    from_seq: Position
    to_seq: Seq
    delivered_from_seq: Position
    author_ids: tuple[Id, ...] = ()
    is_private: bool = False


class BlockSet(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The actor has blocked `user_id`, or no longer does."""

    user_id: Id
    is_blocked: bool


class CommandRefused(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A "no" from the closed set; it goes to the connection that asked."""

    command: str
    reason: Reason
    client_id: ClientId | None = None
    detail: str = ""


AnyTimelineEvent = (
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionSet
    | GroupCreated
    | MembersAdded
    | MemberRemoved
    | RoleChanged
    | GroupSettingsChanged
)


class CommandRepeated(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The same command again: `first` is its first result, for whoever asked this time."""

    client_id: ClientId
    command: str
    first: AnyTimelineEvent


AnyEvent = AnyTimelineEvent | DeliveredAdvanced | ReadAdvanced | BlockSet | CommandRefused | CommandRepeated
