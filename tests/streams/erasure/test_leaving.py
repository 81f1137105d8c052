"""How somebody who was erased leaves a group: as they would themselves, and each stay once."""

from infra.stores.erasures import Present
from schemas.codec import decode_command, encode
from schemas.events import MemberRemoved
from streams.erasure.leaving import leave
from tests.builders import ALICE, BOB, CONVERSATION
from tests.infra.stores.connecting import new_id
from tests.streams.conversation.history import group, later


class TestLeave:
    def test_decodes_as_a_command(self) -> None:
        command = leave(Present(new_id(), new_id(), 3))
        assert command == decode_command(encode(command))

    def test_the_same_for_the_same_stay(self) -> None:
        stay = Present(new_id(), new_id(), 3)
        assert leave(stay) == leave(stay)

    def test_decided_as_their_own_leaving(self) -> None:
        event = later(group(), leave(Present(ALICE, CONVERSATION, 1)))
        assert isinstance(event, MemberRemoved)
        assert (ALICE, ALICE, BOB) == (event.actor_id, event.user_id, event.promoted_user_id)
