"""How fast views are verified against the log: whole, on the stack's own log, which is made long first if it is not."""

import os
import time

import msgspec

from infra.local.stack import Stack
from infra.operator.proof.stored import connected
from infra.operator.proof.verifying import Wish, verify_views
from infra.stores.log_ends import LogEnds
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.topics import CONVERSATION_EVENTS
from tests.long_log import append_long_log


class VerifiedView(msgspec.Struct, frozen=True):
    view: str
    rows: int
    rows_per_second: int
    differing: int


class VerifyResult(msgspec.Struct, frozen=True):
    """CPU is the verifier's own, without the stores; `load_average` when it began."""

    records: int
    seconds: float
    cpu_us_per_record: float
    views: list[VerifiedView]
    load_average: float


async def measure_verify(records_min: int) -> VerifyResult:
    settings = StoreSettings()
    log = LogEnds(settings.kafka_bootstrap)
    while sum((await log.ends(CONVERSATION_EVENTS)).values()) < records_min:
        await append_long_log(Stack())
    records = sum((await log.ends(CONVERSATION_EVENTS)).values())
    load, began, used = os.getloadavg()[0], time.monotonic(), time.process_time()
    async with connected(settings, ObjectSettings()) as stores:
        reports = await verify_views(stores, Wish())
    seconds, used = time.monotonic() - began, time.process_time() - used
    return VerifyResult(
        records=records,
        seconds=round(seconds, 1),
        cpu_us_per_record=round(used / records * 1e6, 1),
        views=[
            VerifiedView(one.view, one.equal, round(one.equal / max(one.seconds, 0.1)), one.differing)
            for one in reports
        ],
        load_average=round(load, 2),
    )
