"""What the door refuses of a body: lengths are counted in code points."""

import msgspec
import pytest
from hypothesis import given

from schemas.bodies import (
    CAPTION_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    Body,
    Media,
    SealedBody,
    Text,
    kind,
    plain,
    refusal,
)
from tests import strategies
from tests.builders import ALICE


class TestRefusal:
    @pytest.mark.parametrize(
        "text", ["a", " ", "\n", "😀" * TEXT_CHARACTERS_MAX, "e\u0301" * (TEXT_CHARACTERS_MAX // 2)]
    )
    def test_accepted(self, text: str) -> None:
        assert refusal(Text(text)) is None

    def test_empty(self) -> None:
        assert "empty" == refusal(Text(""))

    @pytest.mark.parametrize("character", ["a", "😀"])
    def test_too_long(self, character: str) -> None:
        assert "too-long" == refusal(Text(character * (TEXT_CHARACTERS_MAX + 1)))
        assert "too-long" == refusal(Media(ALICE, character * (CAPTION_CHARACTERS_MAX + 1)))

    def test_media_may_have_no_caption(self) -> None:
        assert refusal(Media(ALICE)) is None


class TestPlain:
    @given(strategies.plain_bodies)
    def test_round_trip(self, body: Body) -> None:
        assert body == msgspec.json.decode(plain(body), type=Text | Media)

    def test_is_the_wire_form(self) -> None:
        assert b'{"kind":"text","text":"Hi"}' == plain(Text("Hi"))
        assert f'{{"kind":"media","media_id":"{ALICE}"}}'.encode() == plain(Media(ALICE))

    def test_kind(self) -> None:
        assert ("text", "media") == (kind(Text("Hi")), kind(Media(ALICE)))


class TestSealedBody:
    def test_a_size_is_never_negative(self) -> None:
        value = msgspec.json.encode(SealedBody("text", -1, b""))
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(value, type=SealedBody)
