"""What fake devices show: a tag replaces, a clear takes away; and failures in the order in which they were ordered."""

from pathlib import Path

import msgspec

from infra.fake_push.__main__ import append
from infra.fake_push.devices import Devices, Fault, Journaled, Push


def push(message_id: str, *, tag: str = "c1", kind: str = "message", is_visible: bool = True) -> Push:
    return Push(0, "fcm", is_visible, kind, tag, message_id, tag, "", "", 1, None, {})


class TestJournal:
    def test_every_push_stands_there_for_good(self, tmp_path: Path) -> None:
        journal = tmp_path / "pushes.jsonl"
        for message_id in ("m1", "m2"):
            Devices(lambda one: append(journal, one)).take("token", push(message_id))
        lines = journal.read_bytes().splitlines()
        assert [Journaled("token", push("m1")), Journaled("token", push("m2"))] == [
            msgspec.json.decode(line, type=Journaled) for line in lines
        ]


class TestScreen:
    def test_a_newer_one_of_the_same_tag_replaces(self) -> None:
        devices = Devices()
        one, two, other = push("m1"), push("m2"), push("m3", tag="c2")
        for each in (one, two, other):
            devices.take("token", each)
        assert ((one, two, other), (two, other)) == (
            devices.screen("token").pushes,
            devices.screen("token").shown,
        )

    def test_cleared(self) -> None:
        devices = Devices()
        for each in (push("m1"), push("m2", tag="c2"), push("", kind="clear", is_visible=False)):
            devices.take("token", each)
        assert ["m2"] == [one.message_id for one in devices.screen("token").shown]

    def test_silent_ones_are_not_shown(self) -> None:
        devices = Devices()
        devices.take("token", push("m1", kind="sync", is_visible=False))
        assert (1, ()) == (len(devices.screen("token").pushes), devices.screen("token").shown)


class TestFaults:
    def test_in_order_for_one_and_for_all_of_a_provider(self) -> None:
        devices = Devices()
        first, second = Fault(status=503, times=2), Fault(does="hang")
        devices.order("token", [first])
        devices.order("fcm", [second])
        assert [first, first, second, None] == [devices.asks("token", "fcm") for _ in range(4)]
        assert 4 == devices.asked["token"]
