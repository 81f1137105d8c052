"""The one table of metrics: each name stands once, here, with its labels and its meaning.

All have labels, so that a process shows only what it counts. No label's value comes from a user; each is of a closed
set. `docs/metrics.md` is made from this file.
"""

from prometheus_client import Counter, Gauge, Histogram

from infra.telemetry.latencies import Latencies

# Every process

PROCESS = Gauge("backchannel_process_info", "1. `process`: its name, as in the stack or in the settings.", ["process"])
PREVIOUS_END = Gauge(
    "backchannel_process_previous_end",
    "1, where the process of agents before this one ended by a fault. `cause`: the fault's type.",
    ["cause"],
)
STORE_WAITS = Counter(
    "backchannel_store_waits_total",
    "How often a store was away, and is waited for. `waiting_for`: what was to be done.",
    ["waiting_for"],
)
APPEND = Latencies(
    "backchannel_append_seconds",
    "From handing a record to the producer until the log has confirmed it, by the producer's own clock.",
    "topic",
)
APPENDS_FAILED = Counter(
    "backchannel_appends_failed_total", "Records that the log did not take: their writers repeat them.", ["topic"]
)

# Gateways and the API: the door

REFUSALS = Counter(
    "backchannel_refusals_total",
    "Commands that were refused. `by`: the door (gateway, api), or the log (conversation).",
    ["by", "reason"],
)
RATE_LIMITED = Counter("backchannel_rate_limited_total", "Frames and calls over the limits.", ["by"])
CONNECTIONS = Gauge("backchannel_connections", "Sockets that are open now.", ["gateway"])
FRAMES = Counter(
    "backchannel_frames_total",
    "Frames: `in`, from clients, with heartbeats; `out`, live ones to them, without what they missed.",
    ["direction"],
)
CLOSES = Counter("backchannel_closes_total", "Sockets that were closed by us, with which code.", ["code"])
HTTP_REQUESTS = Counter(
    "backchannel_http_requests_total",
    "Requests that were answered. `route`: its pattern, or `none` where there is none.",
    ["method", "route", "status"],
)
HTTP_SECONDS = Histogram("backchannel_http_request_seconds", "From a request to the end of its answer.", ["route"])

# The stages of a message

STAGES = Latencies(
    "backchannel_stage_seconds",
    "`decide`: from a command's append to its event's, both by the log's clock; `deliver`: from the event's append"
    " until a gateway wrote its frame to the sockets.",
    "stage",
)
HANDLED = Latencies(
    "backchannel_handled_seconds",
    "From a record's append until an agent's work on it was durable: a view's row, fan-out's entry in Redis.",
    "group",
)
EVENTS = Counter("backchannel_events_total", "Events that the log has confirmed, by type.", ["type"])

# Agents

LOG_END = Gauge(
    "backchannel_log_end_offset",
    "The offset that the next record will get, as a reader knows it.",
    ["topic", "partition"],
)
HANDLED_OFFSET = Gauge(
    "backchannel_handled_offset",
    "The offset up to which all is durable.",
    ["group", "topic", "partition"],
)
LAG = Gauge("backchannel_lag_records", "Records between the two: not handled yet.", ["group", "topic", "partition"])
LAG_SECONDS = Gauge(
    "backchannel_lag_seconds",
    "How long ago the oldest record at hand was appended; 0 if none is.",
    ["group", "topic", "partition"],
)
STUCK = Gauge("backchannel_agent_stuck", "1 where work stands still, and no store is waited for.", ["group"])
READY = Gauge("backchannel_agent_ready", "1 once an agent holds its partitions, be they none.", ["group"])
STOPPED = Gauge(
    "backchannel_partitions_stopped", "Partitions of conversations that stand until somebody looks.", ["group"]
)
DEAD_LETTERS = Counter("backchannel_dead_letters_total", "Records that were passed over.", ["group"])
UNREADABLE = Counter("backchannel_unreadable_events_total", "Events that cannot be decoded.", ["group"])
PUSHES = Counter(
    "backchannel_pushes_total",
    "Pushes that are over. `outcome`: succeeded, or why not.",
    ["provider", "outcome"],
)
PUSH_ANSWERS = Counter(
    "backchannel_push_answers_total",
    "What providers answered, attempt by attempt.",
    ["provider", "answer"],
)
MEDIA = Counter("backchannel_media_total", "Uploads that were decided. `outcome`: ready, or why not.", ["outcome"])
ARCHIVED_ROWS = Counter(
    "backchannel_archived_rows_total", "Rows of the timeline that were moved into the archive.", ["partition"]
)
