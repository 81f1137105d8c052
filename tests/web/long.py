"""A direct conversation of any length between two people, appended as a gateway appends: past the limits of rate."""

from collections.abc import Sequence

from infra.local.stack import Stack
from infra.stores.keys import Keys
from infra.stores.log import Appender
from infra.stores.postgres import Postgres
from schemas import door
from schemas.ids import direct_conversation_id
from tests.e2e.people import Person
from tests.long_log import _ORIGIN, FOLDED_SECONDS, Long, _until_folded, _Writing, settings_of


async def talk(system: Stack, people: Sequence[Person], count: int) -> Long:
    """Messages 0, 1, …, in turns; returns once the views show them."""
    settings = settings_of(system)
    conversation_id = direct_conversation_id(settings.direct_secret_bytes(), *(one.user_id for one in people))
    postgres = await Postgres.connect(settings)
    try:
        keys = await Keys(postgres, settings.master_key_bytes()).load([one.user_id for one in people])
    finally:
        await postgres.close()
    actors = [
        door.Actor(one.user_id, one.credentials.device_id, key, _ORIGIN) for one in people if (key := keys[one.user_id])
    ]
    long = Long(conversation_id, actors)
    appender = Appender(settings.kafka_bootstrap, "long-talk")
    writing = _Writing(appender)
    for number in range(count):
        await writing.message(long, number, f"message {number}" + " and more words" * (number % 12))
    await appender.drain(FOLDED_SECONDS)
    await _until_folded(settings)
    return long
