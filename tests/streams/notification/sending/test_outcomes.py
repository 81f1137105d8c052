"""What a provider's answer means: an outcome, or once more after a pause, silently where there is a doubt."""

import pytest

from infra.stores.push_targets import Wanted
from infra.stores.pushes import Settled, Started
from schemas.notifications import PushFailed, PushSucceeded, SentKind, TokenRetired
from schemas.times import milliseconds
from streams.notification.sending.outcomes import Attempt, Settlement, failed, settlement
from streams.notification.sending.plan import Backoff
from streams.notification.sending.provider import Accepted, Again, Answer, Rejected, Unknown, Unregistered
from tests.builders import PHONE, START_MS, push_requested

NOW_MS = START_MS + 2_000
WANTED = Wanted("fcm", b"hash", b"sealed", is_muted=False, has_left=False, read_seq=0, badge=3, sender_name=None)
REQUEST = push_requested()
ATTEMPT = Attempt(Started(REQUEST, attempts=2), WANTED)
DONE = Settled(REQUEST.request_id, 2, "done")


def settled(answer: Answer, sent: SentKind = "message", now_ms: float = NOW_MS) -> Settlement:
    return settlement(ATTEMPT, answer, sent, now_ms, Backoff(1, 60, lambda: 1.0))


class TestSettlement:
    def test_succeeded(self) -> None:
        found = settled(Accepted("id"))
        (outcome,) = found.outcomes
        assert DONE == found.settled
        assert isinstance(outcome, PushSucceeded)
        assert ("message", "id", 2, PHONE) == (outcome.sent, outcome.provider_id, outcome.attempts, outcome.device_id)

    def test_refused_for_good(self) -> None:
        found = settled(Rejected("400 BadDeviceToken"))
        (outcome,) = found.outcomes
        assert DONE == found.settled
        assert isinstance(outcome, PushFailed)
        assert ("rejected", "400 BadDeviceToken") == (outcome.reason, outcome.detail)

    def test_a_token_that_is_not_known_is_retired(self) -> None:
        outcome, retired = settled(Unregistered("404")).outcomes
        assert isinstance(outcome, PushFailed)
        assert isinstance(retired, TokenRetired)
        assert ("unregistered", b"hash") == (outcome.reason, retired.token_hash)

    def test_again_without_a_doubt(self) -> None:
        assert Settlement(Settled(REQUEST.request_id, 2, "waiting", 2)) == settled(Again("503"))

    def test_again_when_the_provider_said(self) -> None:
        assert 31 == settled(Again("429", retry_after_seconds=30)).settled.in_seconds

    @pytest.mark.parametrize(("sent", "is_doubtful"), [("message", True), ("sync", True), ("clear", False)])
    def test_in_doubt_where_no_answer_came(self, sent: SentKind, *, is_doubtful: bool) -> None:
        found = settled(Unknown("timed out"), sent)
        assert ("waiting", is_doubtful, ()) == (found.settled.state, found.settled.is_doubtful, found.outcomes)

    def test_not_again_once_it_has_expired(self) -> None:
        found = settled(Again("503"), now_ms=milliseconds(REQUEST.expires_at) - 1_000)
        (outcome,) = found.outcomes
        assert DONE == found.settled
        assert isinstance(outcome, PushFailed)
        assert "expired" == outcome.reason


class TestFailed:
    def test_without_asking(self) -> None:
        (outcome,) = failed(ATTEMPT, "read", NOW_MS, asked=False).outcomes
        assert isinstance(outcome, PushFailed)
        assert 1 == outcome.attempts
