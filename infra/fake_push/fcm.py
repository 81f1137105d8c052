"""Google's side: the OAuth token endpoint, which verifies the assertion, and FCM HTTP v1's `messages:send`."""

import asyncio
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt
import msgspec
from aiohttp import web

from infra.fake_push.devices import Devices, Fault, Push
from infra.fake_push.keys import CLIENT_EMAIL, PROJECT, KeyFiles

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"  # whatever the endpoint's own address: so google-auth says it
TOKEN_SECONDS = 3600
PAYLOAD_BYTES_MAX = 4096
TTL_SECONDS_MAX = 28 * 86_400
IS_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}:APA91b[A-Za-z0-9_-]+").fullmatch  # the form of Google's own
STATUSES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
CODES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    403: "SENDER_ID_MISMATCH",
    404: "UNREGISTERED",
    429: "QUOTA_EXCEEDED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
CLOSING = web.AppKey("closing", asyncio.Event)
OAUTH = "oauth"  # the name under which failures of the token endpoint are ordered


class Fcm:
    def __init__(self, devices: Devices, keys: KeyFiles) -> None:
        self._devices = devices
        self._public = keys.service_account_public.read_bytes()
        self._issued: dict[str, float] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/token", self._token), web.post("/v1/projects/{project}/messages:send", self._send)]

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if fault := self._devices.asks(OAUTH):
            return await fail(request, fault, _error(fault.status, ""))
        try:
            if form.get("grant_type") != GRANT:
                raise jwt.InvalidTokenError("unsupported grant_type")
            claims = jwt.decode(
                str(form.get("assertion", "")),
                self._public,
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=CLIENT_EMAIL,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
            if SCOPE not in str(claims.get("scope", "")).split():
                raise jwt.InvalidTokenError("the scope does not cover messaging")
        except jwt.InvalidTokenError as wrong:
            return web.json_response({"error": "invalid_grant", "error_description": str(wrong)}, status=400)
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._issued[token] = time.time() + TOKEN_SECONDS
        return web.json_response({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})

    async def _send(self, request: web.Request) -> web.StreamResponse:
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or self._issued.get(bearer, 0) < time.time():
            return web.json_response(_error(401, ""), status=401)
        if request.match_info["project"] != PROJECT:
            return web.json_response(_error(403, "SENDER_ID_MISMATCH"), status=403)
        try:
            asked = msgspec.json.decode(await request.read(), type=dict[str, Any])
            token, push = read(asked["message"], time.time())
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as wrong:
            return web.json_response(_error(400, "INVALID_ARGUMENT", str(wrong)), status=400)
        if fault := self._devices.asks(token, "fcm"):
            if fault.does == "lose":
                self._devices.take(token, push)
            return await fail(request, fault, _error(fault.status, fault.reason or CODES.get(fault.status, "")))
        if not asked.get("validate_only"):
            self._devices.take(token, push)
        return web.json_response({"name": f"projects/{PROJECT}/messages/{secrets.token_hex(8)}"})


def read(message: dict[str, Any], now: float) -> tuple[str, Push]:
    """The device's token and what it is sent. Raises KeyError, TypeError, ValueError for what Google refuses."""
    token = message["token"]
    if not IS_TOKEN(token):
        raise ValueError("The registration token is not a valid FCM registration token")
    data = message.get("data", {})
    if any(not isinstance(value, str) for value in data.values()):
        raise ValueError("Invalid value at 'message.data'")
    if len(msgspec.json.encode([data, message.get("notification")])) > PAYLOAD_BYTES_MAX:
        raise ValueError("Android message is too big")
    android = message.get("android", {})
    ttl = float(android["ttl"].removesuffix("s")) if "ttl" in android else None
    if ttl is not None and not 0 <= ttl <= TTL_SECONDS_MAX:
        raise ValueError("Invalid TTL")
    shown = {**message.get("notification", {}), **android.get("notification", {})}
    kind = data.get("kind", "")
    push = Push(
        at=now,
        provider="fcm",
        is_visible=bool(shown) or kind == "message",  # of one that is data alone the app makes a notification
        kind=kind,
        conversation_id=data.get("conversation_id", ""),
        message_id=data.get("message_id", ""),
        tag=shown.get("tag") or data.get("conversation_id", ""),
        title=shown.get("title", data.get("title", "")),
        text=shown.get("body", data.get("text", "")),
        badge=shown.get("notification_count", int(data["badge"]) if "badge" in data else None),
        expires_at=None if ttl is None else now + ttl,
        payload=message,
    )
    return token, push


def _error(status: int, code: str, message: str = "ordered by whoever tests") -> dict[str, Any]:
    """As Google says it."""
    error: dict[str, Any] = {"code": status, "message": message, "status": STATUSES.get(status, "UNKNOWN")}
    if code:
        error["details"] = [{"@type": FCM_ERROR, "errorCode": code}]
    return {"error": error}


async def fail(request: web.Request, fault: Fault, body: dict[str, Any]) -> web.StreamResponse:
    """The answer that was ordered, or none."""
    if fault.does == "hang":
        await request.app[CLOSING].wait()
    if fault.does != "answer" and request.transport is not None:
        request.transport.abort()
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return web.json_response(body, status=fault.status, headers=headers)
