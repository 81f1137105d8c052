"""What a person may say, one method each, on top of `send_command`: messages, changes to them, groups.

All raise like `Client.send_command`.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TypeVar

from msgspec import UNSET, UnsetType

from clients.python.commands import (
    AddMembers,
    ChangeGroupSettings,
    ChangeRole,
    Command,
    CreateGroup,
    DeleteMessage,
    EditMessage,
    LeaveGroup,
    RemoveMember,
    SendMessage,
    SetReaction,
)
from clients.python.errors import MalformedCommand
from clients.python.events import (
    AnyTimelineEvent,
    Body,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    ReactionSet,
    Role,
    RoleChanged,
    TimelineEvent,
    Who,
)

E = TypeVar("E", bound=TimelineEvent)


class Speaking(ABC):
    """The commands of PROTOCOL, section 2. A `client_id` is made where none is given."""

    @abstractmethod
    async def send_command(self, command: Command, *, timeout_seconds: float | None = 30.0) -> AnyTimelineEvent:
        """Sends a command and returns its event."""

    async def send_text(
        self,
        text: str,
        *,
        to_user_id: str | None = None,
        conversation_id: str | None = None,
        client_id: str | None = None,
        reply_to: str | None = None,
        mentions: Iterable[str] = (),
        timeout_seconds: float | None = 30.0,
    ) -> MessageSent:
        """Sends a text to a user or a conversation; returns it with its place."""
        if (to_user_id is None) == (conversation_id is None):
            raise ValueError("either to_user_id or conversation_id")
        command = SendMessage(
            client_id=client_id or _new_id(),
            body=Body(kind="text", text=text),
            conversation_id=UNSET if conversation_id is None else conversation_id,
            to_user_id=UNSET if to_user_id is None else to_user_id,
            reply_to=UNSET if reply_to is None else reply_to,
            mentions=tuple(mentions) or UNSET,
        )
        return _expected(MessageSent, await self.send_command(command, timeout_seconds=timeout_seconds))

    async def send_media(
        self,
        media_id: str,
        *,
        caption: str | None = None,
        to_user_id: str | None = None,
        conversation_id: str | None = None,
        client_id: str | None = None,
    ) -> MessageSent:
        """Sends a media that is ready (`Api.upload`), or one that was sent to oneself."""
        if (to_user_id is None) == (conversation_id is None):
            raise ValueError("either to_user_id or conversation_id")
        command = SendMessage(
            client_id=client_id or _new_id(),
            body=Body(kind="media", media_id=media_id, caption=caption),
            conversation_id=UNSET if conversation_id is None else conversation_id,
            to_user_id=UNSET if to_user_id is None else to_user_id,
        )
        return _expected(MessageSent, await self.send_command(command))

    async def edit_text(self, message: MessageSent, text: str) -> MessageEdited:
        """Changes one's own message, within 15 minutes."""
        command = EditMessage(
            client_id=_new_id(),
            conversation_id=message.conversation_id,
            message_id=message.message_id,
            body=Body(kind="text", text=text),
        )
        return _expected(MessageEdited, await self.send_command(command))

    async def delete(self, message: MessageSent) -> MessageDeleted:
        """Deletes a message for everyone: one's own, or as a group's admin any."""
        command = DeleteMessage(
            client_id=_new_id(), conversation_id=message.conversation_id, message_id=message.message_id
        )
        return _expected(MessageDeleted, await self.send_command(command))

    async def react(self, message: MessageSent, emoji: str | None) -> ReactionSet:
        """Sets one's reaction to a message; None takes it back."""
        command = SetReaction(
            client_id=_new_id(),
            conversation_id=message.conversation_id,
            message_id=message.message_id,
            emoji=emoji,
        )
        return _expected(ReactionSet, await self.send_command(command))

    async def create_group(self, name: str, member_ids: Iterable[str], *, client_id: str | None = None) -> GroupCreated:
        """Makes a group of oneself, as its admin, and others."""
        command = CreateGroup(client_id=client_id or _new_id(), name=name, member_ids=tuple(member_ids))
        return _expected(GroupCreated, await self.send_command(command))

    async def add_members(self, conversation_id: str, user_ids: Iterable[str]) -> MembersAdded:
        """Adds people to a group."""
        command = AddMembers(client_id=_new_id(), conversation_id=conversation_id, member_ids=tuple(user_ids))
        return _expected(MembersAdded, await self.send_command(command))

    async def remove_member(self, conversation_id: str, user_id: str) -> MemberRemoved:
        """Removes somebody else from a group."""
        command = RemoveMember(client_id=_new_id(), conversation_id=conversation_id, user_id=user_id)
        return _expected(MemberRemoved, await self.send_command(command))

    async def leave_group(self, conversation_id: str) -> MemberRemoved:
        """Leaves a group."""
        command = LeaveGroup(client_id=_new_id(), conversation_id=conversation_id)
        return _expected(MemberRemoved, await self.send_command(command))

    async def change_role(self, conversation_id: str, user_id: str, role: Role) -> RoleChanged:
        """Makes a member an admin, or an admin a member."""
        command = ChangeRole(client_id=_new_id(), conversation_id=conversation_id, user_id=user_id, role=role)
        return _expected(RoleChanged, await self.send_command(command))

    async def change_settings(
        self,
        conversation_id: str,
        *,
        name: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        avatar_media_id: str | UnsetType | None = UNSET,
        who_can_send: Who | UnsetType = UNSET,
        who_can_add: Who | UnsetType = UNSET,
    ) -> GroupSettingsChanged:
        """Changes a group's settings; what is unset stays."""
        command = ChangeGroupSettings(
            client_id=_new_id(),
            conversation_id=conversation_id,
            name=name,
            description=description,
            avatar_media_id=avatar_media_id,
            who_can_send=who_can_send,
            who_can_add=who_can_add,
        )
        return _expected(GroupSettingsChanged, await self.send_command(command))


def _new_id() -> str:
    return str(uuid.uuid4())


def _expected(kind: type[E], event: AnyTimelineEvent) -> E:
    if not isinstance(event, kind):
        raise MalformedCommand(event.client_id or "", f"answered by {type(event).__name__}")
    return event
