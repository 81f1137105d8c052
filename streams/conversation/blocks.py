"""Decisions about blocks: commands to the direct conversation, which need not have begun. Pure."""

from schemas.commands import SetBlock
from schemas.events import BlockSet
from streams.conversation.outcome import Place, facts
from streams.conversation.state import Conversation


def set_block(state: Conversation, command: SetBlock, place: Place) -> BlockSet:
    """Saying it again changes nothing, and is answered all the same: whoever asks must know that it is in force."""
    return BlockSet(**facts(state, command, place), user_id=command.user_id, is_blocked=command.is_blocked)
