"""A command that was accepted before: its first result again, made from what the repeat says once more. Pure."""

from collections.abc import Callable
from typing import Any

from schemas import commands, events
from schemas.commands import AnyKeyedCommand
from schemas.events import AnyTimelineEvent, CommandRefused, CommandRepeated
from schemas.times import timestamp
from streams.conversation.outcome import Place, facts, refused
from streams.conversation.state import Accepted, Conversation


def repeated(
    state: Conversation, command: AnyKeyedCommand, first: Accepted, place: Place
) -> CommandRepeated | CommandRefused:
    """The first result, or `conflict` where the content differs."""
    if first.digest != command.digest:
        return refused(state, command, place, "conflict", "this client_id was used with other content")
    return CommandRepeated(
        **facts(state, command, place),
        client_id=command.client_id,
        command=type(command).__name__,
        first=first_event(state, command, first, place),
    )


def first_event(state: Conversation, command: AnyKeyedCommand, first: Accepted, place: Place) -> AnyTimelineEvent:
    """A body is this time's, which says the same under another nonce."""
    common = {
        **facts(state, command, place),
        "at": timestamp(first.at_ms),
        "seq": first.seq,
        "message_number": first.message_number,
        "client_id": command.client_id,
        "digest": first.digest,
    }
    return _FIRST[type(command)](state, command, first, common)


def _message_sent(
    state: Conversation, command: commands.SendMessage, first: Accepted, common: dict[str, Any]
) -> events.MessageSent:
    is_birth = first.seq == 1 and not state.is_group
    return events.MessageSent(
        **common,
        message_id=first.subject_id,
        body=command.body,
        reply_to=command.reply_to,
        mentions=command.mentions,
        member_ids=tuple(one.user_id for one in state.members) if is_birth else None,
    )


def _message_edited(
    _: Conversation, command: commands.EditMessage, __: Accepted, common: dict[str, Any]
) -> events.MessageEdited:
    target = command.target
    return events.MessageEdited(**common, message_id=target.message_id, message_seq=target.seq, body=command.body)


def _message_deleted(
    _: Conversation, command: commands.DeleteMessage, __: Accepted, common: dict[str, Any]
) -> events.MessageDeleted:
    return events.MessageDeleted(**common, message_id=command.target.message_id, message_seq=command.target.seq)


def _reaction_set(
    _: Conversation, command: commands.SetReaction, __: Accepted, common: dict[str, Any]
) -> events.ReactionSet:
    target = command.target
    return events.ReactionSet(**common, message_id=target.message_id, message_seq=target.seq, emoji=command.emoji)


def _group_created(
    _: Conversation, command: commands.CreateGroup, __: Accepted, common: dict[str, Any]
) -> events.GroupCreated:
    return events.GroupCreated(**common, name=command.name, member_ids=command.member_ids)


def _members_added(
    _: Conversation, command: commands.AddMembers, __: Accepted, common: dict[str, Any]
) -> events.MembersAdded:
    return events.MembersAdded(**common, member_ids=command.member_ids)


def _member_removed(
    _: Conversation, command: commands.RemoveMember, __: Accepted, common: dict[str, Any]
) -> events.MemberRemoved:
    return events.MemberRemoved(**common, user_id=command.user_id)


def _left(
    _: Conversation, command: commands.LeaveGroup, first: Accepted, common: dict[str, Any]
) -> events.MemberRemoved:
    return events.MemberRemoved(**common, user_id=command.actor_id, promoted_user_id=first.subject_id or None)


def _role_changed(
    _: Conversation, command: commands.ChangeRole, __: Accepted, common: dict[str, Any]
) -> events.RoleChanged:
    return events.RoleChanged(**common, user_id=command.user_id, role=command.role)


def _group_settings_changed(
    _: Conversation, command: commands.ChangeGroupSettings, __: Accepted, common: dict[str, Any]
) -> events.GroupSettingsChanged:
    return events.GroupSettingsChanged(
        **common,
        name=command.name,
        description=command.description,
        avatar_media_id=command.avatar_media_id,
        who_can_send=command.who_can_send,
        who_can_add=command.who_can_add,
    )


_FIRST: dict[type, Callable[..., AnyTimelineEvent]] = {
    commands.SendMessage: _message_sent,
    commands.EditMessage: _message_edited,
    commands.DeleteMessage: _message_deleted,
    commands.SetReaction: _reaction_set,
    commands.CreateGroup: _group_created,
    commands.AddMembers: _members_added,
    commands.RemoveMember: _member_removed,
    commands.LeaveGroup: _left,
    commands.ChangeRole: _role_changed,
    commands.ChangeGroupSettings: _group_settings_changed,
}
