"""Somebody is erased whose messages are in the archive."""

from uuid import uuid4

from infra.local.stack import Stack
from tests.e2e.line import texts
from tests.e2e.people import People, shown
from tests.e2e.test_archive import archive, command, operator


async def test_nothing_of_theirs_can_be_read_there(system: Stack, people: People) -> None:
    alice, bob = await people.pair()
    first = await alice.send(bob, f"nobody but bob may know {uuid4()}")
    answer = await bob.send(alice, f"an answer {uuid4()}")
    await shown(bob, first.conversation_id, answer.seq)
    await archive(system, people)
    report = await command(system, "account", "erase", alice.handle, "--yes")
    assert report["is_clean"]
    (looked_at,) = [one["looked_at"] for one in report["checks"] if one["place"] == "archive"]
    assert int(looked_at.split()[0].replace(",", "")) >= 2
    page = await bob.api.timeline(first.conversation_id, limit=2)
    assert [None, answer.text] == texts(page.events)
    restored = [str(one["segment"]) for one in await operator(system, "list") if one["state"] == "done"]
    await operator(system, "restore", *restored)
    assert page.events == (await bob.api.timeline(first.conversation_id, limit=2)).events
    assert (await command(system, "account", "check-erased", alice.user_id))["is_clean"]
