"""Accounts, devices, tickets, people, privacy and blocks over HTTP. PROTOCOL, section 1."""

from typing import Literal

from msgspec import UNSET, UnsetType

from clients.python.errors import ApiError
from clients.python.resources import (
    Account,
    Blocks,
    Credentials,
    Device,
    Devices,
    Presence,
    Ticket,
    User,
    Users,
)
from clients.python.transport import Transport, decoded, segment, without_unset

Visibility = Literal["everyone", "contacts", "nobody"]


class AccountCalls(Transport):
    """The calls about oneself and other people."""

    async def create_account(self, handle: str, display_name: str, password: str) -> Account:
        """A new account; it does not sign in. ApiError `conflict` when the handle is taken."""
        body = {"handle": handle, "display_name": display_name, "password": password}
        return decoded(await self.request("POST", "/v1/accounts", body=body, is_open=True), Account)

    async def sign_in(self, handle: str, password: str, *, device_name: str) -> Credentials:
        """Registers a device; this object is signed in as it from then on."""
        body = {"handle": handle, "password": password, "device_name": device_name}
        response = await self.request("POST", "/v1/sessions", body=body, is_open=True)
        credentials = decoded(response, Credentials)
        self.adopt(credentials)
        return credentials

    async def erase_account(self, password: str) -> None:
        """For good: all devices are signed out, this one too. Raises ApiError `forbidden` if the password is wrong."""
        await self.request("DELETE", "/v1/users/me", body={"password": password})

    async def devices(self) -> tuple[Device, ...]:
        """One's own devices."""
        return decoded(await self.request("GET", "/v1/devices"), Devices).devices

    async def sign_out(self, device_id: str | None = None) -> None:
        """Signs a device out, this one by default: its socket closes and its tokens end at once."""
        own = self.credentials.device_id if self.credentials is not None else ""
        await self.request("DELETE", f"/v1/devices/{segment(device_id or own)}")

    async def ticket(self) -> Ticket:
        """A single-use ticket for one Hello."""
        return decoded(await self.request("POST", "/v1/tickets"), Ticket)

    async def me(self) -> User:
        """One's own profile, with privacy settings."""
        return decoded(await self.request("GET", "/v1/users/me"), User)

    async def user(self, user_id: str) -> User:
        """A person's public profile."""
        return decoded(await self.request("GET", f"/v1/users/{segment(user_id)}"), User)

    async def user_by_handle(self, handle: str) -> User | None:
        """The person with this handle, or None."""
        try:
            response = await self.request("GET", "/v1/users", query={"handle": handle})
        except ApiError as error:
            if error.code == "not-found":
                return None
            raise
        return next(iter(decoded(response, Users).users), None)

    async def users(self, user_ids: list[str]) -> tuple[User, ...]:
        """The public profiles of those that exist."""
        if not user_ids:
            return ()
        return decoded(await self.request("GET", "/v1/users", query={"ids": ",".join(user_ids)}), Users).users

    async def change_me(
        self,
        *,
        display_name: str | UnsetType = UNSET,
        avatar_media_id: str | UnsetType | None = UNSET,
        read_receipts: bool | UnsetType = UNSET,
        last_seen_visibility: Visibility | UnsetType = UNSET,
    ) -> User:
        """Changes one's own profile and privacy; what is unset stays. The profile after that."""
        body = without_unset(
            display_name=display_name,
            avatar_media_id=avatar_media_id,
            read_receipts=read_receipts,
            last_seen_visibility=last_seen_visibility,
        )
        return decoded(await self.request("PATCH", "/v1/users/me", body=body), User)

    async def block(self, user_id: str) -> None:
        """No direct messages and no presence any more, either way; in force when this returns."""
        await self.request("PUT", f"/v1/blocks/{segment(user_id)}")

    async def unblock(self, user_id: str) -> None:
        """Takes a block back."""
        await self.request("DELETE", f"/v1/blocks/{segment(user_id)}")

    async def blocks(self) -> tuple[str, ...]:
        """Whom one blocks."""
        return decoded(await self.request("GET", "/v1/blocks"), Blocks).user_ids

    async def presence(self, user_id: str) -> Presence:
        """Whether a person is online; both fields None where they hide it."""
        return decoded(await self.request("GET", f"/v1/users/{segment(user_id)}/presence"), Presence)
