"""Small real processes that stand in for parts, so that supervision is tried in a second instead of ten."""

import socket
import sys
from pathlib import Path

from infra.local import probes
from infra.local.parts import Part

SERVER = """
import http.server, sys

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

print("serving", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
BROKEN = """
import sys
sys.exit("no such store")
"""


def serving_part(name: str, folder: Path, port: int) -> Part:
    return _part(name, SERVER, folder, port)


def broken_part(name: str, folder: Path, port: int) -> Part:
    """Says why, and ends at once, each time."""
    return _part(name, BROKEN, folder, port)


def _part(name: str, source: str, folder: Path, port: int) -> Part:
    script = folder / f"{name}.py"
    script.write_text(source)
    command = (sys.executable, str(script), str(port))
    return Part(name, "service", command, port, probes.http_at("/readyz"))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
