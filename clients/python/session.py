"""The protocol state of one device, without any I/O: frames in, effects out; time is an input.

It keeps the promises of PROTOCOL ("What is promised") on the client's side: every event of a conversation
once and in the order of `seq`; a jump in `seq` is filled from the timeline; commands wait in the outbox until
they are answered, are sent only after Synced, and again with the same `client_id` after a reconnect. What has arrived
is acknowledged by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clients.python.commands import Command, Heartbeat, Hello, Signal, encode
from clients.python.copies import Copies
from clients.python.effects import (
    Announce,
    Effect,
    FetchConversation,
    FetchMissing,
    FindOwn,
    OwnFound,
    Question,
    SendBytes,
)
from clients.python.events import AnyTimelineEvent, TimelineEvent
from clients.python.frames import (
    AnyFrame,
    CaughtUp,
    CommandRefused,
    DeliveredAdvanced,
    Malformed,
    PresenceChanged,
    RateLimited,
    ReadAdvanced,
    Snapshot,
    Synced,
    TypingChanged,
    Welcome,
)
from clients.python.local import Conversation
from clients.python.outbox import Outbox
from clients.python.receipts import Receipts
from clients.python.sending import Sending
from clients.python.summaries import ConversationSummary
from clients.python.watching import Watching

_HEARTBEAT = encode(Heartbeat())


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a device has got to: what it says in its next Hello."""

    epoch: str | None = None
    cursors: dict[str, int] = field(default_factory=dict)


class Session:
    """One device. Give it each frame; carry out the effects; call `wake` when `wake_at` has come."""

    def __init__(self, bookmark: Bookmark | None = None, *, acknowledges_delivery: bool = True) -> None:
        start = bookmark or Bookmark()
        self.epoch = start.epoch
        self.user_id = ""
        self.welcome: Welcome | None = None
        self.is_synced = False
        self._copies = Copies(start.cursors)
        self._sending = Sending(self._copies)
        self._receipts = Receipts(self._copies, is_on=acknowledges_delivery)
        self.watching = Watching()
        self._heartbeat_at: float | None = None

    @property
    def bookmark(self) -> Bookmark:
        """The cursors to come back with: up to them nothing is missing."""
        return Bookmark(self.epoch, {name: copy.cursor for name, copy in self.conversations.items()})

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The local copies by conversation."""
        return self._copies.conversations

    @property
    def outbox(self) -> Outbox:
        """The commands without an answer."""
        return self._sending.outbox

    def copy_of(self, conversation_id: str) -> Conversation:
        """The local copy, made when it is new."""
        return self._copies.copy_of(conversation_id)

    def direct_with(self, user_id: str) -> str | None:
        """The direct conversation with a user, if there is a copy of it."""
        return self._copies.direct_with(user_id)

    def hello(self, ticket: str) -> bytes:
        """The first frame of a new connection."""
        self.disconnected()
        mark = self.bookmark
        return encode(Hello(ticket=ticket, epoch=mark.epoch, cursors=mark.cursors))

    def disconnected(self) -> None:
        """The connection is gone."""
        self.is_synced = False
        self.welcome = self._heartbeat_at = None
        self._copies.disconnected()
        self._sending.disconnected()
        self._receipts.disconnected()
        self.watching.disconnected()

    def submit(self, command: Command, now: float) -> tuple[int, list[Effect]]:
        """Puts a command into the outbox; gives its key and the effects. Raises FrameTooLarge."""
        pending = self._sending.submit(command)
        return pending.key, self._flush(now)

    def signal(self, frame: Signal) -> list[Effect]:
        """A frame without an answer; nothing while not synced."""
        return [SendBytes(encode(frame))] if self.is_synced else []

    def read(self, conversation_id: str, up_to_seq: int | None, now: float) -> list[Effect]:
        """A person has seen everything up to a seq, or all that is here."""
        self._receipts.read(conversation_id, up_to_seq)
        return self._acknowledge(now)

    def receive(self, frame: AnyFrame, now: float) -> list[Effect]:
        """What a frame from the server leads to."""
        return self._take(frame, now) + self._copies.ask(now) + self._acknowledge(now)

    def _take(self, frame: AnyFrame, now: float) -> list[Effect]:
        match frame:
            case TimelineEvent():
                return self._arrived([frame])
            case Welcome():
                self._welcomed(frame, now)
            case Snapshot():
                self._replaced(frame)
            case CaughtUp():
                return self._caught_up(frame)
            case Synced():
                return self._synced(frame, now)
            case RateLimited():
                self._rate_limited(frame, now)
            case CommandRefused():
                return [*self._sending.settle(frame, frame.conversation_id, self.user_id), Announce(frame)]
            case Malformed():
                return [*self._sending.settle(frame, None, self.user_id), Announce(frame)]
            case DeliveredAdvanced() | ReadAdvanced():
                self._copies.advance(frame)
            case TypingChanged():
                self._copies.set_typing(frame)
            case PresenceChanged():
                self.watching.changed(frame)
            case _:
                pass
        return [Announce(frame)]

    def missing_received(self, asked: FetchMissing, events: tuple[AnyTimelineEvent, ...], now: float) -> list[Effect]:
        """The timeline's answer to a FetchMissing."""
        if asked.generation != self._copies.generation:
            return []
        effects = self._arrived(events) + self._applied(self._copies.filled(asked, now))
        return effects + self._copies.ask(now) + self._acknowledge(now)

    def conversation_received(self, asked: FetchConversation, summary: ConversationSummary, now: float) -> list[Effect]:
        """The API's answer to a FetchConversation."""
        return self._copies.describe(asked, summary, now)

    def own_received(
        self, asked: FindOwn, events: tuple[AnyTimelineEvent, ...], *, has_more: bool, now: float
    ) -> list[Effect]:
        """The timeline's answer to a FindOwn."""
        if asked.generation != self._copies.generation:
            return []
        effects: list[Effect] = []
        for event in events:
            settled = self._sending.settle(event, event.conversation_id, self.user_id)
            effects += [*settled, Announce(OwnFound(event))] if settled else []
        effects += self._sending.found(asked, events, has_more=has_more)
        return effects + self._flush(now)

    def unanswered(self, asked: Question, now: float) -> None:
        """The API could not be asked: again later."""
        match asked:
            case FetchMissing():
                self._copies.failed(asked, now)
            case FetchConversation():
                self._copies.describe_failed(asked, now)
            case FindOwn():
                self._sending.not_found(asked, now)

    def wake_at(self) -> float | None:
        """When `wake` has something to do."""
        receipts_at = self._receipts.next_at() if self.is_synced else None
        times = (self._heartbeat_at, self._copies.next_at(), self._sending.next_at(), receipts_at)
        return min((time for time in times if time is not None), default=None)

    def wake(self, now: float) -> list[Effect]:
        """What is due: heartbeats, pages to ask for again, receipts, commands held back by the rate limit."""
        effects: list[Effect] = []
        if self.welcome is not None and self._heartbeat_at is not None and now >= self._heartbeat_at:
            self._heartbeat_at = now + self.welcome.heartbeat_seconds
            effects.append(SendBytes(_HEARTBEAT))
        effects += self._sending.wake(now) + self._flush(now) + self._copies.ask(now)
        return effects + self._acknowledge(now)

    def _welcomed(self, frame: Welcome, now: float) -> None:
        self.welcome = frame
        self.user_id = frame.user_id
        self.epoch = self.epoch or frame.epoch
        self._heartbeat_at = now + frame.heartbeat_seconds
        self._copies.welcome(frame.user_id)
        self._sending.set_clock(frame.server_time, now)

    def _replaced(self, frame: Snapshot) -> None:
        if self.welcome is not None:
            self.epoch = self.welcome.epoch
        self._copies.replace(frame.conversations)
        self._receipts.replaced()

    def _caught_up(self, frame: CaughtUp) -> list[Effect]:
        effects = self._arrived(frame.events)
        self._copies.catch_up(frame)
        return [*effects, Announce(frame)]

    def _synced(self, frame: Synced, now: float) -> list[Effect]:
        self.is_synced = True
        self._copies.synced()
        searches = [] if frame.recovered else self._sending.search(self.epoch)
        return [Announce(frame), *searches, *self.watching.synced(), *self._sending.flush(self.epoch, now)]

    def _rate_limited(self, frame: RateLimited, now: float) -> None:
        if frame.client_id is None:
            self._receipts.rate_limited(frame.retry_after_seconds, now)
        else:
            self._sending.rate_limited(frame, now)

    def _arrived(self, events: Iterable[AnyTimelineEvent]) -> list[Effect]:
        """Confirmations first, for a repeated command is answered by an old event; then the copies."""
        effects: list[Effect] = []
        for event in events:
            effects += self._sending.settle(event, event.conversation_id, self.user_id)
            effects += self._applied(self._copies.accept(event))
        return effects

    def _applied(self, effects: list[Effect]) -> list[Effect]:
        """What stands in a copy now calls for a receipt."""
        for effect in effects:
            if isinstance(effect, Announce) and isinstance(effect.event, TimelineEvent):
                self._receipts.applied(effect.event, self.user_id)
        return effects

    def _acknowledge(self, now: float) -> list[Effect]:
        return self._receipts.flush(now) if self.is_synced else []

    def _flush(self, now: float) -> list[Effect]:
        return self._sending.flush(self.epoch, now) if self.is_synced else []
