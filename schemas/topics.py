"""The one table of topics: name, partition key, values, partitions, retention. DESIGN, section 5.

Names, partition counts and consumer groups are durable: changing one is a migration.
"""

from dataclasses import dataclass
from types import UnionType
from typing import get_args

from schemas.accounts import AnyAccountEvent
from schemas.commands import AnyCommand
from schemas.dead_letters import AnyDeadLetter
from schemas.events import AnyEvent
from schemas.media import AnyMediaEvent, CompleteUpload
from schemas.notifications import AnyOutcome, PushRequested
from schemas.presence import AnyLease, AnyPresenceEvent
from schemas.signals import TypingChanged

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FOR_EVER_MS = -1

# Commands and events are decided and kept partition by partition, so the counts are equal and fixed when created.
# Four are few on purpose: below saturation the cost is in wake-ups, and each partition is one more (FACTS).
CONVERSATION_PARTITIONS = 4
MEDIA_PARTITIONS = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """`key` says what the partition key is; `values` are the types that the topic may hold."""

    name: str
    key: str
    values: tuple[type, ...]
    partitions: int
    retention_ms: int


CONVERSATION_COMMANDS = Topic(
    "conversation.commands", "conversation id", get_args(AnyCommand), CONVERSATION_PARTITIONS, 7 * DAY_MS
)
CONVERSATION_EVENTS = Topic(
    "conversation.events",
    "conversation id",
    get_args(AnyEvent),
    CONVERSATION_PARTITIONS,
    FOR_EVER_MS,
)
CONVERSATION_SIGNALS = Topic("conversation.signals", "conversation id", (TypingChanged,), 2, HOUR_MS)
PRESENCE_EVENTS = Topic("presence.events", "user id", get_args(AnyPresenceEvent), 2, 90 * DAY_MS)
PRESENCE_LEASES = Topic("presence.leases", "gateway id", get_args(AnyLease), 1, DAY_MS)
MEDIA_COMMANDS = Topic("media.commands", "media id", (CompleteUpload,), MEDIA_PARTITIONS, 7 * DAY_MS)
MEDIA_EVENTS = Topic("media.events", "media id", get_args(AnyMediaEvent), MEDIA_PARTITIONS, FOR_EVER_MS)
ACCOUNT_EVENTS = Topic("account.events", "user id", get_args(AnyAccountEvent), 2, FOR_EVER_MS)
NOTIFICATION_REQUESTS = Topic("notification.requests", "user id", (PushRequested,), 2, 90 * DAY_MS)
NOTIFICATION_OUTCOMES = Topic("notification.outcomes", "user id", get_args(AnyOutcome), 2, 90 * DAY_MS)
DEAD_LETTERS = Topic("dead.letters", "source key", get_args(AnyDeadLetter), 1, FOR_EVER_MS)

TOPICS = (
    CONVERSATION_COMMANDS,
    CONVERSATION_EVENTS,
    CONVERSATION_SIGNALS,
    PRESENCE_EVENTS,
    PRESENCE_LEASES,
    MEDIA_COMMANDS,
    MEDIA_EVENTS,
    ACCOUNT_EVENTS,
    NOTIFICATION_REQUESTS,
    NOTIFICATION_OUTCOMES,
    DEAD_LETTERS,
)


def union(topic: Topic) -> UnionType | type:
    """The type of a topic's values, for a decoder."""
    first, *rest = topic.values
    whole: UnionType | type = first
    for value in rest:
        whole = whole | value
    return whole
