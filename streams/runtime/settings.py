"""Settings of agents, beside those of the stores."""

from pathlib import Path

from infra.stores.settings import StoreSettings


class StreamSettings(StoreSettings):
    instance: str = ""
    """Static membership: with a name, a restarted process takes its partitions over at once. Unique per process."""
    health_host: str = "127.0.0.1"
    health_port: int = 0
    """Where /healthz, /readyz and /metrics are served; 0 serves none."""
    last_words: Path | None = None
    """Where a process that ends by a fault says why, for the next one's metrics."""
    session_timeout_seconds: float = 10.0
    """A process that is silent for so long loses its partitions."""
    heartbeat_interval_seconds: float = 1.0
    stuck_seconds: float = 60.0
    """An agent whose oldest run is not acknowledged for so long, and who waits for no store, is started again."""
    commit_interval_seconds: float = 0.3
    view_window_seconds: float = 0.1
    """Background projections fetch in windows: fewer wake-ups, at the price of so much delay."""
    snapshot_seconds: float = 60.0
    """How often changed conversations are saved behind the log, at least."""
    snapshot_events: int = 20_000
    """Sooner after so many events: that many are folded again, at most, when a partition changes hands."""
    conversations_cached_max: int = 200_000
