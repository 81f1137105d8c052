"""What an answer of a provider means: over, with an outcome for the log, or once more after a pause. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.stores.push_targets import Wanted
from infra.stores.pushes import Settled, Started
from schemas.notifications import (
    AnyOutcome,
    FailedReason,
    PushFailed,
    PushRequested,
    PushSucceeded,
    SentKind,
    TokenRetired,
)
from schemas.times import milliseconds, timestamp
from streams.notification.sending.plan import Backoff
from streams.notification.sending.provider import Accepted, Again, Answer, Rejected, Unknown, Unregistered


@dataclass(frozen=True, slots=True)
class Attempt:
    """All that is known of a push when its provider is asked."""

    started: Started
    wanted: Wanted

    @property
    def request(self) -> PushRequested:
        return self.started.request


@dataclass(frozen=True, slots=True)
class Settlement:
    """`outcomes` are what the log is told: nothing of an attempt that is made again."""

    settled: Settled
    outcomes: Sequence[AnyOutcome] = ()


def settlement(attempt: Attempt, answer: Answer, sent: SentKind, now_ms: float, backoff: Backoff) -> Settlement:
    """`sent`: what went out as the request, or in its place."""
    match answer:
        case Accepted():
            outcome = PushSucceeded(
                **_outcome(attempt, attempt.started.attempts, now_ms), sent=sent, provider_id=answer.provider_id
            )
            return Settlement(_done(attempt), (outcome,))
        case Rejected():
            return failed(attempt, "rejected", now_ms, answer.detail)
        case Unregistered():
            over = failed(attempt, "unregistered", now_ms, answer.detail)
            return Settlement(over.settled, (*over.outcomes, _retired(attempt, now_ms)))
        case Again():
            pause = backoff.seconds(attempt.started.attempts, answer.retry_after_seconds)
            return _later(attempt, pause, now_ms, answer.detail)
        case Unknown():
            pause = backoff.seconds(attempt.started.attempts)
            return _later(attempt, pause, now_ms, answer.detail, is_doubtful=sent != "clear")


def failed(
    attempt: Attempt, reason: FailedReason, now_ms: float, detail: str = "", *, asked: bool = True
) -> Settlement:
    """It is over; `asked`: the provider was asked this time too."""
    attempts = attempt.started.attempts - (not asked)
    outcome = PushFailed(**_outcome(attempt, attempts, now_ms), reason=reason, detail=detail)
    return Settlement(_done(attempt), (outcome,))


def put_off(attempt: Attempt, seconds: float) -> Settlement:
    """Not now: nobody was asked."""
    return Settlement(Settled(attempt.request.request_id, attempt.started.attempts, "waiting", seconds))


def _later(attempt: Attempt, pause: float, now_ms: float, detail: str, *, is_doubtful: bool = False) -> Settlement:
    if now_ms + pause * 1000 >= milliseconds(attempt.request.expires_at):
        return failed(attempt, "expired", now_ms, detail)
    attempts = attempt.started.attempts
    return Settlement(Settled(attempt.request.request_id, attempts, "waiting", pause, is_doubtful))


def _done(attempt: Attempt) -> Settled:
    return Settled(attempt.request.request_id, attempt.started.attempts, "done")


def _outcome(attempt: Attempt, attempts: int, now_ms: float) -> dict[str, Any]:
    """What an outcome says of its request."""
    names = ("request_id", "user_id", "device_id", "provider", "conversation_id", "seq")
    about = {name: getattr(attempt.request, name) for name in names}
    return about | {"attempts": attempts, "at": timestamp(round(now_ms))}


def _retired(attempt: Attempt, now_ms: float) -> TokenRetired:
    request = attempt.request
    return TokenRetired(
        user_id=request.user_id,
        device_id=request.device_id,
        provider=request.provider,
        token_hash=attempt.wanted.token_hash or b"",
        at=timestamp(round(now_ms)),
    )
