"""Each pair's direct conversation: begun, if need be, with one message."""

from collections.abc import Sequence
from contextlib import suppress

from tests.bench.closed_loop import ClosedLoop
from tests.bench.fleet import Fleet
from tests.bench.flights import Flights, partner
from tests.bench.text import Envelope, decode_envelope, to_conversation, to_user
from tests.bench.users import BenchUser

WINDOW = 100
TIMEOUT_SECONDS = 60.0


async def begin_conversations(fleet: Fleet, users: Sequence[BenchUser]) -> list[Envelope]:
    """One message to each pair's second user; returns what the senders were told of them, by pair."""
    targets = [to_user(users[partner(index)].user_id) for index in range(len(users))]
    first_of_pairs = range(0, len(users), 2)
    flights = Flights(fleet, targets, first_of_pairs, keep_envelopes=True)
    loop = ClosedLoop(flights, WINDOW, limit=len(first_of_pairs))
    loop.start()
    with suppress(TimeoutError):  # what hinders it is told below
        await loop.until_limit(TIMEOUT_SECONDS)
    if not await flights.all_arrived(TIMEOUT_SECONDS):
        raise TimeoutError(f"only {flights.delivered} of {len(first_of_pairs)} pairs began: {dict(fleet.faults)}")
    return [decode_envelope(envelope) for _, envelope in sorted(flights.envelopes)]


def targets_of(begun: Sequence[Envelope]) -> list[bytes]:
    """Where each user's messages go, by index."""
    return [to_conversation(envelope.conversation_id) for envelope in begun for _ in range(2)]
