"""A command that comes again: its first result, in the same frame."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from schemas import rendering
from schemas.bodies import SealedBody, SealedText
from schemas.commands import AnyKeyedCommand
from schemas.events import AnyEvent, AnyTimelineEvent, CommandRepeated, MessageEdited, MessageSent, TimelineEvent
from streams.conversation.decide import decide
from streams.conversation.state import ACCEPTED_MAX, Conversation, evolve
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    add,
    added,
    at,
    change_role,
    change_settings,
    create,
    created,
    delete,
    edit,
    leave,
    react,
    read,
    remove,
    removed,
    send,
    sent,
)
from tests.streams.conversation.history import LATER_MS, NEW, after, fold, group, later, reason

HELLO = sent(2, message_number=1)
TALKING = group(HELLO)
ALL: Sequence[tuple[Conversation, AnyKeyedCommand]] = (
    (NEW, send("z", to_user_id=BOB)),
    (after(2), send("z", reply_to=sent(1).message_id, mentions=(BOB,))),
    (TALKING, send("z")),
    (TALKING, edit("z", HELLO)),
    (TALKING, delete("z", HELLO)),
    (TALKING, react("z", HELLO, actor_id=ALICE)),
    (TALKING, react("z", HELLO, emoji=None, actor_id=ALICE)),
    (NEW, create("z")),
    (TALKING, add("z", member_ids=[DAVE])),
    (TALKING, remove("z", user_id=BOB)),
    (TALKING, leave("z")),
    (TALKING, change_role("z", user_id=BOB)),
    (TALKING, change_settings("z", name=SealedText(b"new"), who_can_add="everyone", avatar_media_id=None)),
)


def frame(event: AnyTimelineEvent) -> bytes:
    """What the author's device gets of an event."""
    body = event.body.sealed.hex().encode() if isinstance(event, MessageSent | MessageEdited) else None
    shown = None if body is None else b'"%s"' % body
    return rendering.live(event, shown, lambda text: text.sealed.decode(), to_author=True)


def first_result(event: AnyEvent | None) -> AnyTimelineEvent:
    assert isinstance(event, CommandRepeated)
    return event.first


class TestAnyCommand:
    @pytest.mark.parametrize(("state", "command"), ALL, ids=lambda one: type(one).__name__)
    def test_gets_the_first_result_whatever_came_between(self, state: Conversation, command: AnyKeyedCommand) -> None:
        first = later(state, command)
        assert isinstance(first, TimelineEvent)
        since = evolve(evolve(state, first), removed(first.seq + 1, user_id=CAROL))
        repeat = decide(since, command, at(999, LATER_MS + 60_000))
        assert (frame(first), type(command).__name__) == (
            frame(first_result(repeat)),
            getattr(repeat, "command", None),
        )

    @pytest.mark.parametrize(("state", "command"), ALL, ids=lambda one: type(one).__name__)
    def test_refused_with_other_content(self, state: Conversation, command: AnyKeyedCommand) -> None:
        first = later(state, command)
        assert first is not None
        assert "conflict" == reason(evolve(state, first), replace(command, digest=b"other"))


class TestRepeated:
    def test_shows_the_body_of_this_time(self) -> None:
        """It says the same, sealed under another nonce: the log's own body would have to be looked up."""
        again = SealedBody("text", 29, b"another nonce")
        first = first_result(later(after(4), send("m2", body=again)))
        assert isinstance(first, MessageSent)
        assert (again, 2, sent(2).message_id) == (first.body, first.seq, first.message_id)

    def test_the_first_message_names_the_members_again(self) -> None:
        first = first_result(later(after(4), send("m1", to_user_id=BOB)))
        assert isinstance(first, MessageSent)
        assert (ALICE, BOB) == first.member_ids

    def test_of_who_has_left_since(self) -> None:
        state = evolve(TALKING, removed(3, user_id=BOB, actor_id=BOB, client_id="l1"))
        assert 3 == first_result(later(state, leave("l1", actor_id=BOB))).seq

    def test_of_who_came_again(self) -> None:
        events: list[AnyEvent] = [
            sent(3, actor_id=BOB, client_id="b1", message_number=2),
            removed(4, user_id=BOB),
            added(5, member_ids=[BOB]),
        ]
        assert 3 == first_result(later(fold(events, TALKING), send("b1", actor_id=BOB))).seq

    def test_names_whom_leaving_promoted(self) -> None:
        state = evolve(group(), removed(2, user_id=ALICE, actor_id=ALICE, client_id="l1", promoted_user_id=BOB))
        assert BOB == getattr(first_result(later(state, leave("l1"))), "promoted_user_id", None)

    def test_another_persons_client_id_is_no_repeat(self) -> None:
        assert isinstance(later(after(4), send("m2", actor_id=BOB)), MessageSent)

    def test_what_was_refused_is_decided_anew(self) -> None:
        state = fold([created(), added(2, member_ids=[DAVE])])
        command = send("d1", actor_id=DAVE)
        assert "not-a-member" == reason(group(), command)
        assert isinstance(later(state, command), MessageSent)


class TestWindow:
    @pytest.mark.parametrize(("number", "kind"), [(1, MessageSent), (2, CommandRepeated)])
    def test_is_the_senders_last_commands(self, number: int, kind: type) -> None:
        assert kind is type(later(after(ACCEPTED_MAX + 1), send(f"m{number}")))

    def test_whatever_others_do(self) -> None:
        others = (sent(n, actor_id=BOB, client_id=f"b{n}") for n in range(2, 3 * ACCEPTED_MAX))
        assert isinstance(later(fold(others, after(1)), send("m1"), 2 * LATER_MS), CommandRepeated)

    def test_receipts_take_no_place_in_it(self) -> None:
        receipts = (read(seq, seq - 1, actor_id=ALICE) for seq in range(2, 2 * ACCEPTED_MAX))
        assert isinstance(later(fold(receipts, after(1)), send("m1")), CommandRepeated)
