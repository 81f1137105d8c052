"""Limits that contradict each other are found at start, not by the first large picture."""

import pytest
from pydantic import ValidationError

from streams.media.decoding.settings import DecodingSettings


def test_whole_images_must_fit_into_memory() -> None:
    with pytest.raises(ValidationError, match="do not fit"):
        DecodingSettings(memory_bytes_max=256 << 20)


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKCHANNEL_DECODING_WORKERS", "5")

    assert DecodingSettings().workers == 5
