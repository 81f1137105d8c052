"""Facts at the door, from the real stores: whose reading is private, also before the view knows a conversation."""

import pytest
import pytest_asyncio

from infra.stores.accounts import Accounts, NewAccount
from infra.stores.cassandra import Cassandra
from infra.stores.door_facts import DoorFacts
from infra.stores.inbox import Inbox
from infra.stores.keys import Keys
from infra.stores.postgres import Postgres
from infra.stores.privacy import Privacy
from infra.stores.settings import StoreSettings
from infra.stores.timeline import Timeline
from infra.stores.users import Users
from schemas.sealing import new_data_key
from tests.builders import frame
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def facts(postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> DoorFacts:
    return DoorFacts(
        users=Users(postgres),
        timeline=await Timeline.prepare(cassandra, is_one_replica_set=True),
        inbox=Inbox(postgres),
        privacy=Privacy(postgres),
        keys=Keys(postgres, settings.master_key_bytes()),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def hiding_id(postgres: Postgres, settings: StoreSettings) -> str:
    """Somebody who hides read receipts."""
    id_ = new_id()
    wrapped = new_data_key(settings.master_key_bytes(), id_)
    assert await Accounts(postgres).create(NewAccount(id_, f"h.{id_[:8]}", "Bob", "a hash", wrapped))
    await Privacy(postgres).change(id_, read_receipts=False)
    return id_


class TestPrivate:
    async def test_by_the_reader_alone_while_the_conversation_is_unknown(
        self, facts: DoorFacts, user_id: str, hiding_id: str
    ) -> None:
        conversation_id = new_id()
        reads = [(user_id, conversation_id), (hiding_id, conversation_id)]
        assert {(hiding_id, conversation_id)} == await facts.private(reads)
        assert not facts.knows(conversation_id)


class TestGather:
    async def test_private_for_both_in_the_first_message(self, facts: DoorFacts, user_id: str, hiding_id: str) -> None:
        for sender_id, other_id in ((user_id, hiding_id), (hiding_id, user_id)):
            conversation_id = new_id()
            message = frame(conversation_id=None, to_user_id=other_id)
            found = await facts.gather(message, conversation_id, sender_id)
            assert (True, True) == (found.is_private, facts.knows(conversation_id))
            assert {(other_id, conversation_id)} == await facts.private([(other_id, conversation_id)])

    async def test_not_private_between_two_who_show_theirs(self, facts: DoorFacts, user_id: str) -> None:
        found = await facts.gather(frame(conversation_id=None, to_user_id=new_id()), new_id(), user_id)
        assert (False, False) == (found.is_private, found.are_users_known)
