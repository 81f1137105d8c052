"""Commands to one conversation, as any clients at any time might send them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from schemas import commands
from schemas.bodies import SealedBody
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, ORIGIN, START_MS

PEOPLE = (ALICE, BOB, CAROL)  # Alice and Bob are its members; Carol never is


@dataclass(frozen=True, slots=True)
class Arrival:
    """A command with its place in the log, and the time by the broker's clock."""

    command: commands.SendMessage
    offset: int
    at_ms: int


@st.composite
def _commands(draw: st.DrawFn, client_id_count: int, conversation_ids: Sequence[str]) -> commands.SendMessage:
    actor_id = draw(st.sampled_from(PEOPLE))
    return commands.SendMessage(
        conversation_id=draw(st.sampled_from(conversation_ids)),
        actor_id=actor_id,
        device_id=actor_id,
        origin=ORIGIN,
        client_id=f"c{draw(st.integers(1, client_id_count))}",
        body=SealedBody("text", 1, draw(st.binary(max_size=2))),
        digest=draw(st.sampled_from([b"one", b"one", b"one", b"other"])),
        to_user_id=draw(st.sampled_from([None, BOB if actor_id == ALICE else ALICE])) if actor_id != CAROL else None,
    )


clocks = st.integers(START_MS - 3, START_MS + 3)  # brokers' clocks jump back


def sent_commands(
    client_id_count: int = 6, conversation_ids: Sequence[str] = (CONVERSATION,)
) -> st.SearchStrategy[commands.SendMessage]:
    """Commands of which some repeat others, some contradict others, and some may not be given."""
    return _commands(client_id_count, conversation_ids)


@st.composite
def arrivals(draw: st.DrawFn, *, max_size: int = 30, is_one_writer: bool = True) -> list[Arrival]:
    """Commands of one conversation as decided: in the order of the log, unless two writers interleaved."""
    some = draw(st.lists(st.tuples(sent_commands(), clocks), max_size=max_size))
    order = range(len(some)) if is_one_writer else draw(st.permutations(range(len(some))))
    return [Arrival(command, offset, at_ms) for offset, (command, at_ms) in zip(order, some, strict=True)]
