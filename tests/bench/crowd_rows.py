"""The rows of groups, receipts, reconnects, pushes, users online, and of what operators do."""

from collections.abc import Iterable

from tests.bench.archive import PAGE_EVENTS, ArchiveResult
from tests.bench.export import ExportResult
from tests.bench.group import GroupResult
from tests.bench.online import OnlineResult
from tests.bench.processes import cpu_seconds
from tests.bench.push import PushResult
from tests.bench.rebuild import LIVE_RATE, RebuildResult
from tests.bench.receipts import ReceiptsResult
from tests.bench.reconnect import ReconnectResult
from tests.bench.report import Report
from tests.bench.spread import Spread
from tests.bench.verify import VerifyResult

Row = tuple[str, ...]


def times(report: Report) -> Iterable[tuple[str, Spread]]:
    if report.group is not None:
        group = report.group
        name = f"groups of {group.members}, {group.rate}/s"
        yield f"{name}: first member to last", group.first_to_last
        yield f"{name}: to each member", group.to_each
        yield f"{name}: to the last member", group.to_last
    if report.receipts is not None:
        yield "receipts: until the author knows that all have it", report.receipts.until_delivered
        yield "receipts: from the last word until the author knows all read", report.receipts.until_read
    if report.reconnect is not None:
        yield f"reconnect of {report.reconnect.devices:,}: until synced", report.reconnect.until_synced
    if report.archive is not None:
        yield f"a page of {PAGE_EVENTS} out of the archive", report.archive.page
        yield f"a page of {PAGE_EVENTS} out of Cassandra, before", report.archive.hot_page
    if report.push is not None:
        yield "push: from the message's time in the log to fake-push", report.push.from_event
        yield f"push: {report.push.rate}/s, from the request to fake-push", report.push.from_request
    if report.rebuild is not None:
        yield f"{LIVE_RATE}/s, socket to socket", report.rebuild.alone
        yield f"{LIVE_RATE}/s, beside a rebuild", report.rebuild.beside


def figures(report: Report) -> list[Row]:
    rows: list[Row] = []
    if report.receipts is not None:
        rows += _receipts(report.receipts)
    if report.reconnect is not None:
        rows += _reconnect(report.reconnect)
    if report.push is not None:
        rows += _push(report.push)
    rows += [_online(online) for online in report.online]
    if report.archive is not None:
        rows += _archive(report.archive)
    if report.verify is not None:
        rows += _verify(report.verify)
    if report.export is not None:
        rows += _export(report.export)
    if report.rebuild is not None:
        rows += _rebuild(report.rebuild)
    return rows


def troubles(report: Report) -> Iterable[str]:
    if report.group is not None:
        yield from _group_troubles(report.group)
    if report.receipts is not None and (report.receipts.incomplete or report.receipts.faults):
        yield f"receipts: {report.receipts.incomplete} messages not read by all, {report.receipts.faults}"
    if report.reconnect is not None and report.reconnect.recovered < report.reconnect.devices:
        yield f"reconnect: only {report.reconnect.recovered} of {report.reconnect.devices} recovered"
    if report.push is not None and (report.push.missing or report.push.repeated):
        yield f"push: {report.push.missing} missing, {report.push.repeated} repeated"
    if report.verify is not None:
        yield from (f"{one.view}: {one.differing} rows differ" for one in report.verify.views if one.differing)
    for online in report.online:
        if faults := {name: count for name, count in online.faults.items() if not name.endswith("came back")}:
            yield f"heartbeat every {online.heartbeat_seconds:g} s: {faults}"


def _receipts(result: ReceiptsResult) -> list[Row]:
    return [
        ("receipt events of a member for one message, mean", f"{result.events_per_member}"),
        ("receipt events of a member for one message, most", f"{result.events_per_member_max}"),
    ]


def _reconnect(result: ReconnectResult) -> list[Row]:
    return [
        (f"reconnect of {result.devices:,}: until every one is synced", f"{result.seconds_until_all_synced} s"),
        ("of these recovered, with what they missed", f"{result.recovered:,}, {result.caught_up_events:,} events"),
        ("turned down for the moment", f"{sum(result.came_back.values()):,}"),
        ("CPU of it, stack and generator", f"{cpu_seconds(result.processes):.1f} s"),
    ]


def _push(result: PushResult) -> list[Row]:
    costs = [f"{use.name} {use.cpu_us_per_message:.0f}" for use in result.processes if use.cpu_us_per_message]
    return [
        ("pushes a second that fake-push took, flat out", f"{result.flat_out_per_second:,.0f}"),
        (f"CPU µs a push at {result.rate}/s", ", ".join(costs)),
    ]


def _online(result: OnlineResult) -> Row:
    name = f"{result.connections:,} users online, a heartbeat every {result.heartbeat_seconds:g} s"
    return name, f"{result.percent_of_core} % of a core; {result.percent_before} % with nobody connected"


def _archive(result: ArchiveResult) -> list[Row]:
    per_message = result.packed_bytes // result.messages
    return [
        ("messages moved into the archive", f"{result.messages_per_second:,} a second, {result.messages:,} in all"),
        ("CPU of the archiver a message", f"{result.cpu_us_per_message} µs"),
        ("a message there", f"{per_message:,} bytes, in {result.segments} segments"),
        ("load average before", f"{result.load_average}"),
    ]


def _verify(result: VerifyResult) -> list[Row]:
    return [
        ("records of the log verified, in all views", f"{result.records:,} in {result.seconds:,} s"),
        ("CPU of the verifier a record", f"{result.cpu_us_per_record} µs"),
        *(
            (f"rows of {one.view} verified", f"{one.rows_per_second:,} a second, {one.rows:,} in all")
            for one in result.views
        ),
        ("load average before verifying", f"{result.load_average}"),
    ]


def _export(result: ExportResult) -> list[Row]:
    return [
        ("records exported", f"{result.records_per_second:,} a second, {result.records:,} in all"),
        ("CPU of the export a record", f"{result.cpu_us_per_record} µs"),
        ("a record there", f"{result.bytes_per_record:,} bytes"),
        (f"one conversation of {result.found} records, found in them", f"{result.find_seconds} s"),
        ("load average before", f"{result.load_average}"),
    ]


def _rebuild(result: RebuildResult) -> list[Row]:
    per_second = ((one, f"{one.events_per_second:,} events a second, of {one.events:,}") for one in result.quiet)
    was_over = ", over before the messages were" if result.beside_was_over else ""
    return [
        *((f"the timeline rebuilt by {one.workers} workers", rate) for one, rate in per_second),
        ("the same beside live messages", f"{result.beside_per_second:,} events a second{was_over}"),
    ]


def _group_troubles(result: GroupResult) -> Iterable[str]:
    yield from (f"group: {use.name} ended" for use in result.processes if use.is_ended)
    if result.missing or result.repeated or result.faults:
        yield f"group: {result.missing} missing, {result.repeated} repeated, {result.faults}"
