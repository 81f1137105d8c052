"""The recorded sessions are what the system says today: each scene, played anew, is replayed step by step.

With BACKCHANNEL_RECORD_SESSIONS set the recordings in `clients/sessions` are written anew.
"""

import os

import msgspec
import pytest

from tests.clients.sessions.replaying import replay
from tests.clients.sessions.scenes import SCENES, Scene, record
from tests.clients.sessions.wire import FILES, plain, state_of
from tests.e2e.people import People

IS_WRITTEN = bool(os.environ.get("BACKCHANNEL_RECORD_SESSIONS"))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_replayed_as_recorded(scene: Scene, people: People) -> None:
    recording = plain(await record(scene, people))
    assert recording["state"] == state_of(replay(recording))
    if IS_WRITTEN:
        text = msgspec.json.format(msgspec.json.encode(recording), indent=1)
        (FILES / f"{scene.__name__}.json").write_bytes(text + b"\n")
