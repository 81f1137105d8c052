"""What is shown of conversations: the list, the open one, its history and members."""

from contextlib import suppress

from clients.python import Api, ApiError, Client, Conversation, Unreachable
from clients.python.frames import AnyTimelineEvent
from clients.terminal import render
from clients.terminal.people import People, Target, named
from clients.terminal.screen import Screen

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
        self._listed: list[str] = []
        self._shown_from: int | None = None

    async def show_list(self) -> None:
        """The conversations, numbered, newest activity first."""
        newest_first = sorted(
            self._client.conversations.values(), key=lambda copy: copy.last_at, reverse=True
        )
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
        if target is None:
            return False
        self.target, self._shown_from = target, None
        self._screen.show(f"— {target.title} —")
        copy = self._open_copy()
        if copy is None:
            self._screen.show("(no messages yet: the first one begins the conversation)")
        else:
            copy.unread = 0  # on this screen; the server hears of reading with the receipts
            await self._show_older(copy)
        return True

    async def more(self) -> bool:
        """Older messages of the open conversation; False if none is open."""
        copy = self._open_copy()
        if copy is not None:
            await self._show_older(copy)
        return copy is not None

    async def who(self) -> None:
        """The members of the open conversation, or oneself."""
        copy = await self._described(self._open_copy())
        members = {self._client.user_id} | (copy.member_ids if copy is not None else set())
        if self.target is not None and self.target.user_id is not None:
            members.add(self.target.user_id)
        await self.people.know(members)
        for user_id in sorted(members, key=self.people.name):
            self._screen.show(f"  {self.name(user_id)}{await self._presence(user_id)}")

    def is_open(self, conversation_id: str) -> bool:
        """Whether this is the conversation that is open; one may have begun since it was opened."""
        return self.target is not None and self._open_id(self.target) == conversation_id

    def title(self, copy: Conversation) -> str:
        """What a conversation is called."""
        return render.title(copy, self._client.user_id, self.people.name)

    def name(self, user_id: str) -> str:
        """What a person is called."""
        return render.clean(self.people.name(user_id))

    async def line(self, event: AnyTimelineEvent) -> str:
        """An event as a line."""
        copy = await self._described(self._client.conversations.get(event.conversation_id))
        await self.people.know({*named(event), *(copy.member_ids if copy is not None else ())})
        return render.event_line(event, copy, self._client.user_id, self.people.name)

    async def _described(self, copy: Conversation | None) -> Conversation | None:
        """With name and members, also where the events that are here do not tell them."""
        if copy is not None and not copy.member_ids:
            with suppress(ApiError, Unreachable):
                return await self._client.describe(copy.conversation_id)
        return copy

    async def _show_older(self, copy: Conversation) -> None:
        """A screenful before what was shown last."""
        has_more = True
        while len(self._older(copy)) < _PAGE_LINES and has_more and copy.oldest_seq != 1:
            has_more = (await self._client.page_back(copy.conversation_id)).has_more
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

    def _open_copy(self) -> Conversation | None:
        conversation_id = None if self.target is None else self._open_id(self.target)
        return None if conversation_id is None else self._client.conversations.get(conversation_id)

    def _open_id(self, target: Target) -> str | None:
        if target.conversation_id is None and target.user_id is not None:
            target.conversation_id = self._client.session.direct_with(target.user_id)
        return target.conversation_id

    def _in_list(self, name: str) -> Target | None:
        """A conversation by its number, or a group by its name."""
        for number, conversation_id in enumerate(self._listed, start=1):
            copy = self._client.conversations.get(conversation_id)
            if copy is not None and (
                name == str(number) or (copy.kind == "group" and name == self.title(copy))
            ):
                return Target(self.title(copy), None, conversation_id)
        return None

    async def _with_person(self, handle: str) -> Target | None:
        user = await self.people.find(handle)
        if user is None:
            return None
        return Target(
            render.clean(user.handle or handle), user.user_id, self._client.session.direct_with(user.user_id)
        )

    async def _presence(self, user_id: str) -> str:
        if user_id == self._client.user_id:
            return " (you)"
        try:
            presence = await self._api.presence(user_id)
        except ApiError:
            return ""  # not told
        if presence.is_online:
            return " · online"
        last = presence.last_seen_at
        return "" if last is None else f" · last seen {last.astimezone():%Y-%m-%d %H:%M}"
