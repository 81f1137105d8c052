"""What the log says about one person: theirs, what they could see, and where they belonged."""

from infra.operator.account_documents import Received, Stay
from infra.operator.belonging import FILE_OF_EVENT, OWNED, Belonging
from infra.stores.log_reading import Record
from schemas import events, topics
from schemas.codec import encode
from schemas.events import AnyEvent, AnyTimelineEvent
from tests.builders import added, created, removed, sent
from tests.infra.stores.connecting import new_id

ALICE, BOB, CAROL = new_id(), new_id(), new_id()


def record(event: AnyEvent) -> Record:
    key = event.conversation_id.encode()
    return Record("conversation.events", 0, event.command_offset, 0, key, encode(event), ())


class TestFold:
    def test_a_stay_in_a_group_and_what_was_seen_then(self) -> None:
        belonging = Belonging(ALICE)
        said: list[AnyTimelineEvent] = [
            created([BOB, CAROL]),
            sent(2, actor_id=BOB),
            added(3, member_ids=[ALICE], actor_id=BOB),
            sent(4, actor_id=BOB),
            sent(5, actor_id=ALICE),
            removed(6, user_id=ALICE, actor_id=BOB),
            sent(7, actor_id=BOB),
        ]
        found = [belonging.fold(record(event)) for event in said]
        assert [None, None, None] == found[:3]
        assert isinstance(found[3], Received)
        assert (4, BOB) == (found[3].seq, found[3].sender_id)
        assert ["messages.jsonl", None, None] == found[4:]
        (belonged,) = belonging.conversations.values()
        assert ("group", [Stay(3, said[2].at, 6, said[5].at)]) == (belonged.kind, belonged.stays)

    def test_a_direct_conversation_from_its_first_message(self) -> None:
        belonging = Belonging(ALICE)
        first = sent(1, actor_id=BOB, member_ids=(BOB, ALICE))
        assert isinstance(belonging.fold(record(first)), Received)
        (belonged,) = belonging.conversations.values()
        assert ("direct", [Stay(1, first.at)]) == (belonged.kind, belonged.stays)


class TestFiles:
    def test_every_kind_of_event_has_one(self) -> None:
        assert FILE_OF_EVENT.keys() < set(events.AnyEvent.__args__)

    def test_every_topic_about_people_has_one(self) -> None:
        others = {topics.CONVERSATION_EVENTS, topics.PRESENCE_LEASES, topics.DEAD_LETTERS}
        assert set(topics.TOPICS) - others == OWNED.keys()
