"""What conversations and messages look like as lines of text. Pure.

Everything that others wrote goes through `clean`: a message must not be able to move the cursor or repaint
the screen.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime

from clients.python import Conversation
from clients.python.frames import (
    AnyTimelineEvent,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    ReactionSet,
    RoleChanged,
)

Name = Callable[[str], str]
PENDING, SENT, DELIVERED, REFUSED = "◷", "✓", "✓✓", "✗"
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INDENT = " " * 6
_LIST_TEXT_CHARACTERS = 50


def clean(text: str) -> str:
    """The text without anything that a terminal would obey."""
    return "".join(_clean(character) for character in text)


def event_line(event: AnyTimelineEvent, copy: Conversation | None, own_user_id: str, name: Name) -> str:
    """A line of a conversation."""
    clock = _clock(event.at)
    if not isinstance(event, MessageSent):
        return f"{clock} · {_what_happened(event, name)}"
    if event.sender_id == own_user_id:
        return own_line(event, copy, own_user_id)
    return f"{clock} {clean(name(event.sender_id))}: {_text(event)}"


def own_line(event: MessageSent, copy: Conversation | None, own_user_id: str) -> str:
    """One's own message with its tick."""
    return f"{_clock(event.at)} {tick(event, copy, own_user_id)} {_text(event)}"


def pending_line(text: str) -> str:
    """One's own message that is still on its way."""
    return f"{_INDENT}{PENDING} {_indented(clean(text))}"


def refused_line(text: str, why: str) -> str:
    """One's own message that was refused."""
    return f"{_INDENT}{REFUSED} {_indented(clean(text))}  ({clean(why)})"


def tick(event: MessageSent, copy: Conversation | None, own_user_id: str) -> str:
    """Sent, delivered or read: the last two when all others in the conversation have got so far."""
    others = set() if copy is None else copy.member_ids - {own_user_id}
    if copy is None or not others or not others <= copy.watermarks.keys():
        return SENT
    if all(copy.watermarks[user_id].read_seq >= event.seq for user_id in others):
        return f"{DELIVERED} read"
    is_delivered = all(copy.watermarks[user_id].delivered_seq >= event.seq for user_id in others)
    return DELIVERED if is_delivered else SENT


def list_line(number: int, copy: Conversation, own_user_id: str, name: Name) -> str:
    """A row of the conversation list."""
    unread = f"  ({copy.unread} unread)" if copy.unread else ""
    last = copy.messages[-1:]
    text = f"  {_shortened(last[0])}" if last else ""
    return f"{number:>3}  {title(copy, own_user_id, name)}{unread}{text}"


def title(copy: Conversation, own_user_id: str, name: Name) -> str:
    """What a conversation is called: the group's name, or the other person."""
    others = sorted(copy.member_ids - {own_user_id})
    if copy.kind == "direct" and others:
        return clean(name(others[0]))
    return clean(copy.name or "a group without a name")


def _what_happened(event: AnyTimelineEvent, name: Name) -> str:
    who = clean(name(event.actor_id)) if event.actor_id else "somebody"
    match event:
        case GroupCreated():
            return f"{who} created the group {clean(event.name or '')}".rstrip()
        case MembersAdded():
            return f"{who} added {', '.join(clean(name(member)) for member in event.member_ids)}"
        case MemberRemoved() if event.user_id == event.actor_id:
            return f"{who} left"
        case MemberRemoved():
            return f"{who} removed {clean(name(event.user_id))}"
        case RoleChanged():
            return f"{who} made {clean(name(event.user_id))} {clean(event.role)}"
        case GroupSettingsChanged():
            return f"{who} changed the group's settings"
        case MessageEdited():
            return f"{who} edited a message: {clean(event.body.text or '') if event.body else ''}"
        case MessageDeleted():
            return f"{who} deleted a message"
        case ReactionSet():
            return f"{who} reacted {clean(event.emoji)}" if event.emoji else f"{who} took a reaction back"
        case _:
            return f"{who}: something that this version cannot show"


def _text(event: MessageSent) -> str:
    if event.is_deleted or event.body is None:
        return "(deleted)"
    media = "[media] " if event.body.kind != "text" else ""
    edited = " (edited)" if event.edited_at is not None else ""
    return media + _indented(clean(event.text or "")) + edited


def _shortened(event: MessageSent) -> str:
    text = _text(event).replace("\n", " ")
    return text if len(text) <= _LIST_TEXT_CHARACTERS else text[: _LIST_TEXT_CHARACTERS - 1] + "…"


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + _INDENT)


def _clean(character: str) -> str:
    if character in "\n\t":
        return character
    is_control = unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI_CONTROLS
    return "\N{REPLACEMENT CHARACTER}" if is_control else character


def _clock(at: datetime) -> str:
    local = at.astimezone()
    is_today = local.date() == datetime.now(local.tzinfo).date()
    return f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}"
