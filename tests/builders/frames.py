"""Frames as a client sends them."""

from collections.abc import Sequence
from typing import Any

from schemas import frames
from schemas.bodies import Text
from schemas.commands import Role
from tests.builders.events import sent
from tests.builders.people import BOB, CAROL, CONVERSATION

MESSAGE = sent().message_id


def frame(
    text: str = "Hello, Bob!",
    *,
    client_id: str = "m1",
    conversation_id: str | None = CONVERSATION,
    to_user_id: str | None = None,
    mentions: Sequence[str] = (),
) -> frames.SendMessage:
    return frames.SendMessage(
        client_id=client_id,
        body=Text(text),
        conversation_id=conversation_id,
        to_user_id=to_user_id,
        mentions=tuple(mentions),
    )


def edit_frame(text: str = "Hello again!", *, message_id: str = MESSAGE) -> frames.EditMessage:
    return frames.EditMessage(client_id="e1", conversation_id=CONVERSATION, message_id=message_id, body=Text(text))


def delete_frame(message_id: str = MESSAGE) -> frames.DeleteMessage:
    return frames.DeleteMessage(client_id="d1", conversation_id=CONVERSATION, message_id=message_id)


def reaction_frame(emoji: str | None = "👍", *, message_id: str = MESSAGE) -> frames.SetReaction:
    return frames.SetReaction(client_id="r1", conversation_id=CONVERSATION, message_id=message_id, emoji=emoji)


def group_frame(
    name: str = "Friends", member_ids: Sequence[str] = (BOB, CAROL), *, client_id: str = "g1"
) -> frames.CreateGroup:
    return frames.CreateGroup(client_id=client_id, name=name, member_ids=tuple(member_ids))


def members_frame(member_ids: Sequence[str] = (CAROL,)) -> frames.AddMembers:
    return frames.AddMembers(client_id="a1", conversation_id=CONVERSATION, member_ids=tuple(member_ids))


def removal_frame(user_id: str = BOB) -> frames.RemoveMember:
    return frames.RemoveMember(client_id="x1", conversation_id=CONVERSATION, user_id=user_id)


def leaving_frame() -> frames.LeaveGroup:
    return frames.LeaveGroup(client_id="l1", conversation_id=CONVERSATION)


def role_frame(user_id: str = BOB, role: Role = "admin") -> frames.ChangeRole:
    return frames.ChangeRole(client_id="o1", conversation_id=CONVERSATION, user_id=user_id, role=role)


def settings_frame(**changes: Any) -> frames.ChangeGroupSettings:
    return frames.ChangeGroupSettings(client_id="s1", conversation_id=CONVERSATION, **changes)
