"""The compose file says the same as the local stack: names, commands, ports, variables."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.parts import Part
from infra.local.places import ROOT
from infra.local.services import balancer, services
from infra.local.settings import LocalSettings
from infra.local.stores import stores

COMPOSE = ROOT / "infra" / "compose" / "compose.yaml"
LOCAL = LocalSettings(state=Path(".local"), port_offset=0)
Service = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> dict[str, Service]:
    loaded: dict[str, Service] = yaml.safe_load(COMPOSE.read_text())["services"]
    return loaded


def in_compose(value: str) -> str:
    """The same where fake-push is another host, its keys stand in a volume, and each part has a disk of its own."""
    keys = f"{LOCAL.folder}/data/fake-push"
    value = value.replace(f"{LOCAL.folder}/run", "/tmp")
    return value.replace(keys, "/var/lib/fake-push/keys").replace("//127.0.0.1", "//fake-push")


def has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


class TestCompose:
    @pytest.mark.skipif(not has_compose(), reason="Docker's compose plugin is not on this machine")
    def test_accepted_by_docker(self) -> None:
        done = subprocess.run(
            ["docker", "compose", "-f", str(COMPOSE), "config", "--quiet"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (0, "") == (done.returncode, done.stderr)

    def test_has_the_parts_of_the_local_stack(self, compose: dict[str, Service]) -> None:
        local = [part.name for part in (*stores(LOCAL), *services(LOCAL), balancer(LOCAL))]

        assert {*local, "migrations"} == set(compose)

    def test_waits_name_services_that_exist(self, compose: dict[str, Service]) -> None:
        for service in compose.values():
            assert set(service.get("depends_on", ())) <= set(compose)

    @pytest.mark.parametrize("part", services(LOCAL), ids=lambda part: part.name)
    def test_runs_the_same_command(self, compose: dict[str, Service], part: Part) -> None:
        assert [*part.command[1:]] == compose[part.name]["command"][1:]

    @pytest.mark.parametrize("part", services(LOCAL), ids=lambda part: part.name)
    def test_sets_the_same_variables(self, compose: dict[str, Service], part: Part) -> None:
        variables = compose[part.name]["environment"]

        assert {*LOCAL.environment(), *part.environment} == set(variables)
        for name, value in part.environment.items():
            assert name.endswith("_HOST") or in_compose(value) == variables[name]

    def test_addresses_have_the_same_ports_and_names(self, compose: dict[str, Service]) -> None:
        in_compose = compose["migrations"]["environment"]

        for name, address in LOCAL.environment().items():
            within = name.removeprefix("BACKCHANNEL_")
            host = "127.0.0.1" if within.endswith("_PUBLIC_URL") else within.partition("_")[0].lower()
            assert address.replace("127.0.0.1", host) == in_compose[name]

    def test_balancer_reads_the_same_variables(self, compose: dict[str, Service]) -> None:
        assert set(balancer(LOCAL).environment) == set(compose["balancer"]["environment"])

    def test_only_balancer_and_object_store_are_published_and_only_here(self, compose: dict[str, Service]) -> None:
        published = {name: service["ports"] for name, service in compose.items() if "ports" in service}

        ports = {part.name: part.port for part in (balancer(LOCAL), *stores(LOCAL))}
        expected = {name: [f"127.0.0.1:{ports[name]}:{ports[name]}"] for name in ("balancer", "objects")}
        assert expected == published

    def test_object_store_has_the_options_of_the_local_one(self, compose: dict[str, Service]) -> None:
        """All but addresses, folders, and ports that nobody else asks there."""
        ours = {"-ip", "-ip.bind", "-dir", "-s3.config", "-volume.preStopSeconds"}
        (part,) = (part for part in stores(LOCAL) if part.name == "objects")
        local = {one for one in part.command[1:] if "ocket=" not in one and "grpc=" not in one}

        missing = {one.partition("=")[0] for one in local - {*compose["objects"]["command"]}}

        assert missing <= ours | {"-master.port", "-filer.port"}
