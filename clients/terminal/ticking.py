"""The ticks on the screen: which have changed since their line was shown. A line cannot be painted again. Pure."""

from clients.python import Conversation, Tick, tick
from clients.python.frames import MessageSent


class Ticking:
    """Of one's own messages in the open conversation."""

    def __init__(self) -> None:
        self._shown: dict[str, Tick] = {}

    def clear(self) -> None:
        """Another conversation is open."""
        self._shown.clear()

    def show(self, message: MessageSent, copy: Conversation) -> None:
        """A message's line is shown with the tick that it has now."""
        self._shown[message.message_id] = tick(message, copy)

    def risen(self, copy: Conversation) -> dict[Tick, list[int]]:
        """The seqs of the messages that have a higher tick now, by that tick."""
        risen: dict[Tick, list[int]] = {}
        for message_id, before in self._shown.items():
            message = copy.message(message_id)
            now = before if message is None else tick(message, copy)
            self._shown[message_id] = now  # an edit takes ticks back: they rise again
            if message is not None and now > before:
                risen.setdefault(now, []).append(message.seq)
        return risen
