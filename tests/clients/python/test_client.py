"""The client against a real socket whose frames the test scripts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from clients.python import (
    Api,
    Backoff,
    Client,
    ConnectionEnded,
    Credentials,
    Disconnected,
    MalformedCommand,
    MessageSent,
    NotConfirmed,
    Received,
    Refused,
)
from clients.python.frames import CommandRefused, Malformed
from tests.clients.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    caught_up,
    message,
    messages,
    row,
    snapshot,
    synced,
    welcome,
)
from tests.clients.scripted_server import Line, Script, ScriptedServer

CREDENTIALS = Credentials(
    user_id=ALICE, device_id="d", access_token="access-1", refresh_token="refresh-1", expires_in=60
)


@asynccontextmanager
async def connecting(server: ScriptedServer, frames: list[Received] | None = None) -> AsyncIterator[Client]:
    """A client that has been started."""
    observer = None if frames is None else frames.append
    async with (
        server,
        Api(server.url, credentials=CREDENTIALS) as api,
        Client(api, backoff=Backoff(first_seconds=0.01), observer=observer) as client,
    ):
        yield client


async def begin(line: Line, head_seq: int = 0) -> None:
    await line.send(welcome(), snapshot(row(head_seq)), synced(recovered=False))


def answering(*, seq: int = 1) -> Script:
    """Confirms every message with the next place."""

    async def script(line: Line) -> None:
        await begin(line, seq - 1)
        for place in range(seq, 1_000):
            frame = await line.receive()
            await line.send(message(place, sender=ALICE, client_id=str(frame["client_id"])))

    return script


class TestSendText:
    @pytest.mark.asyncio
    async def test_returns_the_message_with_its_place(self) -> None:
        async with connecting(ScriptedServer(answering(seq=5))) as client:
            sent = await client.send_text("hello", conversation_id=CONVERSATION, client_id="c1")
            assert (5, "c1") == (sent.seq, sent.client_id)
            assert sent == client.conversations[CONVERSATION].events[5]

    @pytest.mark.asyncio
    async def test_many_at_once_are_each_confirmed(self) -> None:
        async with connecting(ScriptedServer(answering())) as client:
            sending = [client.send_text(f"{number}", to_user_id=BOB) for number in range(100)]
            assert list(range(1, 101)) == [sent.seq for sent in await asyncio.gather(*sending)]

    @pytest.mark.asyncio
    async def test_raises_when_refused(self) -> None:
        async def script(line: Line) -> None:
            await begin(line)
            frame = await line.receive()
            await line.send(
                CommandRefused(
                    client_id=str(frame["client_id"]), command="SendMessage", reason="unknown-user"
                )
            )
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            with pytest.raises(Refused) as refused:
                await client.send_text("hello", to_user_id="nobody")
            assert "unknown-user" == refused.value.reason

    @pytest.mark.asyncio
    async def test_raises_when_malformed(self) -> None:
        async def script(line: Line) -> None:
            await begin(line)
            frame = await line.receive()
            await line.send(Malformed(detail="no", client_id=str(frame["client_id"])))
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            with pytest.raises(MalformedCommand):
                await client.send_text("hello", to_user_id=BOB)

    @pytest.mark.asyncio
    async def test_raises_when_not_confirmed_and_waits_again_when_repeated(self) -> None:
        may_answer = asyncio.Event()

        async def script(line: Line) -> None:
            await begin(line)
            frame = await line.receive()
            await may_answer.wait()
            await line.send(message(1, sender=ALICE, client_id=str(frame["client_id"])))
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            with pytest.raises(NotConfirmed):
                await client.send_text("hello", to_user_id=BOB, client_id="c1", timeout_seconds=0.05)
            may_answer.set()
            assert 1 == (await client.send_text("hello", to_user_id=BOB, client_id="c1")).seq


class TestReconnect:
    @pytest.mark.asyncio
    @pytest.mark.parametrize("code", [4000, 4001, 4002, 4003, 4004, 1011, 1001])
    async def test_comes_back_with_cursors_and_the_outbox(self, code: int) -> None:
        async def script(line: Line) -> None:
            if line.number == 1:
                await begin(line, 1)
                await line.receive()
                await line.close(code)
                return
            await line.send(welcome(), caught_up(*messages(2, 3), head_seq=3), synced(recovered=True))
            frame = await line.receive()
            await line.send(message(4, sender=ALICE, client_id=str(frame["client_id"])))
            await line.wait_closed()

        server = ScriptedServer(script)
        async with connecting(server) as client:
            sent = await client.send_text("hello", conversation_id=CONVERSATION, client_id="c1")
            assert (4, "c1") == (sent.seq, sent.client_id)
            assert [1, 2, 3, 4] == sorted(client.conversations[CONVERSATION].events)
        assert {CONVERSATION: 1} == server.hellos[1]["cursors"]

    @pytest.mark.asyncio
    @pytest.mark.parametrize("code", [4500, 4501, 4502, 4503, 4504, 1009])
    async def test_stays_away_when_told_so(self, code: int) -> None:
        async def script(line: Line) -> None:
            await begin(line)
            await line.receive()
            await line.close(code)

        server = ScriptedServer(script)
        async with connecting(server) as client:
            with pytest.raises(ConnectionEnded) as ended:
                await client.send_text("hello", to_user_id=BOB)
            assert code == ended.value.code
            with pytest.raises(ConnectionEnded):
                await client.send_text("hello", to_user_id=BOB)
        assert 1 == len(server.hellos)

    @pytest.mark.asyncio
    async def test_comes_back_after_a_lost_network(self) -> None:
        async def script(line: Line) -> None:
            if line.number == 1:
                await begin(line, 1)
            else:
                await line.send(welcome(), caught_up(message(2), head_seq=2), synced(recovered=True))
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            await client.wait_synced()
            events = client.events()
            client.drop_connection()
            await client.wait_until(lambda: 2 in client.conversations[CONVERSATION].events)
            assert isinstance(await anext(events), Disconnected)

    @pytest.mark.asyncio
    async def test_stays_offline_until_told(self) -> None:
        server = ScriptedServer(answering())
        async with connecting(server) as client:
            await client.wait_synced()
            client.go_offline()
            await client.wait_until(lambda: not client.is_synced)
            sending = asyncio.create_task(client.send_text("hello", to_user_id=BOB))
            await asyncio.wait({sending}, timeout=0.1)
            assert (1, False) == (len(server.hellos), sending.done())
            client.go_online()
            assert 1 == (await sending).seq

    @pytest.mark.asyncio
    async def test_waits_as_long_as_the_server_asks(self) -> None:
        server = ScriptedServer(answering(), ticket_problems=[503, 503, 429])
        async with connecting(server) as client:
            await client.wait_synced()
            assert 1 == len(server.hellos)

    @pytest.mark.asyncio
    async def test_ends_when_signed_out(self) -> None:
        credentials = Credentials(
            user_id=ALICE, device_id="d", access_token="x", refresh_token="y", expires_in=60
        )
        async with (
            ScriptedServer(answering()) as server,
            Api(server.url, credentials=credentials) as api,
            Client(api) as client,
        ):
            assert "unauthenticated" in (await client.wait_ended()).reason


class TestTimeline:
    @pytest.mark.asyncio
    async def test_hole_is_filled_over_http(self) -> None:
        async def script(line: Line) -> None:
            await begin(line, 1)
            await line.send(message(450), message(451))
            await line.wait_closed()

        async with connecting(ScriptedServer(script, timeline=list(messages(1, 451)))) as client:
            events = client.events()
            await client.wait_until(lambda: client.bookmark.cursors.get(CONVERSATION) == 451)
            seqs = [(await anext(events_of(events))).seq for _ in range(450)]
            assert list(range(2, 452)) == seqs

    @pytest.mark.asyncio
    async def test_observer_sees_repeats_and_the_application_does_not(self) -> None:
        async def script(line: Line) -> None:
            await begin(line)
            await line.send(message(1), message(1), message(2))
            await line.wait_closed()

        frames: list[Received] = []
        async with connecting(ScriptedServer(script), frames) as client:
            events = client.events()
            await client.wait_until(lambda: client.bookmark.cursors.get(CONVERSATION) == 2)
            assert [1, 2] == [(await anext(events_of(events))).seq for _ in range(2)]
        assert [1, 1, 2] == [got.frame.seq for got in frames if isinstance(got.frame, MessageSent)]


class TestHeartbeat:
    @pytest.mark.asyncio
    async def test_sent_while_nothing_else_happens(self) -> None:
        beats: list[object] = []

        async def script(line: Line) -> None:
            await line.send(welcome(heartbeat_seconds=0.02), snapshot(), synced(recovered=False))
            beats.extend([(await line.receive_heartbeat())["type"] for _ in range(3)])
            await line.close(4503)

        async with connecting(ScriptedServer(script)) as client:
            await client.wait_ended()
        assert ["Heartbeat"] * 3 == beats


class TestApi:
    @pytest.mark.asyncio
    async def test_refreshes_once_for_all_who_were_turned_away(self) -> None:
        kept: list[Credentials] = []
        server = ScriptedServer(answering(), good_tokens=set())
        async with server, Api(server.url, credentials=CREDENTIALS, on_credentials=kept.append) as api:
            tickets = await asyncio.gather(*(api.ticket() for _ in range(5)))
        assert (5, ["refresh-1"]) == (len(tickets), server.refreshed)
        assert ["refresh-2"] == [credentials.refresh_token for credentials in kept]


async def events_of(events: AsyncIterator[object]) -> AsyncIterator[MessageSent]:
    """The messages among the events."""
    async for event in events:
        if isinstance(event, MessageSent):
            yield event
