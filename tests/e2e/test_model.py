"""Any commands, from any devices, that come and go: everybody is shown what the model says, live and asked afresh.

The seed is fixed and stands in the output; BACKCHANNEL_MODEL_SEED sets another, BACKCHANNEL_MODEL_EXAMPLES more runs.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from itertools import combinations
from typing import Any, TypeVar
from uuid import UUID, uuid5

import httpx
import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from msgspec import UNSET

from clients.python import ApiError
from clients.python.commands import (
    AcknowledgeDelivery,
    AcknowledgeRead,
    AddMembers,
    ChangeGroupSettings,
    ChangeRole,
    Command,
    CreateGroup,
    DeleteMessage,
    EditMessage,
    LeaveGroup,
    RemoveMember,
    SendMessage,
    SetReaction,
)
from clients.python.events import AnyTimelineEvent, Body, MessageSent
from clients.python.state import ConversationState, fetched
from tests.e2e.model import Reasons, Talk
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, People, Person
from tests.e2e.wandering import Device, answered, given, moved, signalled

SEED = int(os.environ.get("BACKCHANNEL_MODEL_SEED", "20261124"))
EXAMPLES = int(os.environ.get("BACKCHANNEL_MODEL_EXAMPLES", "4"))
STEPS = 60
TALKS_MAX = 4
PAGE_EVENTS_MAX = 200
REMEMBERED = 63  # of a sender's commands in a conversation, beside the one that is repeated
NAMES = ("alice", "alice", "bob", "bob", "carol", "dave")  # whose devices there are
SETTINGS: tuple[dict[str, str], ...] = (
    {"name": "new name"},
    {"description": "what for"},
    {"who_can_send": "admins"},
    {"who_can_send": "everyone"},
    {"who_can_add": "everyone", "name": "another name"},
    {"who_can_add": "admins", "description": ""},
)
T = TypeVar("T")
which = st.integers(0, 239)  # one of however many there are


class Chatting(RuleBasedStateMachine):
    """Rules do one thing after the other, and wait until the log has it: so the model can say what must come."""

    api_url = ""

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.talks: dict[str, Talk] = {}
        self.blocks: set[tuple[str, str]] = set()
        self.taken: list[tuple[Person, Command, AnyTimelineEvent]] = []
        self.count = 0
        self.run(self._sign_up())
        self.create_group_of(self.people[0], self.people[1:3])

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    async def _sign_up(self) -> None:
        self.http = httpx.AsyncClient()
        people = People(self.api_url, self.http)
        self.people: list[Person] = []
        self.devices: list[Device] = []
        for before, name in zip(("", *NAMES), NAMES, strict=False):
            if name == before:
                person = await people.device(self.people[-1])
            else:
                person = await people.person(name)
                self.people.append(person)
            self.devices.append(Device(person))
        for device in self.devices:
            await device.client.wait_synced()

    # ---- rules

    @precondition(lambda self: len(self.talks) < TALKS_MAX)
    @rule(who=which, size=st.integers(0, 3), others=which)
    def create_group(self, who: int, size: int, others: int) -> None:
        self.create_group_of(_one(self.people, who), _some(self.people, others, size))

    @rule(who=which, to=which)
    def send_directly(self, who: int, to: int) -> None:
        actor, other = _one(self.people, who), _one(self.people, to)
        if actor is not other and (len(self.talks) < TALKS_MAX or self.direct(actor.user_id, other.user_id)):
            self.do(actor, SendMessage(client_id=self.new_id(), body=self.body(), to_user_id=other.user_id))

    @rule(who=which, where=which)
    def send(self, who: int, where: int) -> None:
        talk = self.talk(where)
        self.do(self.member(talk, who), self.message(talk))

    @rule(who=which, where=which, what=which, is_own=st.integers(0, 4))
    def edit(self, who: int, where: int, what: int, is_own: int) -> None:
        talk = self.talk(where)
        if message := _one(talk.messages, what):
            actor = self.person(message.sender_id) if is_own else self.member(talk, who)
            self.do(actor, EditMessage(**self.about(message), body=self.body()))

    @rule(who=which, where=which, what=which, is_own=st.booleans())
    def delete(self, who: int, where: int, what: int, *, is_own: bool) -> None:
        talk = self.talk(where)
        if message := _one(talk.messages, what):
            actor = self.person(message.sender_id) if is_own else self.admin(talk, who)
            self.do(actor, DeleteMessage(**self.about(message)))

    @rule(who=which, where=which, what=which, emoji=st.sampled_from(["👍", "🎉", None]))
    def react(self, who: int, where: int, what: int, emoji: str | None) -> None:
        talk = self.talk(where)
        if message := _one(talk.messages, what):
            self.do(self.member(talk, who), SetReaction(**self.about(message), emoji=emoji))

    @rule(who=which, where=which, whom=which)
    def add(self, who: int, where: int, whom: int) -> None:
        talk = self.talk(where)
        absent = [one for one in self.people if one.user_id not in talk.present]
        member_ids = (_likely(absent, self.people, whom).user_id,)
        self.do(self.admin(talk, who), AddMembers(**self.to(talk), member_ids=member_ids))

    @rule(who=which, where=which, whom=which)
    def remove(self, who: int, where: int, whom: int) -> None:
        talk = self.talk(where)
        self.do(self.admin(talk, who), RemoveMember(**self.to(talk), user_id=self.member(talk, whom).user_id))

    @rule(who=which, where=which)
    def leave(self, who: int, where: int) -> None:
        talk = self.talk(where)
        self.do(self.member(talk, who), LeaveGroup(**self.to(talk)))

    @rule(who=which, where=which, whom=which, role=st.sampled_from(["admin", "member"]))
    def change_role(self, who: int, where: int, whom: int, role: Any) -> None:
        talk = self.talk(where)
        user_id = self.member(talk, whom).user_id
        self.do(self.admin(talk, who), ChangeRole(**self.to(talk), user_id=user_id, role=role))

    @rule(who=which, where=which, change=st.sampled_from(SETTINGS))
    def change_settings(self, who: int, where: int, change: dict[str, Any]) -> None:
        talk = self.talk(where)
        self.do(self.admin(talk, who), ChangeGroupSettings(**self.to(talk), **change))

    @rule(what=which)
    def repeat(self, what: int) -> None:
        """Whatever has happened since: the first result again, and nothing happens."""
        actor, command, first = _one(self.taken, what)
        later = self.talks[first.conversation_id].events[first.seq :]
        if sum(1 for event in later if event.actor_id == actor.user_id) < REMEMBERED:
            note(f"{actor.handle} repeats {command}")
            assert first == self.run(answered(self.device(actor), command, is_over_http=self.count % 2 == 0))

    @rule(where=which, counts=st.lists(st.integers(0, 5), min_size=4, max_size=4))
    def send_at_once(self, where: int, counts: list[int]) -> None:
        """Several people at the same time: any order is right, as long as it is one."""
        talk = self.talk(where)
        sending = [
            (person, self.message(talk))
            for person, count in zip(self.people, counts, strict=True)
            for _ in range(count)
            if not talk.refusals(person.user_id, self.message(talk))
        ]
        events = self.run(_all(given(person, command) for person, command in sending))
        for event in sorted(events, key=lambda one: one.seq):
            talk.take(event)

    @rule(who=which, where=which, upto=which, is_read=st.booleans())
    def acknowledge(self, who: int, where: int, upto: int, *, is_read: bool) -> None:
        device, talk = _one(self.devices, who), self.talk(where)
        user_id = device.person.user_id
        if user_id in talk.present:
            seq = upto % len(talk.events) + 1
            frame = AcknowledgeRead if is_read else AcknowledgeDelivery
            self.run(signalled(device, frame(conversation_id=talk.conversation_id, seq=seq)))
            talk.seats[user_id].come_to(**{"read_seq" if is_read else "delivered_seq": seq})
            self.run(self._shows(device.person, talk))

    @rule(who=which, whom=which, is_blocked=st.booleans())
    def block(self, who: int, whom: int, *, is_blocked: bool) -> None:
        actor, other = _one(self.people, who), _one(self.people, whom)
        if actor is other:
            return
        note(f"{actor.handle} {'blocks' if is_blocked else 'unblocks'} {other.handle}")
        method = "PUT" if is_blocked else "DELETE"
        self.run(actor.api.request(method, f"/v1/blocks/{other.user_id}"))
        (self.blocks.add if is_blocked else self.blocks.discard)((actor.user_id, other.user_id))
        if talk := self.direct(actor.user_id, other.user_id):
            talk.blocker_ids = self.blockers(actor.user_id, other.user_id)

    @rule(which=which, way=st.sampled_from(["away", "away", "back", "back", "cut", "restart", "anew"]))
    def come_and_go(self, which: int, way: str) -> None:
        device = _one(self.devices, which)
        note(f"device {self.devices.index(device)} {way}")
        self.run(moved(device, way))

    @rule(where=which)
    def compare(self, where: int) -> None:
        self.run(self._compare(self.talk(where)))

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            try:
                self.run(self._compare_all())
            finally:
                self.run(self._close())
                self.runner.close()

    # ---- what rules are made of

    def create_group_of(self, actor: Person, others: Iterable[Person]) -> None:
        member_ids = tuple(one.user_id for one in others)
        self.do(actor, CreateGroup(client_id=self.new_id(), name="friends", member_ids=member_ids))

    def do(self, actor: Person, command: Command) -> None:
        """Give a command, over the socket or over HTTP, and hold its answer against the model."""
        device = self.device(actor)
        is_over_http = self.count % 2 == 0
        actor_id = actor.user_id
        note(f"{actor.handle}: {command}")
        reasons = self.refusals(actor_id, command)
        answer = self.run(answered(device, command, is_over_http=is_over_http))
        note(f"  -> {answer}")
        if isinstance(answer, str):
            assert answer in reasons
            return
        assert not reasons
        _assert_says(answer, command, actor_id)
        self.talk_of(answer).take(answer)
        self.taken.append((actor, command, answer))

    def refusals(self, actor_id: str, command: Command) -> Reasons:
        match command:
            case CreateGroup():
                return set()
            case SendMessage(to_user_id=str(other_id)):
                return {"blocked"} if self.blockers(actor_id, other_id) else set()
        return self.talks[getattr(command, "conversation_id", "")].refusals(actor_id, command)

    def talk_of(self, event: AnyTimelineEvent) -> Talk:
        """The event's, which may be the first."""
        id_ = event.conversation_id
        if event.seq == 1:
            self.talks[id_] = Talk(id_, "direct" if isinstance(event, MessageSent) else "group")
        return self.talks[id_]

    def talk(self, where: int) -> Talk:
        """Half of the time the first one."""
        return _likely(list(self.talks.values())[:1], list(self.talks.values()), where, most=1)

    def person(self, user_id: str) -> Person:
        return next(one for one in self.people if one.user_id == user_id)

    def device(self, person: Person) -> Device:
        """Of those that a person has, now this and now that."""
        return _one([one for one in self.devices if one.person.user_id == person.user_id], self.count // 2)

    def member(self, talk: Talk, who: int) -> Person:
        """A member, seldom anybody."""
        return _likely([one for one in self.people if one.user_id in talk.present], self.people, who)

    def admin(self, talk: Talk, who: int) -> Person:
        """An admin, seldom anybody."""
        return _likely([one for one in self.people if talk.role(one.user_id) == "admin"], self.people, who, most=3)

    def direct(self, *user_ids: str) -> Talk | None:
        found = [one for one in self.talks.values() if one.kind == "direct" and one.seats.keys() == set(user_ids)]
        return found[0] if found else None

    def blockers(self, one_id: str, other_id: str) -> set[str]:
        return {blocker for blocker, blocked in self.blocks if {blocker, blocked} == {one_id, other_id}}

    def new_id(self) -> str:
        """Not random: Hypothesis must be able to do it again."""
        self.count += 1
        return str(uuid5(UUID(int=SEED), str(self.count)))

    def body(self) -> Body:
        return Body(kind="text", text=f"text {self.count}")

    def to(self, talk: Talk) -> dict[str, Any]:
        return {"client_id": self.new_id(), "conversation_id": talk.conversation_id}

    def about(self, message: MessageSent) -> dict[str, Any]:
        place = {"conversation_id": message.conversation_id, "message_id": message.message_id}
        return {"client_id": self.new_id()} | place

    def message(self, talk: Talk) -> SendMessage:
        return SendMessage(client_id=self.new_id(), body=self.body(), conversation_id=talk.conversation_id)

    # ---- comparing

    async def _compare_all(self) -> None:
        for device in self.devices:
            await device.back()
        for talk in self.talks.values():
            await self._compare(talk)
        for device in self.devices[::2]:
            await device.start_anew(has_bookmark=False)
            await device.client.wait_synced()
        for talk in self.talks.values():
            await self._compare(talk)
        for person in self.people:
            await self._compare_list(person)
        for device in self.devices:
            self._assert_heard_only_what_is_visible(device)

    async def _compare(self, talk: Talk) -> None:
        """Everybody who was ever in it, over HTTP and on each connected device."""
        for person in self.people:
            if person.user_id in talk.seats:
                await self._shows(person, talk)
                for device in self.devices:
                    if device.person.user_id == person.user_id and device.client.is_synced:
                        await self._device_shows(device, talk)

    async def _shows(self, person: Person, talk: Talk) -> None:
        await _equal(talk.state(person.user_id), lambda: fetched(person.api, talk.conversation_id))
        page = await person.api.timeline(talk.conversation_id, limit=PAGE_EVENTS_MAX)
        assert talk.timeline(person.user_id)[-PAGE_EVENTS_MAX:] == page.events

    async def _device_shows(self, device: Device, talk: Talk) -> None:
        expected = talk.state(device.person.user_id)
        await _equal(expected, lambda: device.state(talk.conversation_id, expected.head_seq))

    async def _compare_list(self, person: Person) -> None:
        rows = (await person.api.conversations(limit=200)).conversations
        talks = {id_: talk for id_, talk in self.talks.items() if person.user_id in talk.seats}
        assert talks.keys() == {one.conversation_id for one in rows}
        active_at = [talks[one.conversation_id].state(person.user_id).timeline[-1].at for one in rows]
        assert sorted(active_at, reverse=True) == active_at
        for row in rows:
            talk = talks[row.conversation_id]
            state = talk.state(person.user_id)
            messages = [event for event in talk.timeline(person.user_id) if isinstance(event, MessageSent)]
            assert (messages[-1] if messages else None) == row.head_message
            assert (state.unread, state.head_seq, state.role) == (row.unread, row.head_seq, row.role)

    def _assert_heard_only_what_is_visible(self, device: Device) -> None:
        user_id = device.person.user_id
        for conversation_id, seq in device.heard:
            assert self.talks[conversation_id].seats[user_id].sees(seq)

    async def _close(self) -> None:
        for device in self.devices:
            await device.client.close()
        await self.http.aclose()


def _one(some: list[T], number: int) -> T:
    return some[number % len(some)] if some else None  # type: ignore[return-value]  # callers of empty ones look


def _likely(likely: list[T], possible: list[T], number: int, most: int = 5) -> T:
    """One of the likely ones, if there are any; one time in so many and one, any that is possible."""
    is_likely = likely and number % (most + 1)
    return _one(likely if is_likely else possible, number // (most + 1))


def _some(some: list[T], number: int, size: int) -> tuple[T, ...]:
    found = list(combinations(some, size))
    return found[number % len(found)]


async def _all(doing: Iterable[Awaitable[T]]) -> list[T]:
    return await asyncio.gather(*doing)


async def _equal(expected: ConversationState, look: Callable[[], Awaitable[ConversationState]]) -> None:
    """That what is seen becomes what is expected: views follow the log."""
    seen: ConversationState | None = None
    deadline = asyncio.get_running_loop().time() + SHOWN_SECONDS
    while seen != expected and asyncio.get_running_loop().time() < deadline:
        try:
            seen = await look()
        except ApiError as refused:
            if refused.code not in {"not-found", "unavailable"}:
                raise
        if seen != expected:
            await asyncio.sleep(LOOK_SECONDS)
    assert seen is not None
    for event, shown in zip(expected.timeline, seen.timeline, strict=False):
        assert event == shown
    assert expected == seen


def _assert_says(event: AnyTimelineEvent, command: Command, actor_id: str) -> None:
    """That the event is the command's: all that the command says, it says."""
    assert (actor_id, command.client_id) == (event.actor_id, event.client_id)
    said = {name: getattr(command, name) for name in command.__struct_fields__}
    if isinstance(command, CreateGroup):
        said["member_ids"] = tuple(dict.fromkeys((actor_id, *command.member_ids)))
    shown = {name: getattr(event, name) for name in said if hasattr(event, name)}
    assert {name: said[name] for name in shown if said[name] is not UNSET} == {
        name: shown[name] for name in shown if said[name] is not UNSET
    }


@pytest.mark.timeout(900)
def test_state_after_live_events_equals_state_fetched_afresh(api_url: str) -> None:
    print(f"BACKCHANNEL_MODEL_SEED={SEED}")  # noqa: T201 — by which a failure comes again

    def chatting() -> Chatting:
        machine = Chatting()
        machine.api_url = api_url
        return machine

    run_state_machine_as_test(
        seed(SEED)(chatting),  # type: ignore[arg-type]  # a function is as good
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
