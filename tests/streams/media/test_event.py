"""What the log is told of an upload, and the lists on which door and decoder must agree."""

from infra.stores.contents import Derived
from schemas.media import CONTENT_TYPES, MediaFile
from schemas.times import timestamp
from streams.media.agent import event_of
from streams.media.decoding import Refusal
from streams.media.decoding.types import ACCEPTED
from tests.builders import CONTENT_SHA256, START_MS, THUMBNAIL_SHA256, complete, media_ready, media_refused

AT = timestamp(START_MS)


class TestEventOf:
    def test_ready_without_what_can_be_seen(self) -> None:
        expected = media_ready(preview=None)
        made = Derived(
            MediaFile(CONTENT_SHA256, 400_000, "image/jpeg"),
            MediaFile(THUMBNAIL_SHA256, 9_000, "image/webp"),
            b"a preview",
            width=2048,
            height=1536,
            duration_seconds=None,
        )
        assert expected == event_of(complete(), made, AT)

    def test_refused(self) -> None:
        detail = "declared as image/jpeg, looks like image/png"
        assert media_refused() == event_of(complete(), Refusal("type-mismatch", detail), AT)


class TestContentTypes:
    def test_those_that_may_be_uploaded_are_those_that_can_be_proved(self) -> None:
        assert dict(CONTENT_TYPES) == {kind: frozenset(types) for kind, types in ACCEPTED.items()}
