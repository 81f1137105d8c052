"""Commands: requests that may be refused. One topic holds them, keyed by conversation.

Facts from outside the conversation are attached at the door (DESIGN, section 2); `decide` never looks anything up.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.bodies import SealedBody, SealedText
from schemas.ids import Id
from schemas.times import Timestamp

ClientId = Annotated[str, Meta(min_length=1, max_length=64)]
Seq = Annotated[int, Meta(ge=1)]
Role = Literal["admin", "member"]
Who = Literal["everyone", "admins"]


class Origin(Struct, frozen=True, array_like=True):
    """Who asked: the stream of a gateway or API process (its name and incarnation), and the connection on it."""

    gateway: str
    incarnation: str
    connection: str


class Command(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True, forbid_unknown_fields=True):
    conversation_id: Id
    actor_id: Id
    device_id: Id
    origin: Origin


class KeyedCommand(Command, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A command with the client's idempotency key; `digest` tells a repeat from a conflict."""

    client_id: ClientId
    digest: bytes


class Target(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The message that a command is about, as its row in the timeline says: a fact from the door."""

    message_id: Id
    seq: Seq
    author_id: Id
    sent_at: Timestamp
    is_deleted: bool = False


class SendMessage(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`to_user_id` begins a direct conversation, or continues it. `is_private`: that its sender has read what came
    before is shown to nobody."""

    body: SealedBody
    to_user_id: Id | None = None
    reply_to: Id | None = None
    mentions: tuple[Id, ...] = ()
    is_private: bool = False


class EditMessage(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    target: Target
    body: SealedBody


class DeleteMessage(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    target: Target


class SetReaction(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`emoji`: null takes it back."""

    target: Target
    emoji: str | None = None


class CreateGroup(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`member_ids`: each once, the creator first."""

    name: SealedText
    member_ids: tuple[Id, ...]


class AddMembers(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`member_ids`: each once."""

    member_ids: tuple[Id, ...]


class RemoveMember(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    user_id: Id


class LeaveGroup(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class ChangeRole(KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    user_id: Id
    role: Role


class ChangeGroupSettings(
    KeyedCommand, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What is missing stays as it is."""

    name: SealedText | UnsetType = UNSET
    description: SealedText | UnsetType = UNSET
    avatar_media_id: Id | UnsetType | None = UNSET
    who_can_send: Who | UnsetType = UNSET
    who_can_add: Who | UnsetType = UNSET


class AcknowledgeDelivery(
    Command, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A device's word that all up to `seq` has reached it."""

    seq: Seq


class AcknowledgeRead(Command, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`is_private`: the reader or, in a direct conversation, the other hides read receipts."""

    seq: Seq
    is_private: bool = False


class SetBlock(Command, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`user_id`: the other one of the direct conversation."""

    user_id: Id
    is_blocked: bool


AnyKeyedCommand = (
    SendMessage
    | EditMessage
    | DeleteMessage
    | SetReaction
    | CreateGroup
    | AddMembers
    | RemoveMember
    | LeaveGroup
    | ChangeRole
    | ChangeGroupSettings
)
AnyCommand = AnyKeyedCommand | AcknowledgeDelivery | AcknowledgeRead | SetBlock
