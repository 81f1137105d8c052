"""What events of conversations say of media."""

import pytest
from msgspec.structs import replace

from infra.stores.media_writes import Unused, Use
from schemas.bodies import Media
from schemas.codec import Undecodable
from schemas.events import AnyEvent
from streams.media.project import use
from tests.builders import (
    CONVERSATION,
    PICTURE,
    broken_record,
    created,
    deleted,
    delivered,
    edited,
    reacted,
    record,
    sealed,
    sent,
)

SHOWN = sealed(Media(PICTURE, "look"))


class TestUse:
    def test_where_it_was_sent(self) -> None:
        assert Use(CONVERSATION, 3, 3, PICTURE) == use(record(sent(3, body=SHOWN)))

    def test_where_it_came_by_an_edit(self) -> None:
        event = replace(edited(body=SHOWN), seq=5, message_seq=3)
        assert Use(CONVERSATION, 5, 3, PICTURE) == use(record(event))

    def test_no_longer_where_the_message_was_deleted(self) -> None:
        assert Unused(CONVERSATION, 3) == use(record(replace(deleted(), message_seq=3)))

    @pytest.mark.parametrize("event", [sent(1), edited(), created(), reacted(), delivered()])
    def test_nothing_in_others(self, event: AnyEvent) -> None:
        assert use(record(event)) is None

    def test_what_cannot_be_read_is_said(self) -> None:
        with pytest.raises(Undecodable):
            use(broken_record(None))
