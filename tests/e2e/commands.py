"""Client frames with a `client_id`, as JSON, and what comes of them: over a socket and over HTTP."""

from uuid import uuid4

from clients.python import ApiError, MessageSent
from clients.python.frames import AnyFrame, CommandRefused
from tests.e2e.line import Line
from tests.e2e.people import Person

Json = dict[str, object]


def command(kind: str, /, **fields: object) -> Json:
    """A frame with a client_id of its own, unless one is given."""
    return {"type": kind, "client_id": str(uuid4())} | fields


def create_group(*members: Person, name: str = "friends", **fields: object) -> Json:
    return command("CreateGroup", name=name, member_ids=ids(*members)) | fields


def add_members(conversation_id: str, *members: Person) -> Json:
    return command("AddMembers", conversation_id=conversation_id, member_ids=ids(*members))


def remove_member(conversation_id: str, member: Person) -> Json:
    return command("RemoveMember", conversation_id=conversation_id, user_id=member.user_id)


def leave_group(conversation_id: str) -> Json:
    return command("LeaveGroup", conversation_id=conversation_id)


def change_role(conversation_id: str, member: Person, role: str) -> Json:
    return command("ChangeRole", conversation_id=conversation_id, user_id=member.user_id, role=role)


def change_settings(conversation_id: str, **settings: object) -> Json:
    return command("ChangeGroupSettings", conversation_id=conversation_id, **settings)


def edit_message(message: MessageSent, text: str = "edited") -> Json:
    return _about("EditMessage", message) | {"body": {"kind": "text", "text": text}}


def delete_message(message: MessageSent) -> Json:
    return _about("DeleteMessage", message)


def set_reaction(message: MessageSent, emoji: str | None = "👍") -> Json:
    return _about("SetReaction", message) | {"emoji": emoji}


def _about(kind: str, message: MessageSent) -> Json:
    return command(kind, conversation_id=message.conversation_id, message_id=message.message_id)


def ids(*people: Person) -> list[str]:
    return [one.user_id for one in people]


async def answer(line: Line, frame: Json) -> AnyFrame:
    """Say a command, hear what came of it; frames about other things are passed over."""
    await line.say(frame)
    while True:
        heard = await line.hear()
        if getattr(heard, "client_id", None) == frame["client_id"]:
            return heard


async def refusal(line: Line, frame: Json) -> str:
    """The reason why a command is refused over the socket."""
    heard = await answer(line, frame)
    assert isinstance(heard, CommandRefused), heard
    assert frame["type"] == heard.command
    return heard.reason


async def refusal_over_http(person: Person, frame: Json) -> tuple[int, str]:
    """Status and code with which a command is refused over HTTP."""
    try:
        answered = await person.api.request("POST", "/v1/commands", body=frame)
    except ApiError as refused:
        return refused.status, refused.code
    raise AssertionError(f"not refused: {answered.text}")
