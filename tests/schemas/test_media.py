"""Commands and events of media, and what may be uploaded."""

import msgspec
import pytest
from msgspec import Struct

from schemas.codec import decode_media, decode_media_command, encode
from schemas.media import CONTENT_TYPES, CompleteUpload, MediaReady, bare
from tests.builders import complete, media_ready, media_refused


class TestCompleteUpload:
    def test_is_read_as_it_was_written(self) -> None:
        assert complete() == decode_media_command(encode(complete()))

    @pytest.mark.parametrize(
        "broken", [complete(sha256="0" * 63), complete(sha256="A" * 64), complete(size=0), complete(kind="song")]
    )
    def test_is_refused_when_malformed(self, broken: CompleteUpload) -> None:
        with pytest.raises(msgspec.ValidationError):
            decode_media_command(encode(broken))

    def test_is_refused_with_a_field_more(self) -> None:
        with pytest.raises(msgspec.ValidationError):
            decode_media_command(encode(complete())[:-1] + b',"status":"ready"}')


class TestMediaEvents:
    @pytest.mark.parametrize("event", [media_ready(), media_refused(), media_ready(thumbnail=None, preview=None)])
    def test_are_told_apart_by_their_type(self, event: Struct) -> None:
        assert event == decode_media(encode(event))

    def test_hold_only_tiny_previews(self) -> None:
        with pytest.raises(msgspec.ValidationError):
            decode_media(encode(media_ready(preview=b"x" * 301)))

    def test_tolerate_what_newer_code_wrote(self) -> None:
        assert isinstance(decode_media(encode(media_ready())[:-1] + b',"codec":"av2"}'), MediaReady)


class TestContentTypes:
    def test_belong_to_one_kind_each(self) -> None:
        all_ = [name for names in CONTENT_TYPES.values() for name in names]
        assert len(set(all_)) == len(all_)

    def test_hold_nothing_that_a_browser_would_run(self) -> None:
        for names in CONTENT_TYPES.values():
            assert not names & {"text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "text/xml"}

    @pytest.mark.parametrize("said", ["audio/ogg; codecs=opus", "Audio/OGG", "audio/ogg ;x"])
    def test_are_compared_without_their_parameters(self, said: str) -> None:
        assert "audio/ogg" == bare(said)
