"""Commands to one conversation, as any clients at any time might send them."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from schemas import commands
from schemas.bodies import SealedBody, SealedText
from schemas.commands import Target
from schemas.ids import message_id
from schemas.times import timestamp
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, DAVE, ORIGIN, PHONE, START_MS

PEOPLE = (ALICE, BOB, CAROL, DAVE)  # a direct conversation is Alice's and Bob's; a group is of any of them
PAIR = ((ALICE, BOB), (BOB, ALICE))
CROWD = tuple(f"{number:08x}-0000-4000-8000-00000000c0de" for number in range(1, 120))
SEQ_LAST = 24
Drawn = st.SearchStrategy[Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A command with its place in the log, and the time by the broker's clock. It has not passed the door yet: a
    target names a message by its number alone."""

    command: commands.AnyCommand
    offset: int
    at_ms: int


def nth_message(number: int) -> Target:
    """The message with this number, until the door finds it."""
    return Target(message_id(0, 0, number), number, ALICE, timestamp(0))


clocks = st.integers(START_MS - 3, START_MS + 3)  # brokers' clocks jump back
_seqs = st.integers(1, 6) | st.integers(1, SEQ_LAST)
_bodies = st.sampled_from([b"one", b"two"]).map(lambda sealed: SealedBody("text", 3, sealed))
_targets = st.sampled_from([1, 1, 2, 2, 3, 4]).map(nth_message)
_people = st.sampled_from(PEOPLE)
_actors = st.sampled_from([ALICE, ALICE, ALICE, BOB, BOB, CAROL, DAVE])


def direct_commands(
    client_id_count: int = 15, conversation_id: str = CONVERSATION
) -> st.SearchStrategy[commands.AnyCommand]:
    """To the direct conversation of Alice and Bob, where Carol and Dave have no say. Some repeat others, some
    contradict others, and some may not be given."""
    who, keyed = _who(conversation_id), _keyed(conversation_id, client_id_count)
    return st.one_of(*_named(keyed), *_messages(keyed), *_receipts(who), *_blocks(who), *_of_groups(keyed))


def group_commands(
    client_id_count: int = 15, conversation_id: str = CONVERSATION
) -> st.SearchStrategy[commands.AnyCommand]:
    """To a group that Alice makes; whoever is in it, and others, do what they like."""
    who, keyed = _who(conversation_id), _keyed(conversation_id, client_id_count)
    return st.one_of(_create(keyed), *_messages(keyed), *_receipts(who), *_of_groups(keyed))


def births(*, is_group: bool, conversation_id: str = CONVERSATION) -> st.SearchStrategy[commands.AnyCommand]:
    """Commands with which a conversation can begin."""
    keyed = _keyed(conversation_id, 15)
    return _create(keyed) if is_group else st.one_of(*_named(keyed))


_names = st.sampled_from([SealedText(b"one"), SealedText(b"two")])
_founders = st.sets(st.sampled_from(PEOPLE[2:]) | st.sampled_from(CROWD)).map(lambda some: (ALICE, BOB, *sorted(some)))
_crowds = st.tuples(st.integers(0, len(CROWD)), st.integers(1, 70)).map(lambda cut: CROWD[cut[0] :][: cut[1]])
_added = st.sets(_people, min_size=1, max_size=2).map(lambda some: tuple(sorted(some))) | _crowds.filter(bool)


def _who(conversation_id: str) -> dict[str, Drawn]:
    return {
        "conversation_id": st.just(conversation_id),
        "actor_id": _actors,
        "device_id": st.just(PHONE),
        "origin": st.just(ORIGIN),
    }


def _keyed(conversation_id: str, client_id_count: int) -> dict[str, Drawn]:
    """The digest is the door's to make."""
    client_ids = st.integers(1, client_id_count).map("c{}".format)
    return {**_who(conversation_id), "client_id": client_ids, "digest": st.just(b"")}


def _create(keyed: dict[str, Drawn]) -> Drawn:
    return st.builds(commands.CreateGroup, **keyed | {"actor_id": st.just(ALICE)}, name=_names, member_ids=_founders)


def _named(keyed: dict[str, Drawn]) -> list[Drawn]:
    """Messages that name the other person."""
    return [
        st.builds(commands.SendMessage, **keyed | {"actor_id": st.just(one)}, body=_bodies, to_user_id=st.just(other))
        for one, other in PAIR
    ]


def _blocks(who: dict[str, Drawn]) -> list[Drawn]:
    return [
        st.builds(
            commands.SetBlock, **who | {"actor_id": st.just(one)}, user_id=st.just(other), is_blocked=st.booleans()
        )
        for one, other in PAIR
    ]


def _messages(keyed: dict[str, Drawn]) -> list[Drawn]:
    return [
        *2 * [st.builds(commands.SendMessage, **keyed, body=_bodies, to_user_id=st.none(), is_private=st.booleans())],
        st.builds(commands.EditMessage, **keyed, target=_targets, body=_bodies),
        st.builds(commands.DeleteMessage, **keyed, target=_targets),
        st.builds(commands.SetReaction, **keyed, target=_targets, emoji=st.sampled_from(["👍", "❤️", None])),
    ]


def _receipts(who: dict[str, Drawn]) -> list[Drawn]:
    return [
        st.builds(commands.AcknowledgeDelivery, **who, seq=_seqs),
        st.builds(commands.AcknowledgeRead, **who, seq=_seqs, is_private=st.booleans()),
    ]


def _of_groups(keyed: dict[str, Drawn]) -> list[Drawn]:
    return [
        st.builds(commands.AddMembers, **keyed, member_ids=_added),
        st.builds(commands.RemoveMember, **keyed, user_id=_people),
        st.builds(commands.LeaveGroup, **keyed),
        st.builds(commands.ChangeRole, **keyed, user_id=_people, role=st.sampled_from(["admin", "member"])),
        st.builds(
            commands.ChangeGroupSettings,
            **keyed,
            name=_names,
            who_can_send=st.sampled_from(["everyone", "admins"]),
            who_can_add=st.sampled_from(["everyone", "admins"]),
        ),
    ]


@st.composite
def arrivals(
    draw: st.DrawFn, *, max_size: int = 20, is_one_writer: bool = True, is_group: bool | None = None
) -> list[Arrival]:
    """Commands of one conversation as decided: in the order of the log, unless two writers interleaved. Some come
    again as they were."""
    is_group = draw(st.booleans()) if is_group is None else is_group
    kind = group_commands() if is_group else direct_commands()
    is_born = draw(st.integers(0, 9)) > 0  # else most is refused
    some = [(draw(births(is_group=is_group)), draw(clocks))] if is_born else []
    size = draw(st.integers(0, max_size))  # as many long ones as short ones
    for drawn, at_ms in draw(
        st.lists(st.tuples(kind | st.integers(1, max_size), clocks), min_size=size, max_size=size)
    ):
        if not isinstance(drawn, int):
            some.append((drawn, at_ms))
        elif drawn <= len(some):
            some.append((some[-drawn][0], at_ms))
    order = range(len(some)) if is_one_writer else draw(st.permutations(range(len(some))))
    return [Arrival(command, offset, at_ms) for offset, (command, at_ms) in zip(order, some, strict=True)]
