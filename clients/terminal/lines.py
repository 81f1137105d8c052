"""What a person types, as values. Pure."""

from dataclasses import dataclass

HELP = """\
/open HANDLE   open the conversation with a person (or /open NUMBER from /list, or a group's name)
/list          conversations, newest activity first, with unread counts
/more          older messages of the open conversation
/who           who is in the open conversation
/help          this
/quit          leave (after what was written has been confirmed)
Anything else is sent to the open conversation; begin with // to send a line that starts with a slash.
Ticks: ◷ on its way, ✓ sent (in the log, for ever), ✓✓ delivered, ✗ refused."""


@dataclass(frozen=True, slots=True)
class Write:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Open:
    """Open a conversation."""

    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """A command without an argument: list, more, who, help, quit."""

    name: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not a command that exists."""

    why: str


Line = Write | Open | Order | Unclear
_ORDERS = {
    "list": "list",
    "more": "more",
    "who": "who",
    "help": "help",
    "quit": "quit",
    "exit": "quit",
    "q": "quit",
}


def parse(text: str) -> Line | None:
    """What the line means; None for an empty one."""
    line = text.rstrip("\r\n")
    if not line.strip():
        return None
    if line.startswith("//"):
        return Write(line[1:])
    if not line.startswith("/"):
        return Write(line)
    name, _, rest = line[1:].partition(" ")
    return _command(name.lower(), rest.strip())


def _command(name: str, rest: str) -> Line:
    if name == "open":
        return (
            Open(rest.removeprefix("@")) if rest else Unclear("/open whom? A handle, or a number from /list.")
        )
    if name in _ORDERS and not rest:
        return Order(_ORDERS[name])
    return Unclear(f"/{name} is not a command, or takes no argument. /help lists them.")
