"""Whether a push is still wanted, what goes out, and when it is tried again."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stores.push_targets import Wanted
from infra.stores.pushes import Started
from schemas.times import milliseconds
from streams.notification.sending import plan
from streams.notification.sending.plan import Backoff, Texts, cut
from streams.notification.sending.provider import Push
from tests.builders import START_MS, clear_requested, push_requested

WANTED = Wanted("fcm", b"hash", b"sealed", is_muted=False, has_left=False, read_seq=0, badge=3, sender_name="Alice")
NOW_MS = START_MS + 2_000
MESSAGE, CLEAR = Started(push_requested()), Started(clear_requested())


def planned(started: Started = MESSAGE, *, is_alert: bool = True, texts: Texts | None = None) -> Push:
    return plan.push(started, WANTED, "token", now_ms=NOW_MS, is_alert=is_alert, texts=texts)


class TestNeedless:
    @pytest.mark.parametrize(
        ("wanted", "reason"),
        [
            (WANTED, None),
            (replace(WANTED, sealed=None, provider=None), "no-token"),
            (replace(WANTED, provider="apns"), "no-token"),
            (replace(WANTED, has_left=True), "left"),
            (replace(WANTED, is_muted=True), "muted"),
            (replace(WANTED, read_seq=1), "read"),
        ],
    )
    def test_a_message(self, wanted: Wanted, reason: str | None) -> None:
        assert reason == plan.needless(MESSAGE, wanted, "fcm", NOW_MS)

    def test_what_was_read_is_still_taken_away(self) -> None:
        assert plan.needless(CLEAR, replace(WANTED, read_seq=9, is_muted=True, has_left=True), "fcm", NOW_MS) is None

    def test_late_ones_expire(self) -> None:
        expires_ms = milliseconds(MESSAGE.request.expires_at)
        assert plan.needless(MESSAGE, WANTED, "fcm", expires_ms - 1) is None
        assert "expired" == plan.needless(MESSAGE, WANTED, "fcm", expires_ms)


class TestPush:
    def test_visible_without_a_word(self) -> None:
        push = planned()
        assert ("message", True, "", "", 3) == (push.kind, push.is_alert, push.title, push.text, push.badge)
        assert (milliseconds(MESSAGE.request.expires_at) - NOW_MS) // 1000 == push.ttl_seconds

    def test_with_words_where_they_are_given(self) -> None:
        assert ("Alice", "hi") == (planned(texts=Texts("Alice", "hi")).title, planned(texts=Texts("Alice", "hi")).text)

    def test_only_wakes_where_it_may_have_been_shown(self) -> None:
        push = planned(replace(MESSAGE, is_doubtful=True), texts=Texts("Alice", "hi"))
        assert ("sync", False, "", "") == (push.kind, push.is_alert, push.title, push.text)
        assert "text" not in push.data

    def test_clears_silently(self) -> None:
        assert ("clear", False) == (planned(CLEAR).kind, planned(CLEAR).is_alert)

    def test_data_alone(self) -> None:
        push = planned(is_alert=False, texts=Texts("Alice", "hi"))
        assert ("message", "hi") == (push.data["kind"], push.data["text"])
        assert not push.is_alert


class TestCut:
    @given(st.text(max_size=300), st.integers(20, 200))
    def test_never_too_long_and_always_a_beginning(self, text: str, bytes_max: int) -> None:
        short = cut(text, bytes_max)
        assert len(msgspec.json.encode(short)) - 2 <= bytes_max
        assert short == text or text.startswith(short.removesuffix("…"))

    def test_no_more_than_needed(self) -> None:
        assert ["x" * 20, "x" * 17 + "…"] == [cut("x" * 20, 20), cut("x" * 21, 20)]


class TestBackoff:
    def test_doubles_up_to_a_bound(self) -> None:
        backoff = Backoff(1, 60, lambda: 1.0)
        assert [1, 2, 4, 8, 60, 60] == [backoff.seconds(attempts) for attempts in (1, 2, 3, 4, 9, 5_000)]

    @given(st.integers(1, 50), st.floats(0, 1), st.floats(0, 1_000))
    def test_never_before_the_provider_said(self, attempts: int, chance: float, said: float) -> None:
        seconds = Backoff(1, 60, lambda: chance).seconds(attempts, said)
        assert max(said, 0.5) <= seconds <= max(said, 60) + 1
