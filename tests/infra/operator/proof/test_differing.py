"""What differs is found, counted by field and shown; digests are those of the rows."""

from infra.operator.proof.differing import Difference, Digest, Tally, differences
from infra.operator.proof.rows import Rows
from tests.builders import ALICE, BOB, CONVERSATION, OTHER_CONVERSATION

READ_5 = ("receipts", ALICE, "read", 5)
READ_7 = ("receipts", ALICE, "read", 7)
ROLE = ("members", BOB)
MEMBER = ((1,), (), None, None, "member", 1001, 4, 4, 6)


def tally_of(wanted: Rows, found: Rows, examples: int = 5) -> Tally:
    tally = Tally(examples)
    tally.add(wanted, found, list(differences(CONVERSATION, wanted, found)), lambda _: "conversation.events/0@7")
    return tally


class TestDifferences:
    def test_none(self) -> None:
        rows: Rows = {READ_5: (1,), READ_7: (2,)}
        assert [] == list(differences(CONVERSATION, rows, dict(reversed(list(rows.items())))))

    def test_missing(self) -> None:
        (one,) = differences(CONVERSATION, {READ_5: (1,), READ_7: (2,)}, {READ_5: (1,)})
        assert ("missing", READ_7, ()) == (one.kind, one.key, one.fields)

    def test_extra(self) -> None:
        (one,) = differences(CONVERSATION, {READ_5: (1,)}, {READ_5: (1,), READ_7: (2,)})
        assert ("extra", READ_7, ()) == (one.kind, one.key, one.fields)

    def test_different_by_field(self) -> None:
        changed = (*MEMBER[:4], "admin", *MEMBER[5:8], 9)
        (one,) = differences(CONVERSATION, {ROLE: MEMBER}, {ROLE: changed})
        assert ("different", ["role", "delivered_seq"]) == (one.kind, one.fields)

    def test_in_the_order_of_keys(self) -> None:
        found = differences(CONVERSATION, {READ_7: (1,), ROLE: MEMBER}, {READ_5: (1,)})
        assert [ROLE, READ_5, READ_7] == [one.key for one in found]


class TestTally:
    def test_counted_by_kind_and_field(self) -> None:
        tally = tally_of({READ_5: (1,), READ_7: (2,)}, {READ_5: (9,), ROLE: MEMBER})
        assert {"missing": 1, "extra": 1, "different": 1} == tally.kinds
        assert {"receipts.at_ms": 1} == tally.fields
        assert (3, 0, 1) == (tally.differing, tally.equal, tally.conversations)

    def test_equal_rows_are_counted(self) -> None:
        assert 1 == tally_of({READ_5: (1,), READ_7: (2,)}, {READ_5: (1,)}).equal

    def test_the_first_are_examples_with_their_places(self) -> None:
        tally = tally_of({READ_5: (1,), READ_7: (2,)}, {}, examples=1)
        assert [(Difference(CONVERSATION, READ_5, (1,), None), "conversation.events/0@7")] == tally.examples


class TestDigest:
    @staticmethod
    def of(*conversations: tuple[str, Rows]) -> str:
        digest = Digest()
        for id_, rows in conversations:
            digest.add(id_, rows)
        return digest.hex()

    def test_the_same_whatever_the_order_of_rows(self) -> None:
        rows: Rows = {READ_5: (1,), READ_7: (2,)}
        assert self.of((CONVERSATION, rows)) == self.of((CONVERSATION, dict(reversed(list(rows.items())))))

    def test_another_for_other_rows(self) -> None:
        digests = {
            self.of((CONVERSATION, {READ_5: (1,)})),
            self.of((CONVERSATION, {READ_5: (2,)})),
            self.of((CONVERSATION, {READ_7: (1,)})),
            self.of((OTHER_CONVERSATION, {READ_5: (1,)})),
            self.of((CONVERSATION, {READ_5: (1,)}), (OTHER_CONVERSATION, {READ_5: (1,)})),
        }
        assert 5 == len(digests)

    def test_a_conversation_without_rows_is_none(self) -> None:
        assert self.of() == self.of((CONVERSATION, {}))
