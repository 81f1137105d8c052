"""A corpus of real dialogues, played through the sockets while nothing breaks."""

from infra.local.stack import Stack
from tests.chaos.checks import check_agreement, until_quiet
from tests.chaos.stage import play, stage, store_settings

PAIRS = 12
DEVICES = 2
DIALOGUES_EACH = 60


class TestCorpus:
    async def test_log_cassandra_http_and_devices_agree_message_for_message(self, system: Stack, api_url: str) -> None:
        async with stage(api_url, PAIRS, DEVICES) as pairs:
            said = await play(pairs, DIALOGUES_EACH)
            await until_quiet(pairs)

            assert said == await check_agreement(pairs, store_settings(system))
