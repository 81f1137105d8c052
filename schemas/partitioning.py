"""Which partition a key stands in: Kafka's murmur2, as every producer of the log uses it (DESIGN, section 2).

For those who look for one key without reading every partition; producers leave the choice to librdkafka.
"""

_M = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` in a topic of so many."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Kafka's 32-bit murmur2, unsigned."""
    length = len(data)
    whole = length & ~3
    state = _SEED ^ length
    for start in range(0, whole, 4):
        block = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        block ^= block >> 24
        state = (state * _M & _MASK) ^ (block * _M & _MASK)
    if rest := data[whole:]:
        state = (state ^ int.from_bytes(rest, "little")) * _M & _MASK
    state ^= state >> 13
    state = state * _M & _MASK
    return state ^ (state >> 15)
