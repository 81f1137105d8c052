"""A seal opens under its own key in its own place, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bodies import Body, SealedBody, SealedText, Text, plain
from schemas.sealing import ConversationKey, DataKey, SealBroken, TokenKey, new_data_key, unwrap
from tests import strategies
from tests.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    CONVERSATION_KEY,
    KEY,
    LAPTOP,
    MASTER_KEY,
    OTHER_CONVERSATION,
    PHONE,
    sealed,
)

OTHER_KEY = DataKey(bytes(32))


def opened(
    body: SealedBody,
    *,
    key: DataKey = KEY,
    conversation_id: str = CONVERSATION,
    sender_id: str = ALICE,
    client_id: str = "m1",
) -> bytes:
    return key.open(body, conversation_id=conversation_id, sender_id=sender_id, client_id=client_id)


class TestSeal:
    @given(strategies.plain_bodies)
    def test_round_trip(self, body: Body) -> None:
        assert plain(body) == opened(sealed(body))

    @given(strategies.plain_bodies)
    def test_kind_and_size_stay_plain(self, body: Body) -> None:
        expected = ("text", None) if isinstance(body, Text) else ("media", body.media_id)
        assert expected == (sealed(body).kind, sealed(body).media_id)
        assert len(plain(body)) == sealed(body).size

    def test_differs_at_every_sealing(self) -> None:
        assert sealed(Text("Hi")) != sealed(Text("Hi"))

    def test_shows_nothing_of_the_text(self) -> None:
        assert b"secret" not in sealed(Text("a secret")).sealed


class TestOpen:
    def test_not_under_another_key(self) -> None:
        with pytest.raises(SealBroken):
            opened(sealed(Text("Hi")), key=OTHER_KEY)

    def test_not_in_another_place(self) -> None:
        with pytest.raises(SealBroken):
            opened(sealed(Text("Hi")), conversation_id=OTHER_CONVERSATION)
        with pytest.raises(SealBroken):
            opened(sealed(Text("Hi")), sender_id=BOB)
        with pytest.raises(SealBroken):
            opened(sealed(Text("Hi")), client_id="m2")

    @given(st.integers(0, 500), st.integers(1, 255))
    def test_not_when_a_byte_was_changed(self, at: int, change: int) -> None:
        body = sealed(Text("Hi"))
        broken = bytearray(body.sealed)
        broken[at % len(broken)] ^= change
        with pytest.raises(SealBroken):
            opened(SealedBody("text", body.size, bytes(broken)))

    @given(st.binary(max_size=64))
    def test_never_raises_anything_else(self, noise: bytes) -> None:
        with pytest.raises(SealBroken):
            opened(SealedBody("text", 1, noise))


class TestDigest:
    @given(st.binary(), st.binary())
    def test_tells_contents_apart(self, one: bytes, other: bytes) -> None:
        assert (one == other) == (KEY.digest(one) == KEY.digest(other))

    def test_hangs_on_the_key(self) -> None:
        assert KEY.digest(b"Hi") != OTHER_KEY.digest(b"Hi")


class TestConversationKey:
    @given(strategies.texts)
    def test_round_trip(self, text: str) -> None:
        assert text == CONVERSATION_KEY.open(CONVERSATION_KEY.seal(text))

    def test_differs_at_every_sealing_and_shows_nothing(self) -> None:
        one, other = CONVERSATION_KEY.seal("Friends"), CONVERSATION_KEY.seal("Friends")
        assert one != other
        assert b"Friends" not in one.sealed + other.sealed

    def test_is_kept_nowhere_and_always_the_same(self) -> None:
        again = ConversationKey(MASTER_KEY, CONVERSATION)
        assert "Friends" == again.open(CONVERSATION_KEY.seal("Friends"))

    @pytest.mark.parametrize(
        "other", [ConversationKey(MASTER_KEY, OTHER_CONVERSATION), ConversationKey(bytes(32), CONVERSATION)]
    )
    def test_opens_nothing_of_another_conversation_or_house(self, other: ConversationKey) -> None:
        with pytest.raises(SealBroken):
            other.open(CONVERSATION_KEY.seal("Friends"))

    @given(st.binary(max_size=64))
    def test_never_raises_anything_else(self, noise: bytes) -> None:
        with pytest.raises(SealBroken):
            CONVERSATION_KEY.open(SealedText(noise))

    @given(st.integers(0, 500), st.integers(1, 255))
    def test_not_when_a_byte_was_changed(self, at: int, change: int) -> None:
        broken = bytearray(CONVERSATION_KEY.seal("Friends").sealed)
        broken[at % len(broken)] ^= change
        with pytest.raises(SealBroken):
            CONVERSATION_KEY.open(SealedText(bytes(broken)))


class TestWrapping:
    def test_round_trip(self) -> None:
        wrapped = new_data_key(MASTER_KEY, ALICE)
        one, other = unwrap(MASTER_KEY, ALICE, wrapped), unwrap(MASTER_KEY, ALICE, wrapped)
        assert one.digest(b"Hi") == other.digest(b"Hi")

    def test_every_key_is_another(self) -> None:
        keys = [unwrap(MASTER_KEY, ALICE, new_data_key(MASTER_KEY, ALICE)) for _ in range(10)]
        assert 10 == len({key.digest(b"Hi") for key in keys})

    def test_not_for_another_user(self) -> None:
        with pytest.raises(SealBroken):
            unwrap(MASTER_KEY, BOB, new_data_key(MASTER_KEY, ALICE))

    def test_not_under_another_master_key(self) -> None:
        with pytest.raises(SealBroken):
            unwrap(bytes(32), ALICE, new_data_key(MASTER_KEY, ALICE))


class TestTokenKey:
    def test_opens_for_its_device_only(self) -> None:
        key = TokenKey(MASTER_KEY)
        sealed = key.seal("a-token", device_id=PHONE)
        assert "a-token" == key.open(sealed, device_id=PHONE)
        with pytest.raises(SealBroken):
            key.open(sealed, device_id=LAPTOP)
        with pytest.raises(SealBroken):
            TokenKey(bytes(32)).open(sealed, device_id=PHONE)

    def test_equal_tokens_of_one_provider_have_one_hash(self) -> None:
        key = TokenKey(MASTER_KEY)
        assert key.hash("fcm", "a-token") == key.hash("fcm", "a-token")
        others = [key.hash("apns", "a-token"), key.hash("fcm", "another"), TokenKey(bytes(32)).hash("fcm", "a-token")]
        assert 4 == len({key.hash("fcm", "a-token"), *others})
