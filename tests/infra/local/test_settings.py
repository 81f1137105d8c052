"""Settings, folders and what is derived from them."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer
from pydantic import SecretStr, ValidationError

from infra.local.folders import SOCKET_PATH_BYTES_MAX, Folders
from infra.local.places import ROOT
from infra.local.services import balancer, demo, services
from infra.local.settings import LocalSettings
from infra.local.stores import stores
from infra.operator.cli import app
from infra.stores.settings import ObjectSettings, StoreSettings

EPHEMERAL_PORT_MIN = 32_768


def all_ports(settings: LocalSettings) -> list[int]:
    parts = (*stores(settings), *services(settings), balancer(settings), demo(settings))
    return [port for part in parts for port in part.ports]


class TestLocalSettings:
    def test_defaults_are_those_of_the_clients(self) -> None:
        environment = LocalSettings(port_offset=0).environment()
        defaults = StoreSettings.model_construct()

        assert defaults.kafka_bootstrap == environment["BACKCHANNEL_KAFKA_BOOTSTRAP"]
        assert defaults.cassandra_hosts == environment["BACKCHANNEL_CASSANDRA_HOSTS"]
        assert str(defaults.cassandra_port) == environment["BACKCHANNEL_CASSANDRA_PORT"]
        assert defaults.redis_url == environment["BACKCHANNEL_REDIS_URL"]
        assert defaults.postgres_dsn.get_secret_value() == environment["BACKCHANNEL_POSTGRES_DSN"]

    def test_defaults_of_the_object_store_are_those_of_its_clients(self) -> None:
        environment = LocalSettings(port_offset=0).environment()
        defaults = ObjectSettings(profile="local", secret_key=SecretStr(""))

        assert defaults.endpoint == environment["BACKCHANNEL_OBJECTS_ENDPOINT"]
        assert defaults.public_url == environment["BACKCHANNEL_OBJECTS_PUBLIC_URL"]
        assert defaults.access_key == environment["BACKCHANNEL_OBJECTS_ACCESS_KEY"]
        assert defaults.secret_key.get_secret_value() == environment["BACKCHANNEL_OBJECTS_SECRET_KEY"]

    @pytest.mark.parametrize("port_offset", [0, 8_000])
    def test_who_chats_as_told_reaches_this_stack(self, port_offset: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BACKCHANNEL_URL", raising=False)
        settings = LocalSettings(port_offset=port_offset)
        _, name, *options = settings.chat_command("alice").split()
        group = typer.main.get_group(app)
        chat = group.commands[name].make_context(name, options)
        assert ("alice", settings.address) == (chat.params["handle"], chat.params["url"])

    def test_ports_of_two_stacks_are_disjoint(self) -> None:
        usual, other = all_ports(LocalSettings(port_offset=0)), all_ports(LocalSettings(port_offset=20_000))

        assert len(set(usual + other)) == len(usual + other)
        assert max(other) < EPHEMERAL_PORT_MIN

    def test_offset_moves_every_address(self) -> None:
        settings = LocalSettings(port_offset=20_000)

        assert urlsplit(settings.address).port == 28_080
        assert settings.environment()["BACKCHANNEL_CASSANDRA_PORT"] == "29042"
        assert min(all_ports(settings)) > 20_000

    def test_offset_into_outgoing_ports_refused(self) -> None:
        highest = LocalSettings(port_offset=23_600)
        assert max(all_ports(highest)) < EPHEMERAL_PORT_MIN

        with pytest.raises(ValidationError):
            LocalSettings(port_offset=23_601)

    def test_relative_state_stands_in_the_clone(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)  # the working directory is what is tried here

        assert ROOT / ".local" / "x" == LocalSettings(state=Path(".local/x")).folder


class TestFolders:
    def test_socket_in_the_state_folder(self) -> None:
        assert Path("/state/run/supervisor.sock") == Folders(Path("/state")).socket

    def test_socket_elsewhere_when_the_path_is_long(self) -> None:
        deep, other = (Folders(Path("/" + "d" * 120 + end)) for end in ("1", "2"))

        assert len(str(deep.socket)) <= SOCKET_PATH_BYTES_MAX
        assert deep.socket != other.socket
