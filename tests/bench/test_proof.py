"""What the proof says of what Cassandra holds."""

from uuid import UUID

from tests.bench.proof import Proof, by_bucket, compare
from tests.bench.text import Envelope

CONVERSATION = "00000000-0000-4000-8000-000000000001"
FIRST, SECOND, OTHER = (f"01980000-0000-7000-8000-00000000000{digit}" for digit in "123")
ACKNOWLEDGED = [Envelope(CONVERSATION, 255, FIRST), Envelope(CONVERSATION, 256, SECOND)]
FIRST_BUCKET, SECOND_BUCKET = (UUID(CONVERSATION), 0), (UUID(CONVERSATION), 1)


def test_grouped_by_bucket() -> None:
    assert {FIRST_BUCKET: {255: UUID(FIRST)}, SECOND_BUCKET: {256: UUID(SECOND)}} == by_bucket(ACKNOWLEDGED)


def test_all_found() -> None:
    wanted = by_bucket(ACKNOWLEDGED)

    assert Proof(2, 2, 0, 0, 1.0) == compare(2, wanted, wanted, 1.0)


def test_missing() -> None:
    proof = compare(2, by_bucket(ACKNOWLEDGED), {FIRST_BUCKET: {255: UUID(FIRST)}, SECOND_BUCKET: {}}, 1.0)

    assert (proof.found, proof.missing, proof.different) == (1, 1, 0)
    assert [f"{CONVERSATION} 256 {SECOND}: None"] == proof.samples


def test_different_at_its_place() -> None:
    stored = {FIRST_BUCKET: {255: UUID(OTHER)}, SECOND_BUCKET: {256: UUID(SECOND)}}

    proof = compare(2, by_bucket(ACKNOWLEDGED), stored, 1.0)

    assert (proof.found, proof.missing, proof.different) == (1, 0, 1)


def test_two_acknowledged_at_one_place_are_not_both_there() -> None:
    twice = [ACKNOWLEDGED[0], Envelope(CONVERSATION, 255, OTHER)]
    wanted = by_bucket(twice)

    assert compare(2, wanted, wanted, 1.0).missing == 1
