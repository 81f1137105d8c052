"""Groups: making them, who is in them, what they are called and what their members may."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from clients.python import Api
from clients.python.frames import (
    CommandRefused,
    GroupCreated,
    GroupSettingsChanged,
    Malformed,
    MemberRemoved,
    MembersAdded,
    MessageSent,
    RoleChanged,
)
from tests.e2e.commands import (
    add_members,
    answer,
    change_role,
    change_settings,
    command,
    create_group,
    ids,
    leave_group,
    refusal,
    refusal_over_http,
    remove_member,
)
from tests.e2e.conversations import Settings, conversation_at, row_at
from tests.e2e.line import Lines
from tests.e2e.people import PASSWORD, People, Person, send_message
from tests.e2e.receipts import group, say_in

MEMBERS_MAX = 100
NAMES = {
    "of one character": "x",
    "of one character that is no letter": " ",
    "of 100 characters": "x" * 100,
    "of 100 characters outside the basic plane": "😀" * 100,
    "with control characters": "a\x01b\n\t\x7f",
    "with right-to-left marks": "\u202eabc\u200f",
    "with emoji of many parts": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "with quotes": '"quoted" \\ back / slash',
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(api_url: str) -> AsyncIterator[tuple[str, ...]]:
    """As many people as a group may have."""
    async with Api(api_url) as api:
        accounts = [
            await api.create_account(f"crowd_{uuid4().hex[:12]}", "One of many", PASSWORD) for _ in range(MEMBERS_MAX)
        ]
        yield tuple(one.user_id for one in accounts)


class TestCreateGroup:
    async def test_heard_by_all_members(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        frame = create_group(bob, name="friends")
        own, other = await answer(of_alice, frame), await of_bob.hear_one(GroupCreated)
        assert isinstance(own, GroupCreated)
        assert ("friends", (alice.user_id, bob.user_id)) == (own.name, own.member_ids)
        assert (1, alice.user_id, frame["client_id"]) == (own.seq, own.actor_id, own.client_id)
        assert (own.conversation_id, own.name, own.member_ids, own.at) == (
            other.conversation_id, other.name, other.member_ids, other.at,
        )  # fmt: skip
        assert other.client_id is None

    async def test_shown_with_members_and_settings(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        for person, role, unread in ((alice, "admin", 0), (bob, "member", 0)):
            shown = await conversation_at(person, conversation_id, 1)
            assert ("group", "friends", role) == (shown.kind, shown.name, shown.role)
            assert (1, unread, None) == (shown.head_seq, shown.unread, shown.head_message)
            assert {alice.user_id: "admin", bob.user_id: "member"} == shown.roles
            assert {1} == {one.joined_seq for one in shown.members}
            assert shown.settings == Settings(
                description=None, avatar_media_id=None, who_can_send="everyone", who_can_add="admins"
            )
            listed = await row_at(person, conversation_id, 1)
            assert ("group", "friends", None, role) == (listed.kind, listed.name, listed.members, listed.role)

    @pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
    async def test_name_kept_as_sent(self, people: People, name: str) -> None:
        alice, bob = await people.pair()
        created = await alice.do(GroupCreated, create_group(bob, name=name))
        assert name == created.name
        for person in (alice, bob):
            shown = await conversation_at(person, created.conversation_id, 1)
            (event,) = (await person.api.timeline(created.conversation_id)).events
            assert isinstance(event, GroupCreated)
            assert (name, name) == (shown.name, event.name)

    @pytest.mark.parametrize(
        ("name", "reason"), [("", "empty"), ("x" * 101, "too-long"), ("😀" * 101, "too-long"), ("é" * 101, "too-long")]
    )
    async def test_refused_for_its_name(self, lines: Lines, alice: Person, bob: Person, name: str, reason: str) -> None:
        frame = create_group(bob, name=name)
        assert (422, reason) == await refusal_over_http(alice, frame)
        heard = await answer((await lines.hello(alice)).line, frame)
        assert isinstance(heard, CommandRefused)
        assert ("CreateGroup", reason, None) == (heard.command, heard.reason, heard.conversation_id)
        assert () == (await alice.api.conversations()).conversations

    @pytest.mark.parametrize("name", ["a\0b", "\ud800", None, 5])
    async def test_malformed_for_its_name(self, lines: Lines, alice: Person, bob: Person, name: object) -> None:
        line = (await lines.hello(alice)).line
        assert isinstance(await line.ask(create_group(bob) | {"name": name}), Malformed)

    async def test_each_member_once_however_often_named(self, alice: Person, bob: Person) -> None:
        created = await alice.do(GroupCreated, create_group(bob, alice, bob, bob))
        assert (alice.user_id, bob.user_id) == created.member_ids
        shown = await conversation_at(alice, created.conversation_id, 1)
        assert {alice.user_id: "admin", bob.user_id: "member"} == shown.roles

    async def test_of_its_creator_alone(self, alice: Person) -> None:
        created = await alice.do(GroupCreated, create_group())
        assert (alice.user_id,) == created.member_ids
        assert 2 == (await say_in(created.conversation_id, alice, "a note")).seq

    async def test_refused_with_an_unknown_user(self, alice: Person, bob: Person) -> None:
        frame = create_group(member_ids=[bob.user_id, str(uuid4())])
        assert (404, "unknown-user") == await refusal_over_http(alice, frame)

    async def test_of_at_most_100(self, alice: Person, bob: Person, crowd: tuple[str, ...]) -> None:
        too_many = create_group(member_ids=crowd)
        assert (422, "too-many-members") == await refusal_over_http(alice, too_many)
        created = await alice.do(GroupCreated, create_group(member_ids=crowd[1:]))
        assert (alice.user_id, *crowd[1:]) == created.member_ids
        add = add_members(created.conversation_id, bob)
        assert (422, "too-many-members") == await refusal_over_http(alice, add)
        assert 100 == len((await conversation_at(alice, created.conversation_id, 1)).members)
        gone = command("RemoveMember", conversation_id=created.conversation_id, user_id=crowd[1])
        await alice.do(MemberRemoved, gone)
        assert 3 == (await alice.do(MembersAdded, add)).seq

    async def test_refused_when_more_than_100_are_added(self, alice: Person, crowd: tuple[str, ...]) -> None:
        created = await alice.do(GroupCreated, create_group())
        add = command("AddMembers", conversation_id=created.conversation_id, member_ids=crowd)
        assert (422, "too-many-members") == await refusal_over_http(alice, add)
        assert 1 == len((await conversation_at(alice, created.conversation_id, 1)).members)

    async def test_another_of_the_same_name_is_another(self, alice: Person, bob: Person) -> None:
        created = [await alice.do(GroupCreated, create_group(bob)) for _ in range(2)]
        assert created[0].conversation_id != created[1].conversation_id


class TestAddMembers:
    async def test_heard_by_those_there_and_those_added(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        heard_by = [(await lines.hello(one)).line for one in (alice, bob, carol)]
        added = await alice.do(MembersAdded, add_members(conversation_id, carol, carol))
        assert (2, (carol.user_id,)) == (added.seq, added.member_ids)
        for line in heard_by:
            event = await line.hear_one(MembersAdded)
            assert (2, alice.user_id, (carol.user_id,)) == (event.seq, event.actor_id, event.member_ids)

    async def test_shown_as_member_from_then_on(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice)
        await alice.do(MembersAdded, add_members(conversation_id, bob))
        for person in (alice, bob):
            member = (await conversation_at(person, conversation_id, 2)).member(bob)
            assert ("member", 2) == (member.role, member.joined_seq)

    async def test_refused(self, people: People) -> None:
        alice, bob = await people.pair()
        carol, dave = await people.person("carol"), await people.person("dave")
        conversation_id = await group(alice, bob)
        direct = (await alice.send(bob)).conversation_id
        for person, frame, status, code in (
            (bob, add_members(conversation_id, carol), 403, "not-an-admin"),
            (carol, add_members(conversation_id, dave), 403, "not-a-member"),
            (carol, add_members(conversation_id, carol), 403, "not-a-member"),
            (alice, add_members(conversation_id, bob), 409, "already-a-member"),
            (alice, add_members(conversation_id, carol, bob), 409, "already-a-member"),
            (alice, add_members(conversation_id, alice), 409, "already-a-member"),
            (alice, add_members(conversation_id), 422, "empty"),
            (alice, add_members(conversation_id) | {"member_ids": [str(uuid4())]}, 404, "unknown-user"),
            (alice, add_members(direct, carol), 403, "not-allowed"),
            (alice, add_members(str(uuid4()), carol), 403, "not-a-member"),
        ):
            assert (status, code) == await refusal_over_http(person, frame), frame
        assert set(ids(alice, bob)) == set((await conversation_at(alice, conversation_id, 1)).roles)


class TestRemoveMember:
    async def test_heard_by_who_is_removed_too(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        heard_by = [(await lines.hello(one)).line for one in (alice, bob)]
        await alice.do(MemberRemoved, remove_member(conversation_id, bob))
        for line in heard_by:
            event = await line.hear_one(MemberRemoved)
            assert (2, alice.user_id, bob.user_id) == (event.seq, event.actor_id, event.user_id)
            assert event.promoted_user_id is None
        assert ids(alice) == list((await conversation_at(alice, conversation_id, 2)).roles)

    async def test_refused(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        direct = (await alice.send(bob)).conversation_id
        for person, frame, status, code in (
            (bob, remove_member(conversation_id, alice), 403, "not-an-admin"),
            (carol, remove_member(conversation_id, bob), 403, "not-a-member"),
            (alice, remove_member(conversation_id, alice), 403, "not-allowed"),
            (bob, remove_member(conversation_id, bob), 403, "not-an-admin"),
            (alice, remove_member(conversation_id, carol), 404, "not-found"),
            (alice, remove_member(direct, bob), 403, "not-allowed"),
        ):
            assert (status, code) == await refusal_over_http(person, frame), frame
        assert set(ids(alice, bob)) == set((await conversation_at(alice, conversation_id, 1)).roles)


class TestLeaveGroup:
    async def test_told_as_removed_by_oneself(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        own = await answer(of_bob, leave_group(conversation_id))
        other = await of_alice.hear_one(MemberRemoved)
        for event in (own, other):
            assert isinstance(event, MemberRemoved)
            assert (bob.user_id, bob.user_id, None) == (event.actor_id, event.user_id, event.promoted_user_id)

    async def test_the_last_admin_makes_the_longest_standing_one(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol, dave = await people.person("carol"), await people.person("dave")
        conversation_id = await group(alice, bob)
        await alice.do(MembersAdded, add_members(conversation_id, carol))
        await alice.do(MembersAdded, add_members(conversation_id, dave))
        await bob.do(MemberRemoved, leave_group(conversation_id))
        await alice.do(MembersAdded, add_members(conversation_id, bob))
        of_dave = (await lines.hello(dave)).line
        left = await alice.do(MemberRemoved, leave_group(conversation_id))
        assert carol.user_id == left.promoted_user_id == (await of_dave.hear_one(MemberRemoved)).promoted_user_id
        assert "admin" == (await conversation_at(dave, conversation_id, left.seq)).member(carol).role
        assert 7 == (await carol.do(MemberRemoved, remove_member(conversation_id, dave))).seq

    async def test_among_equals_the_first_of_member_ids(self, people: People) -> None:
        alice = await people.person("alice")
        others = sorted([await people.person() for _ in range(3)], key=lambda one: one.user_id, reverse=True)
        conversation_id = await group(alice, *others)
        left = await alice.do(MemberRemoved, leave_group(conversation_id))
        assert others[0].user_id == left.promoted_user_id

    async def test_nobody_is_promoted_while_another_admin_stays(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob, carol)
        await alice.do(RoleChanged, change_role(conversation_id, carol, "admin"))
        left = await alice.do(MemberRemoved, leave_group(conversation_id))
        assert left.promoted_user_id is None
        roles = (await conversation_at(bob, conversation_id, left.seq)).roles
        assert {bob.user_id: "member", carol.user_id: "admin"} == roles

    async def test_the_last_one_of_all(self, alice: Person) -> None:
        conversation_id = await group(alice)
        left = await alice.do(MemberRemoved, leave_group(conversation_id))
        assert left.promoted_user_id is None
        assert (403, "not-a-member") == await refusal_over_http(alice, send_message(conversation_id=conversation_id))

    async def test_refused(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        direct = (await alice.send(bob)).conversation_id
        await bob.do(MemberRemoved, leave_group(conversation_id))
        for person, frame, code in (
            (bob, leave_group(conversation_id), "not-a-member"),
            (carol, leave_group(conversation_id), "not-a-member"),
            (alice, leave_group(str(uuid4())), "not-a-member"),
            (alice, leave_group(direct), "not-allowed"),
        ):
            assert (403, code) == await refusal_over_http(person, frame), frame


class TestChangeRole:
    async def test_heard_and_in_force(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        heard_by = [(await lines.hello(one)).line for one in (alice, bob)]
        await alice.do(RoleChanged, change_role(conversation_id, bob, "admin"))
        for line in heard_by:
            event = await line.hear_one(RoleChanged)
            assert (2, alice.user_id, bob.user_id, "admin") == (event.seq, event.actor_id, event.user_id, event.role)
        assert "admin" == (await row_at(bob, conversation_id, 2)).role
        await bob.do(RoleChanged, change_role(conversation_id, alice, "member"))
        assert {alice.user_id: "member", bob.user_id: "admin"} == (
            await conversation_at(alice, conversation_id, 3)
        ).roles
        assert (403, "not-an-admin") == await refusal_over_http(alice, change_settings(conversation_id, name="mine"))

    async def test_refused(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        direct = (await alice.send(bob)).conversation_id
        for person, frame, status, code in (
            (bob, change_role(conversation_id, bob, "admin"), 403, "not-an-admin"),
            (carol, change_role(conversation_id, carol, "admin"), 403, "not-a-member"),
            (alice, change_role(conversation_id, carol, "admin"), 404, "not-found"),
            (alice, change_role(conversation_id, alice, "member"), 403, "not-allowed"),
            (alice, change_role(direct, bob, "admin"), 403, "not-allowed"),
            (alice, change_role(conversation_id, bob, "owner"), 400, "malformed"),
        ):
            assert (status, code) == await refusal_over_http(person, frame), frame


class TestChangeGroupSettings:
    async def test_heard_with_what_changed_alone(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        of_bob = (await lines.hello(bob)).line
        for seq, settings in enumerate(
            [{"name": "new name"}, {"description": "what for"}, {"who_can_send": "admins", "who_can_add": "everyone"}],
            2,
        ):
            frame = change_settings(conversation_id, **settings)
            answered = (await alice.api.request("POST", "/v1/commands", body=frame)).json()
            assert settings == {name: answered[name] for name in answered if name in SETTINGS}
            event = await of_bob.hear_one(GroupSettingsChanged)
            assert (seq, settings) == (event.seq, {name: getattr(event, name) for name in settings})
        shown = await conversation_at(bob, conversation_id, 4)
        assert "new name" == shown.name == (await row_at(bob, conversation_id, 4)).name
        assert shown.settings == Settings(
            description="what for", avatar_media_id=None, who_can_send="admins", who_can_add="everyone"
        )

    @pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
    async def test_name_kept_as_sent(self, alice: Person, name: str) -> None:
        conversation_id = await group(alice)
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, name=name, description=name))
        shown = await conversation_at(alice, conversation_id, 2)
        assert shown.settings
        assert (name, name) == (shown.name, shown.settings.description)

    async def test_a_description_may_be_taken_back(self, alice: Person) -> None:
        conversation_id = await group(alice)
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, description="x" * 2_048))
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, description="", avatar_media_id=None))
        shown = await conversation_at(alice, conversation_id, 3)
        assert shown.settings
        assert not shown.settings.description

    async def test_who_can_send(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        of_bob = (await lines.hello(bob)).line
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, who_can_send="admins"))
        message = send_message(conversation_id=conversation_id)
        assert "not-an-admin" == await refusal(of_bob, message)
        assert (403, "not-an-admin") == await refusal_over_http(bob, message)
        assert 3 == (await say_in(conversation_id, alice)).seq
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, who_can_send="everyone"))
        assert 5 == (await bob.do(MessageSent, message)).seq

    async def test_who_can_add(self, people: People) -> None:
        alice, bob = await people.pair()
        carol, dave = await people.person("carol"), await people.person("dave")
        conversation_id = await group(alice, bob)
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, who_can_add="everyone"))
        assert 3 == (await bob.do(MembersAdded, add_members(conversation_id, carol))).seq
        assert (403, "not-an-admin") == await refusal_over_http(bob, remove_member(conversation_id, carol))
        await alice.do(GroupSettingsChanged, change_settings(conversation_id, who_can_add="admins"))
        assert (403, "not-an-admin") == await refusal_over_http(bob, add_members(conversation_id, dave))

    async def test_refused(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        direct = (await alice.send(bob)).conversation_id
        for person, frame, status, code in (
            (bob, change_settings(conversation_id, name="mine"), 403, "not-an-admin"),
            (carol, change_settings(conversation_id, name="mine"), 403, "not-a-member"),
            (alice, change_settings(direct, name="ours"), 403, "not-allowed"),
            (alice, change_settings(conversation_id), 422, "empty"),
            (alice, change_settings(conversation_id, name=""), 422, "empty"),
            (alice, change_settings(conversation_id, name="x" * 101), 422, "too-long"),
            (alice, change_settings(conversation_id, description="x" * 2_049), 422, "too-long"),
            (alice, change_settings(conversation_id, avatar_media_id=str(uuid4())), 422, "media-not-ready"),
            (alice, change_settings(conversation_id, who_can_send="nobody"), 400, "malformed"),
            (alice, change_settings(conversation_id, name="a\0b"), 400, "malformed"),
        ):
            assert (status, code) == await refusal_over_http(person, frame), frame
        shown = await conversation_at(bob, conversation_id, 1)
        assert ("friends", 1) == (shown.name, shown.head_seq)


SETTINGS = ("name", "description", "avatar_media_id", "who_can_send", "who_can_add")
