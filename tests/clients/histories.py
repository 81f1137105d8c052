"""Random histories of a group, each step allowed: who acts is there, what is changed is there."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from clients.python.frames import GroupSettingsChanged, MessageDeleted, MessageSent
from tests.clients import builders
from tests.clients.builders import ALICE, BOB, CAROL, CONVERSATION
from tests.clients.world import Advance, Entry, Seen, advance, seen_after

PEOPLE = (ALICE, BOB, CAROL)
KINDS = (
    *("message", "message", "message", "edit", "edit", "delete", "react", "react"),
    *("read", "read", "deliver", "add", "remove", "role", "rename"),
)
Step = tuple[str, int, int, int]  # kind, actor, whom or what, how

steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 30), st.integers(0, 30)),
    min_size=12,
    max_size=30,
)


@dataclass
class Writer:
    """Writes the log step by step; what is not allowed is left out."""

    entries: list[Entry] = field(default_factory=lambda: [builders.created(BOB, ALICE, CAROL)])

    def write(self, step: Step) -> None:
        kind, actor, what, how = step
        seen = seen_after(self.entries)
        entry = self._entry(seen, kind, PEOPLE[actor], what, how)
        if entry is not None:
            self.entries.append(entry)

    def _entry(self, seen: Seen, kind: str, actor: str, what: int, how: int) -> Entry | None:
        seq, whom = seen.head_seq + 1, PEOPLE[what % 3]
        if actor not in seen.roles:
            return None
        match kind:
            case "message":
                return builders.message(seq, sender=actor)
            case "read" | "deliver":
                return self._advance(seen, actor, what, is_read=kind == "read")
            case "add":
                return builders.added(seq, whom) if whom not in seen.roles else None
            case "remove":
                return self._removed(seen, actor, whom)
            case "role":
                return builders.role_changed(seq, whom, ("admin", "member")[how % 2]) if whom in seen.roles else None
            case "rename":
                return GroupSettingsChanged(
                    conversation_id=CONVERSATION,
                    seq=seq,
                    at=builders.at(seq),
                    actor_id=actor,
                    **({"name": f"name {seq}"} if how % 2 else {"description": f"about {seq}"}),
                )
            case _:
                return self._change(seen, kind, actor, what, how)

    def _change(self, seen: Seen, kind: str, actor: str, what: int, how: int) -> Entry | None:
        """To a message that the actor saw."""
        seq = seen.head_seq + 1
        since = seen.joined[actor]
        messages = [one for one in self.entries if isinstance(one, MessageSent) and one.seq >= since]
        gone = {one.message_id for one in self.entries if isinstance(one, MessageDeleted)}
        if not messages:
            return None
        message = messages[what % len(messages)]
        is_own = message.sender_id == actor
        if kind == "react":
            return builders.reacted(seq, message.seq, ("👍", "❤", None)[how % 3], user=actor)
        if kind == "edit" and is_own:
            return builders.edited(seq, message.seq, f"edit {seq}", actor=actor)
        if kind == "delete" and is_own and message.message_id not in gone:
            return builders.deleted(seq, message.seq, actor=actor)
        return None

    def _advance(self, seen: Seen, actor: str, what: int, *, is_read: bool) -> Advance | None:
        before = seen.marks[actor][1 if is_read else 0]
        to_seq = before + 1 + what % 4
        return advance(actor, before, to_seq, is_read=is_read) if to_seq <= seen.head_seq else None

    def _removed(self, seen: Seen, actor: str, whom: str) -> Entry | None:
        if whom not in seen.roles or len(seen.roles) == 1:
            return None
        stay = [user_id for user_id in seen.roles if user_id != whom]
        promoted = stay[0] if all(seen.roles[user_id] != "admin" for user_id in stay) else None
        return builders.removed(seen.head_seq + 1, whom, actor=actor, promoted=promoted)


def written(of: list[Step]) -> list[Entry]:
    writer = Writer()
    for step in of:
        writer.write(step)
    return writer.entries
