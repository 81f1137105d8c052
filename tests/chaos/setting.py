"""Where a run takes place: a stack of this machine, the proxies between its parts, and what may strike there."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from infra.local.settings import HOST
from infra.local.stack import Stack
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_SIGNALS, MEDIA_COMMANDS, NOTIFICATION_REQUESTS
from tests.chaos.faults import links
from tests.chaos.faults.chores import Archived
from tests.chaos.faults.clocks import Jumped
from tests.chaos.faults.disk import Full
from tests.chaos.faults.fault import Fault
from tests.chaos.faults.processes import Killed, Paused, Restarted
from tests.chaos.faults.provider import Failing
from tests.chaos.faults.scaled import Scaled
from tests.chaos.faults.stores import Flushed, Poisoned
from tests.chaos.own_stack import OwnStack
from tests.chaos.proxy import Proxy

CLIENTS = "clients"
CLIENTS_PORT = 8480
SCALED = ("conversation", "fanout", "views", "presence", "notification")
ROLLED = ("conversation", "fanout", "views", "presence", "gateway-1", "gateway-2", "api")
POISONED = (CONVERSATION_COMMANDS, CONVERSATION_SIGNALS, MEDIA_COMMANDS, NOTIFICATION_REQUESTS)
_LINK_FAULTS = (links.Cut, links.Reset, links.Delayed, links.Sliced, links.Vanished)


@dataclass(frozen=True, slots=True)
class Setting:
    """`url`: where clients come to, through a proxy of their own."""

    stack: Stack
    url: str
    stores: StoreSettings
    objects: ObjectSettings
    push_journal: Path
    faults: Sequence[Fault]


class UnknownFault(ValueError):
    """A name that no fault here has."""


def chosen(faults: Sequence[Fault], names: Iterable[str]) -> list[Fault]:
    """Those of these kinds or names; all, if none is named. Raises UnknownFault."""
    wanted = set(names)
    unknown = wanted - {one.kind for one in faults} - {one.name for one in faults}
    if unknown:
        known = ", ".join(sorted({one.kind for one in faults} | {one.name for one in faults}))
        raise UnknownFault(f"no such fault: {', '.join(sorted(unknown))}. There are: {known}")
    return [one for one in faults if not wanted or {one.kind, one.name} & wanted]


@asynccontextmanager
async def setting(
    own: OwnStack, *, seed: int, session_seconds: float, names: Iterable[str] = ()
) -> AsyncIterator[Setting]:
    """With the proxies started; the stack may be started after that. Raises UnknownFault."""
    stack = own.stack
    clients = Proxy(CLIENTS, stack.settings.port(CLIENTS_PORT), stack.settings.port(8080))
    every = {**own.proxies, CLIENTS: clients}
    faults = chosen(catalogue(own, every, seed, session_seconds), names)
    try:
        for proxy in every.values():
            await proxy.start()
        stores, objects = _settings(stack)
        yield Setting(stack, f"http://{HOST}:{clients.port}", stores, objects, own.journal, faults)
    finally:
        for proxy in every.values():
            await proxy.close()


def catalogue(own: OwnStack, proxies: Mapping[str, Proxy], seed: int, session_seconds: float) -> list[Fault]:
    """Every fault that there is on this stack."""
    stack = own.stack
    names = [name for name in stack.names() if name != "prometheus"]
    random = Random(f"{seed} faults")
    stores, _ = _settings(stack)
    faults: list[Fault] = [Killed(stack, name) for name in names]
    faults += [Paused(stack, name, session_seconds) for name in names]
    faults += [Restarted(stack, name) for name in ROLLED]
    faults += [Scaled(stack, stack.part(name)) for name in SCALED]
    faults += [Flushed(stores.redis_url)]
    faults += [Poisoned(stores, topic) for topic in POISONED]
    faults += [kind(proxy, random) for kind in _LINK_FAULTS for proxy in proxies.values()]
    faults += [links.Slow(proxies[CLIENTS], random)]
    faults += [links.AnswersLost(proxy, random) for name, proxy in proxies.items() if name.startswith("kafka")]
    faults += [Failing(stack.settings, "fcm", random), Failing(stack.settings, "apns", random)]
    faults += [Archived(stack, random)]
    faults += [Jumped(own.clock, stack.part("api"), random)] if own.clock else []
    faults += [Full(stack, own.disk)] if own.disk else []
    return faults


def _settings(stack: Stack) -> tuple[StoreSettings, ObjectSettings]:
    """How the stores of this stack are reached, past all proxies."""
    values = {name.removeprefix("BACKCHANNEL_").lower(): value for name, value in stack.environment().items()}
    stores = {name: value for name, value in values.items() if name in StoreSettings.model_fields}
    objects = {name.removeprefix("objects_"): value for name, value in values.items() if name.startswith("objects_")}
    return StoreSettings(**stores), ObjectSettings(**objects)  # type: ignore[arg-type]  # as from the environment
