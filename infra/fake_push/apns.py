"""Apple's side: APNs over HTTP/2 and TLS, with its rules about headers, tokens and payloads, and its reasons."""

import asyncio
import re
import ssl
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import jwt
import msgspec

from infra.fake_push.devices import Devices, Fault, Push
from infra.fake_push.keys import APNS_KEY, APNS_TEAM, APNS_TOPIC, KeyFiles

PAYLOAD_BYTES_MAX = 4096
COLLAPSE_BYTES_MAX = 64
PROVIDER_TOKEN_SECONDS = 3600
PUSH_TYPES = frozenset({"alert", "background", "voip", "complication", "fileprovider", "mdm", "location"})
IS_TOKEN = re.compile(r"[0-9a-fA-F]{64}").fullmatch
REASONS: Mapping[int, str] = {
    400: "BadDeviceToken",
    403: "InvalidProviderToken",
    404: "BadPath",
    410: "Unregistered",
    413: "PayloadTooLarge",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


class Refused(Exception):
    """Apple's no: a status and a reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Asked:
    """A request as it comes in."""

    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class Apns:
    devices: Devices
    public: bytes

    def read(self, asked: Asked, now: float) -> tuple[str, Push]:
        """The device's token and what it is sent. Raises Refused."""
        headers = asked.headers
        if headers.get(":method") != "POST":
            raise Refused(405, "MethodNotAllowed")
        root, _, token = headers.get(":path", "").rpartition("/")
        if root != "/3/device":
            raise Refused(404, "BadPath")
        self._judge_provider(headers.get("authorization", ""), now)
        if not IS_TOKEN(token):
            raise Refused(400, "BadDeviceToken")
        return token, _push(headers, bytes(asked.body), now)

    def _judge_provider(self, authorization: str, now: float) -> None:
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refused(403, "MissingProviderToken")
        try:
            claims = jwt.decode(
                token, self.public, algorithms=["ES256"], issuer=APNS_TEAM, options={"require": ["iss", "iat"]}
            )
            key = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError:
            raise Refused(403, "InvalidProviderToken") from None
        if key != APNS_KEY:
            raise Refused(403, "InvalidProviderToken")
        if claims["iat"] < now - PROVIDER_TOKEN_SECONDS:
            raise Refused(403, "ExpiredProviderToken")


def _push(headers: Mapping[str, str], body: bytes, now: float) -> Push:
    """Raises Refused."""
    push_type, priority = headers.get("apns-push-type", "alert"), headers.get("apns-priority", "10")
    expiration, collapse = headers.get("apns-expiration", "0"), headers.get("apns-collapse-id", "")
    payload = _payload(body)
    aps = payload["aps"]
    rules = (
        ("apns-topic" in headers, 400, "MissingTopic"),
        (headers.get("apns-topic") == APNS_TOPIC, 400, "TopicDisallowed"),
        (push_type in PUSH_TYPES, 400, "InvalidPushType"),
        (priority in ("1", "5", "10"), 400, "BadPriority"),
        (push_type != "background" or priority == "5", 400, "BadPriority"),
        (push_type != "background" or not aps.keys() & {"alert", "sound", "badge"}, 400, "InvalidPushType"),
        (expiration.isdigit(), 400, "BadExpirationDate"),
        (len(collapse.encode()) <= COLLAPSE_BYTES_MAX, 400, "BadCollapseId"),
        (_is_id(headers.get("apns-id", "")), 400, "BadMessageId"),
    )
    for is_kept, status, reason in rules:
        if not is_kept:
            raise Refused(status, reason)
    alert = aps.get("alert", {})
    conversation_id = str(payload.get("conversation_id", ""))
    return Push(
        at=now,
        provider="apns",
        is_visible=push_type == "alert" and bool(alert),
        kind=str(payload.get("kind", "")),
        conversation_id=conversation_id,
        message_id=str(payload.get("message_id", "")),
        tag=collapse or headers.get("apns-id") or str(uuid.uuid4()),
        title=alert.get("title", "") if isinstance(alert, dict) else "",
        text=alert.get("body", "") if isinstance(alert, dict) else str(alert),
        badge=int(badge) if (badge := aps.get("badge", payload.get("badge"))) is not None else None,
        expires_at=float(expiration) or None,
        payload=payload,
    )


def _payload(body: bytes) -> dict[str, Any]:
    if not body:
        raise Refused(400, "PayloadEmpty")
    if len(body) > PAYLOAD_BYTES_MAX:
        raise Refused(413, "PayloadTooLarge")
    try:
        payload: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Refused(400, "PayloadEmpty") from None
    if not isinstance(payload.get("aps"), dict):
        raise Refused(400, "PayloadEmpty")
    return payload


def _is_id(text: str) -> bool:
    try:
        return not text or bool(uuid.UUID(text))
    except ValueError:
        return False


class ApnsConnection(asyncio.Protocol):
    """One connection; h2 does the protocol, this the bytes."""

    def __init__(self, apns: Apns) -> None:
        self._apns = apns
        self._http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self._asked: dict[int, Asked] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by name
        self._http.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._http.receive_data(data):
                self._hear(event)
        except h2.exceptions.ProtocolError:
            self._flush()
            self._close()
            return
        self._flush()

    def _hear(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived():
                headers = {str(name): str(value) for name, value in event.headers or ()}
                self._asked[event.stream_id or 0] = Asked(headers)
            case h2.events.DataReceived():
                self._asked[event.stream_id or 0].body += event.data or b""
                self._http.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
            case h2.events.StreamEnded():
                self._answer(event.stream_id or 0, self._asked.pop(event.stream_id or 0))
            case h2.events.StreamReset():
                self._asked.pop(event.stream_id or 0, None)
            case h2.events.ConnectionTerminated():
                self._close()
            case _:
                pass

    def _answer(self, stream: int, asked: Asked) -> None:
        now, id_ = time.time(), asked.headers.get("apns-id") or str(uuid.uuid4())
        try:
            token, push = self._apns.read(asked, now)
        except Refused as no:
            self._say(stream, no.status, id_, {"reason": no.reason})
            return
        fault = self._apns.devices.asks(token, "apns")
        if fault is None or fault.does == "lose":
            self._apns.devices.take(token, push)
        if fault is None:
            self._say(stream, 200, id_, None)
        else:
            self._fail(stream, id_, fault)

    def _fail(self, stream: int, id_: str, fault: Fault) -> None:
        if fault.does in ("close", "lose"):
            self._close()
        elif fault.does == "answer":
            body: dict[str, object] = {"reason": fault.reason or REASONS.get(fault.status, "InternalServerError")}
            if fault.status == 410:
                body["timestamp"] = int(time.time() * 1000)
            retry = () if fault.retry_after is None else (("retry-after", str(fault.retry_after)),)
            self._say(stream, fault.status, id_, body, retry)

    def _say(
        self,
        stream: int,
        status: int,
        id_: str,
        body: dict[str, Any] | None,
        more: tuple[tuple[str, str], ...] = (),
    ) -> None:
        headers = [(":status", str(status)), ("apns-id", id_), *more]
        self._http.send_headers(stream, headers, end_stream=body is None)
        if body is not None:
            self._http.send_data(stream, msgspec.json.encode(body), end_stream=True)

    def _flush(self) -> None:
        if self._transport is not None and (data := self._http.data_to_send()):
            self._transport.write(data)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def serve(devices: Devices, keys: KeyFiles, host: str, port: int) -> asyncio.Server:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys.server)
    context.set_alpn_protocols(["h2"])
    apns = Apns(devices, keys.apns_public.read_bytes())
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: ApnsConnection(apns), host, port, ssl=context)
