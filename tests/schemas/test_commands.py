"""Commands as the log keeps them."""

import msgspec
import pytest
from msgspec import UNSET, Struct

from schemas import commands
from schemas.codec import Undecodable, decode_command, encode
from tests.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    ORIGIN,
    acknowledge_delivery,
    acknowledge_read,
    block,
    change_role,
    change_settings,
    edit,
    react,
    send,
    sent,
    target,
)


def fields(command: Struct) -> dict[str, object]:
    return msgspec.json.decode(encode(command), type=dict[str, object])


def reread(command: Struct) -> commands.AnyCommand:
    return decode_command(encode(command))


class TestSendMessage:
    def test_is_tagged_by_its_type(self) -> None:
        assert encode(send()).startswith(b'{"type":"SendMessage",')

    def test_leaves_out_what_is_not_there(self) -> None:
        assert not fields(send()).keys() & {"to_user_id", "reply_to", "mentions", "is_private"}

    def test_names_the_other_person(self) -> None:
        assert BOB == fields(send(to_user_id=BOB))["to_user_id"]


class TestTarget:
    def test_is_the_message_as_the_door_found_it(self) -> None:
        message = sent(3)
        expected = {"message_id": message.message_id, "seq": 3, "author_id": ALICE, "sent_at": message.at}
        assert expected == fields(edit(of=message))["target"]

    @pytest.mark.parametrize(("name", "value"), [("seq", 0), ("sent_at", "yesterday"), ("author_id", "alice")])
    def test_undecodable_when_it_is_none(self, name: str, value: object) -> None:
        broken = msgspec.structs.replace(target(), **{name: value})
        with pytest.raises(Undecodable):
            reread(msgspec.structs.replace(edit(), target=broken))


class TestSetReaction:
    @pytest.mark.parametrize("emoji", ["👍", None])
    def test_may_be_taken_back(self, emoji: str | None) -> None:
        assert react(emoji=emoji) == reread(react(emoji=emoji))


class TestChangeGroupSettings:
    def test_tells_what_stays_from_what_is_taken_away(self) -> None:
        stays, goes = change_settings(), change_settings(avatar_media_id=None)
        assert (UNSET, None) == (stays.avatar_media_id, goes.avatar_media_id)
        assert [stays, goes] == [reread(stays), reread(goes)]

    def test_undecodable_with_anybody_else_than_everyone_and_admins(self) -> None:
        with pytest.raises(Undecodable):
            decode_command(encode(change_settings(who_can_add="admins")).replace(b'"admins"', b'"nobody"'))


class TestChangeRole:
    def test_undecodable_with_a_role_outside_the_set(self) -> None:
        with pytest.raises(Undecodable):
            decode_command(encode(change_role()).replace(b'"admin"', b'"owner"'))


class TestReceipts:
    @pytest.mark.parametrize("command", [acknowledge_delivery(7), acknowledge_read(7)])
    def test_have_a_seq_and_no_client_id(self, command: commands.AnyCommand) -> None:
        expected = {"type", "conversation_id", "actor_id", "device_id", "origin", "seq"}
        assert expected == fields(command).keys()
        assert command == reread(command)

    def test_a_read_may_be_private(self) -> None:
        assert fields(acknowledge_read(is_private=True))["is_private"]

    @pytest.mark.parametrize("seq", [0, -1])
    def test_undecodable_below_the_first(self, seq: int) -> None:
        for command in (acknowledge_delivery(seq), acknowledge_read(seq)):
            with pytest.raises(Undecodable):
                reread(command)


class TestSetBlock:
    @pytest.mark.parametrize("is_blocked", [True, False])
    def test_is_a_command_to_the_direct_conversation(self, *, is_blocked: bool) -> None:
        found = fields(block(BOB, is_blocked=is_blocked))
        assert (CONVERSATION, BOB, is_blocked) == (found["conversation_id"], found["user_id"], found["is_blocked"])


class TestOrigin:
    def test_is_a_short_list(self) -> None:
        assert b'["gateway-1","1a2b3c","connection-1"]' == encode(ORIGIN)
