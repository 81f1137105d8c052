"""Views read whole, version by version: for those who compare them with each other, or with the log.

A version is read in two steps: which partitions it has, page by page; then all of some conversations.
"""

AT_ONCE = 24
"""Conversations that are read at the same time."""

Part = bytes
"""What names a partition within its conversation, of one width for each view: empty where there is but one."""

Partition = tuple[bytes, Part]
"""The conversation's id, in 16 bytes, and the part."""
