"""From an order to what is done: one table, and the orders about what is shown and about messages."""

from collections.abc import Awaitable, Callable

from clients.terminal import file_orders, group_orders, person_orders, render
from clients.terminal.complaint import Complaint
from clients.terminal.desk import NEWEST, Desk
from clients.terminal.lines import HELP, Order

Do = Callable[[Desk, str], Awaitable[None]]


async def obey(desk: Desk, order: Order) -> None:
    """Does it. Raises Complaint, BackchannelError."""
    await _ORDERS[order.name](desk, order.rest)


async def _open(desk: Desk, name: str) -> None:
    if not await desk.view.open(name.removeprefix("@")):
        raise Complaint(f"There is nobody called {name}.")


async def _list(desk: Desk, _: str) -> None:
    await desk.view.show_list()


async def _more(desk: Desk, _: str) -> None:
    desk.opened()
    await desk.view.more()


async def _help(desk: Desk, _: str) -> None:
    desk.screen.show(HELP)


async def _reply(desk: Desk, rest: str) -> None:
    which, text = _split(rest)
    message = await desk.message(which)
    assert desk.view.target is not None
    desk.writing.write(text, desk.view.target, reply_to=message.message_id)


async def _edit(desk: Desk, rest: str) -> None:
    which, text = _split(rest)
    await desk.client.edit_text(await desk.message(which, is_own=True), text)


async def _delete(desk: Desk, which: str) -> None:
    await desk.client.delete(await desk.message(which, is_own=which == NEWEST))


async def _react(desk: Desk, rest: str) -> None:
    which, _, emoji = rest.partition(" ")
    await desk.client.react(await desk.message(which), emoji.strip() or None)


async def _info(desk: Desk, which: str) -> None:
    message = await desk.message(which, is_own=True)
    receipts = await desk.api.receipts(message.conversation_id, message.message_id)
    await desk.view.people.know(receipt.user_id for receipt in receipts)
    for receipt in receipts:
        desk.screen.show(render.info_line(receipt, desk.view.people.name))


def _split(rest: str) -> tuple[str, str]:
    which, _, text = rest.partition(" ")
    if not text.strip():
        raise Complaint("A number and a text, please.")
    return which, text.strip()


_ORDERS: dict[str, Do] = {
    "open": _open,
    "list": _list,
    "more": _more,
    "reply": _reply,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "info": _info,
    "help": _help,
    **file_orders.ORDERS,
    **group_orders.ORDERS,
    **person_orders.ORDERS,
}
