"""The connection to Cassandra, for use from an event loop. The driver's callbacks are carried over in one hop."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from functools import cache
from typing import Any

from cassandra import ConsistencyLevel, DriverException, OperationTimedOut, RequestExecutionException
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable, Session
from cassandra.connection import ConnectionException
from cassandra.policies import DCAwareRoundRobinPolicy, ExponentialReconnectionPolicy, TokenAwarePolicy
from cassandra.query import PreparedStatement, Statement, named_tuple_factory

from infra.stores.faults import StoreUnavailable
from infra.stores.settings import StoreSettings

REQUEST_SECONDS = 5.0
AWAY = (NoHostAvailable, OperationTimedOut, RequestExecutionException, ConnectionException)


class _Connection(Cluster.connection_class):  # type: ignore[misc]  # what it is depends on the machine
    """The driver reads 4 KiB at a time: 120 system calls for a bucket of messages."""

    in_buffer_size = 64 * 1024


class Cassandra:
    """A session with prepared statements. Every call raises StoreUnavailable when the store is away."""

    def __init__(self, cluster: Cluster, session: Session) -> None:
        self._cluster = cluster
        self._session = session

    @classmethod
    async def connect(cls, settings: StoreSettings, keyspace: str | None = None) -> "Cassandra":
        """Connect to the settings' hosts; `keyspace` is the settings' own unless named, "" is none."""
        chosen = settings.cassandra_keyspace if keyspace is None else keyspace
        return await asyncio.to_thread(cls._connect, settings, chosen)

    @classmethod
    def _connect(cls, settings: StoreSettings, keyspace: str) -> "Cassandra":
        profile = ExecutionProfile(
            load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy(local_dc="datacenter1")),
            consistency_level=ConsistencyLevel.LOCAL_QUORUM,
            request_timeout=REQUEST_SECONDS,
            row_factory=_rows,
        )
        cluster = Cluster(
            settings.cassandra_hosts.split(","),
            port=settings.cassandra_port,
            execution_profiles={EXEC_PROFILE_DEFAULT: profile},
            reconnection_policy=ExponentialReconnectionPolicy(0.25, 2.0),
            protocol_version=5,
            # Nobody here asks the driver what tables there are; to learn of a new one cost every process some time.
            schema_event_refresh_window=-1,
            connection_class=_Connection,
        )
        try:
            return cls(cluster, cluster.connect(keyspace or None))
        except AWAY as away:
            cluster.shutdown()
            raise StoreUnavailable(str(away)) from away

    async def prepare(self, statement: str) -> PreparedStatement:
        try:
            return await asyncio.to_thread(self._session.prepare, statement)
        except AWAY as away:
            raise StoreUnavailable(str(away)) from away

    async def execute(
        self, statement: Statement | PreparedStatement | str, values: Sequence[Any] | None = None
    ) -> list[Any]:
        """Run one statement; its rows as tuples. One page at most: statements here are bounded by their limits."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()

        def done(rows: list[Any] | None) -> None:
            loop.call_soon_threadsafe(_resolve, future, rows or [])

        def failed(fault: Exception) -> None:
            loop.call_soon_threadsafe(_reject, future, fault)

        try:
            self._session.execute_async(statement, values).add_callbacks(done, failed)
        except (*AWAY, DriverException) as away:
            raise StoreUnavailable(str(away)) from away
        try:
            return await future
        except AWAY as away:
            raise StoreUnavailable(f"{type(away).__name__}: {away}") from away

    async def pages(
        self, statement: Statement | PreparedStatement | str, values: Sequence[Any] | None = None
    ) -> AsyncGenerator[list[Any]]:
        """All rows of a statement of any length, page by page: the next is asked for when the last was taken."""
        loop = asyncio.get_running_loop()
        answers: asyncio.Queue[list[Any] | Exception] = asyncio.Queue()

        def answered(answer: list[Any] | Exception | None) -> None:
            loop.call_soon_threadsafe(answers.put_nowait, answer or [])

        try:
            asked = self._session.execute_async(statement, values)
            asked.add_callbacks(answered, answered)
            while True:
                answer = await answers.get()
                if isinstance(answer, Exception):
                    raise answer
                yield answer
                if not asked.has_more_pages:
                    return
                asked.start_fetching_next_page()
        except AWAY as away:
            raise StoreUnavailable(f"{type(away).__name__}: {away}") from away

    async def close(self) -> None:
        await asyncio.to_thread(self._cluster.shutdown)


def _rows(columns: Sequence[str], values: Sequence[Sequence[Any]]) -> list[Any]:
    """As the driver's own factory, which makes a class for each answer: 58 µs of one of a single row."""
    return list(map(_row_type(tuple(columns))._make, values))


@cache
def _row_type(columns: tuple[str, ...]) -> Any:
    """The named tuple of these columns; of statements there are few."""
    return type(named_tuple_factory(columns, [columns])[0])


def _resolve(future: "asyncio.Future[list[Any]]", rows: list[Any]) -> None:
    if not future.done():
        future.set_result(rows)


def _reject(future: "asyncio.Future[list[Any]]", fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
