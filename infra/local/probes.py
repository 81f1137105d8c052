"""Does a part really serve? One question in each store's own protocol, over a fresh connection.

Written on plain sockets: the stores' clients have their home in `infra.stores`, and take longer to say no.
A probe returns True or False; it never raises for a part that is not there yet.
"""

import http.client
import socket
import struct
from collections.abc import Callable
from functools import partial

Probe = Callable[[str, int], bool]

TIMEOUT_SECONDS = 2.0


def redis(host: str, port: int) -> bool:
    """PING; while it loads it answers with an error instead of PONG."""
    return _ask(host, port, b"PING\r\n", 5) == b"+PONG"


def postgres(host: str, port: int) -> bool:
    """A startup message, as pg_isready sends it: a server that takes clients asks for the password ('R')."""
    parameters = b"user\0backchannel\0database\0backchannel\0\0"
    message = struct.pack("!ii", 8 + len(parameters), 3 << 16) + parameters
    return _ask(host, port, message, 1) == b"R"


def cassandra(host: str, port: int) -> bool:
    """An OPTIONS frame of CQL's protocol version 4; SUPPORTED (6) comes once the node takes clients."""
    options = struct.pack("!BBhBi", 4, 0, 0, 5, 0)
    answer = _ask(host, port, options, 9)
    return len(answer) == 9 and answer[0] == 0x84 and answer[4] == 6


def kafka(host: str, port: int) -> bool:
    """A Metadata request (version 4, for no topic): ready when at least one live broker is listed."""
    client_id, asked = b"probe", 7
    header = struct.pack("!hhih", 3, 4, asked, len(client_id)) + client_id
    body = header + struct.pack("!i?", 0, False)
    answer = _ask(host, port, struct.pack("!i", len(body)) + body, 16)
    if len(answer) < 16:
        return False
    _length, answered, _throttle_ms, brokers = struct.unpack("!iiii", answer)
    return bool(answered == asked and brokers > 0)


def http_at(path: str) -> Probe:
    """GET `path` answers 200."""
    return partial(_http, path=path)


def seaweedfs(*, master_port: int) -> Probe:
    """The S3 server says that it is well, and the master can place a file.

    Right after a start the first does and the second may not: an upload then hung for five seconds.
    """
    return partial(_seaweedfs, master_port=master_port)


def _seaweedfs(host: str, port: int, *, master_port: int) -> bool:
    return _http(host, port, path="/healthz") and _http(host, master_port, path="/dir/assign")


def _http(host: str, port: int, *, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ask(host: str, port: int, question: bytes, answer_bytes: int) -> bytes:
    """Send the question and return the answer's first bytes, fewer if the other side closes or is silent."""
    answer = b""
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(question)
            while len(answer) < answer_bytes and (piece := connection.recv(answer_bytes - len(answer))):
                answer += piece
    except OSError:
        return b""
    return answer
