"""What an export holds, as its manifest says."""

import pytest

from infra.operator.exports.manifest import Gap, LogFile, Manifest, ViewFile, decode, described, encode
from infra.operator.running import Failed


def file(first: int, end: int, partition: int = 0, topic: str = "t") -> LogFile:
    return LogFile(
        f"{topic}/{partition}-{first}-{end}", topic, partition, "2026-11-24", first, end - 1, end - first, 10, "", 1
    )


VIEW = ViewFile("v1", "timeline", "2026-11-24T13:00:00.000Z", 3, 5, "", 1)


class TestFiles:
    def test_by_topic_partition_and_offset(self) -> None:
        files = [file(7, 9), file(0, 7, 1), file(0, 7)]
        assert (file(0, 7), file(7, 9), file(0, 7, 1)) == Manifest().with_files(files, None, None).files

    def test_one_replaced(self) -> None:
        manifest = Manifest(files=(file(0, 5), file(5, 7)))
        assert (file(0, 5), file(5, 9)) == manifest.with_files([file(5, 9)], file(5, 7), None).files

    def test_replaced_by_the_same(self) -> None:
        assert (file(5, 7), file(7, 9)) == Manifest(files=(file(5, 7),)).with_files(
            [file(5, 7), file(7, 9)], file(5, 7), None
        ).files


class TestViews:
    def test_replaced_as_a_whole(self) -> None:
        others = (ViewFile("r", "receipts", "", 1, 1, "", 1),)
        new = ViewFile("v2", "timeline", "", 4, 5, "", 1)
        assert (*others, new) == Manifest(views=(*others, VIEW)).with_view("timeline", [new]).views


class TestHoles:
    def test_none(self) -> None:
        assert [] == Manifest(files=(file(3, 5), file(5, 7), file(0, 7, 1))).holes()

    def test_one(self) -> None:
        assert ["t/0-6-7 does not begin where t/0-3-5 ends"] == Manifest(files=(file(3, 5), file(6, 7))).holes()

    def test_two_with_the_same_records(self) -> None:
        assert 1 == len(Manifest(files=(file(3, 5), file(4, 7))).holes())

    def test_known(self) -> None:
        assert [] == Manifest(files=(file(3, 5), file(6, 7)), gaps=(Gap("t", 0, 5, 5),)).holes()


class TestBytes:
    def test_back_again(self) -> None:
        manifest = Manifest({"t": "id"}, (file(3, 5),), (VIEW,), (Gap("t", 0, 0, 2),))
        assert manifest == decode(encode(manifest))

    def test_damaged(self) -> None:
        with pytest.raises(Failed, match="damaged"):
            decode(b"{")


class TestDescribed:
    def test_how_much_of_what(self) -> None:
        found = described(Manifest(files=(file(3, 5), file(0, 7, 1)), views=(VIEW,)))
        assert ({"t": 9, "timeline": 3}, 3, 25) == (found.rows, found.files, found.bytes)
