"""Why a process ended is told by the next one, once."""

from pathlib import Path

import pytest

from streams.runtime import last_words


@pytest.fixture(autouse=True)
def _nowhere_afterwards() -> object:
    yield
    last_words.keep_at(None)


class TestLastWords:
    def test_told_once(self, tmp_path: Path) -> None:
        path = tmp_path / "views.end"
        assert last_words.keep_at(path) is None
        last_words.say("SecondWriter")
        assert "SecondWriter" == last_words.keep_at(path)
        assert last_words.keep_at(path) is None

    def test_never_in_the_way_of_the_end(self, tmp_path: Path) -> None:
        last_words.say("nowhere")
        last_words.keep_at(tmp_path / "no" / "such" / "folder")
        last_words.say("full")
