"""Events as the log keeps them. Those of the timeline are one a second, each made by the command before its seq."""

from collections.abc import Sequence
from typing import Any

from schemas import events
from schemas.bodies import SealedBody, SealedText
from schemas.commands import Origin, Role
from schemas.ids import message_id
from schemas.reasons import Reason
from schemas.times import timestamp
from tests.builders.people import ALICE, BOB, CAROL, CONVERSATION, ORIGIN, SEALED, SEALED_NAME, START_MS


def sent(
    seq: int = 1,
    *,
    actor_id: str = ALICE,
    client_id: str | None = None,
    digest: bytes = b"digest",
    conversation_id: str = CONVERSATION,
    command_offset: int | None = None,
    at_ms: int | None = None,
    origin: Origin = ORIGIN,
    body: SealedBody = SEALED,
    message_number: int | None = None,
    member_ids: tuple[str, ...] | None = None,
    **more: Any,
) -> events.MessageSent:
    """The message at `seq` of a conversation that has nothing but messages; the first is of Alice's with Bob."""
    offset = seq - 1 if command_offset is None else command_offset
    at_ms = START_MS + 1000 * seq if at_ms is None else at_ms
    first_members = (ALICE, BOB) if seq == 1 else None
    return events.MessageSent(
        conversation_id=conversation_id,
        command_offset=offset,
        at=timestamp(at_ms),
        actor_id=actor_id,
        origin=origin,
        seq=seq,
        message_number=seq if message_number is None else message_number,
        client_id=client_id or f"m{seq}",
        digest=digest,
        message_id=message_id(at_ms, 0, offset),
        body=body,
        member_ids=member_ids or first_members,
        **more,
    )


def edited(
    seq: int = 2, of: events.MessageSent | None = None, *, body: SealedBody = SEALED, **more: Any
) -> events.MessageEdited:
    return events.MessageEdited(**_change(seq, of or sent(), "e", more), body=body)


def deleted(seq: int = 2, of: events.MessageSent | None = None, **more: Any) -> events.MessageDeleted:
    return events.MessageDeleted(**_change(seq, of or sent(), "d", more))


def reacted(
    seq: int = 2, of: events.MessageSent | None = None, *, emoji: str | None = "👍", actor_id: str = BOB, **more: Any
) -> events.ReactionSet:
    return events.ReactionSet(**_change(seq, of or sent(), "r", {"actor_id": actor_id, **more}), emoji=emoji)


def created(
    member_ids: Sequence[str] = (ALICE, BOB, CAROL), *, name: SealedText = SEALED_NAME, **more: Any
) -> events.GroupCreated:
    """A group's first event; the first member made it."""
    common = _timeline(1, "g", {"actor_id": member_ids[0], **more})
    return events.GroupCreated(**common, name=name, member_ids=tuple(member_ids))


def added(seq: int = 2, *, member_ids: Sequence[str] = (CAROL,), **more: Any) -> events.MembersAdded:
    return events.MembersAdded(**_timeline(seq, "a", more), member_ids=tuple(member_ids))


def removed(
    seq: int = 2, *, user_id: str = BOB, promoted_user_id: str | None = None, **more: Any
) -> events.MemberRemoved:
    """Pass the same `actor_id`, and they have left."""
    return events.MemberRemoved(**_timeline(seq, "x", more), user_id=user_id, promoted_user_id=promoted_user_id)


def role_changed(seq: int = 2, *, user_id: str = BOB, role: Role = "admin", **more: Any) -> events.RoleChanged:
    return events.RoleChanged(**_timeline(seq, "o", more), user_id=user_id, role=role)


def settings_changed(seq: int = 2, **more: Any) -> events.GroupSettingsChanged:
    """Pass what changed: name, description, avatar_media_id, who_can_send, who_can_add."""
    return events.GroupSettingsChanged(**_timeline(seq, "s", more))


def delivered(
    to_seq: int = 1, from_seq: int = 0, *, author_ids: Sequence[str] = (ALICE,), **more: Any
) -> events.DeliveredAdvanced:
    common = _untimed({"actor_id": BOB, **more})
    return events.DeliveredAdvanced(**common, from_seq=from_seq, to_seq=to_seq, author_ids=tuple(author_ids))


def read(
    to_seq: int = 1,
    from_seq: int = 0,
    *,
    delivered_from_seq: int | None = None,
    author_ids: Sequence[str] = (ALICE,),
    is_private: bool = False,
    **more: Any,
) -> events.ReadAdvanced:
    """All was delivered already, unless said."""
    return events.ReadAdvanced(
        **_untimed({"actor_id": BOB, **more}),
        from_seq=from_seq,
        to_seq=to_seq,
        delivered_from_seq=to_seq if delivered_from_seq is None else delivered_from_seq,
        author_ids=tuple(author_ids),
        is_private=is_private,
    )


def blocked(user_id: str = BOB, *, is_blocked: bool = True, **more: Any) -> events.BlockSet:
    return events.BlockSet(**_untimed(more), user_id=user_id, is_blocked=is_blocked)


def refused(
    reason: Reason = "not-a-member",
    *,
    client_id: str | None = "m1",
    command: str = "SendMessage",
    detail: str = "",
    **more: Any,
) -> events.CommandRefused:
    return events.CommandRefused(**_untimed(more), client_id=client_id, command=command, reason=reason, detail=detail)


def repeated(
    first: events.AnyTimelineEvent, *, command: str = "SendMessage", command_offset: int = 9, **more: Any
) -> events.CommandRepeated:
    asker = {
        "conversation_id": first.conversation_id,
        "actor_id": first.actor_id,
        "command_offset": command_offset,
    }
    return events.CommandRepeated(**_untimed(asker | more), client_id=first.client_id, command=command, first=first)


def _untimed(more: dict[str, Any]) -> dict[str, Any]:
    """What every event says; `more` wins."""
    return {
        "conversation_id": CONVERSATION,
        "command_offset": 0,
        "at": timestamp(START_MS),
        "actor_id": ALICE,
        "origin": ORIGIN,
    } | more


def _timeline(seq: int, letter: str, more: dict[str, Any]) -> dict[str, Any]:
    """What every event of the timeline says; its client_id has a letter of its kind."""
    return {
        **_untimed({"command_offset": seq - 1, "at": timestamp(START_MS + 1000 * seq)}),
        "seq": seq,
        "message_number": 0,
        "client_id": f"{letter}{seq}",
        "digest": b"digest",
    } | more


def _change(seq: int, of: events.MessageSent, letter: str, more: dict[str, Any]) -> dict[str, Any]:
    """What every event about a message says: by its author, unless said."""
    about = {
        "conversation_id": of.conversation_id,
        "actor_id": of.actor_id,
        "message_number": of.message_number,
        "message_id": of.message_id,
        "message_seq": of.seq,
    }
    return _timeline(seq, letter, about | more)
