"""HTTP calls with errors as types and access tokens that renew themselves."""

import asyncio
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec
from msgspec import UNSET

from clients.python.errors import ApiError, Unreachable
from clients.python.resources import Credentials, Problem

Query = dict[str, str | int]
_MISSING = object()
T = TypeVar("T")


class Transport:
    """Sends requests; on a 401 it refreshes the session once and repeats.

    Refresh tokens rotate, so only one refresh runs at a time, and `on_credentials` is told every new pair (to
    keep it).
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Credentials | None = None,
        on_credentials: Callable[[Credentials], None] | None = None,
        http: httpx.AsyncClient | None = None,
        timeout_seconds: float = 15.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.credentials = credentials
        self._on_credentials = on_credentials
        self._is_shared = http is not None
        self._http = http or httpx.AsyncClient()
        self._timeout = httpx.Timeout(timeout_seconds)
        self._refreshing = asyncio.Lock()

    async def aclose(self) -> None:
        """Closes the connections, unless the httpx client was handed in."""
        if not self._is_shared:
            await self._http.aclose()

    def adopt(self, credentials: Credentials) -> None:
        """Uses these credentials from now on."""
        self.credentials = credentials
        if self._on_credentials is not None:
            self._on_credentials(credentials)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = _MISSING,
        is_open: bool = False,
    ) -> httpx.Response:
        """The answer of a call, 2xx only. Raises ApiError or Unreachable."""
        used = None if is_open else self.credentials
        response = await self._send(method, path, query, body, used)
        if response.status_code == httpx.codes.UNAUTHORIZED and used is not None:
            await self.refresh(stale=used)
            response = await self._send(method, path, query, body, self.credentials)
        if not response.is_success:
            raise _api_error(response)
        return response

    async def refresh(self, *, stale: Credentials | None = None) -> Credentials:
        """Rotates the tokens. With `stale`, only if nobody has rotated them since."""
        async with self._refreshing:
            current = self.credentials
            if current is None:
                raise ApiError(httpx.codes.UNAUTHORIZED, "unauthenticated", "not signed in")
            if stale is None or current.access_token == stale.access_token:
                body = {"refresh_token": current.refresh_token}
                response = await self.request("POST", "/v1/sessions/refresh", body=body, is_open=True)
                self.adopt(decoded(response, Credentials))
                return decoded(response, Credentials)
            return current

    async def _send(
        self, method: str, path: str, query: Query | None, body: object, credentials: Credentials | None
    ) -> httpx.Response:
        headers = {} if credentials is None else {"Authorization": f"Bearer {credentials.access_token}"}
        content = None
        if body is not _MISSING:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        try:
            return await self._http.request(
                method,
                self.base_url + path,
                params=query,
                content=content,
                headers=headers,
                timeout=self._timeout,
            )
        except httpx.TransportError as error:
            raise Unreachable(f"{method} {path}: {error or type(error).__name__}") from error


def decoded(response: httpx.Response, kind: type[T]) -> T:
    """The answer's body. Raises ApiError with code `unreadable` when it is not what the protocol says."""
    try:
        return msgspec.json.decode(response.content, type=kind)
    except msgspec.DecodeError as error:
        raise ApiError(response.status_code, "unreadable", str(error)) from error


def segment(text: str) -> str:
    """A part of a path."""
    return quote(text, safe="")


def without_unset(**values: object) -> dict[str, object]:
    """A body of what is set."""
    return {name: value for name, value in values.items() if value is not UNSET}


def _api_error(response: httpx.Response) -> ApiError:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except (msgspec.DecodeError, UnicodeError):
        problem = Problem()  # not ours: a proxy's page, say
    return ApiError(
        response.status_code,
        problem.code or "unknown",
        problem.detail or problem.title,
        retry_after_seconds=_seconds(response.headers.get("Retry-After")),
    )


def _seconds(header: str | None) -> float | None:
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None  # the other form, a date, is not in the protocol
