"""Settings of a gateway, beside those of the stores."""

from infra.stores.settings import StoreSettings


class GatewaySettings(StoreSettings):
    gateway_name: str = "gateway-1"
    """Unique per gateway process."""
    gateway_host: str = "127.0.0.1"
    gateway_port: int = 8091
    gateway_url: str = ""
    """Where clients reach this gateway directly; by default at its host and port."""
    heartbeat_seconds: float = 1.5
    """How often clients send a heartbeat: at most half the presence threshold."""
    presence_threshold_seconds: float = 3.0
    hello_seconds: float = 5.0
    """A socket without a Hello for so long is closed (4501)."""
    silence_seconds: float = 60.0
    """A socket without any frame for so long is closed (4003)."""
    register_seconds: float = 10.0
    """How long the presence agent may take to confirm a connection before it is closed (4004)."""
    freshness_seconds: float = 8.0
    """How long the views may take to catch up with the log before a connection is closed (4004)."""
    write_buffer_bytes_max: int = 1 << 20
    """Bytes that a client may leave unread before it is closed as slow (4001)."""
    backlog_frames_max: int = 5_000
    """Live frames kept while a connection catches up."""
    missed_events_max: int = 10_000
    """A device that missed more begins anew, with a snapshot."""
    flooding_seconds: float = 10.0
    """Still over the limit for so long: closed (4504)."""
    malformed_in_a_row_max: int = 10
    opening_at_once: int = 64
    """Connections that catch up at the same time; the others wait their turn."""
    drain_seconds: float = 5.0
    """Over so many seconds sockets are closed when the gateway ends or has lost its stream."""

    @property
    def url(self) -> str:
        return self.gateway_url or f"ws://{self.gateway_host}:{self.gateway_port}/v1/socket"
