"""The state of the system at a glance, from what its processes said now and a while ago. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from infra.operator.scraping import Sample, Scrape

STAGES = (
    ("door to log", "backchannel_append_seconds", {"topic": "conversation.commands"}),
    ("command to event", "backchannel_stage_seconds", {"stage": "decide"}),
    ("event to fan-out", "backchannel_handled_seconds", {"group": "fanout"}),
    ("event to socket", "backchannel_stage_seconds", {"stage": "deliver"}),
)
PERCENTILES = (0.5, 0.9, 0.99)
Key = tuple[str, frozenset[tuple[str, str]]]


class Process(Struct, frozen=True):
    """`cpu`: of one core. `note`: what an operator should know of it, if anything."""

    name: str
    address: str
    is_up: bool
    uptime_seconds: float = 0
    cpu: float = 0
    memory_mib: float = 0
    note: str = ""


class Stage(Struct, frozen=True):
    """A way through the system: how many went it a second, and how long it took; None: nobody did."""

    name: str
    a_second: float
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None


class Lag(Struct, frozen=True):
    """Records that an agent has not handled yet, by partition, and how old the oldest one at hand is."""

    group: str
    topic: str
    records: Mapping[str, int]
    seconds: float


class Glance(Struct, frozen=True):
    """Rates are by the second, over `seconds`; connections are now, the rest since the processes began."""

    seconds: float
    processes: Sequence[Process]
    rates: Mapping[str, float]
    stages: Sequence[Stage]
    lags: Sequence[Lag]
    connections: Mapping[str, int]
    refusals: Mapping[str, int]
    dead_letters: Mapping[str, int]
    unreadable_events: int
    pushes: Mapping[str, int]

    @property
    def down(self) -> Sequence[str]:
        return [one.name for one in self.processes if not one.is_up]


def glance(then: Sequence[Scrape], now: Sequence[Scrape], *, wall_seconds: float) -> Glance:
    """`wall_seconds`: the time now, since 1970. Processes are matched by their names."""
    before = {one.process: one for one in then if one.is_up}
    grown = [sample for one in now if one.is_up for sample in _growth(before.get(one.process), one)]
    seconds = max((one.at - before[one.process].at for one in now if one.process in before), default=0.0)
    current = [sample for one in now for sample in one.samples or ()]
    return Glance(
        seconds=round(seconds, 3),
        processes=[_process(before.get(one.process), one, wall_seconds) for one in now],
        rates=_rates(grown, seconds),
        stages=[*_stages(grown, seconds)],
        lags=_lags(current),
        connections=_by(current, "backchannel_connections", "gateway"),
        refusals=_by(current, "backchannel_refusals_total", "reason"),
        dead_letters=_by(current, "backchannel_dead_letters_total", "group"),
        unreadable_events=round(_sum(current, "backchannel_unreadable_events_total")),
        pushes=_by(current, "backchannel_pushes_total", "outcome"),
    )


def _growth(before: Scrape | None, now: Scrape) -> list[Sample]:
    """How much each sample has grown. One that fell began anew meanwhile, as a process that was restarted does."""
    if before is None:
        return []
    known = {_key(sample): sample.value for sample in before.samples or ()}
    grown = []
    for sample in now.samples or ():
        old = known.get(_key(sample), 0.0)
        grown.append(Sample(sample.name, sample.labels, sample.value - old if sample.value >= old else sample.value))
    return grown


def _key(sample: Sample) -> Key:
    return sample.name, frozenset(sample.labels.items())


def _process(before: Scrape | None, now: Scrape, wall_seconds: float) -> Process:
    if now.samples is None:
        return Process(now.process, now.address, is_up=False, note=now.fault)
    cpu = _sum(_growth(before, now), "process_cpu_seconds_total") / (now.at - before.at) if before else 0.0
    return Process(
        now.process,
        now.address,
        is_up=True,
        uptime_seconds=round(wall_seconds - _sum(now.samples, "process_start_time_seconds"), 1),
        cpu=round(cpu, 3),
        memory_mib=round(_sum(now.samples, "process_resident_memory_bytes") / 2**20, 1),
        note=_note(now.samples),
    )


def _note(samples: Sequence[Sample]) -> str:
    notes = [f"{one.labels['group']} is stuck" for one in samples if _is(one, "backchannel_agent_stuck") and one.value]
    notes += [
        f"{one.labels['group']} is not ready"
        for one in samples
        if _is(one, "backchannel_agent_ready") and not one.value
    ]
    if stopped := round(_sum(samples, "backchannel_partitions_stopped")):
        notes.append(f"{stopped} partitions stand")
    notes += [
        f"ended by {one.labels['cause']} before" for one in samples if _is(one, "backchannel_process_previous_end")
    ]
    return ", ".join(notes)


def _rates(grown: Sequence[Sample], seconds: float) -> dict[str, float]:
    counted = {
        "messages": _sum(grown, "backchannel_events_total", type="MessageSent"),
        "events": _sum(grown, "backchannel_events_total"),
        "frames in": _sum(grown, "backchannel_frames_total", direction="in"),
        "frames out": _sum(grown, "backchannel_frames_total", direction="out"),
        "HTTP requests": _sum(grown, "backchannel_http_requests_total"),
        "refusals": _sum(grown, "backchannel_refusals_total"),
        "over the limits": _sum(grown, "backchannel_rate_limited_total"),
    }
    return {name: round(count / seconds, 1) if seconds else 0.0 for name, count in counted.items()}


def _stages(grown: Sequence[Sample], seconds: float) -> Iterable[Stage]:
    views = sorted({one.labels["group"] for one in grown if _is(one, "backchannel_handled_seconds_count")})
    rows = [(f"event to {name}", "backchannel_handled_seconds", {"group": name}) for name in views if _is_view(name)]
    for name, metric, labels in (*STAGES, *rows):
        count = _sum(grown, f"{metric}_count", **labels)
        buckets: dict[float, float] = {}
        for one in grown:
            if _is(one, f"{metric}_bucket") and labels.items() <= one.labels.items():
                bound = float(one.labels["le"])
                buckets[bound] = buckets.get(bound, 0.0) + one.value
        p50, p90, p99 = (percentile(buckets, share) for share in PERCENTILES)
        yield Stage(name, round(count / seconds, 1) if seconds else 0.0, p50, p90, p99)


def _is_view(group: str) -> bool:
    """Views' groups carry their version."""
    return group.rpartition("-")[2].isdigit()


def percentile(buckets: Mapping[float, float], share: float) -> float | None:
    """Milliseconds, from cumulative counts by upper bound in seconds; None without any. As `histogram_quantile` does:
    evenly spread within a bucket, and the last finite bound where it lies beyond."""
    ordered = sorted(buckets.items())
    if not ordered or not ordered[-1][1]:
        return None
    rank = share * ordered[-1][1]
    for (low, below), (bound, count) in pairwise([(0.0, 0.0), *ordered]):
        if count >= rank and count > below:
            top = low if bound == float("inf") else bound
            return round(1000 * (low + (top - low) * (rank - below) / (count - below)), 1)
    return None


def _lags(samples: Sequence[Sample]) -> Sequence[Lag]:
    """By the furthest end that anybody knows: a reader that is stuck does not know how far it is behind."""
    ends: dict[tuple[str, str], float] = {}
    for one in samples:
        if _is(one, "backchannel_log_end_offset"):
            place = one.labels["topic"], one.labels["partition"]
            ends[place] = max(ends.get(place, 0.0), one.value)
    records: dict[tuple[str, str], dict[str, int]] = {}
    seconds: dict[tuple[str, str], float] = {}
    for one in samples:
        if _is(one, "backchannel_handled_offset"):
            group, topic, partition = one.labels["group"], one.labels["topic"], one.labels["partition"]
            records.setdefault((group, topic), {})[partition] = round(ends[topic, partition] - one.value)
        if _is(one, "backchannel_lag_seconds"):
            agent = one.labels["group"], one.labels["topic"]
            seconds[agent] = max(seconds.get(agent, 0.0), one.value)
    return [
        Lag(group, topic, dict(sorted(found.items(), key=lambda one: int(one[0]))), round(seconds[group, topic], 1))
        for (group, topic), found in sorted(records.items())
    ]


def _by(samples: Iterable[Sample], name: str, label: str) -> dict[str, int]:
    found: dict[str, float] = {}
    for one in samples:
        if _is(one, name):
            found[one.labels[label]] = found.get(one.labels[label], 0.0) + one.value
    return {value: round(count) for value, count in sorted(found.items())}


def _sum(samples: Iterable[Sample], name: str, **labels: str) -> float:
    return sum(one.value for one in samples if _is(one, name) and labels.items() <= one.labels.items())


def _is(sample: Sample, name: str) -> bool:
    return sample.name == name
