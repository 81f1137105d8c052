"""What the orders of a person work on."""

from dataclasses import dataclass

from clients.python import Api, Client, Conversation, MessageSent, User
from clients.terminal.complaint import Complaint
from clients.terminal.screen import Screen
from clients.terminal.view import View
from clients.terminal.writing import Writing

NEWEST = "^"


@dataclass(frozen=True, slots=True)
class Desk:
    """The client, what it shows, and what was meant by what was typed. All raise Complaint."""

    api: Api
    client: Client
    view: View
    screen: Screen
    writing: Writing

    def opened(self) -> Conversation:
        """The open conversation."""
        copy = self.view.open_copy()
        if copy is None:
            raise Complaint("No conversation is open: /open HANDLE first.")
        return copy

    async def message(self, which: str, *, is_own: bool = False) -> MessageSent:
        """The message of this number in the open conversation, or the newest (of one's own), also one just written."""
        await self.writing.settle()
        copy = self.opened()
        candidates = [
            message for message in copy.messages if which == NEWEST or str(message.seq) == which.removeprefix("#")
        ]
        own_id = self.client.user_id
        mine = [message for message in candidates if not is_own or message.sender_id == own_id]
        if mine:
            return mine[-1]
        raise Complaint("That message is not yours." if candidates else f"There is no message {which} here.")

    async def person(self, handle: str) -> User:
        """The person with this handle."""
        user = await self.view.people.find(handle.removeprefix("@"))
        if user is None:
            raise Complaint(f"There is nobody called {handle}.")
        return user

    async def persons(self, handles: list[str]) -> list[str]:
        """The ids of the people with these handles."""
        return [(await self.person(handle)).user_id for handle in handles]
