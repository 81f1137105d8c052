"""What is seen in these tests is looked at: a frame that is not as the document says fails the test that saw it."""

from tests.documented import Documented
from tests.e2e.line import Lines
from tests.e2e.people import Person, shown


class TestEveryFrame:
    async def test_of_a_socket_is_looked_at(self, lines: Lines, alice: Person, documented: Documented) -> None:
        before = documented.seen
        opened = await lines.hello(alice)
        assert 3 == documented.seen - before  # Welcome, Snapshot, Synced
        assert () == opened.snapshot.conversations

    async def test_over_http_is_looked_at(self, alice: Person, bob: Person, documented: Documented) -> None:
        before = documented.seen
        event = await alice.send(bob)
        assert 1 == documented.seen - before
        await shown(bob, event.conversation_id, event.seq)
        assert 2 <= documented.seen - before

    async def test_that_is_wrong_is_a_fault(self, documented: Documented) -> None:
        documented.see(b'{"type":"Synced","recovered":"perhaps"}')
        documented.see(b'{"type":"MessageRead"}')
        assert 2 == len(documented.faults)
        documented.faults.clear()
