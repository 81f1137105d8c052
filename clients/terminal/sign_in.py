"""Signing in, or up, with as few questions as possible."""

from collections.abc import Callable
from dataclasses import dataclass

from clients.python import Api, ApiError
from clients.terminal.session_file import SessionFile


class GivenUp(Exception):
    """The person cannot or will not sign in; the message says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wants in, and how to ask them for more."""

    handle: str
    device_name: str
    password: str | None
    ask_password: Callable[[str], str]
    may_sign_up: Callable[[], bool]


async def sign_in(api: Api, file: SessionFile, person: Person) -> str:
    """Signs in with the kept session, the password, or a new account; says which. Raises GivenUp."""
    if await _has_session(api, file):
        return f"signed in as {person.handle}"
    password = person.password or person.ask_password(f"Password of {person.handle}")
    try:
        await api.sign_in(person.handle, password, device_name=person.device_name)
    except ApiError as error:
        if error.code != "unauthenticated":
            raise GivenUp(str(error)) from error
        await _sign_up(api, person, password)
        return f"signed up as {person.handle}"
    return f"signed in as {person.handle}"


async def _has_session(api: Api, file: SessionFile) -> bool:
    api.credentials = file.load()
    if api.credentials is None:
        return False
    try:
        await api.me()
    except ApiError as error:
        if error.status not in (400, 401, 403, 404):
            raise GivenUp(str(error)) from error
        api.credentials = None  # signed out, or another server's
        file.forget()
        return False
    return True


async def _sign_up(api: Api, person: Person, password: str) -> None:
    """A wrong password and an unknown handle look the same; that the handle is taken tells them apart."""
    if not person.may_sign_up():
        raise GivenUp("wrong handle or password")
    if person.password is None and person.ask_password("The same password again") != password:
        raise GivenUp("the two passwords differ")
    try:
        await api.create_account(person.handle, person.handle, password)
    except ApiError as error:
        why = f"wrong password of {person.handle}" if error.code == "conflict" else str(error)
        raise GivenUp(why) from error
    await api.sign_in(person.handle, password, device_name=person.device_name)
