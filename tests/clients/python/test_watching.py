"""Presence: asked for once, kept over connections, at most 500 people."""

import json

import pytest

from clients.python.effects import Effect, SendBytes
from clients.python.frames import PresenceChanged
from clients.python.session import Session
from clients.python.watching import PEOPLE_MAX, Watching
from tests.clients.builders import ALICE, BOB, CAROL, synced, welcome


def said(effects: list[Effect]) -> list[tuple[str, list[str]]]:
    frames = [json.loads(effect.raw) for effect in effects if isinstance(effect, SendBytes)]
    return [(frame["type"], frame["user_ids"]) for frame in frames if "user_ids" in frame]


class TestSubscribe:
    def test_each_once(self) -> None:
        watching = Watching()
        assert [("SubscribePresence", [BOB, CAROL])] == said(watching.subscribe([BOB, CAROL, BOB]))
        assert [("SubscribePresence", [ALICE])] == said(watching.subscribe([BOB, ALICE]))
        assert [] == watching.subscribe([BOB])

    def test_too_many_are_not_asked_for(self) -> None:
        watching = Watching()
        watching.subscribe(str(number) for number in range(PEOPLE_MAX))
        with pytest.raises(ValueError, match="500"):
            watching.subscribe([BOB])
        assert [] == watching.subscribe(["7"])

    def test_taken_back(self) -> None:
        watching = Watching()
        watching.subscribe([BOB])
        watching.changed(PresenceChanged(user_id=BOB, is_online=True))
        assert [("UnsubscribePresence", [BOB])] == said(watching.unsubscribe([BOB, CAROL]))
        assert ({}, []) == (watching.presences, watching.synced())


class TestConnection:
    def test_renewed_after_synced(self) -> None:
        session = Session()
        session.watching.subscribe([BOB])
        session.hello("ticket")
        assert [] == said(session.receive(welcome(), 0.0))
        assert [("SubscribePresence", [BOB])] == said(session.receive(synced(recovered=True), 0.0))

    def test_what_was_heard_ends_with_it(self) -> None:
        session = Session()
        session.watching.subscribe([BOB])
        online = PresenceChanged(user_id=BOB, is_online=True)
        session.receive(online, 0.0)
        assert {BOB: online} == session.watching.presences
        session.disconnected()
        assert {} == session.watching.presences

    def test_nobody_else_is_kept(self) -> None:
        session = Session()
        session.receive(PresenceChanged(user_id=CAROL, is_online=True), 0.0)
        assert {} == session.watching.presences
