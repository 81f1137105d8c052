"""What is shown of conversations: the list, the open one, its history and members."""

from contextlib import suppress

from clients.python import Api, ApiError, Client, Conversation, Unreachable
from clients.python.frames import AnyTimelineEvent, MessageSent, PresenceChanged
from clients.terminal import header, render
from clients.terminal.people import People, Target, named
from clients.terminal.screen import Screen
from clients.terminal.ticking import Ticking

_PAGE_LINES = 20
_LIST_ROWS = 30


class View:
    """The screen's side of the local copies, and which conversation is open."""

    def __init__(self, api: Api, client: Client, screen: Screen) -> None:
        self.target: Target | None = None
        self.people = People(api)
        self._api = api
        self._client = client
        self._screen = screen
        self._ticking = Ticking()
        self._listed: list[str] = []
        self._shown_from: int | None = None

    async def show_list(self) -> None:
        """The conversations, numbered, newest activity first."""
        newest_first = sorted(self._client.conversations.values(), key=lambda copy: copy.last_at, reverse=True)
        copies = newest_first[:_LIST_ROWS]
        self._listed = [copy.conversation_id for copy in copies]
        await self.people.know(user_id for copy in copies for user_id in copy.member_ids)
        if not copies:
            self._screen.show("No conversations yet. /open HANDLE begins one.")
        for number, copy in enumerate(copies, start=1):
            self._screen.show(render.list_line(number, copy, self._client.user_id, self.people.name))

    async def open(self, name: str) -> bool:
        """Opens a conversation and shows its newest messages; False if there is none of that name."""
        target = self._in_list(name) or await self._with_person(name)
        if target is not None:
            await self._open(target)
        return target is not None

    async def open_conversation(self, conversation_id: str, *, is_shown: bool = False) -> None:
        """Opens one by its id; `is_shown`: only its title is new."""
        target = self._target(self._client.conversations[conversation_id])
        if is_shown:
            self.target = target
        else:
            await self._open(target)

    async def more(self) -> None:
        """Older messages of the open conversation."""
        copy = self.open_copy()
        if copy is not None:
            await self._show_older(copy)

    async def show_members(self) -> None:
        """The members of the open conversation with their roles, or oneself."""
        copy = await self._described(self.open_copy())
        seats = {} if copy is None else copy.roster.members
        own_id = self._client.user_id
        for user_id in [own_id, *await self.others()]:
            is_admin = user_id in seats and seats[user_id].role == "admin"
            you = " (you)" if user_id == own_id else ""
            self._screen.show(f"  {self.name(user_id)}{you}{' · admin' if is_admin else ''}")

    async def show_presence(self, user_id: str) -> None:
        """Whether somebody is online."""
        presence = await self._api.presence(user_id)
        seen = PresenceChanged(user_id=user_id, is_online=presence.is_online, last_seen_at=presence.last_seen_at)
        text = header.presence_text(self.name(user_id), seen)
        is_hidden = seen.is_online is None and seen.last_seen_at is None
        self._screen.show(f"  {text} does not say" if is_hidden else f"  {text}")

    async def others(self) -> list[str]:
        """The other members of the open conversation, by name."""
        copy = await self._described(self.open_copy())
        members = set() if copy is None else copy.member_ids
        if self.target is not None and self.target.user_id is not None:
            members.add(self.target.user_id)
        await self.people.know({*members, self._client.user_id})
        return sorted(members - {self._client.user_id}, key=self.people.name)

    def is_open(self, conversation_id: str) -> bool:
        """Whether this is the conversation that is open; one may have begun since it was opened."""
        return self.open_id() == conversation_id

    def open_id(self) -> str | None:
        """The open conversation's id, once there is one."""
        target = self.target
        if target is None:
            return None
        if target.conversation_id is None and target.user_id is not None:
            target.conversation_id = self._client.session.direct_with(target.user_id)
        return target.conversation_id

    def open_copy(self) -> Conversation | None:
        """The open conversation, once there is one."""
        return self._client.conversations.get(self.open_id() or "")

    def title(self, copy: Conversation) -> str:
        """What a conversation is called."""
        return render.title(copy, self._client.user_id, self.people.name)

    def name(self, user_id: str) -> str:
        """What a person is called."""
        return render.clean(self.people.name(user_id))

    def status(self) -> str:
        """The line below the prompt."""
        return header.status(self._client, self.target, self.open_copy(), self.people.name)

    async def line(self, event: AnyTimelineEvent) -> str:
        """An event as a line."""
        copy = await self._described(self._client.conversations.get(event.conversation_id))
        await self.people.know({*named(event), *(copy.member_ids if copy is not None else ())})
        if copy is not None and isinstance(event, MessageSent) and event.sender_id == self._client.user_id:
            self._ticking.show(event, copy)
        return render.event_line(event, copy, self._client.user_id, self.people.name)

    def show_risen(self, conversation_id: str) -> None:
        """The ticks of the open conversation that have changed since they were shown."""
        copy = self.open_copy()
        if copy is not None and self.is_open(conversation_id):
            for risen, seqs in self._ticking.risen(copy).items():
                self._screen.show(render.risen_line(seqs, risen))

    async def _open(self, target: Target) -> None:
        if self.target is not None and self.target.user_id is not None:
            self._client.unwatch([self.target.user_id])
        self.target, self._shown_from = target, None
        self._ticking.clear()
        self._screen.show(f"— {target.title} —")
        if target.user_id is not None:
            self._client.watch([target.user_id])
        copy = self.open_copy()
        if copy is None:
            self._screen.show("(no messages yet: the first one begins the conversation)")
        else:
            await self._described(copy)
            await self._show_older(copy)
            self._client.mark_read(copy.conversation_id)

    async def _described(self, copy: Conversation | None) -> Conversation | None:
        """With name and members, also where the events that are here do not tell them."""
        if copy is not None and copy.is_member and not copy.roster.is_complete:
            with suppress(ApiError, Unreachable):
                return await self._client.describe(copy.conversation_id)
        return copy

    async def _show_older(self, copy: Conversation) -> None:
        """A screenful before what was shown last."""
        while len(self._older(copy)) < _PAGE_LINES and copy.complete_from > 1:
            await self._client.page_back(copy.conversation_id)
        shown = self._older(copy)[-_PAGE_LINES:]
        await self.people.know(user_id for event in shown for user_id in named(event))
        for event in shown:
            self._screen.show(await self.line(event))
        if shown:
            self._shown_from = shown[0].seq
        else:
            self._screen.show("(nothing older)")

    def _older(self, copy: Conversation) -> list[AnyTimelineEvent]:
        shown_from = self._shown_from
        return [event for event in copy.history if shown_from is None or event.seq < shown_from]

    def _target(self, copy: Conversation) -> Target:
        others = copy.member_ids - {self._client.user_id}
        user_id = min(others) if copy.kind == "direct" and others else None
        return Target(self.title(copy), user_id, copy.conversation_id)

    def _in_list(self, name: str) -> Target | None:
        """A conversation by its number, or a group by its name."""
        for number, conversation_id in enumerate(self._listed, start=1):
            copy = self._client.conversations.get(conversation_id)
            if copy is not None and (name == str(number) or (copy.kind == "group" and name == self.title(copy))):
                return self._target(copy)
        return None

    async def _with_person(self, handle: str) -> Target | None:
        user = await self.people.find(handle)
        if user is None:
            return None
        return Target(render.clean(user.handle or handle), user.user_id, self._client.session.direct_with(user.user_id))
