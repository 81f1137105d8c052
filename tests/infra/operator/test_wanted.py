"""Which records are asked for."""

from datetime import UTC, datetime

import pytest

from infra.operator.wanted import Range, Wanted, moment_ms, type_of
from infra.stores.log_reading import Record
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, delivered, sent
from tests.infra.operator.stored import stored

OTHER = "00000000-0000-4000-8000-00000000dead"


class TestMatches:
    def test_everything(self) -> None:
        assert Wanted().matches(stored(sent()))

    def test_one_conversation(self) -> None:
        assert Wanted(conversation_id=CONVERSATION).matches(stored(sent()))
        assert not Wanted(conversation_id=OTHER).matches(stored(sent()))

    def test_whoever_is_named_anywhere(self) -> None:
        first = stored(sent(1))  # it names its members, Alice and Bob
        assert Wanted(user_id=ALICE).matches(first)
        assert Wanted(user_id=BOB).matches(first)
        assert not Wanted(user_id=CAROL).matches(first)

    def test_any_of_the_types(self) -> None:
        wanted = Wanted(types=frozenset({"MessageSent", "MessageEdited"}))
        assert wanted.matches(stored(sent()))
        assert not wanted.matches(stored(delivered()))

    def test_all_at_once(self) -> None:
        assert not Wanted(conversation_id=CONVERSATION, types=frozenset({"ReadAdvanced"})).matches(stored(sent()))


class TestTypeOf:
    def test_without_its_version(self) -> None:
        assert "MessageSent" == type_of(stored(sent()))

    def test_empty_where_the_record_does_not_say(self) -> None:
        assert "" == type_of(Record("t", 0, 0, 0, None, b"", ()))


class TestMoment:
    NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("text", "ago_seconds"), [("90s", 90), ("10m", 600), ("2h", 7_200), ("7d", 604_800), ("0s", 0)]
    )
    def test_so_long_ago(self, text: str, ago_seconds: int) -> None:
        assert round(self.NOW.timestamp() * 1000) - ago_seconds * 1000 == moment_ms(text, self.NOW)

    def test_a_time_and_a_day(self) -> None:
        noon = round(self.NOW.timestamp() * 1000)
        assert noon == moment_ms("2026-11-29T12:00:00Z") == moment_ms("2026-11-29T13:00:00+01:00")
        assert noon - 12 * 3_600_000 == moment_ms("2026-11-29")

    @pytest.mark.parametrize("text", ["", "soon", "10", "5w", "2026-13-01", "2026-11-29T12:00:00"])
    def test_no_time(self, text: str) -> None:
        with pytest.raises(ValueError):
            moment_ms(text)


class TestRange:
    RECORD = stored(sent(), offset=7)

    @pytest.mark.parametrize(
        "wanted",
        [Range(), Range(0, 7, 8), Range(since_ms=RECORD.at_ms, until_ms=RECORD.at_ms + 1)],
    )
    def test_inside(self, wanted: Range) -> None:
        assert wanted.holds(self.RECORD)

    @pytest.mark.parametrize(
        "wanted",
        [Range(1), Range(0, 8), Range(0, to_offset=7), Range(since_ms=RECORD.at_ms + 1), Range(until_ms=RECORD.at_ms)],
    )
    def test_outside(self, wanted: Range) -> None:
        assert not wanted.holds(self.RECORD)
