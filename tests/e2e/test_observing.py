"""What operators see of the running system: metrics of every process, one trace a message, logs without bodies."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from clients.python import MessageSent
from clients.python.frames import CommandRefused
from infra.dashboards.scraping import RULES, prometheus_config
from infra.dashboards.table import described
from infra.local.places import ROOT
from infra.local.stack import Stack
from infra.local.targets import targets
from infra.telemetry.traceparent import trace_id
from tests.conftest import TRACES_PORT
from tests.e2e.gateway import OwnGateway, direct
from tests.e2e.line import Lines
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, Person, send_message, shown
from tests.long_log import LongLog
from tests.otlp import Received, Span, receiving

STAGES = {"append command", "conversation", "fanout", "deliver", "timeline-1", "inbox-2", "receipts-1", "notification"}
SECRET = "nobody may find this in a log"


def backchannel(system: Stack, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "infra.operator", *arguments]
    environment = {
        **os.environ,
        **system.environment(),
        "COLUMNS": "200",
        "BACKCHANNEL_LOCAL_PORT_OFFSET": str(system.settings.port_offset),
        "BACKCHANNEL_LOCAL_STATE": str(system.settings.folder),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


async def sample(address: str, name: str, **labels: str) -> float:
    """One series of a process, 0 where there is none; other labels are added up."""
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://{address}/metrics")).raise_for_status().text
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(2 * SHOWN_SECONDS):
        while not await is_so():  # noqa: ASYNC110 — other processes tell nobody here
            await asyncio.sleep(LOOK_SECONDS)


async def until_told(address: str, name: str, more_than: float, **labels: str) -> None:
    async def is_more() -> bool:
        return await sample(address, name, **labels) > more_than

    await until(is_more)


COUNTED = (
    ("api", "backchannel_append_seconds_count", {"topic": "conversation.commands"}),
    ("api", "backchannel_http_requests_total", {"route": "/v1/commands", "method": "POST", "status": "201"}),
    ("conversation", "backchannel_events_total", {"type": "MessageSent"}),
    ("conversation", "backchannel_stage_seconds_count", {"stage": "decide"}),
    ("conversation", "backchannel_handled_seconds_count", {"group": "conversation"}),
    ("fanout", "backchannel_handled_seconds_count", {"group": "fanout"}),
    ("views", "backchannel_handled_seconds_count", {"group": "timeline-1"}),
    ("views", "backchannel_handled_offset", {"group": "inbox-2"}),
    ("notification", "backchannel_handled_seconds_count", {"group": "notification"}),
)


class TestMetrics:
    async def test_a_message_counts_on_its_whole_way(self, system: Stack, alice: Person, bob: Person) -> None:
        addresses = targets(system.settings)
        before = [await sample(addresses[process], name, **labels) for process, name, labels in COUNTED]
        await alice.send(bob)
        for (process, name, labels), count in zip(COUNTED, before, strict=True):
            await until_told(addresses[process], name, count, **labels)

    async def test_a_socket_counts(self, system: Stack, lines: Lines, alice: Person, bob: Person) -> None:
        with OwnGateway(system, "gateway-counted", {}) as gateway:
            address = f"127.0.0.1:{gateway.port}"
            line = (await lines.hello(alice, url=gateway.url)).line
            assert 1 == await sample(address, "backchannel_connections", gateway="gateway-counted")
            await line.say(send_message(to_user_id=bob.user_id))
            await line.hear_until(MessageSent)
            assert 1 == await sample(address, "backchannel_append_seconds_count", topic="conversation.commands")
            assert 1 <= await sample(address, "backchannel_stage_seconds_count", stage="deliver")
            assert 1 <= await sample(address, "backchannel_frames_total", direction="out")
            assert 2 == await sample(address, "backchannel_frames_total", direction="in")
            await line.say(send_message(to_user_id=str(uuid4())))
            await line.hear_until(CommandRefused)
            assert 1 == await sample(address, "backchannel_refusals_total", by="gateway", reason="unknown-user")

    async def test_every_process_tells_its_own_and_nothing_unknown(self, system: Stack) -> None:
        known = {one for each in described() for one in each.samples}
        for name, address in targets(system.settings).items():
            async with httpx.AsyncClient() as http:
                answer = await http.get(f"http://{address}/metrics")
            families = list(text_string_to_metric_families(answer.text))
            told = {one.name for family in families for one in family.samples if one.name.startswith("backchannel_")}
            assert told <= known, name
            (process,) = (
                one.labels["process"] for family in families for one in family.samples if "process_info" in one.name
            )
            assert process.startswith(name), name

    async def test_clients_are_told_nothing(self, system: Stack) -> None:
        async with httpx.AsyncClient() as http:
            answers = [
                (await http.get(f"{system.settings.address}{path}")).status_code
                for path in ("/metrics", "/metrics?x=1")
            ]
        assert [404, 404] == answers

    async def test_what_callers_make_up_is_no_label(self, system: Stack) -> None:
        address = targets(system.settings)["api"]
        async with httpx.AsyncClient() as http:
            made_up = uuid4().hex
            await http.request(made_up.upper(), f"http://{address}/{made_up}")
            text = (await http.get(f"http://{address}/metrics")).text
        assert made_up not in text.lower()


@pytest.fixture
def prometheus(system: Stack, tmp_path: Path, unused_tcp_port: int) -> Iterator[str]:
    """Prometheus itself, with the settings that a stack gives it; where its API is."""
    config, address = tmp_path / "prometheus.yml", f"127.0.0.1:{unused_tcp_port}"
    config.write_text(prometheus_config(targets(system.settings), str(RULES)))
    options = (f"--config.file={config}", f"--storage.tsdb.path={tmp_path}", f"--web.listen-address={address}")
    with (tmp_path / "log").open("w") as log, subprocess.Popen(["prometheus", *options], stderr=log) as process:
        yield f"http://{address}/api/v1"
        process.terminate()


class TestPrometheus:
    async def test_every_process_answers_and_every_alarm_is_looked_at(self, system: Stack, prometheus: str) -> None:
        async with httpx.AsyncClient(base_url=prometheus) as http:
            await until(lambda: all_up(http, len(targets(system.settings))))
            groups = (await http.get("/rules")).json()["data"]["groups"]
        assert {"ok", "unknown"} >= {rule["health"] for group in groups for rule in group["rules"]}
        assert ["backchannel"] == [group["name"] for group in groups]


async def all_up(http: httpx.AsyncClient, count: int) -> bool:
    try:
        found = (await http.get("/targets")).json()["data"]["activeTargets"]
    except (httpx.TransportError, ValueError):
        return False
    return ["up"] * count == [one["health"] for one in found]


class TestTop:
    async def test_of_a_long_log(self, system: Stack, long_log: LongLog) -> None:
        """All that was appended is handled, and told to be."""
        address = targets(system.settings)["conversation"]
        await until_told(address, "backchannel_handled_offset", long_log.records - 1, group="conversation")
        seen = json.loads(backchannel(system, "top", "--once", "--json", "--interval", "1.2").stdout)
        lags = {one["group"]: sum(one["records"].values()) for one in seen["lags"]}
        assert 0 == lags["conversation"] == lags["timeline-1"] == lags["inbox-2"]

    async def test_once(self, system: Stack, alice: Person, bob: Person) -> None:
        await alice.send(bob)
        done = backchannel(system, "top", "--once", "--json", "--interval", "0.5")
        assert (0, "") == (done.returncode, done.stderr)
        seen = json.loads(done.stdout)
        assert set(targets(system.settings)) == {one["name"] for one in seen["processes"] if one["is_up"]}
        assert {"conversation", "fanout", "timeline-1"} <= {one["group"] for one in seen["lags"]}

    def test_for_people(self, system: Stack) -> None:
        done = backchannel(system, "top", "--once", "--interval", "0.5")
        assert 0 == done.returncode
        for words in ("9 of 9 processes are up", "event to socket", "gateway-1", "dead letters"):
            assert words in done.stdout

    def test_one_that_is_down(self, system: Stack) -> None:
        api = targets(system.settings)["api"]
        done = backchannel(
            system, "top", "--once", "--interval", "0.2", "--target", f"api={api}", "--target", "gone=127.0.0.1:1"
        )
        assert 1 == done.returncode
        assert "1 of 2 processes are up   DOWN: gone" in done.stdout

    @pytest.mark.parametrize("target", ["localhost", "=host:1", "host:http", ":80"])
    def test_wrong_use(self, system: Stack, target: str) -> None:
        done = backchannel(system, "top", "--target", target)
        assert 2 == done.returncode
        assert "is no HOST:PORT" in done.stderr


class TestPlan:
    def test_as_one_value(self, system: Stack) -> None:
        done = backchannel(system, "plan", "--users", "500e6", "--json")
        assert 0 == done.returncode
        machines = {one["what"]: one["count"] for one in json.loads(done.stdout)["machines"]}
        assert 508 == machines["gateways"]

    def test_overridden(self, system: Stack) -> None:
        done = backchannel(system, "plan", "--users", "1e6", "--peak-factor", "5")
        assert 0 == done.returncode
        assert "1M users x 10" in done.stdout
        assert "peak_factor 5" in done.stdout

    def test_wrong_use(self, system: Stack) -> None:
        assert 2 == backchannel(system, "plan", "--users", "none").returncode


@pytest.fixture
def received() -> Iterator[Received]:
    with receiving(TRACES_PORT) as received:
        yield received


async def whole(received: Received, trace: str, gateways: set[str]) -> list[Span]:
    """The spans of a trace, once all stages are there: each process sends its own after a second."""

    async def is_whole() -> bool:
        spans = received.of(trace)
        delivered = {one.service.removeprefix("backchannel-") for one in spans if one.name == "deliver"}
        return {one.name for one in spans} >= STAGES and delivered >= gateways

    await until(is_whole)
    return received.of(trace)


async def begun(received: Received) -> bool:
    return any(one.name == "append command" for one in received.spans)


class TestTraces:
    async def test_a_message_is_one_trace_from_its_frame_to_the_socket(
        self, system: Stack, received: Received, lines: Lines, alice: Person, bob: Person
    ) -> None:
        with OwnGateway(system, "gateway-traced", {"TRACES_RATIO": "1"}) as gateway:
            of_alice = (await lines.hello(alice, url=gateway.url)).line
            of_bob = (await lines.hello(bob, url=direct(system, "gateway-1"))).line
            await of_alice.say(send_message(to_user_id=bob.user_id))
            await of_bob.hear_until(MessageSent)
            await until(lambda: begun(received))
            first = next(one for one in received.spans if one.name == "append command")
            spans = await whole(received, first.trace_id, {"gateway-traced", "gateway-1"})  # her own tick as well
        (root,) = (one for one in spans if not one.parent_id)
        assert ("append command", "backchannel-gateway-traced") == (root.name, root.service)
        assert {root.span_id} == {one.parent_id for one in spans if one is not root}

    async def test_a_caller_s_trace_goes_on(
        self, system: Stack, received: Received, lines: Lines, alice: Person, bob: Person
    ) -> None:
        await lines.hello(bob, url=direct(system, "gateway-2"))
        caller = f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"
        body = send_message(to_user_id=bob.user_id)
        headers = {"traceparent": caller, "Authorization": f"Bearer {alice.credentials.access_token}"}
        async with httpx.AsyncClient(base_url=system.settings.address, headers=headers) as http:
            assert 201 == (await http.post("/v1/commands", json=body)).status_code
        spans = await whole(received, trace_id(caller), {"gateway-2"})
        (appended,) = (one for one in spans if one.name == "append command")
        assert (caller[36:52], "backchannel-api-1") == (appended.parent_id, appended.service)

    async def test_none_that_nobody_asked_for(self, received: Received, alice: Person, bob: Person) -> None:
        sent = await alice.send(bob)
        await shown(bob, sent.conversation_id, sent.seq)
        await asyncio.sleep(1.5)  # spans are sent once a second
        assert [] == received.spans


class TestLogs:
    async def test_no_body_is_ever_in_them(self, system: Stack, lines: Lines, alice: Person, bob: Person) -> None:
        """Neither when all is well, nor when frames are wrong, nor at faults."""
        line = (await lines.hello(alice)).line
        sent = await alice.send(bob, f"{SECRET} 1")
        await line.say(send_message(f"{SECRET} 2", to_user_id=bob.user_id))
        await line.say(send_message(f"{SECRET} 3", to_user_id=str(uuid4())))
        await line.say({**send_message(f"{SECRET} 4", to_user_id=bob.user_id), "unknown": SECRET})
        await line.say('{"type":"SendMessage","body":"' + SECRET)
        for name in ("redis", "conversation"):
            system.kill(name, signal.SIGKILL)
            await alice.send(bob, f"{SECRET} 5")
            system.wait_ready(name)
        last = await alice.send(bob, f"{SECRET} 6")
        assert last.seq > sent.seq
        await shown(bob, last.conversation_id, last.seq)
        logs = {path.name: path.read_text(errors="replace") for path in system.log("api").parent.glob("*.log")}
        assert len(logs) > len(targets(system.settings))
        assert [] == [name for name, text in logs.items() if SECRET in text]

    def test_are_one_object_a_line(self, system: Stack) -> None:
        """But for librdkafka's own, which it writes from its threads: `%level|time|…`."""
        for name in targets(system.settings):
            lines = system.log(name).read_text().splitlines()
            ours = [json.loads(line) for line in lines if not re.match(r"%\d\|", line)]
            assert ours, name
            assert all({"at", "level", "logger", "message", "process"} <= one.keys() for one in ours)
