"""Logs of a process: lines for people, or one JSON object a line for machines. Never with what people wrote.

Bodies are kept out where lines are written: a log names ids, places and causes. A test looks on.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from infra.telemetry import traceparent
from infra.telemetry.settings import LogFormat

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message, process; trace_id and exception where there are any."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": self._process,
        }
        if parent := getattr(record, "traceparent", None) or traceparent.CALLER.get():
            line["trace_id"] = traceparent.trace_id(parent)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(process: str, form: LogFormat, levels: Mapping[str, int]) -> None:
    """Everything from INFO on goes to stderr; `levels`: of loggers that say too much, or what they must not."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(process) if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def traced(parent: bytes | str) -> dict[str, str]:
    """`extra` of a line about one record, by its traceparent."""
    return {"traceparent": parent.decode(errors="replace") if isinstance(parent, bytes) else parent}
