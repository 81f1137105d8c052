"""The orders about other people, and about one's own peace."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from clients.terminal.complaint import Complaint
from clients.terminal.desk import Desk

_MUTE_HOURS = 8.0


async def _presence(desk: Desk, handle: str) -> None:
    if handle:
        await desk.view.show_presence((await desk.person(handle)).user_id)
        return
    target = desk.view.target
    others = [] if target is None else await desk.view.others()
    if not others:
        raise Complaint("Whose? /presence HANDLE, or open a conversation.")
    for user_id in others:
        await desk.view.show_presence(user_id)


async def _block(desk: Desk, handle: str) -> None:
    user = await desk.person(handle)
    await desk.api.block(user.user_id)
    desk.screen.show(f"{desk.view.name(user.user_id)} is blocked.")


async def _unblock(desk: Desk, handle: str) -> None:
    user = await desk.person(handle)
    await desk.api.unblock(user.user_id)
    desk.screen.show(f"{desk.view.name(user.user_id)} is not blocked.")


async def _mute(desk: Desk, rest: str) -> None:
    copy = desk.opened()
    try:
        hours = float(rest) if rest else _MUTE_HOURS
        until = datetime.now(UTC) + timedelta(hours=hours) if hours > 0 else None
    except (ValueError, OverflowError):
        raise Complaint("/mute HOURS, 0 for no longer") from None
    await desk.client.mute(copy.conversation_id, until)
    told = "not muted" if until is None else f"muted until {until.astimezone():%Y-%m-%d %H:%M}"
    desk.screen.show(f"The conversation is {told}.")


ORDERS: dict[str, Callable[[Desk, str], Awaitable[None]]] = {
    "presence": _presence,
    "block": _block,
    "unblock": _unblock,
    "mute": _mute,
}
