"""Decisions about groups: who is in them, and what they may. Pure."""

from schemas.commands import AddMembers, ChangeGroupSettings, ChangeRole, CreateGroup, LeaveGroup, RemoveMember
from schemas.events import (
    AnyEvent,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    RoleChanged,
)
from schemas.reasons import Reason
from streams.conversation.outcome import Place, next_facts, refused
from streams.conversation.state import Conversation, Member

MEMBERS_MAX = 100


def create(state: Conversation, command: CreateGroup, place: Place) -> AnyEvent:
    if state.head_seq:  # this client_id made it so long ago that it is no longer remembered
        return refused(state, command, place, "conflict", "this client_id was used for a group before")
    if len(command.member_ids) > MEMBERS_MAX:
        return refused(state, command, place, "too-many-members")
    return GroupCreated(**next_facts(state, command, place), name=command.name, member_ids=command.member_ids)


def add(state: Conversation, command: AddMembers, place: Place) -> AnyEvent:
    actor = state.present(command.actor_id)
    if reason := _no_group(state, actor):
        return refused(state, command, place, reason)
    if actor and actor.role != "admin" and state.who_can_add == "admins":
        return refused(state, command, place, "not-an-admin")
    if any(state.present(user_id) for user_id in command.member_ids):
        return refused(state, command, place, "already-a-member")
    if len(_present(state)) + len(command.member_ids) > MEMBERS_MAX:
        return refused(state, command, place, "too-many-members")
    return MembersAdded(**next_facts(state, command, place), member_ids=command.member_ids)


def remove(state: Conversation, command: RemoveMember, place: Place) -> AnyEvent:
    if reason := _not_for_admins(state, command.actor_id, command.user_id):
        return refused(state, command, place, reason)
    if command.user_id == command.actor_id:
        return refused(state, command, place, "not-allowed", "one leaves a group by LeaveGroup")
    return MemberRemoved(**next_facts(state, command, place), user_id=command.user_id)


def leave(state: Conversation, command: LeaveGroup, place: Place) -> AnyEvent:
    actor = state.present(command.actor_id)
    if reason := _no_group(state, actor):
        return refused(state, command, place, reason)
    return MemberRemoved(
        **next_facts(state, command, place),
        user_id=command.actor_id,
        promoted_user_id=_successor(state, command.actor_id),
    )


def change_role(state: Conversation, command: ChangeRole, place: Place) -> AnyEvent:
    if reason := _not_for_admins(state, command.actor_id, command.user_id):
        return refused(state, command, place, reason)
    if command.role == "member" and all(one.user_id == command.user_id for one in _admins(state)):
        return refused(state, command, place, "not-allowed", "a group has at least one admin")
    return RoleChanged(**next_facts(state, command, place), user_id=command.user_id, role=command.role)


def change_settings(state: Conversation, command: ChangeGroupSettings, place: Place) -> AnyEvent:
    if reason := _not_for_admins(state, command.actor_id):
        return refused(state, command, place, reason)
    return GroupSettingsChanged(
        **next_facts(state, command, place),
        name=command.name,
        description=command.description,
        avatar_media_id=command.avatar_media_id,
        who_can_send=command.who_can_send,
        who_can_add=command.who_can_add,
    )


def _no_group(state: Conversation, actor: Member | None) -> Reason | None:
    if actor is None:
        return "not-a-member"
    return None if state.is_group else "not-allowed"


def _not_for_admins(state: Conversation, actor_id: str, user_id: str | None = None) -> Reason | None:
    """Why this is nothing that an admin may do, to this member."""
    actor = state.present(actor_id)
    if reason := _no_group(state, actor):
        return reason
    if actor and actor.role != "admin":
        return "not-an-admin"
    return "not-found" if user_id and not state.present(user_id) else None


def _present(state: Conversation) -> list[Member]:
    return [one for one in state.members if one.is_present]


def _admins(state: Conversation) -> list[Member]:
    return [one for one in _present(state) if one.role == "admin"]


def _successor(state: Conversation, leaving_id: str) -> str | None:
    """Who becomes admin when the last one leaves: the longest-standing of those who stay, if any does."""
    if any(one.user_id != leaving_id for one in _admins(state)):
        return None
    return next((one.user_id for one in _present(state) if one.user_id != leaving_id), None)
