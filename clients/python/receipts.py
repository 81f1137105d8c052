"""One's own receipts: what has arrived and what was read, told to the server together and in time. Pure.

Only what has ticks calls for a receipt: others' messages and edits. A receipt is said once per connection, and
again on the next one while the server has not confirmed it. None goes backwards, and none to what one has left.
"""

from dataclasses import dataclass

from clients.python.commands import AcknowledgeDelivery, AcknowledgeRead, encode
from clients.python.copies import Copies
from clients.python.effects import Effect, SendBytes
from clients.python.events import AnyTimelineEvent, MessageEdited, MessageSent
from clients.python.local import Conversation

WINDOW_SECONDS = 0.05  # the first receipt goes at once; those that follow it within this go together


@dataclass(slots=True)
class Receipt:
    """What is to be acknowledged of a conversation, and what was said on this connection."""

    delivered: int = 0
    read: int = 0
    said_delivered: int = 0
    said_read: int = 0


class Receipts:
    """By conversation, those that the server has not confirmed. `is_on`: delivery is acknowledged by itself."""

    def __init__(self, copies: Copies, *, is_on: bool = True) -> None:
        self.is_on = is_on
        self._copies = copies
        self._open: dict[str, Receipt] = {}
        self._quiet_until = 0.0
        self._is_due = False

    def disconnected(self) -> None:
        """What was said may not have arrived."""
        self._quiet_until = 0.0
        self._say_again()

    def applied(self, event: AnyTimelineEvent, own_user_id: str) -> None:
        """An event stands in the local copy."""
        if isinstance(event, MessageSent | MessageEdited) and event.actor_id != own_user_id:
            self._deliver(event.conversation_id, event.seq)

    def replaced(self) -> None:
        """A Snapshot has brought all up to its heads."""
        self._open.clear()
        for name, copy in self._copies.conversations.items():
            if copy.own_mark.delivered_seq < copy.cursor:
                self._deliver(name, copy.cursor)

    def read(self, conversation_id: str, up_to_seq: int | None) -> None:
        """A person has seen everything up to a seq, or all that is here."""
        copy = self._copies.conversations.get(conversation_id)
        if copy is None:
            return
        seq = copy.cursor if up_to_seq is None else min(up_to_seq, copy.cursor)
        receipt = self._open.setdefault(conversation_id, Receipt())
        if copy.needs_receipt(max(receipt.read, copy.own_mark.read_seq), seq):
            receipt.read = seq
            self._is_due = True

    def rate_limited(self, retry_after_seconds: float, now: float) -> None:
        """A frame without a client_id was refused, perhaps a receipt."""
        self._quiet_until = max(self._quiet_until, now + retry_after_seconds)
        self._say_again()

    def flush(self, now: float) -> list[Effect]:
        """What is due, one frame for each conversation and kind."""
        if not self._is_due or now < self._quiet_until:
            return []
        self._is_due, self._quiet_until = False, now + WINDOW_SECONDS
        return [effect for name in list(self._open) for effect in self._say(name)]

    def next_at(self) -> float | None:
        """When `flush` has something to do."""
        return self._quiet_until if self._is_due else None

    def _deliver(self, conversation_id: str, seq: int) -> None:
        if self.is_on:
            receipt = self._open.setdefault(conversation_id, Receipt())
            receipt.delivered = max(receipt.delivered, seq)
            self._is_due = True

    def _say(self, name: str) -> list[Effect]:
        receipt, copy = self._open[name], self._copies.conversations.get(name)
        if copy is None or not copy.is_member or _is_confirmed(receipt, copy):
            del self._open[name]
            return []
        effects: list[Effect] = []
        if receipt.read > max(copy.own_mark.read_seq, receipt.said_read):
            receipt.said_read = receipt.read
            effects.append(SendBytes(encode(AcknowledgeRead(conversation_id=name, seq=receipt.read))))
        known = max(copy.own_mark.delivered_seq, receipt.said_delivered, receipt.said_read)
        if receipt.delivered > known:
            receipt.said_delivered = receipt.delivered
            effects.append(SendBytes(encode(AcknowledgeDelivery(conversation_id=name, seq=receipt.delivered))))
        return effects

    def _say_again(self) -> None:
        for receipt in self._open.values():
            receipt.said_delivered = receipt.said_read = 0
        self._is_due = bool(self._open)


def _is_confirmed(receipt: Receipt, copy: Conversation) -> bool:
    mark = copy.own_mark
    return receipt.read <= mark.read_seq and receipt.delivered <= mark.delivered_seq
