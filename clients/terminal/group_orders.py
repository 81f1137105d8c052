"""The orders about groups. What comes of them is shown when their events arrive."""

import shlex
from collections.abc import Awaitable, Callable

from clients.terminal.complaint import Complaint
from clients.terminal.desk import Desk


async def _group(desk: Desk, rest: str) -> None:
    try:
        name, *handles = shlex.split(rest)
    except ValueError as error:
        raise Complaint(f"The quotes do not match: {error}.") from error
    created = await desk.client.create_group(name, await desk.persons(handles))
    await desk.view.open_conversation(created.conversation_id)


async def _members(desk: Desk, _: str) -> None:
    await desk.view.show_members()


async def _add(desk: Desk, rest: str) -> None:
    copy = desk.opened()
    await desk.client.add_members(copy.conversation_id, await desk.persons(rest.split()))


async def _remove(desk: Desk, handle: str) -> None:
    copy = desk.opened()
    await desk.client.remove_member(copy.conversation_id, (await desk.person(handle)).user_id)


async def _admin(desk: Desk, rest: str) -> None:
    handle, _, off = rest.partition(" ")
    if off not in ("", "off"):
        raise Complaint("/admin HANDLE, or /admin HANDLE off")
    user = await desk.person(handle)
    await desk.client.change_role(desk.opened().conversation_id, user.user_id, "member" if off else "admin")


async def _rename(desk: Desk, name: str) -> None:
    copy = desk.opened()
    await desk.client.change_settings(copy.conversation_id, name=name)
    await desk.view.open_conversation(copy.conversation_id, is_shown=True)


async def _leave(desk: Desk, _: str) -> None:
    await desk.client.leave_group(desk.opened().conversation_id)


ORDERS: dict[str, Callable[[Desk, str], Awaitable[None]]] = {
    "group": _group,
    "members": _members,
    "add": _add,
    "remove": _remove,
    "admin": _admin,
    "rename": _rename,
    "leave": _leave,
}
