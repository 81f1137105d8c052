"""The events of a conversation that are here, each message as it is now: edited, deleted, reacted to. Pure.

A page of the timeline may have been read before or after the changes that came live. So the changes that are here
are laid over its messages again, in order: each sets, and none counts, so the last one decides.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from clients.python.events import (
    AnyTimelineEvent,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    Reaction,
    ReactionSet,
)

Change = MessageEdited | MessageDeleted | ReactionSet


class History:
    """Events by seq."""

    def __init__(self) -> None:
        self.events: dict[int, AnyTimelineEvent] = {}
        self._seqs: dict[str, int] = {}  # of messages, by id
        self._changes: dict[str, list[int]] = {}  # the seqs of a message's changes, ascending

    def append(self, event: AnyTimelineEvent) -> None:
        """The next event, live."""
        self._put(event)
        if isinstance(event, Change):
            self._apply(event)

    def remember(self, events: Iterable[AnyTimelineEvent]) -> None:
        """Older events, from a page; those that are here already stay."""
        fresh = [event for event in events if event.seq not in self.events]
        for event in fresh:
            self._put(event)
        for event in fresh:
            if isinstance(event, MessageSent):
                for seq in self._changes.get(event.message_id, ()):
                    self._apply(self.events[seq])

    def message(self, message_id: str) -> MessageSent | None:
        """A message as it is now."""
        event = self.events.get(self._seqs.get(message_id, 0))
        return event if isinstance(event, MessageSent) else None

    def decisive_seq(self, message: MessageSent) -> int:
        """The seq that a reader must have passed to have its present text: the last edit's, or its own."""
        changes = self._changes.get(message.message_id, ())
        return max((seq for seq in changes if isinstance(self.events[seq], MessageEdited)), default=message.seq)

    def _put(self, event: AnyTimelineEvent) -> None:
        self.events[event.seq] = event
        if isinstance(event, MessageSent):
            self._seqs[event.message_id] = event.seq
        elif isinstance(event, Change):
            seqs = self._changes.setdefault(event.message_id, [])
            seqs.append(event.seq)
            seqs.sort()

    def _apply(self, change: AnyTimelineEvent) -> None:
        message = self.message(change.message_id) if isinstance(change, Change) else None
        if message is None:
            return
        match change:
            case MessageEdited() if message.is_deleted:
                self.events[change.seq] = replace(change, body=None)
                message = replace(message, edited_at=change.at)
            case MessageEdited():
                message = replace(message, body=change.body, edited_at=change.at)
            case MessageDeleted():
                message = replace(message, body=None, is_deleted=True)
                self._hide_edits(message.message_id)
            case ReactionSet():
                message = replace(message, reactions=_reacted(message.reactions, change))
            case _:
                pass
        self.events[message.seq] = message

    def _hide_edits(self, message_id: str) -> None:
        """What was deleted is not shown in its edits either."""
        for seq in self._changes.get(message_id, ()):
            if isinstance(edit := self.events[seq], MessageEdited):
                self.events[seq] = replace(edit, body=None)


def _reacted(reactions: tuple[Reaction, ...], change: ReactionSet) -> tuple[Reaction, ...]:
    others = tuple(one for one in reactions if one.user_id != change.user_id)
    return others if change.emoji is None else (*others, Reaction(change.user_id, change.emoji))
