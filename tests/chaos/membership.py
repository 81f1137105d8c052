"""Who may see what, as the log tells it: a member sees [joined, left], each time. Pure; apart from the server's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from clients.python.events import AnyTimelineEvent, GroupCreated, MemberRemoved, MembersAdded, MessageSent


@dataclass(slots=True)
class Membership:
    """`joined` and `left` alternate; one more `joined` means that the user is a member now."""

    joined: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    @property
    def is_member(self) -> bool:
        return len(self.joined) > len(self.left)

    def sees(self, seq: int) -> bool:
        ends = [*self.left, seq] if self.is_member else self.left
        return any(first <= seq <= last for first, last in zip(self.joined, ends, strict=True))

    def last_seen(self, head_seq: int) -> int:
        """The last seq that the user may see."""
        return head_seq if self.is_member else self.left[-1]


def memberships(events: Iterable[AnyTimelineEvent]) -> Mapping[str, Membership]:
    """By user, from the events of one conversation in their order."""
    found: dict[str, Membership] = {}
    for event in events:
        match event:
            case GroupCreated(member_ids=joining) | MembersAdded(member_ids=joining) | MessageSent(member_ids=joining):
                for user_id in joining or ():
                    found.setdefault(user_id, Membership()).joined.append(event.seq)
            case MemberRemoved(user_id=user_id):
                found.setdefault(user_id, Membership()).left.append(event.seq)
            case _:
                pass
    return found
