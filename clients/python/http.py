"""The API over HTTP: accounts, devices, tickets, users, conversations, timelines. PROTOCOL, section 1.

    api = Api("http://127.0.0.1:8080")
    await api.create_account("alice", "Alice", "a long password")
    await api.sign_in("alice", "a long password", device_name="laptop")
    page = await api.conversations()

Errors are `ApiError` (with the protocol's stable `code`) and `Unreachable`.
"""

from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote

import msgspec

from clients.python.decoding import decode_events
from clients.python.errors import ApiError
from clients.python.frames import Body, ConversationSummary
from clients.python.resources import (
    Account,
    ConversationPage,
    Credentials,
    Device,
    Devices,
    Posted,
    Presence,
    Ticket,
    TimelinePage,
    TimelinePageOnWire,
    User,
    Users,
)
from clients.python.transport import Query, Transport, decoded

Place = int | str | datetime  # a seq, a message_id, or a time


class Api(Transport):
    """One person's view of the API. Not signed in until `sign_in`, or with `credentials` from before."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def create_account(self, handle: str, display_name: str, password: str) -> Account:
        """A new account; it does not sign in. ApiError `conflict` when the handle is taken."""
        body = {"handle": handle, "display_name": display_name, "password": password}
        return decoded(await self.request("POST", "/v1/accounts", body=body, is_open=True), Account)

    async def sign_in(self, handle: str, password: str, *, device_name: str) -> Credentials:
        """Registers a device; this object is signed in as it from then on."""
        body = {"handle": handle, "password": password, "device_name": device_name}
        response = await self.request("POST", "/v1/sessions", body=body, is_open=True)
        credentials = decoded(response, Credentials)
        self.adopt(credentials)
        return credentials

    async def devices(self) -> tuple[Device, ...]:
        """One's own devices."""
        return decoded(await self.request("GET", "/v1/devices"), Devices).devices

    async def sign_out(self, device_id: str | None = None) -> None:
        """Signs a device out, this one by default: its socket closes and its tokens end at once."""
        own = self.credentials.device_id if self.credentials is not None else ""
        await self.request("DELETE", f"/v1/devices/{_segment(device_id or own)}")

    async def ticket(self) -> Ticket:
        """A single-use ticket for one Hello."""
        return decoded(await self.request("POST", "/v1/tickets"), Ticket)

    async def me(self) -> User:
        """One's own profile, with privacy settings."""
        return decoded(await self.request("GET", "/v1/users/me"), User)

    async def user(self, user_id: str) -> User:
        """A person's public profile."""
        return decoded(await self.request("GET", f"/v1/users/{_segment(user_id)}"), User)

    async def user_by_handle(self, handle: str) -> User | None:
        """The person with this handle, or None."""
        try:
            response = await self.request("GET", "/v1/users", query={"handle": handle})
        except ApiError as error:
            if error.code == "not-found":
                return None
            raise
        return next(iter(decoded(response, Users).users), None)

    async def users(self, user_ids: list[str]) -> tuple[User, ...]:
        """The public profiles of those that exist."""
        if not user_ids:
            return ()
        return decoded(await self.request("GET", "/v1/users", query={"ids": ",".join(user_ids)}), Users).users

    async def presence(self, user_id: str) -> Presence:
        """Whether a person is online; both fields None where they hide it."""
        return decoded(await self.request("GET", f"/v1/users/{_segment(user_id)}/presence"), Presence)

    async def conversations(self, *, after: str | None = None, limit: int | None = None) -> ConversationPage:
        """A page of the conversation list, newest activity first."""
        query: Query = _without_none(after=after, limit=limit)
        return decoded(await self.request("GET", "/v1/conversations", query=query), ConversationPage)

    async def conversation(self, conversation_id: str) -> ConversationSummary:
        """One conversation with all its members."""
        path = f"/v1/conversations/{_segment(conversation_id)}"
        return decoded(await self.request("GET", path), ConversationSummary)

    async def timeline(
        self,
        conversation_id: str,
        *,
        before: Place | None = None,
        after: Place | None = None,
        limit: int | None = None,
    ) -> TimelinePage:
        """Events strictly before or after a place, ascending; without either, the newest page."""
        query = _without_none(before=_place(before), after=_place(after), limit=limit)
        path = f"/v1/conversations/{_segment(conversation_id)}/timeline"
        response = await self.request("GET", path, query=query)
        page = decoded(response, TimelinePageOnWire)
        try:
            return TimelinePage(decode_events(page.events), page.has_more)
        except msgspec.DecodeError as error:
            raise ApiError(response.status_code, "unreadable", str(error)) from error

    async def post_message(self, conversation_id: str, *, client_id: str, text: str) -> Posted:
        """Sends a text message over HTTP. A refusal is an ApiError whose `code` is the reason."""
        path = f"/v1/conversations/{_segment(conversation_id)}/messages"
        body = {"client_id": client_id, "body": Body(kind="text", text=text)}
        response = await self.request("POST", path, body=body)
        try:
            return Posted(decode_events([msgspec.Raw(response.content)])[0], response.status_code == 200)
        except msgspec.DecodeError as error:
            raise ApiError(response.status_code, "unreadable", str(error)) from error


def _segment(text: str) -> str:
    return quote(text, safe="")


def _place(place: Place | None) -> str | int | None:
    if isinstance(place, datetime):
        return place.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return place


def _without_none(**query: str | int | None) -> Query:
    return {name: value for name, value in query.items() if value is not None}
