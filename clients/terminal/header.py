"""The line below the prompt: the open conversation's people, the connection, what is unread."""

from clients.python import Client, Conversation
from clients.python.frames import PresenceChanged
from clients.terminal import render
from clients.terminal.people import Target


def status(client: Client, target: Target | None, copy: Conversation | None, name: render.Name) -> str:
    """The whole line."""
    parts = [_connection(client), people(client, target, copy, name), _unread(client, copy), "/help"]
    return " · ".join(part for part in parts if part)


def people(client: Client, target: Target | None, copy: Conversation | None, name: render.Name) -> str:
    """Who types; or else whether the other person is online."""
    typing = sorted(render.clean(name(user_id)) for user_id in copy.typing) if copy is not None else []
    if typing:
        return f"{', '.join(typing)} {'is' if len(typing) == 1 else 'are'} typing …"
    if target is None or target.user_id is None:
        return ""
    presence = client.presences.get(target.user_id)
    return "" if presence is None else presence_text(target.title, presence)


def presence_text(who: str, presence: PresenceChanged) -> str:
    """Online, last seen, or only the name where it is hidden."""
    if presence.is_online:
        return f"{who} is online"
    last = presence.last_seen_at
    return who if last is None else f"{who} was last seen {last.astimezone():%Y-%m-%d %H:%M}"


def _connection(client: Client) -> str:
    pending = f" {render.PENDING} {client.pending_count}" if client.pending_count else ""
    return ("connected" if client.is_synced else "connecting …") + pending


def _unread(client: Client, opened: Conversation | None) -> str:
    unread = sum(copy.unread for copy in client.conversations.values() if copy is not opened)
    return f"{unread} unread" if unread else ""
