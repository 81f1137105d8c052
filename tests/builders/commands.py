"""Commands as the log keeps them: Alice's from her phone, unless said."""

from collections.abc import Sequence
from typing import Any

from schemas import commands, events
from schemas.bodies import SealedBody, SealedText
from schemas.commands import Origin, Role, Target
from tests.builders.events import sent
from tests.builders.people import ALICE, BOB, CAROL, CONVERSATION, ORIGIN, PHONE, SEALED, SEALED_NAME


def send(
    client_id: str = "m1",
    *,
    actor_id: str = ALICE,
    digest: bytes = b"digest",
    to_user_id: str | None = None,
    conversation_id: str = CONVERSATION,
    body: SealedBody = SEALED,
    origin: Origin = ORIGIN,
    **more: Any,
) -> commands.SendMessage:
    return commands.SendMessage(
        conversation_id=conversation_id,
        actor_id=actor_id,
        device_id=PHONE,
        origin=origin,
        client_id=client_id,
        body=body,
        digest=digest,
        to_user_id=to_user_id,
        **more,
    )


def target(of: events.MessageSent | None = None) -> Target:
    """A message as the door found it."""
    of = of or sent()
    return Target(of.message_id, of.seq, of.actor_id, of.at)


def edit(
    client_id: str = "e1", of: events.MessageSent | None = None, *, body: SealedBody = SEALED, **more: Any
) -> commands.EditMessage:
    return commands.EditMessage(**_keyed(client_id, more), target=target(of), body=body)


def delete(client_id: str = "d1", of: events.MessageSent | None = None, **more: Any) -> commands.DeleteMessage:
    return commands.DeleteMessage(**_keyed(client_id, more), target=target(of))


def react(
    client_id: str = "r1", of: events.MessageSent | None = None, *, emoji: str | None = "👍", **more: Any
) -> commands.SetReaction:
    return commands.SetReaction(**_keyed(client_id, {"actor_id": BOB, **more}), target=target(of), emoji=emoji)


def create(
    client_id: str = "g1",
    *,
    member_ids: Sequence[str] = (ALICE, BOB, CAROL),
    name: SealedText = SEALED_NAME,
    **more: Any,
) -> commands.CreateGroup:
    return commands.CreateGroup(**_keyed(client_id, more), name=name, member_ids=tuple(member_ids))


def add(client_id: str = "a1", *, member_ids: Sequence[str] = (CAROL,), **more: Any) -> commands.AddMembers:
    return commands.AddMembers(**_keyed(client_id, more), member_ids=tuple(member_ids))


def remove(client_id: str = "x1", *, user_id: str = BOB, **more: Any) -> commands.RemoveMember:
    return commands.RemoveMember(**_keyed(client_id, more), user_id=user_id)


def leave(client_id: str = "l1", **more: Any) -> commands.LeaveGroup:
    return commands.LeaveGroup(**_keyed(client_id, more))


def change_role(client_id: str = "o1", *, user_id: str = BOB, role: Role = "admin", **more: Any) -> commands.ChangeRole:
    return commands.ChangeRole(**_keyed(client_id, more), user_id=user_id, role=role)


def change_settings(client_id: str = "s1", **more: Any) -> commands.ChangeGroupSettings:
    """Pass what changes: name, description, avatar_media_id, who_can_send, who_can_add."""
    return commands.ChangeGroupSettings(**_keyed(client_id, more))


def acknowledge_delivery(seq: int = 1, **more: Any) -> commands.AcknowledgeDelivery:
    return commands.AcknowledgeDelivery(**_asked({"actor_id": BOB, **more}), seq=seq)


def acknowledge_read(seq: int = 1, *, is_private: bool = False, **more: Any) -> commands.AcknowledgeRead:
    return commands.AcknowledgeRead(**_asked({"actor_id": BOB, **more}), seq=seq, is_private=is_private)


def block(user_id: str = BOB, *, is_blocked: bool = True, **more: Any) -> commands.SetBlock:
    return commands.SetBlock(**_asked(more), user_id=user_id, is_blocked=is_blocked)


def _asked(more: dict[str, Any]) -> dict[str, Any]:
    """What every command says; `more` wins."""
    return {"conversation_id": CONVERSATION, "actor_id": ALICE, "device_id": PHONE, "origin": ORIGIN} | more


def _keyed(client_id: str, more: dict[str, Any]) -> dict[str, Any]:
    return _asked({"client_id": client_id, "digest": b"digest", **more})
