"""Begins the direct conversation of each pair, and knows from then on where each user's messages go."""

from collections.abc import Sequence

from tests.bench.closed_loop import ClosedLoop
from tests.bench.fleet import Fleet
from tests.bench.flights import Flights, partner
from tests.bench.text import decode_envelope, to_conversation, to_user
from tests.bench.users import BenchUser

WINDOW = 100
TIMEOUT_SECONDS = 60.0


async def begin_conversations(fleet: Fleet, users: Sequence[BenchUser]) -> list[bytes]:
    """One message to each pair's second user; returns the target of each user's messages, by index."""
    targets = [to_user(users[partner(index)].user_id) for index in range(len(users))]
    first_of_pairs = range(0, len(users), 2)
    flights = Flights(fleet, targets, first_of_pairs, keep_envelopes=True)
    loop = ClosedLoop(flights, WINDOW, limit=len(first_of_pairs))
    loop.start()
    await loop.until_limit(TIMEOUT_SECONDS)
    if not await flights.all_arrived(TIMEOUT_SECONDS):
        raise TimeoutError(f"only {flights.delivered} of {len(first_of_pairs)} pairs began: {dict(fleet.faults)}")
    return _conversations(flights, len(users))


def _conversations(flights: Flights, user_count: int) -> list[bytes]:
    targets = [b""] * user_count
    for number, envelope in flights.envelopes:
        target = to_conversation(decode_envelope(envelope).conversation_id)
        targets[2 * number] = targets[2 * number + 1] = target
    return targets
