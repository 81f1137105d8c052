"""Groups of bench users, made by CreateGroup as any client makes them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from tests.bench.fleet import Fleet
from tests.bench.text import new_mark
from tests.bench.users import BenchUser

MEMBERS = 100
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Group:
    """`members` are indexes of the fleet's connections; the first one made it."""

    conversation_id: str
    members: range


class CreateGroup(msgspec.Struct, tag=True):
    client_id: str
    name: str
    member_ids: list[str]


class GroupCreated(msgspec.Struct):
    conversation_id: str
    client_id: str


_decode = msgspec.json.Decoder(GroupCreated).decode


async def create_groups(fleet: Fleet, users: Sequence[BenchUser], size: int = MEMBERS) -> list[Group]:
    """Users stand in groups in their order; those who fill none are in none."""
    mark = new_mark().decode()
    made = [asyncio.get_running_loop().create_future() for _ in range(len(users) // size)]
    pending: dict[str, asyncio.Future[str]] = {f"{mark}{number}": future for number, future in enumerate(made)}

    def on_frame(_index: int, payload: bytes, _arrived_ns: int) -> bool:
        if b'"GroupCreated"' in payload and mark.encode() in payload:  # only the author's frame has the client_id
            created = _decode(payload)
            pending[created.client_id].set_result(created.conversation_id)
            return True
        return False

    fleet.on_frame = on_frame
    for number, client_id in enumerate(pending):
        first, *others = (user.user_id for user in users[number * size : (number + 1) * size])
        command = CreateGroup(client_id, f"bench {number}", [first, *others])
        fleet.connections[number * size].send(msgspec.json.encode(command))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        ids = await asyncio.gather(*made)
    return [Group(id_, range(number * size, (number + 1) * size)) for number, id_ in enumerate(ids)]
