"""What happens in a run, as frozen records: every call and its end, every frame, every fault.

Times are seconds since 1970, by this machine's clock, which the broker's append times come from as well.
"""

import time
from collections.abc import Mapping
from typing import Literal

from msgspec import Raw, Struct

from clients.python.decoding import decode_events
from clients.python.events import AnyTimelineEvent

Outcome = Literal["ok", "refused", "unknown"]
Way = Literal["socket", "http"]
NO_EVENT = Raw(b"null")


class Record(Struct, frozen=True, kw_only=True, tag_field="record", tag=True, omit_defaults=True):
    at: float


class Began(Record, frozen=True, kw_only=True):
    """The run. `faults`: by name, those that the nemesis may choose."""

    seed: int
    faults: tuple[str, ...]


class Arrived(Record, frozen=True, kw_only=True):
    """A device signed in. `push_token`: it can be pushed to."""

    user_id: str
    device_id: str
    push_token: str | None = None


class Started(Record, frozen=True, kw_only=True):
    """A device's app starts, with the cursors of the one before or with nothing."""

    device_id: str
    has_cursors: bool


class Dialed(Record, frozen=True, kw_only=True):
    """A device is about to open a socket: what the log holds by now must have come before `Synced`."""

    device_id: str


class Called(Record, frozen=True, kw_only=True):
    """A command is given; its frame, as the protocol has it. `call` numbers it."""

    call: int
    user_id: str
    device_id: str
    way: Way
    command: Raw


class Answered(Record, frozen=True, kw_only=True):
    """How a call ended. `event`: what it led to, if ok; `reason`: why not, if refused. Unknown: it may have, or not."""

    call: int
    outcome: Outcome
    event: Raw = NO_EVENT
    reason: str | None = None

    @property
    def led_to(self) -> AnyTimelineEvent | None:
        return None if self.event == NO_EVENT else decode_events([self.event])[0]


class Heard(Record, frozen=True, kw_only=True):
    """A frame, as it came over a device's socket."""

    device_id: str
    frame: Raw


class Paged(Record, frozen=True, kw_only=True):
    """Events that a device asked for over HTTP."""

    device_id: str
    conversation_id: str
    events: tuple[Raw, ...]


class Ended(Record, frozen=True, kw_only=True):
    """A device's connection is over for good, said the server: its person signs in anew, as another device."""

    device_id: str
    code: int | None
    reason: str


class Uploaded(Record, frozen=True, kw_only=True):
    """A file of these bytes is ready, says the server."""

    user_id: str
    media_id: str
    sha256: str


class Left(Record, frozen=True, kw_only=True):
    """A person's last device is cut off for good: between `alive_at` and `at` was its last sign of life."""

    user_id: str
    alive_at: float


class Struck(Record, frozen=True, kw_only=True):
    """A fault began or was healed. `proofs`: how often it has been seen to have struck since the run began."""

    fault: str
    phase: Literal["begun", "healed", "failed"]
    proofs: int
    detail: str = ""


class Weighed(Record, frozen=True, kw_only=True):
    """Resident memory in MiB by the name of the process."""

    mib: Mapping[str, float]


class Committed(Record, frozen=True, kw_only=True):
    """Up to where the conversation agent had said to be done with the commands, by partition."""

    offsets: Mapping[int, int]


class Flowed(Record, frozen=True, kw_only=True):
    """After the faults of a round were healed, it took so long until everybody was answered again; `waiting`: how many
    were not."""

    seconds: float
    waiting: int = 0


class Healed(Record, frozen=True, kw_only=True):
    """All faults are gone, and nobody gives new commands: everything must settle from here on."""


class Settled(Record, frozen=True, kw_only=True):
    """`missing`: what had not come when the time was over, a sentence each; empty: all has."""

    seconds: float
    bound_seconds: float
    missing: tuple[str, ...] = ()


AnyRecord = (
    Began | Arrived | Started | Dialed | Called | Answered | Heard | Paged | Uploaded | Left | Struck | Weighed
    | Committed | Ended | Flowed | Healed | Settled
)  # fmt: skip


def now() -> float:
    return time.time()
