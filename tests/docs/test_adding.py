"""How to add an event, a projection, an agent: what the pages tell to do is done to a copy of the house, and tried."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from clients.python import Api, MessageSent
from clients.python.commands import SendMessage
from clients.python.events import Body
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from tests.docs.pages import copy_of_the_house, page, titled

EVENT, PROJECTION, AGENT = (page(f"adding-{what}.md") for what in ("an-event", "a-projection", "an-agent"))
PASSWORD = "correct horse battery"
FOLDED_SECONDS = 120
# The part of `python -m infra.migrations` that is about topics.
MAKE_TOPICS = (
    "from infra.migrations import topics; from infra.stores.settings import StoreSettings as S; topics.migrate(S())"
)
Connection = psycopg.Connection[tuple[object, ...]]


def python(house: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=house, capture_output=True, text=True, check=False, timeout=120
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def run_its_tests(house: Path, text: str) -> None:
    tests = [name for name in titled(text) if name.startswith("tests/")]
    assert tests
    python(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    python(house, "-m", "ruff", "check", *titled(text))


@contextmanager
def agent(house: Path, name: str, system: Stack) -> Iterator["subprocess.Popen[bytes]"]:
    """The process of an agent of this house, until it is killed; the next of its name takes over at once."""
    environment = {**os.environ, **system.environment(), "BACKCHANNEL_INSTANCE": "of-a-page"}
    with (house / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", name],
            cwd=house, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def say(system: Stack, *texts: str, mentions: bool = False) -> list[MessageSent]:
    """Somebody says this to somebody."""
    async with Api(system.settings.address) as api:
        other = await api.create_account(f"ben_{uuid4().hex[:12]}", "Ben", PASSWORD)
        handle = f"ann_{uuid4().hex[:12]}"
        await api.create_account(handle, "Ann", PASSWORD)
        await api.sign_in(handle, PASSWORD, device_name="test")
        sent = []
        for text in texts:
            command = SendMessage(
                client_id=str(uuid4()), body=Body("text", text=text), to_user_id=other.user_id,
                mentions=(other.user_id,) if mentions else (),
            )  # fmt: skip
            event = (await api.command(command)).event
            assert isinstance(event, MessageSent)
            sent.append(event)
        return sent


class TestAnEvent:
    def test_fits_the_house(self, tmp_path: Path) -> None:
        house = copy_of_the_house(tmp_path, EVENT)
        run_its_tests(house, EVENT)
        python(house, "-m", "schemas.export", "docs")  # nothing that readers rely on breaks


class TestAProjection:
    def test_is_folded_whatever_is_killed(self, system: Stack, tmp_path: Path) -> None:
        house = copy_of_the_house(tmp_path, PROJECTION)
        run_its_tests(house, PROJECTION)
        with psycopg.connect(system.environment()["BACKCHANNEL_POSTGRES_DSN"], autocommit=True) as postgres:
            postgres.execute(titled(PROJECTION, "sql")["growth"].encode())
            try:
                for count in (3, 6):  # the second time it goes on from where it was killed
                    self.folds(house, system, postgres, count)
            finally:
                postgres.execute("DROP TABLE growth")

    def folds(self, house: Path, system: Stack, postgres: Connection, count: int) -> None:
        first, *_ = asyncio.run(say(system, *map(str, range(count))))
        row = (first.conversation_id, f"{first.at:%Y-%m-%d}")
        query = "SELECT message_number FROM growth WHERE conversation_id = %s AND day = %s"
        with agent(house, "growth", system):
            wait_until(lambda: (count,) == postgres.execute(query, row).fetchone(), "the row", FOLDED_SECONDS)


class TestAnAgent:
    def test_says_everything_at_least_once(self, system: Stack, tmp_path: Path) -> None:
        house = copy_of_the_house(tmp_path, AGENT)
        run_its_tests(house, AGENT)
        with the_topic(house, system), notices(system.environment()["BACKCHANNEL_KAFKA_BOOTSTRAP"]) as told:
            for _ in range(2):  # the second time it goes on from where it was killed
                self.tells(house, system, told)

    def tells(self, house: Path, system: Stack, told: Callable[[], set[str]]) -> None:
        expected = {one.message_id for one in asyncio.run(say(system, "you", "and you", mentions=True))}
        with agent(house, "mentions", system):
            wait_until(lambda: expected <= told(), "the notices", FOLDED_SECONDS)


@contextmanager
def the_topic(house: Path, system: Stack) -> Iterator[None]:
    """The migration that the page tells of makes it; it goes again with the test."""
    environment = {**os.environ, **system.environment()}
    command = [sys.executable, "-c", MAKE_TOPICS]
    subprocess.run(command, cwd=house, env=environment, check=True, timeout=120)
    try:
        yield
    finally:
        admin = AdminClient({"bootstrap.servers": environment["BACKCHANNEL_KAFKA_BOOTSTRAP"]})
        admin.delete_topics(["mention.notices"])["mention.notices"].result()


@contextmanager
def notices(bootstrap: str) -> Iterator[Callable[[], set[str]]]:
    """What stands in the topic: the ids of the messages that somebody was mentioned in."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "told", "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition("mention.notices", partition, 0) for partition in (0, 1)])
    found: set[str] = set()

    def told() -> set[str]:
        for message in consumer.consume(500, 0.2):
            if message.error() is None:
                found.add(json.loads(message.value() or b"{}")["message_id"])
        return found

    yield told
    consumer.close()
