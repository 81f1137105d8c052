"""People who call the API in tests, and what they say."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import httpx

T = TypeVar("T")
PASSWORD = "correct horse battery"
FOLLOW_SECONDS = 10.0
POLL_SECONDS = 0.05


def client(api_url: str) -> httpx.Client:
    """Patient enough for a command whose answer does not come (5 s)."""
    return httpx.Client(base_url=api_url, timeout=15)


def new_handle(name: str = "someone") -> str:
    return f"{name}_{uuid4().hex[:12]}"


@dataclass(frozen=True)
class Device:
    """A person, signed in on a device."""

    http: httpx.Client
    handle: str
    user_id: str
    device_id: str
    access_token: str
    refresh_token: str

    def call(self, method: str, path: str, **options: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return self.http.request(method, path, headers=headers, **options)  # type: ignore[arg-type]

    def send(self, to_user_id: str, text: str, client_id: str | None = None) -> httpx.Response:
        frame = {"type": "SendMessage", "client_id": client_id or str(uuid4()), "to_user_id": to_user_id}
        return self.call("POST", "/v1/commands", json=frame | {"body": {"kind": "text", "text": text}})


def sign_up(http: httpx.Client, name: str = "someone") -> Device:
    handle = new_handle(name)
    account = {"handle": handle, "display_name": name.title(), "password": PASSWORD}
    assert http.post("/v1/accounts", json=account).status_code == 201
    return sign_in(http, handle)


def sign_in(http: httpx.Client, handle: str, password: str = PASSWORD) -> Device:
    answer = http.post("/v1/sessions", json={"handle": handle, "password": password, "device_name": "laptop"})
    assert answer.status_code == 201, answer.text
    session = answer.json()
    return Device(
        http,
        handle,
        session["user_id"],
        session["device_id"],
        session["access_token"],
        session["refresh_token"],
    )


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (status, code) == (answer.status_code, answer.json().get("code")), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def eventually(look: Callable[[], T], is_so: Callable[[T], bool], seconds: float = FOLLOW_SECONDS) -> T:
    """Look again until it is so; views follow the log."""
    deadline = time.monotonic() + seconds
    while not is_so(seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r} after {seconds} s"
        time.sleep(POLL_SECONDS)
    return seen
