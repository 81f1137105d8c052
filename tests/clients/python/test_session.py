"""The session core: frames in, effects out, no I/O."""

import json

import pytest

from clients.python.commands import SendMessage, SetTyping
from clients.python.effects import (
    Announce,
    Answer,
    Effect,
    Event,
    FetchMissing,
    FindOwn,
    HoleSkipped,
    OwnFound,
    SendBytes,
    Settle,
)
from clients.python.errors import FrameTooLarge
from clients.python.frames import (
    AnyFrame,
    Body,
    CommandRefused,
    Malformed,
    RateLimited,
    ReadAdvanced,
    TimelineEvent,
    Watermark,
)
from clients.python.holes import ATTEMPTS_MAX
from clients.python.session import Bookmark, Session
from tests.clients.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    EPOCH,
    START,
    added,
    caught_up,
    message,
    messages,
    removed,
    row,
    snapshot,
    synced,
    welcome,
)

NOW = 1000.0


def receive(session: Session, *frames: AnyFrame, now: float = NOW) -> list[Effect]:
    return [effect for frame in frames for effect in session.receive(frame, now)]


def connected(*, head_seq: int | None = 0, bookmark: Bookmark | None = None) -> Session:
    """A session that is synced, with one conversation up to a head."""
    session = Session(bookmark)
    session.hello("ticket")
    rows = [] if head_seq is None else [row(head_seq)]
    receive(session, welcome(), snapshot(*rows), synced(recovered=False))
    return session


def reconnect(session: Session, *frames: AnyFrame, epoch: str = EPOCH, now: float = NOW) -> list[Effect]:
    session.hello("ticket")
    return receive(session, welcome(epoch=epoch), *frames, now=now)


def command(client_id: str = "c1", text: str = "hello") -> SendMessage:
    return SendMessage(client_id=client_id, body=Body("text", text), conversation_id=CONVERSATION)


def seqs(effects: list[Effect]) -> list[int]:
    return [event.seq for event in events(effects) if isinstance(event, TimelineEvent)]


def events(effects: list[Effect]) -> list[Event]:
    return [effect.event for effect in effects if isinstance(effect, Announce)]


def sent(effects: list[Effect]) -> list[str]:
    frames = [json.loads(effect.raw) for effect in effects if isinstance(effect, SendBytes)]
    return [frame.get("client_id", frame["type"]) for frame in frames]


def answers(effects: list[Effect]) -> list[Answer]:
    return [effect.answer for effect in effects if isinstance(effect, Settle)]


def missing(effects: list[Effect]) -> list[FetchMissing]:
    return [effect for effect in effects if isinstance(effect, FetchMissing)]


def own(effects: list[Effect]) -> list[FindOwn]:
    return [effect for effect in effects if isinstance(effect, FindOwn)]


class TestHello:
    def test_new_device_has_no_cursors(self) -> None:
        hello = json.loads(Session().hello("t"))
        assert {"type": "Hello", "ticket": "t", "epoch": None, "cursors": {}} == hello

    def test_cursors_name_what_is_complete(self) -> None:
        session = connected(head_seq=3)
        receive(session, message(4), message(6))
        hello = json.loads(session.hello("t"))
        assert (EPOCH, {CONVERSATION: 4}) == (hello["epoch"], hello["cursors"])

    def test_bookmark_is_continued(self) -> None:
        mark = Bookmark("e", {CONVERSATION: 9})
        hello = json.loads(Session(mark).hello("t"))
        assert ("e", {CONVERSATION: 9}) == (hello["epoch"], hello["cursors"])


class TestTimelineEvents:
    def test_announced_in_order(self) -> None:
        assert [1, 2, 3] == seqs(receive(connected(head_seq=None), *messages(1, 3)))

    def test_dropped_when_repeated(self) -> None:
        assert [1, 2] == seqs(receive(connected(head_seq=None), message(1), message(1), message(2), message(1)))

    def test_held_over_a_hole_until_the_timeline_fills_it(self) -> None:
        session = connected(head_seq=1)
        effects = receive(session, message(4))
        assert ([], 1) == (seqs(effects), missing(effects)[0].after)
        assert [2, 3, 4] == seqs(session.missing_received(missing(effects)[0], messages(2, 4), NOW))
        assert [] == missing(session.wake(NOW + 60.0))  # no hole is left

    def test_hole_is_asked_for_once(self) -> None:
        session = connected(head_seq=1)
        assert 1 == len(missing(receive(session, message(4), message(5), message(9))))

    def test_hole_of_many_pages_is_asked_for_on(self) -> None:
        session = connected(head_seq=1)
        asked = missing(receive(session, message(500)))[0]
        effects = session.missing_received(asked, messages(2, 201), NOW)
        assert [201] == [page.after for page in missing(effects)]

    def test_hole_is_asked_for_again_while_the_view_lags(self) -> None:
        session = connected(head_seq=1)
        asked = missing(receive(session, message(3)))[0]
        assert [] == session.missing_received(asked, (), NOW)
        again = missing(session.wake(NOW + 0.1))
        assert [1] == [page.after for page in again]

    def test_hole_is_asked_for_again_when_unreachable(self) -> None:
        session = connected(head_seq=1)
        session.unanswered(missing(receive(session, message(3)))[0], NOW)
        assert 1 == len(missing(session.wake(NOW + 0.1)))

    def test_hole_is_skipped_and_reported_in_the_end(self) -> None:
        session = connected(head_seq=1)
        asked = missing(receive(session, message(4)))[0]
        effects, now = session.missing_received(asked, (), NOW), NOW
        for _ in range(ATTEMPTS_MAX):
            now += 10.0
            effects = session.missing_received(missing(session.wake(now))[0], (), now)
        assert HoleSkipped(CONVERSATION, 1, 4) == events(effects)[0]
        assert [4] == seqs(effects)

    def test_page_of_an_earlier_connection_is_ignored(self) -> None:
        session = connected(head_seq=1)
        asked = missing(receive(session, message(4)))[0]
        session.disconnected()
        assert [] == session.missing_received(asked, messages(2, 4), NOW)

    def test_unknown_conversation_is_owed_from_its_start(self) -> None:
        effects = receive(connected(head_seq=None), message(3))
        assert 0 == missing(effects)[0].after

    def test_conversation_beyond_a_full_snapshot_begins_here(self) -> None:
        session = Session()
        session.hello("t")
        rows = [row(1, conversation_id=f"other-{number}") for number in range(200)]
        receive(session, welcome(), snapshot(*rows), synced(recovered=False))
        assert [33] == seqs(receive(session, message(33)))

    def test_joining_late_is_no_hole(self) -> None:
        assert [7, 8] == seqs(receive(connected(head_seq=None), added(7), message(8)))

    def test_coming_back_after_leaving_is_no_hole(self) -> None:
        session = connected(head_seq=1)
        assert [2, 9, 10] == seqs(receive(session, removed(2), added(9), message(10)))

    def test_removal_that_was_missed_is_a_hole(self) -> None:
        effects = receive(connected(head_seq=1), added(9))
        assert ([], 1) == (seqs(effects), missing(effects)[0].after)


class TestCaughtUp:
    def test_missed_events_in_pieces(self) -> None:
        session = connected(head_seq=1)
        effects = reconnect(
            session,
            caught_up(*messages(2, 3), head_seq=5),
            caught_up(*messages(4, 5), head_seq=5),
            synced(recovered=True),
        )
        assert ([2, 3, 4, 5], []) == (seqs(effects), missing(effects))

    def test_head_that_was_not_reached_is_a_hole(self) -> None:
        session = connected(head_seq=1)
        effects = reconnect(session, caught_up(message(2), head_seq=4), synced(recovered=True))
        assert [2] == [page.after for page in missing(effects)]

    def test_watermarks_only_grow(self) -> None:
        session = connected(head_seq=9)
        read = ReadAdvanced(conversation_id=CONVERSATION, user_id=BOB, from_seq=0, to_seq=8, at=START)
        late = ReadAdvanced(conversation_id=CONVERSATION, user_id=BOB, from_seq=0, to_seq=5, at=START)
        receive(session, read, late)
        assert Watermark(BOB, 8, 8) == session.conversations[CONVERSATION].watermarks[BOB]


class TestSnapshot:
    def test_copy_is_replaced(self) -> None:
        session = connected(head_seq=3)
        receive(session, message(4))
        reconnect(session, snapshot(row(40, unread=7)), synced(recovered=False), epoch="epoch-2")
        copy = session.conversations[CONVERSATION]
        assert (40, {40}, 7) == (copy.cursor, set(copy.events), copy.unread)
        assert "epoch-2" == session.bookmark.epoch


class TestCommands:
    def test_sent_at_once_when_synced(self) -> None:
        assert ["c1"] == sent(connected().submit(command(), NOW)[1])

    def test_held_until_synced(self) -> None:
        session = Session()
        session.hello("t")
        assert [] == sent(session.submit(command(), NOW)[1])
        assert [] == sent(receive(session, welcome(), snapshot(row(0))))
        assert ["c1"] == sent(receive(session, synced(recovered=False)))

    def test_confirmed_by_ones_own_message(self) -> None:
        session = connected()
        key, _ = session.submit(command(), NOW)
        mine = message(1, sender=ALICE, client_id="c1")
        assert Settle(key, mine) in receive(session, mine)
        assert 0 == len(session.outbox)

    def test_repeat_is_confirmed_by_the_first_result(self) -> None:
        session = connected()
        mine = message(1, sender=ALICE, client_id="c1")
        receive(session, mine, message(2))
        session.submit(command(), NOW)
        effects = receive(session, mine)
        assert ([mine], []) == (answers(effects), seqs(effects))

    def test_not_confirmed_by_anothers_message(self) -> None:
        session = connected()
        session.submit(command(), NOW)
        assert [] == answers(receive(session, message(1, sender=BOB, client_id="c1")))

    def test_refused(self) -> None:
        session = connected()
        session.submit(command(), NOW)
        refusal = CommandRefused(conversation_id=CONVERSATION, client_id="c1", command="SendMessage", reason="empty")
        assert [refusal] == answers(receive(session, refusal))

    def test_malformed(self) -> None:
        session = connected()
        session.submit(command(), NOW)
        malformed = Malformed(detail="no", client_id="c1")
        assert [malformed] == answers(receive(session, malformed))

    def test_too_large_is_not_sent(self) -> None:
        with pytest.raises(FrameTooLarge):
            connected().submit(command(text="x" * 70_000), NOW)

    def test_same_command_joins_the_one_that_waits(self) -> None:
        session = connected()
        first, _ = session.submit(command(), NOW)
        second, effects = session.submit(command(), NOW)
        assert (first, []) == (second, sent(effects))

    def test_rate_limited_goes_again_in_order(self) -> None:
        session = connected()
        session.submit(command("c1"), NOW)
        receive(session, RateLimited(client_id="c1", retry_after_seconds=0.5))
        assert [] == sent(session.submit(command("c2"), NOW)[1])
        assert [] == sent(session.wake(NOW + 0.4))
        assert ["c1", "c2"] == sent(session.wake(NOW + 0.5))

    def test_signal_is_dropped_while_offline(self) -> None:
        typing = SetTyping(conversation_id=CONVERSATION, is_typing=True)
        assert [] == Session().signal(typing)
        assert ["SetTyping"] == sent(connected().signal(typing))


class TestReconnect:
    def test_sent_again_after_synced_with_the_same_client_id(self) -> None:
        session = connected()
        session.submit(command("c1"), NOW)
        session.submit(command("c2"), NOW)
        assert [] == sent(reconnect(session))
        assert ["c1", "c2"] == sent(receive(session, synced(recovered=True)))

    def test_confirmed_by_what_was_missed(self) -> None:
        session = connected()
        session.submit(command("c1"), NOW)
        mine = message(1, sender=ALICE, client_id="c1")
        effects = reconnect(session, caught_up(mine, head_seq=1), synced(recovered=True))
        assert ([mine], []) == (answers(effects), sent(effects))

    def test_own_messages_are_paged_back_before_anything_is_sent_again(self) -> None:
        session = connected(head_seq=5)
        session.submit(command("c1"), NOW)
        session.submit(command("c2"), NOW)
        effects = reconnect(session, snapshot(row(20_000)), synced(recovered=False))
        assert ([], [5]) == (sent(effects), [page.after for page in own(effects)])
        mine = message(6, sender=ALICE, client_id="c1")
        effects = session.own_received(own(effects)[0], (mine, message(7)), has_more=True, now=NOW)
        assert OwnFound(mine) in events(effects)
        assert ([mine], [7], []) == (answers(effects), [page.after for page in own(effects)], sent(effects))
        effects = session.own_received(own(effects)[0], (message(8),), has_more=False, now=NOW)
        assert ["c2"] == sent(effects)

    def test_paging_back_goes_by_time_in_another_log(self) -> None:
        session = connected(head_seq=5)
        session.submit(command("c1"), NOW)
        effects = reconnect(session, snapshot(row(1)), synced(recovered=False), epoch="epoch-2")
        after = own(effects)[0].after
        assert not isinstance(after, int)
        assert after < START

    def test_paging_back_is_tried_again(self) -> None:
        session = connected(head_seq=5)
        session.submit(command("c1"), NOW)
        asked = own(reconnect(session, snapshot(row(9)), synced(recovered=False)))
        session.unanswered(asked[0], NOW)
        assert asked == own(session.wake(NOW + 2.0))

    def test_never_sent_needs_no_paging_back(self) -> None:
        session = connected(head_seq=5)
        session.disconnected()
        session.submit(command("c1"), NOW)
        effects = reconnect(session, snapshot(row(9)), synced(recovered=False))
        assert ([], ["c1"]) == (own(effects), sent(effects))


class TestHeartbeat:
    def test_sent_every_heartbeat_seconds(self) -> None:
        session = connected()
        assert NOW + 1.0 == session.wake_at()
        assert ["Heartbeat"] == sent(session.wake(NOW + 1.0))
        assert NOW + 2.0 == session.wake_at()

    def test_silent_when_disconnected(self) -> None:
        session = connected()
        session.disconnected()
        assert session.wake_at() is None
