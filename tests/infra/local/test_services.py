"""Which of the project's processes run."""

from pathlib import Path

import pytest

from infra.local.services import services
from infra.local.settings import LocalSettings

LOCAL = LocalSettings(state=Path(".local"), port_offset=0)


class TestServices:
    def test_the_archive_runs_only_where_it_is_switched_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BACKCHANNEL_ARCHIVE_AFTER_DAYS", raising=False)
        without = {part.name for part in services(LOCAL)}
        monkeypatch.setenv("BACKCHANNEL_ARCHIVE_AFTER_DAYS", "365")
        assert {"archive"} == {part.name for part in services(LOCAL)} - without
