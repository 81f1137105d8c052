"""What each later event of a conversation says about a message."""

import pytest

from infra.operator.story import Step, steps
from schemas.events import AnyEvent
from tests.builders import ALICE, BOB, START_MS, deleted, delivered, edited, reacted, read, refused, repeated, sent
from tests.infra.operator.stored import stored

MESSAGE = sent(5)


def said(event: AnyEvent) -> list[str]:
    return [step.what for step in steps(MESSAGE, stored(event), event)]


class TestSteps:
    def test_when_where_and_who(self) -> None:
        event = delivered(7, 3)
        expected = Step(START_MS + 40, "conversation.events/0@9", "delivered, with all up to 7", BOB)
        assert [expected] == list(steps(MESSAGE, stored(event, 9, after_ms=40), event))

    @pytest.mark.parametrize(
        ("to_seq", "from_seq", "is_said"), [(5, 4, True), (9, 0, True), (4, 0, False), (9, 5, False)]
    )
    def test_an_advance_over_it(self, to_seq: int, from_seq: int, *, is_said: bool) -> None:
        assert is_said == bool(said(delivered(to_seq, from_seq)))
        assert is_said == bool(said(read(to_seq, from_seq)))

    def test_reading_delivers_what_had_not_come(self) -> None:
        assert ["read, with all up to 5"] == said(read(5, 4))
        assert ["delivered, for it was read", "read, with all up to 5"] == said(read(5, 4, delivered_from_seq=4))
        assert ["read privately, with all up to 5"] == said(read(5, 4, is_private=True))

    def test_an_answer_reads(self) -> None:
        assert ["read, for seq 6 was written after it"] == said(sent(6, actor_id=BOB, read_from_seq=4))
        assert [] == said(sent(6, actor_id=BOB, read_from_seq=5))
        assert [] == said(sent(6, actor_id=ALICE, read_from_seq=4))

    def test_changes(self) -> None:
        assert ["edited by seq 6"] == said(edited(6, MESSAGE))
        assert ["deleted by seq 6"] == said(deleted(6, MESSAGE))
        assert ["reacted with 👍 by seq 6"] == said(reacted(6, MESSAGE))
        assert ["reaction taken back by seq 6"] == said(reacted(6, MESSAGE, emoji=None))

    def test_its_own_repeat(self) -> None:
        assert ["sent again by its client, answered by the first result"] == said(repeated(MESSAGE))

    @pytest.mark.parametrize("event", [edited(6), deleted(6), reacted(6), repeated(sent(4)), refused(), sent(6)])
    def test_what_is_not_about_it(self, event: AnyEvent) -> None:
        assert [] == said(event)
