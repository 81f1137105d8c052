"""What a person types, as values. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """What an order takes after its name (in brackets: or nothing), and what it does."""

    takes: str
    does: str


ORDERS = {
    "open": Usage("HANDLE", "open the conversation with a person, a NUMBER from /list, or a group's name"),
    "list": Usage("", "conversations, newest activity first, with unread counts"),
    "more": Usage("", "older messages of the open conversation"),
    "reply": Usage("N TEXT", "answer message N (as shown: #N; or ^ for the newest)"),
    "edit": Usage("N TEXT", "change your message N (^: your newest), within 15 minutes"),
    "delete": Usage("N", "delete your message N (^: your newest) for everyone; as a group's admin, any"),
    "react": Usage("N [EMOJI]", "react to message N; without an emoji: take it back"),
    "info": Usage("N", "whom your message N has reached, and who has read it"),
    "file": Usage("PATH [CAPTION]", 'send a file; a path with spaces stands in "quotes"'),
    "save": Usage("N [PATH]", "save the file of message N (^: the newest)"),
    "group": Usage("NAME [HANDLE…]", 'make a group; a name of many words stands in "quotes"'),
    "members": Usage("", "who is in the open conversation"),
    "add": Usage("HANDLE…", "add people to the open group"),
    "remove": Usage("HANDLE", "remove somebody from the open group"),
    "admin": Usage("HANDLE [off]", "make a member an admin, or no longer"),
    "rename": Usage("NAME", "give the open group another name"),
    "leave": Usage("", "leave the open group"),
    "presence": Usage("[HANDLE]", "who is online, or when they last were"),
    "block": Usage("HANDLE", "no messages and no presence, either way"),
    "unblock": Usage("HANDLE", "take a block back"),
    "mute": Usage("[HOURS]", "mute the open conversation (8 hours; 0: no longer)"),
    "help": Usage("", "this"),
    "quit": Usage("", "leave (after what was written has been confirmed)"),
}
_ALIASES = {"who": "members", "exit": "quit", "q": "quit"}
_WIDTH = max(len(f"/{name} {usage.takes}") for name, usage in ORDERS.items()) + 2

HELP = "\n".join(
    [
        *(f"{f'/{name} {usage.takes}':{_WIDTH}}{usage.does}" for name, usage in ORDERS.items()),
        "Anything else is sent to the open conversation; begin with // to send a line that starts with a slash.",
        "Ticks: ◷ on its way, ✓ sent (in the log, for ever), ✓✓ delivered, ✓✓ read, ✗ refused.",
    ]
)


@dataclass(frozen=True, slots=True)
class Write:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """Do one of ORDERS, with what was typed after its name."""

    name: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not an order that exists."""

    why: str


Line = Write | Order | Unclear


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
    return _order(_ALIASES.get(name.lower(), name.lower()), rest.strip())


def _order(name: str, rest: str) -> Line:
    usage = ORDERS.get(name)
    if usage is None:
        return Unclear(f"/{name} is not an order. /help lists them.")
    if rest and not usage.takes:
        return Unclear(f"/{name} takes nothing after it.")
    if not rest and usage.takes and not usage.takes.startswith("["):
        return Unclear(f"/{name} {usage.takes}: {usage.does}.")
    return Order(name, rest)
