"""Where the stores are, and the house's secrets. From the environment, prefix `BACKCHANNEL_`.

The defaults are the local stack's. Outside the `local` profile no secret has a default.
"""

import base64
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_SECRET = base64.b64encode(b"local profile only: not a secret").decode()


class StoreSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BACKCHANNEL_", frozen=True)

    profile: Literal["local", "production"] = "local"
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_replication: int = 1
    cassandra_hosts: str = "127.0.0.1"
    cassandra_port: int = 9042
    cassandra_keyspace: str = "backchannel"
    cassandra_replication: int = 1
    redis_url: str = "redis://127.0.0.1:6379/0"
    postgres_dsn: SecretStr = SecretStr("postgresql://backchannel:backchannel@127.0.0.1:5432/backchannel")
    postgres_connections_max: int = 8
    messages_per_second: float = Field(default=50, gt=0)
    """Per user, over all devices. Here, for gateways and the API count in the same buckets."""
    messages_burst: float = Field(default=500, ge=1)
    frames_per_second: float = Field(default=500, gt=0)
    """All that users ask for but messages and heartbeats."""
    frames_burst: float = Field(default=5_000, ge=1)
    master_key: SecretStr = SecretStr("")
    """Wraps every author's data key: 32 bytes in base64."""
    direct_secret: SecretStr = SecretStr("")
    """Names direct conversations. Changing it loses them."""
    token_secret: SecretStr = SecretStr("")
    """Signs access tokens and tickets."""

    @model_validator(mode="after")
    def _secrets_are_set(self) -> Self:
        for name in ("master_key", "direct_secret", "token_secret"):
            if not getattr(self, name).get_secret_value():
                if self.profile != "local":
                    raise ValueError(f"BACKCHANNEL_{name.upper()} must be set outside the local profile")
                object.__setattr__(self, name, SecretStr(LOCAL_SECRET))
        return self

    @property
    def is_one_replica_set(self) -> bool:
        """Whether every node of Cassandra holds every row."""
        return self.cassandra_replication >= len(self.cassandra_hosts.split(","))

    def master_key_bytes(self) -> bytes:
        return base64.b64decode(self.master_key.get_secret_value())

    def direct_secret_bytes(self) -> bytes:
        return self.direct_secret.get_secret_value().encode()

    def token_secret_bytes(self) -> bytes:
        return self.token_secret.get_secret_value().encode()


class ObjectSettings(BaseSettings):
    """The object store: any S3. From the environment, prefix `BACKCHANNEL_OBJECTS_`.

    Apart from the stores' settings, for a process that never speaks to it should not hold its secret.
    """

    model_config = SettingsConfigDict(env_prefix="BACKCHANNEL_OBJECTS_", frozen=True, populate_by_name=True)

    profile: Literal["local", "production"] = Field(default="local", validation_alias="BACKCHANNEL_PROFILE")
    endpoint: str = "http://127.0.0.1:8333"
    """Where our processes reach it."""
    public_url: str = "http://127.0.0.1:8333"
    """Where clients reach it. Part of what presigned URLs sign."""
    cdn_url: str = ""
    """What downloads begin with instead, if set: a CDN that passes path and query on to `public_url`."""
    region: str = "us-east-1"
    access_key: str = "backchannel"
    secret_key: SecretStr = SecretStr("")
    quarantine_bucket: str = "backchannel-quarantine"
    media_bucket: str = "backchannel-media"
    archive_bucket: str = "backchannel-archive"
    export_bucket: str = "backchannel-exports"
    """Made for exports that analysts keep here; an export may go to any other."""
    calls_at_once_max: int = Field(default=8, ge=1)
    connect_seconds: float = Field(default=2, gt=0)
    answer_seconds: float = Field(default=10, gt=0)
    """How long a call waits for the next bytes of an answer."""

    @model_validator(mode="after")
    def _secret_is_set(self) -> Self:
        if not self.secret_key.get_secret_value():
            if self.profile != "local":
                raise ValueError("BACKCHANNEL_OBJECTS_SECRET_KEY must be set outside the local profile")
            object.__setattr__(self, "secret_key", SecretStr("backchannel"))
        return self

    @property
    def buckets(self) -> tuple[str, ...]:
        return (self.quarantine_bucket, self.media_bucket, self.archive_bucket, self.export_bucket)
