"""Identifiers are canonical, sort like the log, and say nothing to who does not know the secret."""

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import (
    command_place,
    direct_conversation_id,
    first_message_id,
    group_conversation_id,
    is_id,
    message_id,
    message_milliseconds,
    push_request_id,
)
from tests.builders import ALICE, BOB, CAROL, START_MS
from tests.strategies import ids, milliseconds, offsets

partitions = st.integers(0, 4095)
times = st.integers(0, (1 << 48) - 1)


class TestMessageId:
    @given(times, partitions, offsets)
    def test_is_a_canonical_uuid_of_version_7(self, at_ms: int, partition: int, offset: int) -> None:
        id_ = message_id(at_ms, partition, offset)
        parsed = UUID(id_)
        assert (id_, 7, "specified in RFC 4122") == (str(parsed), parsed.version, parsed.variant)
        assert is_id(id_)

    @given(times, partitions, offsets)
    def test_holds_its_place(self, at_ms: int, partition: int, offset: int) -> None:
        id_ = message_id(at_ms, partition, offset)
        bits = UUID(id_).int
        assert at_ms == message_milliseconds(id_)
        assert (partition, offset) == ((bits >> 64) & 0xFFF, bits & ((1 << 62) - 1))

    @given(st.tuples(times, partitions, offsets), st.tuples(times, partitions, offsets))
    def test_sorts_as_time_then_partition_then_offset(
        self, one: tuple[int, int, int], other: tuple[int, int, int]
    ) -> None:
        assert (one < other) == (message_id(*one) < message_id(*other))

    @pytest.mark.parametrize(("partition", "offset"), [(-1, 0), (4096, 0), (0, -1), (0, 1 << 62)])
    def test_refused_for_a_place_that_it_cannot_hold(self, partition: int, offset: int) -> None:
        with pytest.raises(ValueError, match="no message id"):
            message_id(START_MS, partition, offset)


class TestFirstMessageId:
    @given(milliseconds, partitions, offsets)
    def test_stands_between_the_times(self, at_ms: int, partition: int, offset: int) -> None:
        assert first_message_id(at_ms) <= message_id(at_ms, partition, offset) < first_message_id(at_ms + 1)

    @given(milliseconds)
    def test_is_the_smallest_message_id_of_its_time(self, at_ms: int) -> None:
        assert message_id(at_ms, 0, 0) == first_message_id(at_ms)


class TestIsId:
    @given(ids)
    def test_canonical(self, id_: str) -> None:
        assert is_id(id_)

    @given(st.text(max_size=40) | st.text(string.hexdigits + "-{}\n", min_size=36, max_size=37))
    def test_agrees_with_the_canonical_form(self, text: str) -> None:
        try:
            canonical = str(UUID(text))
        except ValueError:
            canonical = ""
        assert (canonical == text and text != "") == is_id(text)

    @pytest.mark.parametrize("text", [ALICE.upper(), ALICE + "\n", ALICE[:-1], "{" + ALICE + "}", ""])
    def test_refused_in_another_form(self, text: str) -> None:
        assert not is_id(text)


class TestConversationIds:
    @given(st.binary(min_size=1), ids, ids)
    def test_direct_is_the_same_from_either_side(self, secret: bytes, one: str, other: str) -> None:
        id_ = direct_conversation_id(secret, one, other)
        assert id_ == direct_conversation_id(secret, other, one)
        assert (True, 8) == (is_id(id_), UUID(id_).version)

    def test_direct_hangs_on_the_secret_and_on_both_people(self) -> None:
        found = [(b"s", ALICE, BOB), (b"t", ALICE, BOB), (b"s", ALICE, CAROL), (b"s", BOB, CAROL)]
        assert 4 == len({direct_conversation_id(*one) for one in found})

    def test_group_is_the_same_for_a_retry_only(self) -> None:
        id_ = group_conversation_id(ALICE, "g1")
        assert id_ == group_conversation_id(ALICE, "g1")
        assert id_ not in (group_conversation_id(BOB, "g1"), group_conversation_id(ALICE, "g2"))
        assert 8 == UUID(id_).version


class TestPushRequestId:
    def test_is_the_same_for_a_repeated_decision_only(self) -> None:
        id_ = push_request_id(ALICE, CAROL, "message")
        assert id_ == push_request_id(ALICE, CAROL, "message")
        others = [push_request_id(*one) for one in ((BOB, CAROL, "message"), (ALICE, BOB, "message"))]
        assert 4 == len({id_, *others, push_request_id(ALICE, CAROL, "clear")})
        assert (True, 8) == (is_id(id_), UUID(id_).version)


class TestCommandPlace:
    @given(times, partitions, offsets)
    def test_as_the_id_was_made(self, at_ms: int, partition: int, offset: int) -> None:
        assert (partition, offset) == command_place(message_id(at_ms, partition, offset))
