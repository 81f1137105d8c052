"""What the echo makes of a message. Pure: a message in, an answer out, the same each time."""

from collections.abc import Iterable
from dataclasses import dataclass

from clients.demo.drawing import PICTURES
from clients.python import MessageSent
from clients.python.events import AnyTimelineEvent

AWAY_SECONDS = 20.0
HELP = """\
I repeat what you say. I read it, so your ticks turn; I type before I answer; and now and then I react. Beside that:

photo: I show you a picture. Send me one, and you get it back.
edit: I say something, and then change it.
delete: I say something, and take it back.
away: I leave for a while: what you write meanwhile gets one tick, and two when I come back.
help: this.

In a group I answer when you mention me, or say echo."""
LOOKS = "A fine picture!"
GONE = f"I am off for {AWAY_SECONDS:.0f} seconds. Write something, and watch its ticks."
_REACTIONS = (("thank", "❤️"), ("love", "❤️"), ("haha", "😂"), ("joke", "😂"), ("sorry", "🤗"), ("!", "🎉"))
_PICTURES = tuple(PICTURES)
_THUMB_EVERY = 3  # messages, where nothing else fits


@dataclass(frozen=True, slots=True)
class Says:
    """A text; `edited` is what becomes of it, and `is_taken_back` whether anything does."""

    text: str
    edited: str | None = None
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Draws:
    """A picture of the echo's own."""

    picture: str
    caption: str


@dataclass(frozen=True, slots=True)
class Returns:
    """The media that was sent, sent back."""

    media_id: str
    caption: str


@dataclass(frozen=True, slots=True)
class Leaves:
    """Says that it does, and is offline for a while."""

    text: str


Answer = Says | Draws | Returns | Leaves


def answer(message: MessageSent) -> Answer:
    """The answer to a message."""
    if message.body is not None and message.body.media_id is not None:
        return Returns(message.body.media_id, message.text or LOOKS)
    text = message.text or ""
    match text.strip().lower().strip("/.!?"):
        case "help":
            return Says(HELP)
        case "photo":
            return Draws(_PICTURES[message.message_number % len(_PICTURES)], "The view from here")
        case "edit":
            return Says("I never make mistkaes.", edited="I never make mistakes.")
        case "delete":
            return Says("Forget this at once.", is_taken_back=True)
        case "away":
            return Leaves(GONE)
        case _:
            return Says(text)


def reaction(message: MessageSent) -> str | None:
    """What it sets to a message before it answers, if anything."""
    if message.body is not None and message.body.media_id is not None:
        return "😍"
    text = (message.text or "").lower()
    fitting = next((emoji for sign, emoji in _REACTIONS if sign in text), None)
    return fitting or ("👍" if message.message_number % _THUMB_EVERY == 0 else None)


def answer_id(message: MessageSent) -> str:
    """The `client_id` of the answer: made of the message, so that it is answered once, whoever tries again."""
    return f"answer-{message.message_id}"


def unanswered(history: Iterable[AnyTimelineEvent], own_user_id: str, *, is_group: bool) -> list[MessageSent]:
    """The messages of others that call for an answer and have none, ascending."""
    events = list(history)
    answered = {event.client_id for event in events if event.actor_id == own_user_id}
    return [
        event
        for event in events
        if isinstance(event, MessageSent)
        and event.sender_id != own_user_id
        and event.body is not None
        and answer_id(event) not in answered
        and (not is_group or _is_called(event, own_user_id))
    ]


def _is_called(message: MessageSent, own_user_id: str) -> bool:
    return own_user_id in message.mentions or "echo" in (message.text or "").lower()
