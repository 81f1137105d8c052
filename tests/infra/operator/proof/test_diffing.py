"""Which versions are compared, and what of them."""

from datetime import UTC, datetime

import pytest

from infra.operator.proof.diffing import chosen_versions, within
from infra.operator.proof.rows import Rows
from infra.operator.running import Failed
from infra.stores.projections import Scope, State, Version
from tests.builders import ALICE


def version(number: int, state: State) -> Version:
    now = datetime.now(UTC)
    return Version("inbox", number, state, "", now, now, None)


ALL = [version(2, "live"), version(3, "standby"), version(5, "building")]


class TestChosenVersions:
    @pytest.mark.parametrize(
        ("named", "against", "chosen"), [(None, None, (5, 2)), (3, None, (3, 2)), (5, 3, (5, 3)), (2, 3, (2, 3))]
    )
    def test_the_newest_against_the_live_one_unless_named(
        self, named: int | None, against: int | None, chosen: tuple[int, int]
    ) -> None:
        looked_at, wanted = chosen_versions(ALL, "inbox", named, against)
        assert chosen == (looked_at.version, wanted.version)

    @pytest.mark.parametrize(
        ("all_", "name", "named", "sentence"),
        [
            (ALL, "outbox", None, "there is no projection 'outbox'"),
            (ALL, "inbox", 4, "there is no version 4 of inbox; there are 2, 3, 5"),
            (ALL[:1], "inbox", None, "no version of inbox but the live one"),
            (ALL, "inbox", 2, "always like itself"),
        ],
    )
    def test_refused(self, all_: list[Version], name: str, named: int | None, sentence: str) -> None:
        with pytest.raises(Failed, match=sentence):
            chosen_versions(all_, name, named, None)


ROWS: Rows = {
    ("timeline", 1): (100, None, b"", None, (), None, ()),
    ("timeline", 2): (200, None, b"", None, (), None, ()),
    ("timeline", 0): (-1, None, None, None, (), None, ()),
    ("timeline_buckets", 100, 0): (),
    ("timeline_buckets", 200, 1): (),
    ("receipts", ALICE, "read", 5): (150,),
    ("receipts", ALICE, "read", 9): (250,),
}


class TestWithin:
    def test_the_whole(self) -> None:
        assert ROWS == within([Scope(), Scope("conversation")])(ROWS)

    def test_since_the_later_time(self) -> None:
        found = within([Scope(since_ms=50), Scope(since_ms=200)])(ROWS)
        assert {("timeline", 2), ("timeline_buckets", 200, 1), ("receipts", ALICE, "read", 9)} == found.keys()

    def test_rows_without_a_time(self) -> None:
        with pytest.raises(Failed, match="rows of members have no time"):
            within([Scope(since_ms=50)])({("members", ALICE): ()})
