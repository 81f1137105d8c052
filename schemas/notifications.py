"""What is asked of push providers, and what became of it: topics `notification.requests` and `notification.outcomes`.

Keyed by user, kept for 90 days. Never the token of a device, and text only as the log keeps it: sealed, and only where
a setting wants it in the notification.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.bodies import SealedBody
from schemas.commands import ClientId, Seq
from schemas.ids import Id
from schemas.times import Timestamp

Provider = Literal["fcm", "apns"]
RequestKind = Literal["message", "clear"]
"""`message`: show that there is one. `clear`: silently take away what was shown of a conversation; it was read."""
SentKind = Literal["message", "clear", "sync"]
"""`sync`: silent, and only wakes the device: whether a `message` was shown before is not known."""
FailedReason = Literal["expired", "read", "left", "muted", "no-token", "rejected", "unregistered"]


class About(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """`request_id` is a function of the device, the message and the kind: a repeated decision asks for the same."""

    request_id: Id
    user_id: Id
    device_id: Id
    provider: Provider
    conversation_id: Id
    seq: Seq


class PushRequested(About, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A device shall be told. `seq` and `message_id` are the message's; a `clear` takes away what was shown up to
    `seq`, and has no message. `at` is the event's time; nothing is shown after `expires_at`."""

    kind: RequestKind
    at: Timestamp
    expires_at: Timestamp
    message_id: Id | None = None
    sender_id: Id | None = None
    client_id: ClientId | None = None
    body: SealedBody | None = None


class Outcome(About, frozen=True, kw_only=True, omit_defaults=True):
    """`attempts`: how often it was taken up, this time included."""

    at: Timestamp
    attempts: Annotated[int, Meta(ge=0)]


class PushSucceeded(Outcome, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The provider took it. `provider_id` is its name for it."""

    sent: SentKind
    provider_id: str


class PushFailed(Outcome, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """It will not be sent: not wanted any more, or refused by the provider for good."""

    reason: FailedReason
    detail: str = ""


class TokenRetired(Struct, frozen=True, kw_only=True, tag_field="type", tag=True, omit_defaults=True):
    """The provider does not know this token of a device any more. `token_hash` is a keyed hash, which tells nobody the
    token; if the device has registered another since, that one stays."""

    user_id: Id
    device_id: Id
    provider: Provider
    token_hash: bytes
    at: Timestamp


AnyOutcome = PushSucceeded | PushFailed | TokenRetired
