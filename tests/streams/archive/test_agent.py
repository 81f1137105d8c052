"""The archive agent on the real stores: deletions are noted before their records are acknowledged."""

import pytest

from infra.local.stack import Stack
from infra.stores.archive_manifest import ArchiveManifest, Deletion
from infra.stores.postgres import Postgres
from streams.archive.agent import ArchiveAgent
from streams.runtime.settings import StreamSettings
from tests.builders import deleted, record, sent
from tests.infra.stores.connecting import new_id
from tests.streams.archive.house import PARTITION
from tests.streams.employer import Employer, Task


class TestDeletions:
    async def test_noted_once_acknowledged(
        self,
        stores: Stack,
        settings: StreamSettings,
        employer: Employer,
        postgres: Postgres,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, value in stores.environment().items():
            monkeypatch.setenv(name, value)
        agent = ArchiveAgent(settings)
        await employer.hire(agent)
        message = sent(3, conversation_id=new_id())
        records = [record(event, event.seq, partition=PARTITION) for event in (message, deleted(4, message))]
        await Task(agent, records).done()
        await Task(agent, records).done()
        due = await ArchiveManifest(postgres).due(PARTITION, 0)
        assert 1 == due.count(Deletion(message.conversation_id, 3, PARTITION))
        await agent._closing.aclose()
