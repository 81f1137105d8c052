"""Whose fault it is: the file's is a refusal, the machine's is not."""

from streams.media.decoding.values import Refusal, Unable
from tests.streams.media.decoding import files
from tests.streams.media.decoding.conftest import Desk
from tests.streams.media.decoding.sounds_and_films import film


def test_a_full_disk_is_no_refusal(desk: Desk) -> None:
    desk.content.symlink_to("/dev/full")

    assert isinstance(desk.decode(files.jpeg(), "image/jpeg"), Unable)
    assert isinstance(desk.decode(film(), "video/mp4"), Unable)
    assert isinstance(desk.decode(b"words" * 10_000, "text/plain", "document"), Unable)


def test_the_detail_is_short(desk: Desk) -> None:
    refusal = desk.decode(files.MARKUP, "image/" + "x" * 10_000)

    assert isinstance(refusal, Refusal)
    assert len(refusal.detail) < 300
