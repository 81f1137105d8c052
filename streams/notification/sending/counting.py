"""What is counted of pushes."""

from collections.abc import Iterable

from infra.telemetry import metrics
from schemas.notifications import AnyOutcome, PushFailed, PushSucceeded, TokenRetired


def count(outcomes: Iterable[AnyOutcome]) -> None:
    """Pushes are over, or tokens are, and the log was told."""
    for one in outcomes:
        metrics.PUSHES.labels(one.provider, _name(one)).inc()


def _name(outcome: AnyOutcome) -> str:
    match outcome:
        case PushSucceeded():
            return "succeeded"
        case PushFailed():
            return outcome.reason
        case TokenRetired():
            return "token-retired"
