"""The API over HTTP: conversations and timelines, and with `accounts.py` all else. PROTOCOL, section 1.

    api = Api("http://127.0.0.1:8080")
    await api.create_account("alice", "Alice", "a long password")
    await api.sign_in("alice", "a long password", device_name="laptop")
    page = await api.conversations()

Errors are `ApiError` (with the protocol's stable `code`) and `Unreachable`.
"""

from datetime import UTC, datetime
from typing import Self

import httpx
import msgspec

from clients.python.commands import Command
from clients.python.decoding import decode_events
from clients.python.errors import ApiError
from clients.python.events import Body
from clients.python.media import MediaCalls
from clients.python.resources import (
    ConversationPage,
    Gateway,
    Gateways,
    MemberReceipt,
    MemberReceipts,
    Posted,
    Preferences,
    TimelinePage,
    TimelinePageOnWire,
)
from clients.python.summaries import ConversationSummary
from clients.python.transport import Query, decoded, segment

Place = int | str | datetime  # a seq, a message_id, or a time


class Api(MediaCalls):
    """One person's view of the API. Not signed in until `sign_in`, or with `credentials` from before."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def conversations(self, *, after: str | None = None, limit: int | None = None) -> ConversationPage:
        """A page of the conversation list, newest activity first."""
        query: Query = _without_none(after=after, limit=limit)
        return decoded(await self.request("GET", "/v1/conversations", query=query), ConversationPage)

    async def conversation(self, conversation_id: str) -> ConversationSummary:
        """One conversation with all its members."""
        path = f"/v1/conversations/{segment(conversation_id)}"
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
        path = f"/v1/conversations/{segment(conversation_id)}/timeline"
        response = await self.request("GET", path, query=query)
        page = decoded(response, TimelinePageOnWire)
        try:
            return TimelinePage(decode_events(page.events), page.has_more)
        except msgspec.DecodeError as error:
            raise ApiError(response.status_code, "unreadable", str(error)) from error

    async def receipts(self, conversation_id: str, message_id: str) -> tuple[MemberReceipt, ...]:
        """Message info, for its author: when it reached whom, and when they read it."""
        path = f"/v1/conversations/{segment(conversation_id)}/messages/{segment(message_id)}/receipts"
        return decoded(await self.request("GET", path), MemberReceipts).members

    async def mute(self, conversation_id: str, until: datetime | None) -> datetime | None:
        """Nothing is pushed until then; None: not muted. Returns what is in force."""
        path = f"/v1/conversations/{segment(conversation_id)}/preferences"
        response = await self.request("PATCH", path, body={"muted_until": until})
        return decoded(response, Preferences).muted_until

    async def gateways(self) -> tuple[Gateway, ...]:
        """The live gateways, for those who connect directly."""
        return decoded(await self.request("GET", "/v1/gateways"), Gateways).gateways

    async def command(self, command: Command) -> Posted:
        """Gives a command over HTTP. A refusal is an ApiError whose `code` is the reason."""
        return _posted(await self.request("POST", "/v1/commands", body=command))

    async def post_message(self, conversation_id: str, *, client_id: str, text: str) -> Posted:
        """Sends a text message over HTTP. A refusal is an ApiError whose `code` is the reason."""
        path = f"/v1/conversations/{segment(conversation_id)}/messages"
        body = {"client_id": client_id, "body": Body(kind="text", text=text)}
        return _posted(await self.request("POST", path, body=body))


def _posted(response: httpx.Response) -> Posted:
    try:
        return Posted(decode_events([msgspec.Raw(response.content)])[0], response.status_code == httpx.codes.OK)
    except msgspec.DecodeError as error:
        raise ApiError(response.status_code, "unreadable", str(error)) from error


def _place(place: Place | None) -> str | int | None:
    if isinstance(place, datetime):
        return place.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return place


def _without_none(**query: str | int | None) -> Query:
    return {name: value for name, value in query.items() if value is not None}
