"""Names of people, asked for once, and whom one writes to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clients.python import Api, ApiError, Unreachable, User
from clients.python.frames import AnyTimelineEvent, MemberRemoved, MembersAdded, RoleChanged

_IDS_MAX = 50  # in one call: the address stays short


@dataclass(slots=True)
class Target:
    """The open conversation: one with a person may not exist before the first message."""

    title: str
    user_id: str | None
    conversation_id: str | None


class People:
    """Handles by user id. `name` never waits; `know` fetches what is not known yet."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._users: dict[str, User] = {}

    def name(self, user_id: str) -> str:
        """The handle, or the id's first characters while it is not known."""
        user = self._users.get(user_id)
        return user.handle if user is not None and user.handle else user_id[:8]

    def add(self, user: User) -> None:
        """One that is known from elsewhere."""
        self._users[user.user_id] = user

    async def know(self, user_ids: Iterable[str]) -> None:
        """Fetches the names; where that fails, ids stand in for them."""
        missing = sorted(set(user_ids) - self._users.keys())
        for start in range(0, len(missing), _IDS_MAX):
            try:
                users = await self._api.users(missing[start : start + _IDS_MAX])
            except (ApiError, Unreachable):
                return
            for user in users:
                self.add(user)

    async def find(self, handle: str) -> User | None:
        """The person with this handle."""
        user = await self._api.user_by_handle(handle.lower())
        if user is not None:
            self.add(user)
        return user


def named(event: AnyTimelineEvent) -> Iterator[str]:
    """The people whom an event's line names."""
    if event.actor_id is not None:
        yield event.actor_id
    match event:
        case MembersAdded():
            yield from event.member_ids
        case MemberRemoved() | RoleChanged():
            yield event.user_id
        case _:
            pass
