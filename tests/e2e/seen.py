"""Every frame that a test sees, over any socket and over HTTP, is held to the socket's document."""

from collections.abc import Iterator

import httpx
import pytest

from clients.python.connection import Connection, Received
from tests.documented import Documented, of_today

ANSWERS = ("/v1/commands", "/messages")  # whose body is the event itself
judge = of_today()


@pytest.fixture(autouse=True)
def documented(monkeypatch: pytest.MonkeyPatch) -> Iterator[Documented]:
    """Looks on at what the client library receives, whoever uses it; the test fails at its end."""
    receive = Connection.receive

    async def seen(connection: Connection) -> Received:
        received = await receive(connection)
        judge.see(received.raw)
        return received

    monkeypatch.setattr(Connection, "receive", seen)
    judge.faults.clear()
    yield judge
    assert [] == judge.faults


async def see_answer(answer: httpx.Response) -> None:
    """The frames, and parts of frames, in an answer over HTTP."""
    if not answer.is_success:
        return
    path = answer.request.url.path
    await answer.aread()
    if path.endswith("/timeline"):
        for event in answer.json()["events"]:
            judge.look(event)
    elif path == "/v1/conversations":
        for summary in answer.json()["conversations"]:
            judge.look_at("ConversationSummary", summary)
    elif answer.request.method == "POST" and path.endswith(ANSWERS):
        judge.look(answer.json())
