"""How far the members of a conversation have come. Watermarks only grow, and reading implies delivery. Pure."""

from clients.python.frames import DeliveredAdvanced, ReadAdvanced
from clients.python.summaries import Watermark


class Watermarks(dict[str, Watermark]):
    """By user."""

    def of(self, user_id: str) -> Watermark:
        """A member's."""
        return self.get(user_id, Watermark(user_id))

    def advance(self, frame: DeliveredAdvanced | ReadAdvanced) -> None:
        """A member has come further."""
        self.lift(frame.user_id, frame.to_seq, frame.to_seq if isinstance(frame, ReadAdvanced) else 0)

    def lift(self, user_id: str, delivered_seq: int, read_seq: int) -> None:
        """Keeps the higher of what is known and this."""
        known = self.of(user_id)
        self[user_id] = Watermark(
            user_id,
            max(known.delivered_seq, delivered_seq, read_seq),
            max(known.read_seq, read_seq),
        )
