"""The ticks of one's own messages: sent, delivered, read. Pure.

Sent: in the log, with its place. Delivered and read: every member to whom it was sent and who is still there has
got so far; after an edit, so far as the edit.
"""

from enum import IntEnum

from clients.python.events import MessageSent
from clients.python.local import Conversation


class Tick(IntEnum):
    """Each implies those before it."""

    SENT = 1
    DELIVERED = 2
    READ = 3


def tick(message: MessageSent, copy: Conversation) -> Tick:
    """The tick of a message. It stays at SENT while the members are not known."""
    others = [
        copy.watermarks.of(user_id)
        for user_id, seat in copy.roster.members.items()
        if user_id != message.sender_id and seat.joined_seq <= message.seq
    ]
    if not others or not (copy.roster.is_complete or copy.kind == "direct"):
        return Tick.SENT
    seq = copy.decisive_seq(message)
    if all(mark.read_seq >= seq for mark in others):
        return Tick.READ
    return Tick.DELIVERED if all(mark.delivered_seq >= seq for mark in others) else Tick.SENT
