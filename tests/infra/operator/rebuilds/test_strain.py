"""How long a command waited for its event, as the log itself tells."""

import pytest

from infra.operator.rebuilds.strain import delay_ms
from infra.stores.log_reading import Record
from schemas.codec import encode
from tests.builders import START_MS, sent


def record(value: bytes, at_ms: int = START_MS) -> Record:
    return Record("conversation.events", 0, 0, at_ms, b"", value, ())


class TestDelayMs:
    def test_from_its_commands_time_to_its_own(self) -> None:
        at_ms = delay_ms(record(encode(sent(1)), 0))
        assert 0 == at_ms  # an event is never earlier than its command: a clock that says so is not believed
        event = sent(1)
        first = delay_ms(record(encode(event), START_MS + 60_000))
        assert first is not None
        assert 7 == (delay_ms(record(encode(event), START_MS + 60_007)) or 0) - first

    @pytest.mark.parametrize("value", [b"{", b"{}", b'{"at": "soon"}'])
    def test_nothing_of_what_cannot_be_read(self, value: bytes) -> None:
        assert delay_ms(record(value)) is None
