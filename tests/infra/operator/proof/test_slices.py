"""Slices: every conversation is in one of them, in the order of ids, however many there are."""

from uuid import UUID, uuid4

import pytest

from infra.operator.proof.slices import RECORDS, Partitions, Slicing

IDS = sorted(str(uuid4()) for _ in range(300))


class TestSlicing:
    @pytest.mark.parametrize("count", [1, 3, 10, 100])
    def test_in_the_order_of_ids(self, count: int) -> None:
        slicing = Slicing(count)
        numbers = [slicing.number_of_key(id_.encode()) for id_ in IDS]
        assert sorted(numbers) == numbers
        assert set(numbers) <= set(slicing.chosen)
        assert [slicing.number(UUID(id_).bytes) for id_ in IDS] == numbers

    @pytest.mark.parametrize(("records", "count"), [(0, 1), (RECORDS, 1), (RECORDS + 1, 2), (10 * RECORDS, 10)])
    def test_so_many_that_each_fits(self, records: int, count: int) -> None:
        assert count == len(Slicing.of(records).chosen)

    @pytest.mark.parametrize(("records", "sample"), [(5, 0.01), (1_000 * RECORDS, 0.01), (7 * RECORDS, 0.5)])
    def test_a_sample_is_that_share(self, records: int, sample: float) -> None:
        slicing = Slicing.of(records, sample)
        assert sample == pytest.approx(len(slicing.chosen) / slicing.count)
        assert slicing == Slicing.of(records, sample)

    def test_no_id(self) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            Slicing(3).number_of_key(b"no id")


class TestPartitions:
    def test_taken_slice_by_slice(self) -> None:
        partitions = Partitions(Slicing(7), 2)
        for page in range(3):
            partitions.add((UUID(id_).bytes, page.to_bytes(2)) for id_ in IDS)
        found = [partitions.take(number) for number in range(7)]
        assert IDS == [id_ for some in found for id_ in sorted(some)]
        assert all({b"\0\0", b"\0\1", b"\0\2"} == parts for some in found for parts in some.values())
        assert {} == partitions.take(0)

    def test_without_parts(self) -> None:
        partitions = Partitions(Slicing(1), 0)
        partitions.add([(UUID(IDS[0]).bytes, b"")])
        assert {IDS[0]: {b""}} == partitions.take(0)

    def test_outside_the_sample(self) -> None:
        partitions = Partitions(Slicing(100, 100), 0)
        partitions.add([(UUID(IDS[-1]).bytes, b"")])
        assert {} == partitions.take(Slicing(100).number(UUID(IDS[-1]).bytes))
