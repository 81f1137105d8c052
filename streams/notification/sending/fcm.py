"""FCM HTTP v1 by firebase-admin: its messages, its errors, its HTTP client. Retries and waiting are not its business.

Three of its private places are used, for want of others: `_fcm_url`, which has no setting; its client, since its own
tries 500 and 503 five times inside and a visible push must not be tried where nobody counts; and its headers, since
its own fetching of access tokens stops the whole event loop. A token is fetched here in a thread, ahead of its end.
"""

import asyncio
import datetime as dt
from typing import Any

import firebase_admin
import httpx
import requests
from firebase_admin import _http_client, credentials, exceptions, messaging
from google.auth import exceptions as auth_exceptions
from google.auth.transport.requests import Request

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

FRESH_SECONDS = 120.0
# To Google one is enough (HTTP/2). httpcore looks at each of them for each request, and 50 cost a third more CPU.
CONNECTIONS_MAX = 16
SCOPES = ("https://www.googleapis.com/auth/firebase.messaging",)
SENDER_MISMATCH = "SENDER_ID_MISMATCH"


class Fcm(Provider):
    name = "fcm"

    def __init__(self, settings: PushSettings) -> None:
        if settings.fcm_service_account is None:
            raise ValueError("BACKCHANNEL_FCM_SERVICE_ACCOUNT must name the file that Google gave")
        timeout_seconds = settings.push_timeout_seconds
        certificate = credentials.Certificate(str(settings.fcm_service_account))
        app = firebase_admin.App("backchannel", certificate, {"httpTimeout": timeout_seconds})
        self._service = messaging._MessagingService(app)  # noqa: SLF001 — see above
        self._service._async_client._async_client = httpx.AsyncClient(  # noqa: SLF001
            http2=True,
            timeout=timeout_seconds,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX),
            headers=_http_client.METRICS_HEADERS,
            trust_env=False,
        )
        if settings.fcm_url:
            self._service._fcm_url = f"{settings.fcm_url}/v1/projects/{app.project_id}/messages:send"  # noqa: SLF001
        self._timeout_seconds = timeout_seconds
        self._credentials: Any = certificate.get_credential().with_scopes(SCOPES)
        self._refreshing = asyncio.Lock()
        self._session = requests.Session()

    async def send(self, push: Push) -> Answer:
        try:
            await self._be_signed_in()
        except auth_exceptions.RefreshError as refused:
            return Again(f"no access token: {refused}", is_ours=not refused.retryable)
        except auth_exceptions.GoogleAuthError as away:
            return Again(f"no access token: {away}")
        try:
            batch = await self._service.send_each_async([_message(push)], dry_run=False)
        except exceptions.FirebaseError as lost:  # whatever is no fault of HTTP's
            return Unknown(str(lost))
        (answer,) = batch.responses
        if answer.success:
            return Accepted(answer.message_id)
        return self._failed(answer.exception)

    async def close(self) -> None:
        await self._service._async_client.aclose()  # noqa: SLF001
        self._session.close()

    async def _be_signed_in(self) -> None:
        if self._is_fresh():
            return
        async with self._refreshing:
            if not self._is_fresh():
                await asyncio.to_thread(self._credentials.refresh, self._request)
                self._service._fcm_headers["Authorization"] = f"Bearer {self._credentials.token}"  # noqa: SLF001

    def _request(self, *arguments: Any, **named: Any) -> Any:
        """google-auth's own transport, with our patience instead of its two minutes."""
        return Request(self._session)(*arguments, **{**named, "timeout": self._timeout_seconds})

    def _is_fresh(self) -> bool:
        expiry = self._credentials.expiry  # without a zone, in UTC
        if self._credentials.token is None or expiry is None:
            return False
        left = expiry.replace(tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)
        return bool(left.total_seconds() > FRESH_SECONDS)

    def _failed(self, fault: Any) -> Answer:
        """What an error of the library says."""
        response: httpx.Response | None = fault.http_response
        if response is None:
            # Before a connection stood nothing can have gone out; after that nobody knows.
            not_sent = isinstance(fault.cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            return Again(str(fault)) if not_sent else Unknown(str(fault))
        detail = f"{response.status_code} {fault.code}: {fault}"
        match response.status_code:
            case 401:
                self._credentials.token = None  # perhaps it was taken back: with a new one next time
                return Again(detail, is_ours=True)
            case 403 if not isinstance(fault, messaging.SenderIdMismatchError):
                return Again(detail, is_ours=True)
            case 404 if isinstance(fault, messaging.UnregisteredError):
                return Unregistered(detail)
            case status if status == 429 or status >= 500:
                return Again(detail, retry_after(response.headers.get("Retry-After")))
            case _:
                return Rejected(detail)


def _message(push: Push) -> messaging.Message:
    notification = None
    if push.is_alert:
        notification = messaging.AndroidNotification(
            tag=push.conversation_id,
            title=push.title or None,
            body=push.text or None,
            body_loc_key=None if push.text else "new_message",
            notification_count=push.badge,
        )
    android = messaging.AndroidConfig(
        collapse_key=push.conversation_id if push.kind == "message" else f"{push.kind}-{push.conversation_id}",
        priority="normal" if push.kind == "clear" else "high",
        ttl=push.ttl_seconds,
        notification=notification,
    )
    message = messaging.Message(data=push.data, android=android)
    message.token = push.token  # not as an argument: the library warns of that, and has no other name for a token
    return message
