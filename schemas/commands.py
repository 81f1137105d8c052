"""Commands: requests that may be refused. One topic holds them, keyed by conversation.

Facts from outside the conversation are attached at the door (DESIGN, section 2); `decide` never looks anything up.
"""

from typing import Annotated

from msgspec import Meta, Struct

from schemas.bodies import SealedBody
from schemas.ids import Id

ClientId = Annotated[str, Meta(min_length=1, max_length=64)]


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


class SendMessage(Command, frozen=True, kw_only=True, tag=True, omit_defaults=True, forbid_unknown_fields=True):
    """`to_user_id` begins a direct conversation, or continues it; `digest` tells a repeat from a conflict."""

    client_id: ClientId
    body: SealedBody
    digest: bytes
    to_user_id: Id | None = None
    reply_to: Id | None = None
    mentions: tuple[Id, ...] = ()


AnyCommand = SendMessage
