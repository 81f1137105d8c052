"""Who may see what, by the events of a conversation."""

from datetime import UTC, datetime

from clients.python.events import GroupCreated, MemberRemoved, MembersAdded
from tests.chaos.membership import memberships

AT = datetime(2026, 1, 1, tzinfo=UTC)


class TestMemberships:
    def test_seen_from_joining_to_leaving_each_time(self) -> None:
        found = memberships(
            [
                GroupCreated(conversation_id="c", seq=1, at=AT, name="g", member_ids=("a", "b")),
                MemberRemoved(conversation_id="c", seq=3, at=AT, user_id="b"),
                MembersAdded(conversation_id="c", seq=6, at=AT, member_ids=("b",)),
            ]
        )
        assert [1, 2, 3, 6, 7] == [seq for seq in range(1, 8) if found["b"].sees(seq)]
        assert found["a"].sees(5)
        assert (7, True) == (found["b"].last_seen(7), found["b"].is_member)

    def test_who_has_left_sees_no_more(self) -> None:
        found = memberships(
            [
                GroupCreated(conversation_id="c", seq=1, at=AT, name="g", member_ids=("a", "b")),
                MemberRemoved(conversation_id="c", seq=3, at=AT, user_id="b"),
            ]
        )
        assert [1, 2, 3] == [seq for seq in range(1, 8) if found["b"].sees(seq)]
        assert 3 == found["b"].last_seen(7)
