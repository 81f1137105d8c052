"""Rows of live views as rows of tables."""

from infra.operator.exports.views import TABLES, VIEWS, _members, _timeline_row
from infra.stores.memberships import Member, Roster
from infra.stores.timeline import TimelineRow
from schemas.codec import encode
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, START_MS, edited, sent

MESSAGE = sent(5)


class TestMembers:
    def test_each_stay_is_a_row(self) -> None:
        roster = Roster((Member(ALICE, 1), Member(BOB, 1, 4), Member(BOB, 7)), (ALICE,))
        assert [
            (CONVERSATION, ALICE, 1, None, True),
            (CONVERSATION, BOB, 1, 4, False),
            (CONVERSATION, BOB, 7, None, False),
        ] == list(_members(CONVERSATION, roster))

    def test_blocked_before_it_has_begun(self) -> None:
        assert [(CONVERSATION, CAROL, None, None, True)] == list(_members(CONVERSATION, Roster((), (CAROL,))))


class TestTimeline:
    def test_a_message_and_what_became_of_it(self) -> None:
        edit = encode(edited(7, MESSAGE))
        row = TimelineRow(
            CONVERSATION, 5, START_MS, 3, encode(MESSAGE), MESSAGE.message_id,
            edits={7: edit}, deleted_seq=9, reactions={8: (BOB, "👍"), 6: (ALICE, None)},
        )  # fmt: skip
        found = dict(zip(TABLES["timeline"].schema.names, _timeline_row(row), strict=True))
        assert ("MessageSent", ALICE, 5) == (found["type"], found["actor_id"], found["message_number"])
        assert [{"seq": 7, "event": edit.decode()}] == found["edits"]
        assert 9 == found["deleted_seq"]
        assert [6, 8] == [one["seq"] for one in found["reactions"]]

    def test_unreadable(self) -> None:
        row = TimelineRow(CONVERSATION, 5, START_MS, 3, None, unreadable="broken")
        found = dict(zip(TABLES["timeline"].schema.names, _timeline_row(row), strict=True))
        assert (None, None, "broken") == (found["type"], found["event"], found["unreadable"])


class TestTables:
    def test_each_has_a_name_of_its_own(self) -> None:
        assert len(TABLES) == sum(map(len, VIEWS.values()))
