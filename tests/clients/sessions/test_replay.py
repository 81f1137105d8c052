"""Sessions that were recorded from the real system, in the Python core. The TypeScript core replays the same files."""

from pathlib import Path

import msgspec
import pytest

from tests.clients.sessions.replaying import replay
from tests.clients.sessions.scenes import SCENES
from tests.clients.sessions.wire import FILES, state_of


def test_every_scene_is_recorded() -> None:
    assert sorted(scene.__name__ for scene in SCENES) == sorted(file.stem for file in FILES.glob("*.json"))


@pytest.mark.parametrize("file", sorted(FILES.glob("*.json")), ids=lambda file: file.stem)
def test_ends_as_recorded(file: Path) -> None:
    recording = msgspec.json.decode(file.read_bytes())
    assert recording["state"] == state_of(replay(recording))
