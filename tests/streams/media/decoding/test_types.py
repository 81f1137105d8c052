"""Only what is in the closed list, and looks like it, is tried at all."""

import pytest

from schemas.media import CONTENT_TYPES, MediaKind
from streams.media.decoding.types import ACCEPTED, agree
from streams.media.decoding.values import Refused
from tests.streams.media.decoding import files


def refusal(kind: MediaKind, content_type: str, head: bytes) -> str:
    with pytest.raises(Refused) as raised:
        agree(kind, content_type, head)
    return raised.value.refusal.reason


def test_the_door_and_the_decoders_know_the_same_types() -> None:
    assert {kind: frozenset(types) for kind, types in ACCEPTED.items()} == CONTENT_TYPES


class TestAgree:
    def test_agreed(self) -> None:
        assert agree("image", "image/jpeg", files.jpeg()) == "image/jpeg"

    def test_parameters_are_left_out(self) -> None:
        assert agree("document", "Text/Plain; charset=utf-8", b"words") == "text/plain"

    @pytest.mark.parametrize(
        ("kind", "content_type"),
        [
            ("image", "image/svg+xml"),
            ("image", "image/heic"),
            ("document", "text/html"),
            ("document", "application/zip"),
            ("document", "application/x-msdownload"),
            ("document", "image/jpeg"),
            ("video", "application/vnd.apple.mpegurl"),
        ],
    )
    def test_refused_when_not_in_the_list(self, kind: MediaKind, content_type: str) -> None:
        assert refusal(kind, content_type, files.jpeg()) == "unsupported"

    @pytest.mark.parametrize(
        "head",
        [files.MARKUP, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\0" + bytes(60), b"\x7fELF", b"PK\3\4"],
    )
    def test_refused_when_it_looks_like_something_else(self, head: bytes) -> None:
        assert refusal("image", "image/png", head) == "type-mismatch"

    def test_text_that_is_an_executable(self) -> None:
        assert refusal("document", "text/plain", b"MZ\x90\0" + bytes(60)) == "type-mismatch"
