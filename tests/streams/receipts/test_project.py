"""Events to rows of the receipts view: what each kind of event says about its actor, and about nobody else."""

import pytest
from hypothesis import given

from infra.stores.receipts import Advance, Kind
from schemas.codec import Undecodable
from schemas.events import AnyEvent, MessageSent
from schemas.times import milliseconds
from streams.receipts.project import project
from tests import strategies
from tests.builders import (
    BOB,
    CONVERSATION,
    START_MS,
    broken_record,
    delivered,
    edited,
    read,
    record,
    refused,
    repeated,
    sent,
)


def answer(to_seq: int, *, read_from_seq: int, is_private: bool = False) -> MessageSent:
    """Bob writes, who had read up to `read_from_seq`."""
    return sent(to_seq, actor_id=BOB, at_ms=START_MS, read_from_seq=read_from_seq, is_private=is_private)


def rows(event: AnyEvent) -> list[tuple[Kind, int]]:
    """What is written for Bob."""
    found = project(record(event, offset=40))
    assert found == tuple(Advance(CONVERSATION, BOB, one.kind, one.to_seq, START_MS, 40) for one in found)
    return [(one.kind, one.to_seq) for one in found]


class TestDeliveredAdvanced:
    def test_delivered(self) -> None:
        assert [("delivered", 7)] == rows(delivered(7))


class TestReadAdvanced:
    def test_one_row_whatever_had_been_delivered(self) -> None:
        for delivered_from_seq in (6, 7, 9):
            assert [("read", 7)] == rows(read(7, delivered_from_seq=delivered_from_seq))

    def test_only_delivered_when_private(self) -> None:
        assert [("delivered", 7)] == rows(read(7, delivered_from_seq=6, is_private=True))
        assert [] == rows(read(7, delivered_from_seq=7, is_private=True))


class TestMessageSent:
    def test_its_sender_has_read_what_came_before(self) -> None:
        assert [("read", 7)] == rows(answer(7, read_from_seq=5))

    def test_only_delivered_when_private(self) -> None:
        assert [("delivered", 7)] == rows(answer(7, read_from_seq=5, is_private=True))

    def test_nothing_when_all_had_been_read(self) -> None:
        assert [] == rows(answer(7, read_from_seq=6))
        assert [] == rows(answer(1, read_from_seq=0))


class TestOthers:
    @pytest.mark.parametrize("event", [edited(7), refused(), repeated(answer(7, read_from_seq=5))])
    def test_say_nothing(self, event: AnyEvent) -> None:
        assert () == project(record(event))


class TestUnreadable:
    def test_said_so(self) -> None:
        with pytest.raises(Undecodable):
            project(broken_record(seq=7))


class TestAnyEvent:
    @given(strategies.any_event, strategies.offsets)
    def test_only_about_its_actor_and_replays_give_the_same(self, event: AnyEvent, offset: int) -> None:
        found = project(record(event, offset))
        assert found == project(record(event, offset))
        for one in found:
            assert (event.conversation_id, event.actor_id) == (one.conversation_id, one.user_id)
            assert (milliseconds(event.at), offset) == (one.at_ms, one.offset)
