"""What stands in the log was decided, even if this code would decide otherwise."""

from schemas.codec import encode
from schemas.events import CommandRefused
from schemas.times import timestamp
from schemas.topics import CONVERSATION_EVENTS
from tests.integration.agents import Agents
from tests.integration.conversation.event_log import EventLog
from tests.integration.conversation.talks import Sent, Talk, Writer


def refused(sent: Sent) -> CommandRefused:
    """The event that other code made of a command which this code accepts."""
    return CommandRefused(
        conversation_id=sent.command.conversation_id,
        command_offset=sent.offset,
        at=timestamp(0),
        actor_id=sent.command.actor_id,
        origin=sent.command.origin,
        client_id=sent.command.client_id,
        command="SendMessage",
        reason="not-allowed",
    )


async def test_not_decided_again_when_the_log_has_another_answer(
    agents: Agents, writer: Writer, events: EventLog
) -> None:
    talk = Talk()
    sent = await writer.send(talk.says(), talk.says(), talk.says())
    event, partition = refused(sent[1]), sent[1].partition
    await writer.append(CONVERSATION_EVENTS.name, encode(event), talk.id, partition=partition)

    agents.start()
    decided = await events.decided(sent)

    assert event == decided[sent[1]]
    assert [sent[0].offset, sent[2].offset] == [one.command_offset for one in events.messages(talk.id)]
