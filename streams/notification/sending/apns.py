"""APNs over HTTP/2, by httpx: provider tokens (ES256), Apple's headers and reasons.

Silent pushes are `background` ones of priority 5 without a badge of the system's: Apple's rule. The app sets it.
"""

import ssl
import time
from typing import Any

import httpx
import jwt
import msgspec

from streams.notification.sending.provider import (
    Accepted,
    Again,
    Answer,
    Provider,
    Push,
    Rejected,
    Unknown,
    Unregistered,
    retry_after,
)
from streams.notification.settings import PushSettings

# Apple refuses a token that is older than an hour, and one who makes a new one within twenty minutes.
TOKEN_SECONDS = 2400.0
IDLE_SECONDS = 30.0  # what the other side has closed meanwhile would leave a doubt with the next push
CREDENTIALS = frozenset({"ExpiredProviderToken", "InvalidProviderToken", "MissingProviderToken", "Forbidden"})


class Refusal(msgspec.Struct):
    """Apple's body of an error."""

    reason: str = ""


class Apns(Provider):
    name = "apns"

    def __init__(self, settings: PushSettings) -> None:
        if settings.apns_key is None:
            raise ValueError("BACKCHANNEL_APNS_KEY must name the file that Apple gave")
        self._key = settings.apns_key.read_text()
        self._settings = settings
        context = ssl.create_default_context(cafile=settings.apns_ca)
        limits = httpx.Limits(max_connections=settings.push_concurrency, keepalive_expiry=IDLE_SECONDS)
        timeout = httpx.Timeout(settings.push_timeout_seconds)
        self._http = httpx.AsyncClient(
            base_url=settings.apns_url, http1=False, http2=True, verify=context, limits=limits, timeout=timeout,
            trust_env=False,
        )  # fmt: skip
        self._token, self._made_at = "", 0.0

    async def send(self, push: Push) -> Answer:
        try:
            answer = await self._http.post(
                f"/3/device/{push.token}", content=msgspec.json.encode(_payload(push)), headers=self._headers(push)
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as away:
            return Again(f"{type(away).__name__}: {away}")
        except httpx.HTTPError as lost:
            return Unknown(f"{type(lost).__name__}: {lost}")
        if answer.status_code == httpx.codes.OK:
            return Accepted(answer.headers.get("apns-id", push.request_id))
        return self._failed(answer)

    async def close(self) -> None:
        await self._http.aclose()

    def _headers(self, push: Push) -> dict[str, str]:
        is_visible = push.is_alert
        headers = {
            "authorization": f"bearer {self._provider_token()}",
            "apns-id": push.request_id,
            "apns-topic": self._settings.apns_topic,
            "apns-push-type": "alert" if is_visible else "background",
            "apns-priority": "10" if is_visible else "5",
            "apns-expiration": str(push.expires_at_ms // 1000),
        }
        return headers | {"apns-collapse-id": push.conversation_id} if is_visible else headers

    def _provider_token(self) -> str:
        now = time.time()
        if now - self._made_at > TOKEN_SECONDS:
            claims = {"iss": self._settings.apns_team_id, "iat": int(now)}
            self._token = jwt.encode(claims, self._key, "ES256", {"kid": self._settings.apns_key_id})
            self._made_at = now
        return self._token

    def _failed(self, answer: httpx.Response) -> Answer:
        reason = _reason(answer.content)
        detail = f"{answer.status_code} {reason}"
        match answer.status_code:
            case 410:
                return Unregistered(detail)
            case 401 | 403 if reason in CREDENTIALS or not reason:
                if reason == "ExpiredProviderToken":
                    self._made_at = 0.0
                return Again(detail, is_ours=True)
            case status if status == 429 or status >= 500:
                return Again(detail, retry_after(answer.headers.get("retry-after")))
            case _:
                return Rejected(detail)


def _reason(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=Refusal).reason
    except msgspec.DecodeError:
        return ""


def _payload(push: Push) -> dict[str, Any]:
    aps: dict[str, Any] = {"content-available": 1}
    if push.is_alert:
        alert = {"title": push.title, "body": push.text} if push.text else {"loc-key": "NEW_MESSAGE"}
        aps = {
            "alert": alert,
            "badge": push.badge,
            "sound": "default",
            "thread-id": push.conversation_id,
            "mutable-content": 1,
        }
    return {"aps": aps, **push.data}
