"""Rows as the archive keeps them: a deleted message leaves no body behind, nor do its edits."""

from msgspec.structs import replace

from infra.stores.timeline import TimelineRow
from schemas.bodies import SealedBody
from schemas.codec import decode_event
from schemas.events import AnyTimelineEvent, MessageEdited, MessageSent
from streams.archive.form import archived_form, edited_elsewhere
from streams.timeline.project import project
from tests.builders import CONVERSATION, SEALED, created, edited, record, sent

MESSAGE = sent(2)
EDIT = edited(3, MESSAGE)


def row(event: AnyTimelineEvent, **more: object) -> TimelineRow:
    projected = project(record(event))
    assert projected is not None
    return replace(projected[0], **more)


def body(value: bytes | None) -> SealedBody:
    event = decode_event(value or b"")
    assert isinstance(event, MessageSent | MessageEdited)
    return event.body


def edit_value() -> bytes:
    return row(EDIT).event or b""


class TestArchivedForm:
    def test_what_was_not_deleted_stays_as_it_is(self) -> None:
        rows = [row(created()), row(MESSAGE, edits={3: edit_value()}), row(EDIT)]
        assert rows == archived_form(rows)

    def test_of_a_deleted_message_no_ciphertext_is_left(self) -> None:
        rows = [row(MESSAGE, edits={3: edit_value()}, deleted_seq=4), row(EDIT), row(sent(5))]
        message, edit, other = archived_form(rows)
        bare = SealedBody(SEALED.kind, SEALED.size, b"")
        assert [bare, bare, bare] == [body(message.event), body(message.edits[3]), body(edit.event)]
        assert SEALED == body(other.event)
        assert (4, MESSAGE.message_id) == (message.deleted_seq, message.message_id)

    def test_all_but_the_body_is_kept(self) -> None:
        (message,) = archived_form([row(MESSAGE, deleted_seq=4)])
        kept, was = decode_event(message.event or b""), MESSAGE
        assert isinstance(kept, MessageSent)
        assert (was.actor_id, was.at, was.client_id, was.digest) == (
            kept.actor_id,
            kept.at,
            kept.client_id,
            kept.digest,
        )

    def test_an_edit_of_a_message_that_was_deleted_elsewhere(self) -> None:
        (edit,) = archived_form([row(EDIT)], [(CONVERSATION, MESSAGE.seq)])
        assert b"" == body(edit.event).sealed

    def test_an_unreadable_row_is_kept(self) -> None:
        broken = TimelineRow(CONVERSATION, 9, 0, 0, None, unreadable="why", deleted_seq=10)
        assert [broken] == archived_form([broken])

    def test_again_it_changes_nothing(self) -> None:
        once = archived_form([row(MESSAGE, edits={3: edit_value()}, deleted_seq=4), row(EDIT)])
        assert once == archived_form(once)


class TestEditedElsewhere:
    def test_only_messages_that_are_not_there(self) -> None:
        assert frozenset() == edited_elsewhere([row(MESSAGE), row(EDIT)])
        assert {(CONVERSATION, MESSAGE.seq)} == edited_elsewhere([row(created()), row(EDIT)])
