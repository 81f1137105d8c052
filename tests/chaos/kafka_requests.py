"""Just enough of Kafka's protocol to see a Produce request go by. Pure: bytes in, a yes or no out.

A request is four bytes of length, and then the number of its kind, in two.
"""

PRODUCE = 0
HEAD_BYTES = 6


class ProduceSpotter:
    """Follows what one client says on one connection, however it is cut up."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0

    def sees_produce(self, chunk: bytes) -> bool:
        """Whether the head of a Produce request ends in this chunk."""
        is_seen = False
        while chunk:
            if self._left:
                taken = min(self._left, len(chunk))
                self._left -= taken
                chunk = chunk[taken:]
                continue
            wanted = HEAD_BYTES - len(self._head)
            self._head, chunk = self._head + chunk[:wanted], chunk[wanted:]
            if len(self._head) == HEAD_BYTES:
                is_seen = is_seen or int.from_bytes(self._head[4:]) == PRODUCE
                self._left = int.from_bytes(self._head[:4]) - (HEAD_BYTES - 4)
                self._head = b""
        return is_seen
