"""Cassandra's write timestamps of the timeline, all on the scale of log positions and none of a clock. Pure.

From low to high: rows as the log gives them; then removals and returns of rows, which the archive numbers by its
segments (a later segment over an earlier one, a return over its own removal); then what became of messages, so that
no removal of rows touches what came later; then removals and returns of that.
"""

from infra.stores.grouped_writes import first_wins

_ROWS_TOP = first_wins(0)
_HALF = 1 << 51  # more than there are offsets in a partition, seqs in a conversation, or segments
_PATCHES_TOP = _ROWS_TOP + 2 * _HALF


def row_removed(segment_id: int) -> int:
    """Removes every row that the log gave, or that an earlier segment gave back."""
    return _ROWS_TOP + 2 * segment_id


def row_returned(segment_id: int) -> int:
    return row_removed(segment_id) + 1


def patched(offset: int) -> int:
    """An edit or a reaction by the event at `offset`: the earlier wins whatever comes when."""
    return _PATCHES_TOP - offset


def marked_deleted(seq: int) -> int:
    """The later wins."""
    return _ROWS_TOP + _HALF + seq


def patch_removed(segment_id: int) -> int:
    return _PATCHES_TOP + 2 * segment_id


def patch_returned(segment_id: int) -> int:
    return patch_removed(segment_id) + 1
