"""Rows of timelines, with everything that can become of a message."""

from hypothesis import strategies as st

from infra.stores.timeline import TimelineRow
from tests.strategies.values import Strategy, encodable, ids, milliseconds

SEQS_MAX = 600

seqs = st.integers(1, SEQS_MAX)
values = st.binary(min_size=1, max_size=60)
reactions = st.dictionaries(seqs, st.tuples(ids, st.none() | st.sampled_from("👍❤😂")), max_size=3)


def rows(conversation_ids: Strategy = ids) -> Strategy:
    """One row; an event that nobody could read has none, and says why."""
    return st.builds(
        TimelineRow,
        conversation_id=conversation_ids,
        seq=seqs,
        at_ms=milliseconds,
        offset=st.just(0),
        event=st.none() | values,
        message_id=st.none() | ids,
        unreadable=st.none() | st.text(encodable, max_size=10),
        edits=st.dictionaries(seqs, values, max_size=3),
        deleted_seq=st.none() | seqs,
        reactions=reactions,
    )


def timelines() -> Strategy:
    """Rows of a few conversations, each seq once, in any order."""
    few = st.sampled_from(["00000000-0000-4000-8000-00000000000" + str(one) for one in range(3)])
    return st.lists(rows(few), min_size=1, max_size=30, unique_by=lambda row: (row.conversation_id, row.seq))
