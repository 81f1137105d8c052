"""Which records make a segment to be written anew."""

from hypothesis import given

from infra.stores.archive_manifest import Deletion
from schemas.events import AnyEvent, MessageDeleted
from streams.archive.project import project
from streams.runtime.records import Record
from tests import strategies
from tests.builders import broken_record, deleted, record, repeated, sent


class TestProject:
    def test_a_deletion(self) -> None:
        event = deleted(7, sent(3))
        assert Deletion(event.conversation_id, 3, 2) == project(record(event, partition=2))

    @given(strategies.values_of(AnyEvent))
    def test_nothing_else(self, event: AnyEvent) -> None:
        assert isinstance(event, MessageDeleted) == (project(record(event)) is not None)

    def test_not_the_repeat_of_one_nor_what_cannot_be_read(self) -> None:
        broken = Record("conversation.events", 0, 0, 0, b"key", b'{"type":"MessageDeleted"}', ())
        assert [None] * 3 == [project(record(repeated(deleted()))), project(broken), project(broken_record(1))]
