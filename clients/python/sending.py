"""When commands go out: after Synced, within the rate limit, once own messages are paged back. Pure."""

from datetime import UTC, datetime, timedelta

from clients.python.commands import Command, encode
from clients.python.copies import Copies
from clients.python.effects import Answer, Effect, FindOwn, SendBytes, Settle
from clients.python.frames import AnyTimelineEvent, RateLimited, TimelineEvent
from clients.python.outbox import FirstSent, Outbox, Pending

_CLOCK_MARGIN = timedelta(minutes=5)  # when paging back by time: in another log, seqs mean nothing
_SEARCH_AGAIN_SECONDS = 1.0


class Sending:
    """The outbox and what holds it back."""

    def __init__(self, copies: Copies) -> None:
        self.outbox = Outbox()
        self._copies = copies
        self._paused_until: float | None = None
        self._searches: dict[str, FindOwn] = {}  # by conversation, whose commands wait
        self._search_again_at: float | None = None
        self._clock_offset = timedelta()  # what the server's clock is ahead of `now`

    def disconnected(self) -> None:
        """Nothing that was sent can be trusted to have arrived."""
        self._paused_until = self._search_again_at = None
        self._searches.clear()
        self.outbox.forget_connection()

    def set_clock(self, server_time: datetime, now: float) -> None:
        """The server has told its time."""
        self._clock_offset = server_time - _as_time(now)

    def submit(self, command: Command) -> Pending:
        """Puts a command into the outbox. Raises FrameTooLarge."""
        encode(command)
        return self.outbox.add(command)

    def settle(self, answer: Answer, conversation_id: str | None, own_user_id: str) -> list[Effect]:
        """The pending command to which this is the answer, if any, is done."""
        is_anothers = isinstance(answer, TimelineEvent) and answer.actor_id not in (None, own_user_id)
        if answer.client_id is None or is_anothers:
            return []
        pending = self.outbox.match(answer.client_id, conversation_id)
        if pending is None:
            return []
        self.outbox.settle(pending)
        return [Settle(pending.key, answer)]

    def rate_limited(self, frame: RateLimited, now: float) -> None:
        """The command must go out again, later; all others wait too, so that the order is kept."""
        pending = self.outbox.match(frame.client_id, None)
        if pending is not None:
            self.outbox.mark_unsent(pending)
            self._paused_until = max(self._paused_until or 0.0, now + frame.retry_after_seconds)

    def search(self, epoch: str | None) -> list[Effect]:
        """After `recovered: false`: page back what may be in the log already, before sending it again."""
        sent: dict[str, list[FirstSent]] = {}
        for pending in self.outbox:
            name = self._conversation_of(pending)
            if pending.first_sent is not None and name in self._copies.conversations:
                sent.setdefault(name, []).append(pending.first_sent)
        generation = self._copies.generation
        self._searches = {
            name: FindOwn(name, _earliest(firsts, epoch), generation) for name, firsts in sent.items()
        }
        return list(self._searches.values())

    def found(self, asked: FindOwn, events: tuple[AnyTimelineEvent, ...], *, has_more: bool) -> list[Effect]:
        """A page of one's own past has been looked through: ask for the next, or let the commands go."""
        if has_more and events:
            following = FindOwn(asked.conversation_id, events[-1].seq, asked.generation)
            self._searches[asked.conversation_id] = following
            return [following]
        self._searches.pop(asked.conversation_id, None)
        return []

    def not_found(self, asked: FindOwn, now: float) -> None:
        """The timeline could not be asked: again later."""
        if asked.generation == self._copies.generation:
            self._search_again_at = now + _SEARCH_AGAIN_SECONDS

    def next_at(self) -> float | None:
        """When `wake` has something to do."""
        times = (self._paused_until, self._search_again_at)
        return min((time for time in times if time is not None), default=None)

    def wake(self, now: float) -> list[Effect]:
        """Lifts what has passed."""
        if self._paused_until is not None and now >= self._paused_until:
            self._paused_until = None
        if self._search_again_at is not None and now >= self._search_again_at:
            self._search_again_at = None
            return list(self._searches.values())
        return []

    def flush(self, epoch: str | None, now: float) -> list[Effect]:
        """Sends what may be sent, in the order in which it was made."""
        if self._paused_until is not None:
            return []
        return [
            self._send(pending, epoch, now)
            for pending in self.outbox
            if not pending.is_sent and self._conversation_of(pending) not in self._searches
        ]

    def _send(self, pending: Pending, epoch: str | None, now: float) -> Effect:
        copy = self._copies.conversations.get(self._conversation_of(pending) or "")
        cursor = 0 if copy is None else copy.cursor
        self.outbox.mark_sent(pending, FirstSent(epoch, cursor, _as_time(now) + self._clock_offset))
        return SendBytes(encode(pending.command))

    def _conversation_of(self, pending: Pending) -> str | None:
        if pending.to_user_id is None:
            return pending.conversation_id
        return self._copies.direct_with(pending.to_user_id)


def _earliest(firsts: list[FirstSent], epoch: str | None) -> int | datetime:
    if all(first.epoch == epoch for first in firsts):
        return min(first.cursor for first in firsts)
    return min(first.server_time for first in firsts) - _CLOCK_MARGIN


def _as_time(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)
