"""Blocks: commands to the direct conversation, begun or not."""

import pytest

from schemas.events import BlockSet, MessageSent
from schemas.times import timestamp
from streams.conversation.state import Conversation
from tests.builders import ALICE, BOB, CONVERSATION, ORIGIN, block, blocked, send
from tests.streams.conversation.history import LATER_MS, NEW, after, fold, later, reason

OF_BOB = blocked(ALICE, actor_id=BOB)
NO_MORE = blocked(is_blocked=False)


class TestSetBlock:
    @pytest.mark.parametrize("state", [NEW, after(4), fold([blocked()], after(4))], ids=["new", "begun", "blocked"])
    @pytest.mark.parametrize("is_blocked", [True, False])
    def test_set_even_if_it_changes_nothing(self, state: Conversation, *, is_blocked: bool) -> None:
        expected = BlockSet(
            conversation_id=CONVERSATION,
            command_offset=900,
            at=timestamp(LATER_MS),
            actor_id=ALICE,
            origin=ORIGIN,
            user_id=BOB,
            is_blocked=is_blocked,
        )
        assert expected == later(state, block(is_blocked=is_blocked))


class TestInForce:
    @pytest.mark.parametrize("actor_id", [ALICE, BOB])
    def test_either_way(self, actor_id: str) -> None:
        assert "blocked" == reason(fold([blocked()], after(4)), send("z1", actor_id=actor_id))

    @pytest.mark.parametrize(("actor_id", "to_user_id"), [(ALICE, BOB), (BOB, ALICE)])
    def test_before_the_first_message(self, actor_id: str, to_user_id: str) -> None:
        command = send("z1", actor_id=actor_id, to_user_id=to_user_id)
        assert "blocked" == reason(fold([blocked()]), command)
        assert isinstance(later(fold([blocked(), NO_MORE]), command), MessageSent)

    def test_until_neither_blocks(self) -> None:
        both = [blocked(), OF_BOB]
        assert "blocked" == reason(fold([*both, NO_MORE], after(4)), send("z1"))
        bobs_end = blocked(ALICE, actor_id=BOB, is_blocked=False)
        assert isinstance(later(fold([*both, NO_MORE, bobs_end], after(4)), send("z1")), MessageSent)

    def test_twice_is_once(self) -> None:
        assert () == fold([blocked(), blocked(), NO_MORE]).blocker_ids
