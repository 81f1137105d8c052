"""One's own receipts: by themselves, together, never backwards, and again after a lost connection."""

import json

from msgspec.structs import replace

from clients.python.effects import Effect, SendBytes
from clients.python.frames import AnyFrame, RateLimited
from clients.python.receipts import WINDOW_SECONDS
from clients.python.session import Session
from tests.clients.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    caught_up,
    delivered,
    edited,
    group_row,
    message,
    messages,
    reacted,
    read,
    removed,
    row,
    snapshot,
    synced,
    welcome,
)

NOW = 1000.0
LATER = NOW + WINDOW_SECONDS


def receipts(effects: list[Effect]) -> list[tuple[str, int]]:
    frames = [json.loads(effect.raw) for effect in effects if isinstance(effect, SendBytes)]
    return [
        (frame["type"].removeprefix("Acknowledge"), frame["seq"])
        for frame in frames
        if frame["type"].startswith("Acknowledge")
    ]


def receive(session: Session, *frames: AnyFrame, now: float = NOW) -> list[tuple[str, int]]:
    return receipts([effect for frame in frames for effect in session.receive(frame, now)])


def connected(*, head_seq: int = 1, unread: int = 0, acknowledges_delivery: bool = True) -> Session:
    session = Session(acknowledges_delivery=acknowledges_delivery)
    session.hello("ticket")
    receive(session, welcome(heartbeat_seconds=60.0), snapshot(row(head_seq, unread=unread)), synced(recovered=False))
    return session


class TestDelivery:
    def test_acknowledged_when_it_has_been_applied(self) -> None:
        assert [("Delivery", 2)] == receive(connected(), message(2))

    def test_not_while_it_waits_over_a_hole(self) -> None:
        assert [] == receive(connected(), message(4))

    def test_those_that_follow_at_once_go_together(self) -> None:
        session = connected()
        assert [("Delivery", 2)] == receive(session, *messages(2, 9))
        assert LATER == session.wake_at()
        assert [("Delivery", 9)] == receipts(session.wake(LATER))

    def test_ones_own_messages_need_none(self) -> None:
        assert [] == receive(connected(), message(2, sender=ALICE))

    def test_only_what_has_ticks_needs_one(self) -> None:
        session = connected()
        assert [] == receive(session, reacted(2, 1, "👍"))
        assert [("Delivery", 3)] == receive(session, edited(3, 1, "better"))

    def test_not_when_another_device_was_faster(self) -> None:
        session = connected()
        receive(session, message(2))
        receive(session, message(3), delivered(3, ALICE))
        assert [] == receipts(session.wake(LATER))

    def test_not_in_what_one_has_left(self) -> None:
        session = connected()
        receive(session, message(2))
        receive(session, message(3), removed(4))
        assert [] == receipts(session.wake(LATER))

    def test_snapshot_is_acknowledged_up_to_its_heads(self) -> None:
        session = Session()
        session.hello("ticket")
        behind = replace(group_row(9, unread=4), delivered_seq=5)
        assert [] == receive(session, welcome(), snapshot(behind, row(3, conversation_id="known")))
        assert [("Delivery", 9)] == receive(session, synced(recovered=False))

    def test_off_when_told_so(self) -> None:
        assert [] == receive(connected(acknowledges_delivery=False), message(2))


class TestReading:
    def test_up_to_what_is_here(self) -> None:
        session = connected()
        receive(session, *messages(2, 5))
        assert [("Read", 5)] == receipts(session.read(CONVERSATION, None, LATER))

    def test_never_beyond_nor_backwards(self) -> None:
        session = connected(head_seq=5, unread=3)
        assert [("Read", 5)] == receipts(session.read(CONVERSATION, 99, NOW))
        assert [] == receipts(session.read(CONVERSATION, 4, LATER))

    def test_needless_where_nothing_is_new(self) -> None:
        session = connected(head_seq=5)
        receive(session, message(6, sender=ALICE), reacted(7, 6, "👍"))
        assert [] == receipts(session.read(CONVERSATION, None, LATER))

    def test_implies_delivery(self) -> None:
        session = connected()
        receive(session, message(2))
        receive(session, message(3))
        session.read(CONVERSATION, None, NOW)
        assert [("Read", 3)] == receipts(session.wake(LATER))

    def test_unread_falls_when_the_server_confirms(self) -> None:
        session = connected(head_seq=5, unread=3)
        session.read(CONVERSATION, None, NOW)
        assert 3 == session.conversations[CONVERSATION].unread
        receive(session, read(5, ALICE))
        assert 0 == session.conversations[CONVERSATION].unread


class TestAgain:
    def test_after_a_lost_connection(self) -> None:
        session = connected(head_seq=5, unread=3)
        receive(session, message(6))
        session.read(CONVERSATION, None, LATER)
        session.hello("ticket")
        assert [] == receive(session, welcome(), now=LATER)
        assert [("Read", 6)] == receive(session, synced(recovered=True), now=LATER)

    def test_not_when_it_had_arrived(self) -> None:
        session = connected()
        receive(session, message(2))
        session.hello("ticket")
        receive(session, welcome(), delivered(2, ALICE))
        assert [] == receive(session, synced(recovered=True))

    def test_what_was_missed_is_acknowledged_after_synced(self) -> None:
        session = connected()
        session.hello("ticket")
        assert [] == receive(session, welcome(), caught_up(*messages(2, 4), head_seq=4))
        assert [("Delivery", 4)] == receive(session, synced(recovered=True))

    def test_when_the_server_had_too_many(self) -> None:
        session = connected()
        receive(session, message(2))
        assert [] == receive(session, RateLimited(retry_after_seconds=0.5))
        assert [] == receipts(session.wake(NOW + 0.4))
        assert [("Delivery", 2)] == receipts(session.wake(NOW + 0.5))

    def test_anothers_watermark_is_not_ones_own(self) -> None:
        session = connected()
        receive(session, message(2))
        receive(session, message(3), delivered(3, BOB))
        assert [("Delivery", 3)] == receipts(session.wake(LATER))
