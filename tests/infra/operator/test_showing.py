"""A record as people and their programs read it."""

import json

from infra.operator.showing import json_line, line, shown
from infra.stores.log_reading import Record
from schemas.times import timestamp
from tests.builders import CONVERSATION, START_MS, sent
from tests.infra.operator.stored import stored

BROKEN = Record("conversation.commands", 3, 9, START_MS, None, b"\xff{", ())


class TestJson:
    def test_place_time_and_the_records_own_value(self) -> None:
        record = stored(sent(4), offset=12, after_ms=5)
        told = json.loads(json_line(shown(record)))
        assert json.loads(record.value) == told.pop("value")
        assert told == {
            "topic": "conversation.events",
            "partition": 0,
            "offset": 12,
            "at": timestamp(START_MS + 5),
            "key": CONVERSATION,
            "type": "MessageSent",
        }

    def test_what_is_no_json_says_so(self) -> None:
        told = json.loads(json_line(shown(BROKEN)))
        assert ("not JSON: b'\\xff{'", None, "") == (told["value"], told["key"], told["type"])

    def test_opened_in_place_of_the_value(self) -> None:
        assert {"text": "hello"} == json.loads(json_line(shown(stored(sent()), {"text": "hello"})))["value"]


class TestLine:
    def test_begins_with_time_place_type_and_key(self) -> None:
        told = line(shown(stored(sent(4), offset=12)))
        assert told.startswith(f"{timestamp(START_MS)}  conversation.events/0@12  MessageSent  {CONVERSATION}  {{")

    def test_says_nothing_twice(self) -> None:
        told = line(shown(stored(sent(4))))
        assert 1 == told.count(CONVERSATION)
        assert '"seq":4' in told

    def test_what_is_no_json(self) -> None:
        assert "conversation.commands/3@9  ?  -  " in line(shown(BROKEN))
