"""A desk on which one file at a time is decoded, in this process: what a child does, without its walls."""

from pathlib import Path

import pytest

from schemas.media import MediaKind
from streams.media.decoding.decode import decode
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import CONTENT, THUMBNAIL, Job, Made, Refusal, Unable


class Desk:
    def __init__(self, folder: Path) -> None:
        self.source = folder / "source"
        self._folder = folder / "made"
        self._folder.mkdir()
        self.settings = DecodingSettings()

    def decode(self, content: bytes, content_type: str, kind: MediaKind | None = None) -> Made | Refusal | Unable:
        self.source.write_bytes(content)
        named = kind or content_type.partition("/")[0]
        assert named in {"image", "video", "audio", "document"}
        return decode(Job(str(self.source), named, content_type, str(self._folder)), self.settings)  # type: ignore[arg-type]

    def make(self, content: bytes, content_type: str, kind: MediaKind | None = None) -> Made:
        made = self.decode(content, content_type, kind)
        assert isinstance(made, Made), made
        return made

    def refuse(self, content: bytes, content_type: str, kind: MediaKind | None = None) -> str:
        refusal = self.decode(content, content_type, kind)
        assert isinstance(refusal, Refusal), refusal
        return refusal.reason

    @property
    def content(self) -> Path:
        return self._folder / CONTENT

    @property
    def thumbnail(self) -> Path:
        return self._folder / THUMBNAIL


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
