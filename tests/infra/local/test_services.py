"""Which of the project's processes run."""

from pathlib import Path

import pytest

from infra.local.services import services
from infra.local.settings import LocalSettings
from infra.local.targets import targets

LOCAL = LocalSettings(state=Path(".local"), port_offset=0)


class TestServices:
    def test_the_archive_runs_only_where_it_is_switched_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BACKCHANNEL_ARCHIVE_AFTER_DAYS", raising=False)
        without = {part.name for part in services(LOCAL)}
        monkeypatch.setenv("BACKCHANNEL_ARCHIVE_AFTER_DAYS", "365")
        assert {"archive"} == {part.name for part in services(LOCAL)} - without

    def test_so_does_prometheus(self) -> None:
        watched = LocalSettings(state=Path(".local"), port_offset=0, prometheus=True)
        assert {"prometheus"} == {part.name for part in services(watched)} - {part.name for part in services(LOCAL)}
        assert targets(LOCAL) == targets(watched)


class TestTargets:
    def test_are_our_own_processes(self) -> None:
        assert "127.0.0.1:8081" == targets(LOCAL)["api"]
        assert {"conversation", "fanout", "views", "gateway-2"} <= targets(LOCAL).keys()
        assert not {"fake-push", "kafka", "balancer"} & targets(LOCAL).keys()
