"""The line below the prompt, and the typing that it is about."""

from clients.python import Api, Client, Conversation
from clients.python.frames import PresenceChanged, TypingChanged
from clients.terminal.header import people, presence_text
from clients.terminal.people import Target
from clients.terminal.typing_out import TypingOut
from tests.clients.builders import ALICE, BOB, CAROL, CONVERSATION, START, message

TARGET = Target("bob", BOB, CONVERSATION)


def name(user_id: str) -> str:
    return {BOB: "bob", CAROL: "carol"}[user_id]


def typing(*user_ids: str) -> Conversation:
    copy = Conversation(CONVERSATION, own_user_id=ALICE)
    copy.accept(message(1))
    for user_id in user_ids:
        copy.set_typing(TypingChanged(conversation_id=CONVERSATION, user_id=user_id, is_typing=True))
    return copy


class TestPeople:
    def test_typing_is_shown_before_presence(self) -> None:
        client = Client(Api("http://127.0.0.1:9"))
        client.watch([BOB])
        client.session.watching.changed(PresenceChanged(user_id=BOB, is_online=True))
        assert "bob is online" == people(client, TARGET, typing(), name)
        assert "bob is typing …" == people(client, TARGET, typing(BOB), name)
        assert "bob, carol are typing …" == people(client, TARGET, typing(CAROL, BOB), name)

    def test_nothing_while_nothing_is_known(self) -> None:
        assert "" == people(Client(Api("http://127.0.0.1:9")), TARGET, None, name)

    def test_last_seen(self) -> None:
        seen = PresenceChanged(user_id=BOB, is_online=False, last_seen_at=START)
        assert presence_text("bob", seen).startswith("bob was last seen 2026-11-2")

    def test_hidden(self) -> None:
        assert "bob" == presence_text("bob", PresenceChanged(user_id=BOB))


class Said(Client):
    """Keeps what is said instead of sending it."""

    def __init__(self) -> None:
        super().__init__(Api("http://127.0.0.1:9"))
        self.said: list[tuple[str, bool]] = []

    def set_typing(self, conversation_id: str, *, is_typing: bool) -> bool:
        self.said.append((conversation_id, is_typing))
        return True


class TestTypingOut:
    def test_said_once_and_taken_back(self) -> None:
        client = Said()
        typing_out = TypingOut(client, lambda: "c")
        for text in ("h", "he", "hey", ""):
            typing_out.changed(text)
        assert [("c", True), ("c", False)] == client.said

    def test_orders_are_nobodys_business(self) -> None:
        client = Said()
        TypingOut(client, lambda: "c").changed("/edit 1 x")
        assert [] == client.said

    def test_silent_while_nothing_is_open(self) -> None:
        client = Said()
        TypingOut(client, lambda: None).changed("hey")
        assert [] == client.said
