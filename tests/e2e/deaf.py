"""A client that does not read: a bare TCP socket with a small receive buffer, and just enough WebSocket."""

import base64
import json
import os
import socket
import struct
from urllib.parse import urlsplit

from clients.python.connection import SUBPROTOCOL
from tests.e2e.people import Person

RECEIVE_BYTES = 4096
TEXT, CLOSE = 1, 8
FINAL = MASKED = 0x80
HEAR_SECONDS = 20.0


class DeafClient:
    """It says Hello, hears up to Synced, and from then on reads nothing until it is asked how it ended."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        self._socket.settimeout(HEAR_SECONDS)
        self._socket.connect((parts.hostname, parts.port))
        key = base64.b64encode(os.urandom(16)).decode()
        headers = {
            "Host": parts.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": SUBPROTOCOL,
        }
        lines = [f"GET {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._read(1)
        assert b" 101 " in answer

    def synced(self, ticket: str) -> None:
        """Hello, and everything up to Synced."""
        hello = json.dumps({"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}}).encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(hello))
        self._socket.sendall(struct.pack("!BBH", FINAL | TEXT, MASKED | 126, len(hello)) + mask + masked)
        while json.loads(self._frame()[1])["type"] != "Synced":
            pass

    def close_code(self) -> int:
        """Read everything that waits; how the server closed, 1006 if it only cut the line."""
        try:
            while True:
                kind, payload = self._frame()
                if kind == CLOSE:
                    return int.from_bytes(payload[:2])
        except ConnectionError:
            return 1006

    def end(self) -> None:
        self._socket.close()

    def _frame(self) -> tuple[int, bytes]:
        first, length = self._read(2)
        if length == 126:
            length = int.from_bytes(self._read(2))
        elif length == 127:
            length = int.from_bytes(self._read(8))
        return first & 0x0F, self._read(length)

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise ConnectionResetError("the server ended the line")
            data += piece
        return bytes(data)


async def deaf_client(person: Person, url: str) -> DeafClient:
    client = DeafClient(url)
    client.synced((await person.api.ticket()).ticket)
    return client
