"""What the witnesses say when all is quiet: the log, the stores, the API, each device's own copy, the phones.

Values only, so that a run can be judged again offline. What is gathered stands in `gathering.py`.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from clients.python.events import AnyTimelineEvent
from clients.python.frames import Timestamp
from clients.python.state import ConversationState
from tests.chaos.membership import Membership, memberships


class Logged(Struct, frozen=True):
    """An event of a timeline in the log, as its author's devices are shown it; `at`: appended, in seconds since 1970.

    `reader_ids`: who may hear that its sender has read what came before."""

    partition: int
    offset: int
    at: float
    event: AnyTimelineEvent
    reader_ids: tuple[str, ...] = ()


class Advance(Struct, frozen=True):
    """A receipt in the log, in its order; `is_read`, or delivered."""

    conversation_id: str
    user_id: str
    is_read: bool
    from_seq: int
    to_seq: int
    is_private: bool
    author_ids: tuple[str, ...]
    partition: int
    offset: int

    @property
    def hearer_ids(self) -> tuple[str, ...]:
        """Who may hear of it; of a private read the authors hear that it was delivered."""
        return (self.user_id, *self.author_ids)


class Given(Struct, frozen=True):
    """A command in the log. `needs_event`: an event must follow, for it is no receipt, which may move nothing;
    `decided_at`: when that was appended."""

    partition: int
    offset: int
    needs_event: bool
    is_dead: bool
    decided_at: float | None


class Shown(Struct, frozen=True):
    """A conversation as the API shows it to a person."""

    user_id: str
    state: ConversationState


class Copied(Struct, frozen=True):
    """A conversation as a device has it."""

    user_id: str
    device_id: str
    state: ConversationState


class Pushed(Struct, frozen=True):
    """A visible push that the provider took."""

    token: str
    message_id: str
    at: float


class Presence(Struct, frozen=True):
    """What somebody else was told of a person, at a time."""

    user_id: str
    at: float
    is_online: bool | None
    last_seen_at: Timestamp | None


class File(Struct, frozen=True):
    """What a member got of a file that was sent; `sha256` of its bytes, None if there were none to be had."""

    user_id: str
    media_id: str
    status: str
    sha256: str | None


class View(Struct, frozen=True):
    """A live view against the log: rows that differ, and an example in words."""

    name: str
    differing: int
    unjudged: int
    example: str = ""


class Evidence(Struct, frozen=True, kw_only=True, dict=True):
    """`rows` are the stored timeline's, as they were written first; `ready_media` what the log says is ready."""

    log: tuple[Logged, ...]
    advances: tuple[Advance, ...]
    commands: tuple[Given, ...]
    rows: tuple[AnyTimelineEvent, ...]
    shown: tuple[Shown, ...]
    copies: tuple[Copied, ...]
    pushes: tuple[Pushed, ...]
    presences: tuple[Presence, ...]
    files: tuple[File, ...]
    ready_media: tuple[str, ...]
    views: tuple[View, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.encode(self))

    @cached_property
    def timelines(self) -> Mapping[str, Mapping[int, Logged]]:
        """By conversation and seq; the first record of a seq wins, as everywhere."""
        found: dict[str, dict[int, Logged]] = {}
        for one in self.log:
            found.setdefault(one.event.conversation_id, {}).setdefault(one.event.seq, one)
        return {id_: dict(sorted(some.items())) for id_, some in found.items()}

    @cached_property
    def members(self) -> Mapping[str, Mapping[str, Membership]]:
        """By conversation and user: who was a member, from which seq to which."""
        return {id_: memberships(one.event for one in some.values()) for id_, some in self.timelines.items()}
