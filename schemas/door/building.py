"""Commands of accepted frames, their bodies sealed."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from schemas import commands, frames
from schemas.bodies import SealedText
from schemas.door.facts import Actor, Facts
from schemas.sealing import ConversationKey


def command(
    frame: frames.AnyKeyedFrame, conversation_id: str, actor: Actor, facts: Facts
) -> commands.AnyKeyedCommand:
    """The command of a frame that the door did not refuse."""
    who = {
        "conversation_id": conversation_id,
        "actor_id": actor.user_id,
        "device_id": actor.device_id,
        "origin": actor.origin,
        "client_id": frame.client_id,
        "digest": actor.key.digest(_content(frame)),
    }
    return _BUILDERS[type(frame)](frame, conversation_id, actor, facts, who)


def acknowledgement(
    frame: frames.AnyReceiptFrame, actor: Actor, *, is_private: bool
) -> commands.AcknowledgeDelivery | commands.AcknowledgeRead:
    """The command of a receipt; only a read can be private."""
    who = {
        "conversation_id": frame.conversation_id,
        "actor_id": actor.user_id,
        "device_id": actor.device_id,
        "origin": actor.origin,
        "seq": frame.seq,
    }
    if isinstance(frame, frames.AcknowledgeDelivery):
        return commands.AcknowledgeDelivery(**who)  # type: ignore[arg-type]  # typed where they are gathered
    return commands.AcknowledgeRead(**who, is_private=is_private)  # type: ignore[arg-type]  # as above


def _content(frame: frames.AnyKeyedFrame) -> bytes:
    """What a repeat must have in common with the first: all that the author wrote."""
    if isinstance(frame, frames.SendMessage):
        return msgspec.json.encode((frame.body, frame.reply_to, frame.mentions))
    return msgspec.json.encode(frame)


def _send_message(
    frame: frames.SendMessage, conversation_id: str, actor: Actor, facts: Facts, who: dict[str, Any]
) -> commands.SendMessage:
    return commands.SendMessage(
        **who,
        body=actor.key.seal(
            frame.body, conversation_id=conversation_id, sender_id=actor.user_id, client_id=frame.client_id
        ),
        to_user_id=frame.to_user_id,
        reply_to=frame.reply_to,
        mentions=frame.mentions,
        is_private=facts.is_private,
    )


def _edit_message(
    frame: frames.EditMessage, conversation_id: str, actor: Actor, facts: Facts, who: dict[str, Any]
) -> commands.EditMessage:
    assert facts.target
    body = actor.key.seal(
        frame.body, conversation_id=conversation_id, sender_id=actor.user_id, client_id=frame.client_id
    )
    return commands.EditMessage(**who, target=facts.target, body=body)


def _delete_message(
    _: frames.DeleteMessage, __: str, ___: Actor, facts: Facts, who: dict[str, Any]
) -> commands.DeleteMessage:
    assert facts.target
    return commands.DeleteMessage(**who, target=facts.target)


def _set_reaction(
    frame: frames.SetReaction, _: str, __: Actor, facts: Facts, who: dict[str, Any]
) -> commands.SetReaction:
    assert facts.target
    return commands.SetReaction(**who, target=facts.target, emoji=frame.emoji)


def _create_group(
    frame: frames.CreateGroup, _: str, actor: Actor, facts: Facts, who: dict[str, Any]
) -> commands.CreateGroup:
    assert facts.conversation_key
    member_ids = tuple(dict.fromkeys((actor.user_id, *frame.member_ids)))
    return commands.CreateGroup(**who, name=facts.conversation_key.seal(frame.name), member_ids=member_ids)


def _add_members(frame: frames.AddMembers, _: str, __: Actor, ___: Facts, who: dict[str, Any]) -> commands.AddMembers:
    return commands.AddMembers(**who, member_ids=tuple(dict.fromkeys(frame.member_ids)))


def _remove_member(
    frame: frames.RemoveMember, _: str, __: Actor, ___: Facts, who: dict[str, Any]
) -> commands.RemoveMember:
    return commands.RemoveMember(**who, user_id=frame.user_id)


def _leave_group(_: frames.LeaveGroup, __: str, ___: Actor, ____: Facts, who: dict[str, Any]) -> commands.LeaveGroup:
    return commands.LeaveGroup(**who)


def _change_role(frame: frames.ChangeRole, _: str, __: Actor, ___: Facts, who: dict[str, Any]) -> commands.ChangeRole:
    return commands.ChangeRole(**who, user_id=frame.user_id, role=frame.role)


def _change_group_settings(
    frame: frames.ChangeGroupSettings, _: str, __: Actor, facts: Facts, who: dict[str, Any]
) -> commands.ChangeGroupSettings:
    return commands.ChangeGroupSettings(
        **who,
        name=_sealed(frame.name, facts.conversation_key),
        description=_sealed(frame.description, facts.conversation_key),
        avatar_media_id=frame.avatar_media_id,
        who_can_send=frame.who_can_send,
        who_can_add=frame.who_can_add,
    )


def _sealed(text: str | UnsetType, key: ConversationKey | None) -> SealedText | UnsetType:
    if isinstance(text, UnsetType):
        return UNSET
    assert key
    return key.seal(text)


_BUILDERS: dict[type, Callable[..., commands.AnyKeyedCommand]] = {
    frames.SendMessage: _send_message,
    frames.EditMessage: _edit_message,
    frames.DeleteMessage: _delete_message,
    frames.SetReaction: _set_reaction,
    frames.CreateGroup: _create_group,
    frames.AddMembers: _add_members,
    frames.RemoveMember: _remove_member,
    frames.LeaveGroup: _leave_group,
    frames.ChangeRole: _change_role,
    frames.ChangeGroupSettings: _change_group_settings,
}
