"""One run of the bench as a value: what is printed, written as JSON and compared."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.bench.archive import ArchiveResult
from tests.bench.broker import BrokerResult
from tests.bench.export import ExportResult
from tests.bench.group import GroupResult
from tests.bench.idle import IdleResult
from tests.bench.latency import LatencyResult
from tests.bench.machine import Machine
from tests.bench.online import OnlineResult
from tests.bench.profiling import Profile
from tests.bench.push import PushResult
from tests.bench.rebuild import RebuildResult
from tests.bench.receipts import ReceiptsResult
from tests.bench.reconnect import ReconnectResult
from tests.bench.saturation import SaturationResult
from tests.bench.verify import VerifyResult

FOLDER = Path(".local/bench")


class Report(msgspec.Struct):
    at: str
    machine: Machine
    arguments: list[str]
    latency: list[LatencyResult] = []
    saturation: SaturationResult | None = None
    broker: BrokerResult | None = None
    group: GroupResult | None = None
    receipts: ReceiptsResult | None = None
    reconnect: ReconnectResult | None = None
    idle: IdleResult | None = None
    online: list[OnlineResult] = []
    archive: ArchiveResult | None = None
    verify: VerifyResult | None = None
    export: ExportResult | None = None
    rebuild: RebuildResult | None = None
    push: PushResult | None = None
    profiles: list[Profile] = []


def default_path(now: datetime) -> Path:
    return FOLDER / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"


def write_report(report: Report, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def read_report(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)
