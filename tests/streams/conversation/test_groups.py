"""Groups: who is in them, and what they may."""

from collections.abc import Sequence

import pytest

from schemas.bodies import SealedText
from schemas.commands import AnyCommand
from schemas.events import GroupCreated, GroupSettingsChanged, MemberRemoved, MembersAdded, RoleChanged
from streams.conversation.groups import MEMBERS_MAX
from streams.conversation.state import ACCEPTED_MAX, Conversation, evolve
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    DAVE,
    ORIGIN,
    SEALED_NAME,
    add,
    added,
    change_role,
    change_settings,
    create,
    created,
    leave,
    remove,
    removed,
    role_changed,
    settings_changed,
)
from tests.strategies import CROWD
from tests.streams.conversation.history import NEW, after, fold, group, later, member, reason

GROUP = group()


def full() -> Conversation:
    return fold([created((ALICE, *CROWD[: MEMBERS_MAX - 1]))])


def present(state: Conversation) -> list[str]:
    return [one.user_id for one in state.members if one.is_present]


class TestCreateGroup:
    def test_created(self) -> None:
        expected = GroupCreated(
            conversation_id=CONVERSATION,
            command_offset=900,
            at=created().at,
            actor_id=ALICE,
            origin=ORIGIN,
            seq=1,
            message_number=0,
            client_id="g1",
            digest=b"digest",
            name=SEALED_NAME,
            member_ids=(ALICE, BOB, CAROL),
        )
        assert expected == later(NEW, create(), at_ms=1_795_525_201_000)

    def test_its_maker_is_the_admin(self) -> None:
        assert {ALICE: "admin", BOB: "member", CAROL: "member"} == {one.user_id: one.role for one in GROUP.members}

    def test_with_100_members_but_not_with_101(self) -> None:
        people = (ALICE, *CROWD[:MEMBERS_MAX])
        assert isinstance(later(NEW, create(member_ids=people[:-1])), GroupCreated)
        assert "too-many-members" == reason(NEW, create(member_ids=people))

    def test_refused_when_the_client_id_made_one_that_is_not_remembered(self) -> None:
        many = (settings_changed(seq, who_can_add="everyone") for seq in range(2, ACCEPTED_MAX + 2))
        assert "conflict" == reason(group(*many), create("g1"))


class TestAddMembers:
    def test_added(self) -> None:
        event = later(GROUP, add(member_ids=[DAVE]))
        assert isinstance(event, MembersAdded)
        assert (2, ALICE, (DAVE,)) == (event.seq, event.actor_id, event.member_ids)

    def test_added_again_who_had_left(self) -> None:
        state = evolve(GROUP, removed(2, user_id=BOB))
        assert isinstance(later(state, add(member_ids=[DAVE, BOB])), MembersAdded)

    @pytest.mark.parametrize("member_ids", [[BOB], [DAVE, BOB], [ALICE]])
    def test_refused_with_somebody_who_is_there_and_nobody_else_comes(self, member_ids: Sequence[str]) -> None:
        assert "already-a-member" == reason(GROUP, add(member_ids=member_ids))

    def test_refused_with_the_101st(self) -> None:
        assert "too-many-members" == reason(full(), add(member_ids=[DAVE]))
        state = evolve(full(), removed(2, user_id=CROWD[0]))
        assert "too-many-members" == reason(state, add(member_ids=[DAVE, CROWD[0]]))
        assert isinstance(later(state, add(member_ids=[DAVE])), MembersAdded)

    def test_by_members_where_the_settings_say_so(self) -> None:
        command = add(member_ids=[DAVE], actor_id=BOB)
        assert "not-an-admin" == reason(GROUP, command)
        state = evolve(GROUP, settings_changed(2, who_can_add="everyone"))
        assert isinstance(later(state, command), MembersAdded)
        again = evolve(state, settings_changed(3, who_can_add="admins"))
        assert "not-an-admin" == reason(again, command)


class TestRemoveMember:
    def test_removed(self) -> None:
        event = later(GROUP, remove(user_id=BOB))
        assert isinstance(event, MemberRemoved)
        assert (2, ALICE, BOB, None) == (event.seq, event.actor_id, event.user_id, event.promoted_user_id)

    def test_another_admin_too(self) -> None:
        state = evolve(GROUP, role_changed(2, user_id=BOB))
        assert isinstance(later(state, remove(user_id=ALICE, actor_id=BOB)), MemberRemoved)

    def test_refused_when_oneself(self) -> None:
        assert "not-allowed" == reason(GROUP, remove(user_id=ALICE))

    @pytest.mark.parametrize("user_id", [CAROL, BOB])
    def test_refused_when_a_member_acts_as_admin(self, user_id: str) -> None:
        assert "not-an-admin" == reason(GROUP, remove(user_id=user_id, actor_id=BOB))

    def test_refused_when_the_other_is_not_there(self) -> None:
        assert "not-found" == reason(GROUP, remove(user_id=DAVE))
        assert "not-found" == reason(evolve(GROUP, removed(2, user_id=BOB)), remove(user_id=BOB))


class TestLeaveGroup:
    def test_left(self) -> None:
        event = later(GROUP, leave(actor_id=BOB))
        assert isinstance(event, MemberRemoved)
        assert (2, BOB, BOB, None) == (event.seq, event.actor_id, event.user_id, event.promoted_user_id)

    def test_the_longest_standing_is_promoted_when_the_last_admin_leaves(self) -> None:
        event = later(GROUP, leave())
        assert isinstance(event, MemberRemoved)
        assert (ALICE, BOB) == (event.user_id, event.promoted_user_id)

    def test_who_came_again_stands_shorter(self) -> None:
        state = fold([removed(2, user_id=BOB), added(3, member_ids=[BOB])], GROUP)
        event = later(state, leave())
        assert isinstance(event, MemberRemoved)
        assert CAROL == event.promoted_user_id

    def test_nobody_is_promoted_where_another_admin_stays(self) -> None:
        event = later(evolve(GROUP, role_changed(2, user_id=CAROL)), leave())
        assert isinstance(event, MemberRemoved)
        assert event.promoted_user_id is None

    def test_the_last_one_leaves_an_empty_group(self) -> None:
        state = fold([removed(2, user_id=BOB), removed(3, user_id=CAROL)], GROUP)
        event = later(state, leave())
        assert isinstance(event, MemberRemoved)
        assert event.promoted_user_id is None
        assert [] == present(evolve(state, event))

    def test_refused_when_one_has_left(self) -> None:
        assert "not-a-member" == reason(evolve(GROUP, removed(2, user_id=BOB)), leave("l9", actor_id=BOB))


class TestChangeRole:
    @pytest.mark.parametrize("role", ["admin", "member"])
    def test_changed(self, role: str) -> None:
        state = evolve(GROUP, role_changed(2, user_id=BOB))
        event = later(state, change_role(user_id=BOB, role="admin" if role == "admin" else "member"))
        assert isinstance(event, RoleChanged)
        assert (BOB, role) == (event.user_id, event.role)

    def test_refused_when_a_member_acts_as_admin(self) -> None:
        assert "not-an-admin" == reason(GROUP, change_role(user_id=BOB, actor_id=BOB))

    def test_refused_when_the_other_is_not_there(self) -> None:
        assert "not-found" == reason(GROUP, change_role(user_id=DAVE))

    def test_refused_when_no_admin_would_be_left(self) -> None:
        assert "not-allowed" == reason(GROUP, change_role(user_id=ALICE, role="member"))
        state = evolve(GROUP, role_changed(2, user_id=BOB))
        assert isinstance(later(state, change_role(user_id=ALICE, role="member")), RoleChanged)


class TestChangeGroupSettings:
    def test_changed(self) -> None:
        event = later(GROUP, change_settings(name=SealedText(b"new"), who_can_send="admins"))
        assert isinstance(event, GroupSettingsChanged)
        assert (SealedText(b"new"), "admins") == (event.name, event.who_can_send)
        assert "everyone" == GROUP.who_can_send
        state = evolve(GROUP, event)
        assert ("admins", "admins") == (state.who_can_send, state.who_can_add)

    def test_refused_when_a_member_acts_as_admin(self) -> None:
        assert "not-an-admin" == reason(GROUP, change_settings(who_can_send="admins", actor_id=BOB))


def all_of_groups(actor_id: str) -> list[AnyCommand]:
    return [
        add("z1", member_ids=[DAVE], actor_id=actor_id),
        remove("z2", user_id=CAROL, actor_id=actor_id),
        leave("z3", actor_id=actor_id),
        change_role("z4", user_id=CAROL, actor_id=actor_id),
        change_settings("z5", who_can_add="everyone", actor_id=actor_id),
    ]


class TestAnyCommand:
    @pytest.mark.parametrize("state", [GROUP, NEW, evolve(group(), added(2, member_ids=[DAVE]))])
    def test_refused_when_not_a_member(self, state: Conversation) -> None:
        stranger = CROWD[0]
        assert ["not-a-member"] * 5 == [reason(state, command) for command in all_of_groups(stranger)]

    def test_refused_when_one_was_removed_admin_or_not(self) -> None:
        state = fold([role_changed(2, user_id=BOB), removed(3, user_id=ALICE, actor_id=BOB)], GROUP)
        assert ["not-a-member"] * 5 == [reason(state, command) for command in all_of_groups(ALICE)]

    def test_refused_in_a_direct_conversation(self) -> None:
        assert ["not-allowed"] * 5 == [reason(after(1), command) for command in all_of_groups(BOB)]


class TestComingAgain:
    def test_is_joining_anew(self) -> None:
        state = group(role_changed(2, user_id=BOB), removed(3, user_id=BOB), added(4, member_ids=[BOB]))
        found = member(state, BOB)
        assert ("member", 4, 3, 3, None) == (
            found.role,
            found.joined_seq,
            found.read_seq,
            found.delivered_seq,
            found.left_seq,
        )

    def test_comes_last_in_the_order_of_joining(self) -> None:
        assert [ALICE, CAROL, BOB] == present(group(removed(2, user_id=BOB), added(3, member_ids=[BOB])))
