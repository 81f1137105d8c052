"""Who is told of a message, and when; what a read makes devices stop showing."""

from collections.abc import Mapping

from infra.stores.memberships import Member, Roster
from infra.stores.push_tokens import Target
from schemas.codec import encode
from schemas.events import MessageSent
from schemas.outbound import Connection, Connections
from schemas.times import milliseconds
from streams.notification import decide
from streams.notification.decide import Known, Terms
from streams.notification.waiting import Wait
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, LAPTOP, PHONE, read, sent
from tests.builders import delivered as delivered_event

DEADLINE_MS, SETTLE_MS, EXPIRY_MS = 5_000.0, 1_000.0, 3_600_000.0
TERMS = Terms(DEADLINE_MS, SETTLE_MS, EXPIRY_MS)
MESSAGE = sent(2)
AT_MS = milliseconds(MESSAGE.at)
TARGETS = {BOB: [Target(BOB, PHONE, "fcm"), Target(BOB, LAPTOP, "apns")]}
ROSTER = Roster((Member(ALICE, 1), Member(BOB, 1), Member(CAROL, 1, 2)))


def connected(*device_ids: str, is_silent: bool = False) -> Connections:
    return Connections(
        0, tuple(Connection(one, "gateway-1", "1a2b3c", f"connection-{one}", "", is_silent) for one in device_ids)
    )


def waits(
    connections: Mapping[str, Connections] | None = None, *, now_ms: float = AT_MS, muted: bool = False
) -> list[Wait]:
    silenced = frozenset({(BOB, CONVERSATION)}) if muted else frozenset()
    known = Known(TARGETS, connections or {}, silenced)
    return list(decide.waits(MESSAGE, [BOB, CAROL], known, now_ms=now_ms, terms=TERMS, done=lambda: None))


class TestCandidates:
    def candidates(self, roster: Roster | None, message: MessageSent = MESSAGE, now_ms: float = AT_MS) -> list[str]:
        return decide.candidates(message, roster, now_ms, TERMS)

    def test_the_others_who_were_there_and_still_are(self) -> None:
        assert [BOB] == self.candidates(ROSTER)

    def test_nobody_where_one_blocks(self) -> None:
        assert [] == self.candidates(Roster(ROSTER.members, (BOB,)))

    def test_nobody_who_came_later(self) -> None:
        assert [] == self.candidates(Roster((Member(ALICE, 1), Member(BOB, 3))))

    def test_nobody_of_what_is_too_old(self) -> None:
        assert [BOB] == self.candidates(ROSTER, now_ms=AT_MS + EXPIRY_MS - 1)
        assert [] == self.candidates(ROSTER, now_ms=AT_MS + EXPIRY_MS)

    def test_nobody_of_a_conversation_that_is_not_known(self) -> None:
        assert [] == self.candidates(None)


class TestWaits:
    def test_devices_without_a_connection_wait_for_nothing(self) -> None:
        assert [(PHONE, AT_MS), (LAPTOP, AT_MS)] == [(one.device_id, one.due_ms) for one in waits()]

    def test_a_connected_one_until_the_deadline(self) -> None:
        phone, laptop = waits({BOB: connected(LAPTOP)})
        assert (AT_MS, False) == (phone.due_ms, phone.is_connected)
        assert (AT_MS + DEADLINE_MS, True) == (laptop.due_ms, laptop.is_connected)

    def test_a_silent_connection_is_none(self) -> None:
        assert {AT_MS} == {one.due_ms for one in waits({BOB: connected(LAPTOP, PHONE, is_silent=True)})}

    def test_after_a_standstill_until_more_is_read(self) -> None:
        now_ms = AT_MS + DEADLINE_MS + 1
        assert {now_ms + SETTLE_MS} == {one.due_ms for one in waits({BOB: connected(LAPTOP)}, now_ms=now_ms)}

    def test_nobody_who_has_muted_it(self) -> None:
        assert [] == waits(muted=True)


class TestRequested:
    def test_the_same_whenever_it_is_decided(self) -> None:
        first, again = waits()[0], waits({BOB: connected(PHONE)}, now_ms=AT_MS + 9_000)[0]
        assert decide.requested(first, TERMS) == decide.requested(again, TERMS)

    def test_another_for_another_device(self) -> None:
        phone, laptop = (decide.requested(one, TERMS) for one in waits())
        assert phone.request_id != laptop.request_id
        assert ("fcm", "apns") == (phone.provider, laptop.provider)

    def test_expires(self) -> None:
        assert AT_MS + EXPIRY_MS == milliseconds(decide.requested(waits()[0], TERMS).expires_at)

    def test_has_the_sealed_text_only_where_it_is_wanted(self) -> None:
        assert b"body" not in encode(decide.requested(waits()[0], TERMS))
        with_text = decide.requested(waits()[0], Terms(DEADLINE_MS, SETTLE_MS, EXPIRY_MS, with_text=True))
        assert (MESSAGE.body, MESSAGE.client_id) == (with_text.body, with_text.client_id)


class TestRead:
    def test_by_reading(self) -> None:
        one = decide.read(read(2))
        assert one is not None
        assert (BOB, CONVERSATION, 2) == (one.user_id, one.conversation_id, one.seq)

    def test_by_sending(self) -> None:
        one = decide.read(sent(3, actor_id=BOB, read_from_seq=0))
        assert one is not None
        assert (BOB, 2) == (one.user_id, one.seq)

    def test_not_by_what_reads_nothing(self) -> None:
        assert [None, None] == [decide.read(sent(3, read_from_seq=2)), decide.read(delivered_event(2))]

    def test_the_device_that_read_is_known_by_its_connection(self) -> None:
        one = decide.read(read(2))
        assert one is not None
        mine = Connections(0, (Connection(PHONE, "gateway-1", "1a2b3c", one.connection, ""),))
        assert PHONE == decide.reader(one, mine)
        assert decide.reader(one, connected(PHONE)) is None
        assert decide.reader(one, None) is None

    def test_cleared_once_for_each_read(self) -> None:
        one, more = decide.read(read(2)), decide.read(read(3, 2))
        assert one is not None
        assert more is not None
        asked = [decide.cleared(each, PHONE, "fcm", TERMS) for each in (one, one, more)]
        assert asked[0] == asked[1]
        assert asked[0].request_id != asked[2].request_id
        assert ("clear", 2, None) == (asked[0].kind, asked[0].seq, asked[0].message_id)
