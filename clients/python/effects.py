"""What the session core asks of whoever drives it, and what it tells the application beside frames."""

from dataclasses import dataclass
from datetime import datetime

from clients.python.frames import AnyFrame, AnyTimelineEvent, CommandRefused, Malformed


@dataclass(frozen=True, slots=True)
class SendBytes:
    """Send this frame."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class FetchMissing:
    """Ask the timeline for what comes after a seq. The answer: `missing_received` or `unanswered`."""

    conversation_id: str
    after: int
    generation: int


@dataclass(frozen=True, slots=True)
class FindOwn:
    """Page one's own messages back, after a place. The answer: `own_received` or `unanswered`."""

    conversation_id: str
    after: int | datetime
    generation: int


@dataclass(frozen=True, slots=True)
class FetchConversation:
    """Ask for a conversation's name and members. The answer: `conversation_received` or `unanswered`."""

    conversation_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class Settle:
    """A command has its answer."""

    key: int
    answer: "Answer"


@dataclass(frozen=True, slots=True)
class Announce:
    """The application should know."""

    event: "Event"


@dataclass(frozen=True, slots=True)
class Described:
    """The local copy knows the conversation's name, kind and members now."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class HoleSkipped:
    """In many attempts the timeline did not show the events between two seqs; the later ones go on."""

    conversation_id: str
    after_seq: int
    before_seq: int


@dataclass(frozen=True, slots=True)
class OwnFound:
    """After `recovered: false`: one's own message was found in the log, older than the new copy."""

    event: AnyTimelineEvent


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The socket is gone. `retry_after_seconds` is None when it will not be opened again by itself."""

    code: int | None
    reason: str
    retry_after_seconds: float | None


Answer = AnyTimelineEvent | CommandRefused | Malformed
Event = AnyFrame | Described | HoleSkipped | OwnFound | Disconnected
Question = FetchMissing | FindOwn | FetchConversation
Effect = SendBytes | Question | Settle | Announce
