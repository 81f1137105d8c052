"""What an author hears of a message's receipts: how many events of each member, and when all had it and had read it."""

from collections import Counter
from collections.abc import Collection

import msgspec

DELIVERED, READ = "DeliveredAdvanced", "ReadAdvanced"


class Advance(msgspec.Struct, frozen=True):
    """A receipt event, as the author's device gets it."""

    type: str
    conversation_id: str
    user_id: str
    to_seq: int


class Tally:
    """Of the message at `seq`; `members` are those it was sent to."""

    def __init__(self, seq: int, members: Collection[str]) -> None:
        self.events: Counter[str] = Counter()
        self.delivered_ns: int | None = None
        self.read_ns: int | None = None
        self._seq = seq
        self._without_delivery = set(members)
        self._without_read = set(members)

    def hear(self, advance: Advance, arrived_ns: int) -> None:
        if advance.to_seq < self._seq:
            return
        self.events[advance.user_id] += 1
        self._without_delivery.discard(advance.user_id)  # read implies delivered
        if advance.type == READ:
            self._without_read.discard(advance.user_id)
        if self.delivered_ns is None and not self._without_delivery:
            self.delivered_ns = arrived_ns
        if self.read_ns is None and not self._without_read:
            self.read_ns = arrived_ns

    @property
    def is_complete(self) -> bool:
        return self.read_ns is not None
