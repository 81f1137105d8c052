"""What a device has before its pair's message."""

from tests.bench.connection import Copy
from tests.bench.reconnect import copies_before
from tests.bench.text import Envelope


class TestCopiesBefore:
    def test_all_but_the_message(self) -> None:
        snapshots = [Copy("e", {"old": 5}), Copy("e", {"old": 5, "pair": 9}), Copy("e"), Copy("e")]
        begun = [Envelope("pair", 10, "m1"), Envelope("new", 1, "m2")]

        expected = [
            Copy("e", {"old": 5, "pair": 9}),
            Copy("e", {"old": 5, "pair": 9}),
            Copy("e", {"new": 0}),
            Copy("e", {"new": 0}),
        ]
        assert expected == copies_before(snapshots, begun)
