"""The closed set of reasons for which a command is refused (PROTOCOL, section 2)."""

from typing import Literal

Reason = Literal[
    "not-a-member",
    "not-found",
    "not-an-admin",
    "not-the-author",
    "not-allowed",
    "blocked",
    "too-late",
    "too-many-members",
    "already-a-member",
    "conflict",
    "media-not-ready",
    "beyond-head",
    "empty",
    "too-long",
    "too-many",
    "unknown-user",
]
