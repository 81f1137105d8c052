"""Receipts of a group: every member acknowledges every message; what of it reaches the author, and how late."""

import asyncio
import random
import time
from collections.abc import Sequence
from statistics import fmean

import msgspec

from tests.bench.fleet import Fleet
from tests.bench.groups import MEMBERS, Group, create_groups
from tests.bench.options import Options
from tests.bench.processes import Processes, ProcessUse, used_between
from tests.bench.spread import Spread, spread
from tests.bench.tally import DELIVERED, READ, Advance, Tally
from tests.bench.text import Envelope, Template, decode_envelope, new_mark, to_conversation, without_text
from tests.bench.users import BenchUser

MESSAGES = 20
# Delivered as soon as it is there; read when somebody looks, each at another moment of a second.
READING_SECONDS = 1.0
TIMEOUT_SECONDS = 30.0
STRAY_SECONDS = 1.0
READING_SEED = 20

_decode_advance = msgspec.json.Decoder(Advance).decode


class ReceiptsResult(msgspec.Struct, frozen=True):
    """`until_delivered` counts from the message being written to the author knowing that all have it; `until_read`
    from the last member's word to the author knowing that all have read it."""

    messages: int
    members: int
    events_per_member: float
    events_per_member_max: int
    until_delivered: Spread
    until_read: Spread
    incomplete: int
    faults: dict[str, int]
    processes: list[ProcessUse]


class Acknowledge(msgspec.Struct, tag_field="type"):
    conversation_id: str
    seq: int


class AcknowledgeDelivery(Acknowledge, tag=True): ...


class AcknowledgeRead(Acknowledge, tag=True): ...


class GroupReceipts:
    """One message after another, each by another member."""

    def __init__(self, fleet: Fleet, users: Sequence[BenchUser], group: Group) -> None:
        self.tallies: list[Tally] = []
        self.written_ns: list[int] = []
        self.last_word_ns: list[int] = []
        self._fleet = fleet
        self._users = users
        self._group = group
        self._template = Template(new_mark())
        self._random = random.Random(READING_SEED)
        self._author = group.members[0]
        self._complete = asyncio.Event()
        fleet.on_frame = self.on_frame

    async def send(self, number: int) -> bool:
        """Send a message and wait until its author knows that all have read it; false if that takes too long."""
        target = to_conversation(self._group.conversation_id)
        self._author = self._group.members[number % len(self._group.members)]
        self._complete = asyncio.Event()
        self.written_ns.append(time.monotonic_ns())
        self.last_word_ns.append(0)
        self._fleet.connections[self._author].send(self._template.frame(target, number))
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._complete.wait()
        except TimeoutError:
            return False
        return True

    def on_frame(self, index: int, payload: bytes, arrived_ns: int) -> bool:
        text_at = self._template.text_at(payload)
        if text_at >= 0:
            self._message(index, decode_envelope(without_text(payload, text_at)))
            return True
        if index == self._author and self.tallies and _is_advance(payload):
            tally = self.tallies[-1]
            tally.hear(_decode_advance(payload), arrived_ns)
            if tally.is_complete:
                self._complete.set()
            return True
        return False

    def _message(self, index: int, envelope: Envelope) -> None:
        if len(self.tallies) < len(self.written_ns):
            others = [self._users[member].user_id for member in self._group.members if member != self._author]
            self.tallies.append(Tally(envelope.seq, others))
        if index != self._author:
            self._say(index, AcknowledgeDelivery(envelope.conversation_id, envelope.seq))
            read = AcknowledgeRead(envelope.conversation_id, envelope.seq)
            wait = self._random.uniform(0, READING_SECONDS)
            asyncio.get_running_loop().call_later(wait, self._say, index, read)

    def _say(self, index: int, word: Acknowledge) -> None:
        self.last_word_ns[-1] = time.monotonic_ns()
        self._fleet.connections[index].send(msgspec.json.encode(word))


async def measure_receipts(users: Sequence[BenchUser], processes: Processes, options: Options) -> ReceiptsResult:
    fleet = Fleet(options.socket_url, options.heartbeat_seconds)
    try:
        await fleet.open(users)
        (group,) = await create_groups(fleet, users)
        receipts = GroupReceipts(fleet, users, group)
        await receipts.send(0)  # warms the road up
        before = processes.read()
        are_complete = [await receipts.send(number) for number in range(1, MESSAGES + 1)]
        used = used_between(before, processes.read(), MESSAGES)
        await asyncio.sleep(STRAY_SECONDS)  # what comes after the author knows all would be one event too many
        return _result(receipts, are_complete.count(False), used, dict(fleet.faults))
    finally:
        await fleet.close()


def _result(receipts: GroupReceipts, incomplete: int, used: list[ProcessUse], faults: dict[str, int]) -> ReceiptsResult:
    tallies, written, words = receipts.tallies[1:], receipts.written_ns[1:], receipts.last_word_ns[1:]
    events = [count for tally in tallies for count in tally.events.values()]
    return ReceiptsResult(
        messages=MESSAGES,
        members=MEMBERS,
        events_per_member=round(fmean(events), 2) if events else 0.0,
        events_per_member_max=max(events, default=0),
        until_delivered=spread(
            tally.delivered_ns - at
            for tally, at in zip(tallies, written, strict=False)
            if tally.delivered_ns is not None
        ),
        until_read=spread(
            tally.read_ns - at for tally, at in zip(tallies, words, strict=False) if tally.read_ns is not None
        ),
        incomplete=incomplete,
        faults=faults,
        processes=used,
    )


def _is_advance(payload: bytes) -> bool:
    return any(b'"%s"' % name.encode() in payload for name in (DELIVERED, READ))
