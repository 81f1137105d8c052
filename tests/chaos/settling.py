"""After healing: everybody asks once more, and all that was said must come to every device, within a bound."""

import asyncio
from collections.abc import Iterator

from clients.python.commands import SendMessage
from tests.chaos.evidence import Presence
from tests.chaos.history import Recorder
from tests.chaos.records import Left, Settled, now
from tests.chaos.workload.circle import Circle
from tests.chaos.workload.person import Person
from tests.chaos.workload.phone import insisted, new_id

LOOK_SECONDS = 0.2
OFFLINE_SECONDS = 8.0
"""Promise 5 says 5 s; what is later than this is told as it is, and judged."""


async def settle(circle: Circle, bound_seconds: float) -> Settled:
    began = now()
    asking = [asyncio.create_task(_ask(circle, person)) for person in circle.people]
    missing = ["not looked yet"]
    while missing and now() - began < bound_seconds:
        await asyncio.sleep(LOOK_SECONDS)
        for person in circle.people:
            await person.revive()
        open_ = (one for one, task in zip(circle.people, asking, strict=True) if not task.done())
        missing = [f"{one.handle} got no answer" for one in open_]
        missing += [line for person in circle.people for line in _behind(circle, person)]
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    return Settled(at=now(), seconds=now() - began, bound_seconds=bound_seconds, missing=tuple(missing))


async def _ask(circle: Circle, person: Person) -> None:
    """Until it is answered: is anybody there?"""
    said = None
    while said is None:
        message = SendMessage(client_id=new_id(), body=circle.text(), conversation_id=circle.family_id)
        said = await person.phones[0].give(message)


def _behind(circle: Circle, person: Person) -> Iterator[str]:
    """What a person's devices lack that somebody has heard of."""
    heads = _heads(circle)
    own = {id_ for client in person.clients for id_, copy in client.conversations.items() if copy.is_member}
    for client in person.clients:
        if not client.is_synced:
            yield f"a phone of {person.handle} is not synced"
        if client.pending_count:
            yield f"a phone of {person.handle} waits for {client.pending_count} answers"
        for id_ in own:
            copy = client.conversations.get(id_)
            if copy is None or (copy.is_member and copy.cursor < heads[id_]):
                yield f"a phone of {person.handle} has {id_} up to {copy.cursor if copy else 0}, not {heads[id_]}"


def _heads(circle: Circle) -> dict[str, int]:
    found: dict[str, int] = {}
    for person in circle.people:
        for client in person.clients:
            for id_, copy in client.conversations.items():
                found[id_] = max([found.get(id_, 0), copy.cursor, *copy.held])
    return found


async def part(circle: Circle, recorder: Recorder) -> list[Presence]:
    """Half of them are cut off for good; what the others are told of everybody then."""
    leaving, staying = circle.people[::2], circle.people[1::2]
    for person in leaving:
        alive_at = now()
        for client in person.clients:
            client.go_offline()
        recorder.note(Left(at=now(), user_id=person.user_id, alive_at=alive_at))
    await asyncio.sleep(OFFLINE_SECONDS)
    return [await _presence(staying[0 if person is not staying[0] else -1], person) for person in circle.people]


async def _presence(asker: Person, person: Person) -> Presence:
    told = await insisted(lambda: asker.phones[0].api.presence(person.user_id))
    return Presence(person.user_id, now(), told.is_online, told.last_seen_at)
