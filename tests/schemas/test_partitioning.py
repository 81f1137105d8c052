"""Kafka's murmur2, by the vectors of Kafka's own tests (org.apache.kafka.common.utils.UtilsTest)."""

import pytest

from schemas.partitioning import murmur2, partition_of


@pytest.mark.parametrize(
    ("data", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_as_kafka_does(data: bytes, signed: int) -> None:
    assert signed % 2**32 == murmur2(data)


def test_sign_bit_is_dropped_for_the_partition() -> None:
    assert (-973932308 & 0x7FFFFFFF) % 4 == partition_of(b"21", 4)
