"""What becomes of a command: at most one event, a function of the state, the command and its place in the log. Pure.

One row of the table per command. Only a receipt that moves nothing, and is not refused, has no event.
"""

from schemas import commands
from schemas.commands import AnyCommand, KeyedCommand
from schemas.events import AnyEvent
from streams.conversation import blocks, groups, messages, receipts
from streams.conversation.outcome import Decision, Place
from streams.conversation.repeats import repeated
from streams.conversation.state import Conversation

DECISIONS: dict[type, Decision] = {
    commands.SendMessage: messages.send,
    commands.EditMessage: messages.edit,
    commands.DeleteMessage: messages.delete,
    commands.SetReaction: messages.react,
    commands.CreateGroup: groups.create,
    commands.AddMembers: groups.add,
    commands.RemoveMember: groups.remove,
    commands.LeaveGroup: groups.leave,
    commands.ChangeRole: groups.change_role,
    commands.ChangeGroupSettings: groups.change_settings,
    commands.AcknowledgeDelivery: receipts.delivered,
    commands.AcknowledgeRead: receipts.read,
    commands.SetBlock: blocks.set_block,
}


def decide(state: Conversation, command: AnyCommand, place: Place) -> AnyEvent | None:
    """The event of a command."""
    if isinstance(command, KeyedCommand):
        member = state.member(command.actor_id)
        if member and (first := member.first_result(command.client_id)):
            return repeated(state, command, first, place)
    return DECISIONS[type(command)](state, command, place)
