"""Bytes to frames, also those that came after this library."""

from hypothesis import given
from hypothesis import strategies as st

from clients.python.decoding import decode
from clients.python.frames import CaughtUp, MessageSent, Synced, UnknownEvent, UnknownFrame
from tests.clients.builders import BOB, caught_up, message, reread, row, snapshot, welcome, wire

PINNED = '{"type":"Pinned","conversation_id":"c","seq":4,"at":"2026-11-24T13:15:56.123Z","pin":1}'


class TestDecode:
    def test_every_frame_survives_the_wire(self) -> None:
        for frame in (welcome(), message(1), snapshot(row(3)), caught_up(message(2), head_seq=2)):
            assert frame == reread(frame)

    def test_unknown_fields_are_ignored(self) -> None:
        assert Synced(recovered=True) == decode('{"type":"Synced","recovered":true,"mood":"good"}')

    def test_unknown_event_keeps_its_place(self) -> None:
        event = decode(PINNED)
        assert isinstance(event, UnknownEvent)
        assert ("Pinned", 4) == (event.event_type, event.seq)

    def test_unknown_event_does_not_spoil_its_neighbours(self) -> None:
        raw = '{"type":"CaughtUp","conversation_id":"c","head_seq":4,"events":[%s,%s]}'
        frame = decode(raw % (PINNED, wire(message(5))))
        assert isinstance(frame, CaughtUp)
        assert [UnknownEvent, MessageSent] == [type(event) for event in frame.events]

    def test_members_of_a_list_are_ids_or_objects(self) -> None:
        raw = (
            '{"type":"Snapshot","conversations":[{"conversation_id":"c","kind":"group","head_seq":1,'
            '"members":["%s",{"user_id":"u2","role":"admin"}]}]}'
        )
        frame = decode(raw % BOB)
        assert not isinstance(frame, UnknownFrame)
        assert (BOB, "u2") == frame.conversations[0].member_ids  # type: ignore[union-attr]

    @given(st.binary() | st.text())
    def test_never_raises(self, raw: bytes | str) -> None:
        assert decode(raw) is not None
