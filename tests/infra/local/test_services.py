"""Which of the project's processes run."""

from pathlib import Path

import pytest

from clients.demo.people import PASSWORD
from infra.local.services import services
from infra.local.settings import DEMO_PASSWORD, LocalSettings
from infra.local.stack import Stack
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


class TestDemo:
    def test_comes_after_all_that_it_speaks_to_and_only_where_it_is_wanted(self) -> None:
        with_it, without = (Stack(LocalSettings(port_offset=0, demo=wanted)).names() for wanted in (True, False))
        assert (*without, "demo") == with_it
        assert "balancer" == without[-1]

    def test_its_password_is_what_make_up_says(self) -> None:
        assert PASSWORD == DEMO_PASSWORD


class TestVariables:
    def test_those_of_services_reach_no_store(self) -> None:
        stack = Stack(LOCAL, service_variables={"BACKCHANNEL_CASSANDRA_PORT": "1"})
        given = {name for name in stack.names() if "BACKCHANNEL_CASSANDRA_PORT" in stack.part(name).environment}
        assert given == {part.name for part in services(LOCAL)}


class TestTargets:
    def test_are_our_own_processes(self) -> None:
        assert "127.0.0.1:8081" == targets(LOCAL)["api"]
        assert {"conversation", "fanout", "views", "gateway-2"} <= targets(LOCAL).keys()
        assert not {"fake-push", "kafka", "balancer"} & targets(LOCAL).keys()
