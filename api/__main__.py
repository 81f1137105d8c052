"""`python -m api`: serve the API until SIGTERM. A fault in the background ends it with exit code 1."""

import logging
import signal
import sys

import uvicorn

from api.app import create_app
from api.settings import ApiSettings
from infra.telemetry import process, tracing

FAULT = 1


def main() -> int:
    settings = ApiSettings()
    process.begin(settings.api_name, {"cassandra": logging.ERROR})
    faults: list[int] = []

    def end_on_fault() -> None:
        faults.append(FAULT)
        server.should_exit = True

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, end_on_fault),
            host=settings.api_host,
            port=settings.api_port,
            loop="uvloop",
            http="httptools",
            ws="none",
            access_log=False,
            log_config=None,
            proxy_headers=False,  # api/limits.py reads the balancer's header itself
            server_header=False,
            timeout_graceful_shutdown=round(settings.api_drain_seconds),
        )
    )
    # uvicorn raises the signal again when it has shut down; by then it has done its work.
    signal.signal(signal.SIGTERM, lambda *_: None)
    server.run()
    tracing.end_tracing()
    return FAULT if faults or not server.started else 0


if __name__ == "__main__":
    sys.exit(main())
