"""An asyncio client of Backchannel. It speaks PROTOCOL.md and imports nothing of the server.

    from clients.python import Api, Client

    async with Api("http://127.0.0.1:8080") as api:
        await api.sign_in("alice", "a long password", device_name="laptop")
        bob = await api.user_by_handle("bob")
        async with Client(api) as client:
            await client.wait_synced()
            sent = await client.send_text("hello", to_user_id=bob.user_id)

`http.py` is the API, `session.py` the protocol without I/O, `client.py` the line that stays open, `speaking.py` what
one can say over it, `local.py` the copy of a conversation, `state.py` what can be compared of it, `connection.py` one
bare socket for tests of the protocol itself.
"""

from clients.python.backoff import Backoff
from clients.python.client import Client
from clients.python.connection import Connection, Received
from clients.python.effects import Described, Disconnected, Event, HoleSkipped, OwnFound
from clients.python.errors import (
    ApiError,
    BackchannelError,
    CommandFailed,
    ConnectionEnded,
    ConnectionLost,
    FrameTooLarge,
    MalformedCommand,
    NotConfirmed,
    Refused,
    SubscriberTooSlow,
    Unreachable,
)
from clients.python.frames import MessageSent
from clients.python.http import Api
from clients.python.local import Conversation
from clients.python.resources import Account, Credentials, User
from clients.python.session import Bookmark, Session
from clients.python.state import ConversationState, fetched, of_copy
from clients.python.ticks import Tick, tick

__all__ = [
    "Account",
    "Api",
    "ApiError",
    "BackchannelError",
    "Backoff",
    "Bookmark",
    "Client",
    "CommandFailed",
    "Connection",
    "ConnectionEnded",
    "ConnectionLost",
    "Conversation",
    "ConversationState",
    "Credentials",
    "Described",
    "Disconnected",
    "Event",
    "FrameTooLarge",
    "HoleSkipped",
    "MalformedCommand",
    "MessageSent",
    "NotConfirmed",
    "OwnFound",
    "Received",
    "Refused",
    "Session",
    "SubscriberTooSlow",
    "Tick",
    "Unreachable",
    "User",
    "fetched",
    "of_copy",
    "tick",
]
