"""What conversations and messages look like as lines of text. Pure.

Everything that others wrote goes through `clean`: a message must not be able to move the cursor or repaint
the screen.
"""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from clients.python import Conversation, Tick, tick
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
from clients.python.resources import MemberReceipt

Name = Callable[[str], str]
PENDING, REFUSED = "◷", "✗"
TICKS = {Tick.SENT: "✓", Tick.DELIVERED: "✓✓", Tick.READ: "✓✓ read"}
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INDENT = " " * 6
_LIST_TEXT_CHARACTERS = 50


def clean(text: str) -> str:
    """The text without anything that a terminal would obey."""
    return "".join(_clean(character) for character in text)


def event_line(event: AnyTimelineEvent, copy: Conversation | None, own_user_id: str, name: Name) -> str:
    """A line of a conversation; messages have their number, by which orders name them."""
    clock = _clock(event.at)
    if not isinstance(event, MessageSent):
        return f"{_INDENT}{clock} · {_what_happened(event, copy, name)}"
    who = tick_text(event, copy) if event.sender_id == own_user_id else f"{clean(name(event.sender_id))}:"
    return f"{f'#{event.seq}':>{len(_INDENT) - 1}} {clock} {who} {_text(event, copy)}"


def tick_text(message: MessageSent, copy: Conversation | None) -> str:
    """Sent, delivered or read."""
    return TICKS[Tick.SENT if copy is None else tick(message, copy)]


def risen_line(seqs: Sequence[int], risen: Tick) -> str:
    """Ticks that have changed since their lines were shown."""
    numbers = " ".join(f"#{seq}" for seq in seqs)
    return f"{_INDENT}{TICKS[risen]} {numbers}" + (" delivered" if risen is Tick.DELIVERED else "")


def pending_line(text: str) -> str:
    """One's own message that is still on its way."""
    return f"{_INDENT}{PENDING} {_indented(clean(text))}"


def refused_line(text: str, why: str) -> str:
    """One's own message that was refused."""
    return f"{_INDENT}{REFUSED} {_indented(clean(text))}  ({clean(why)})"


def list_line(number: int, copy: Conversation, own_user_id: str, name: Name) -> str:
    """A row of the conversation list."""
    unread = f"  ({copy.unread} unread)" if copy.unread else ""
    last = copy.last_message
    text = f"  {_shortened(last)}" if last is not None else ""
    muted = "  (muted)" if copy.muted_until is not None and copy.muted_until > datetime.now(UTC) else ""
    return f"{number:>3}  {title(copy, own_user_id, name)}{muted}{unread}{text}"


def title(copy: Conversation, own_user_id: str, name: Name) -> str:
    """What a conversation is called: the group's name, or the other person."""
    others = sorted(copy.member_ids - {own_user_id})
    if copy.kind == "direct" and others:
        return clean(name(others[0]))
    return clean(copy.name or "a group without a name")


def info_line(receipt: MemberReceipt, name: Name) -> str:
    """A row of message info."""
    times = (("delivered", receipt.delivered_at), ("read", receipt.read_at))
    told = [f"{what} {_clock(at)}" for what, at in times if at is not None]
    return f"  {clean(name(receipt.user_id))}: {', '.join(told) or 'not yet delivered'}"


def _what_happened(event: AnyTimelineEvent, copy: Conversation | None, name: Name) -> str:
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
        case GroupSettingsChanged(name=str(new_name)):
            return f"{who} named the group {clean(new_name)}"
        case GroupSettingsChanged():
            return f"{who} changed the group's settings"
        case MessageEdited():
            text = _indented(clean(event.body.text or "")) if event.body else "(deleted)"
            return f"{who} edited {_which(event.message_id, copy)}: {text}"
        case MessageDeleted():
            return f"{who} deleted {_which(event.message_id, copy)}"
        case ReactionSet():
            did = f"reacted {clean(event.emoji)} to" if event.emoji else "took a reaction back from"
            return f"{who} {did} {_which(event.message_id, copy)}"
        case _:
            return f"{who}: something that this version cannot show"


def _which(message_id: str, copy: Conversation | None) -> str:
    message = None if copy is None else copy.message(message_id)
    return "a message" if message is None else f"#{message.seq}"


def _text(event: MessageSent, copy: Conversation | None = None) -> str:
    reply = "" if event.reply_to is None else f"(re {_which(event.reply_to, copy)}) "
    if event.is_deleted or event.body is None:
        return f"{reply}(deleted)"
    media = "[media] " if event.body.kind != "text" else ""
    edited = " (edited)" if event.edited_at is not None else ""
    emojis = " ".join(clean(one.emoji) for one in event.reactions)
    return reply + media + _indented(clean(event.text or "")) + edited + (f"  [{emojis}]" if emojis else "")


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
