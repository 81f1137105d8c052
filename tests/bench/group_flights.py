"""The messages of groups: when each was written, and when it reached each member."""

import asyncio
import time
from array import array
from collections.abc import Iterable, Sequence

from tests.bench.flights import Senders
from tests.bench.groups import Group
from tests.bench.text import Template, new_mark, to_conversation


class GroupFlights:
    """Message number n goes to group n % groups, from its members in turn; times are monotonic_ns."""

    def __init__(self, fleet: Senders, groups: Sequence[Group]) -> None:
        self.written_ns = array("q")
        self.repeated = 0
        self._arrived_ns: list[dict[int, int]] = []  # by message, then by member; the sender's own too
        self._arrived = 0
        self._fleet = fleet
        self._groups = groups
        self._targets = [to_conversation(group.conversation_id) for group in groups]
        self._template = Template(new_mark())
        fleet.on_frame = self.on_frame

    def group(self, number: int) -> Group:
        return self._groups[number % len(self._groups)]

    def sender(self, number: int) -> int:
        members = self.group(number).members
        return members[number // len(self._groups) % len(members)]

    def send_next(self) -> None:
        number = len(self.written_ns)
        frame = self._template.frame(self._targets[number % len(self._targets)], number)
        self._arrived_ns.append({})
        self.written_ns.append(time.monotonic_ns())
        self._fleet.connections[self.sender(number)].send(frame)

    def on_frame(self, index: int, payload: bytes, arrived_ns: int) -> bool:
        text_at = self._template.text_at(payload)
        if text_at < 0:
            return False
        arrived = self._arrived_ns[self._template.number(payload, text_at)]
        if index in arrived:
            self.repeated += 1
        else:
            arrived[index] = arrived_ns
            self._arrived += 1
        return True

    async def all_arrived(self, timeout_seconds: float) -> bool:
        """Waits until every message reached all members, its sender too; false if some were not in time."""
        deadline = time.monotonic() + timeout_seconds
        while self.missing:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    @property
    def missing(self) -> int:
        """Receipts, not messages."""
        return sum(len(self.group(number).members) for number in range(len(self.written_ns))) - self._arrived

    def to_each(self, numbers: Iterable[int]) -> list[int]:
        """From being written to each recipient, the sender left out."""
        return [at - self.written_ns[number] for number in numbers for at in self._recipients(number)]

    def to_last(self, numbers: Iterable[int]) -> list[int]:
        """From being written to the last recipient, of the messages that all have."""
        return [max(self._recipients(number)) - self.written_ns[number] for number in self._complete(numbers)]

    def first_to_last(self, numbers: Iterable[int]) -> list[int]:
        """From the first recipient to the last, of the messages that all have."""
        return [max(some) - min(some) for some in map(self._recipients, self._complete(numbers))]

    def _recipients(self, number: int) -> list[int]:
        sender = self.sender(number)
        return [at for index, at in self._arrived_ns[number].items() if index != sender]

    def _complete(self, numbers: Iterable[int]) -> list[int]:
        return [n for n in numbers if len(self._arrived_ns[n]) == len(self.group(n).members)]
