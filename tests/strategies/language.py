"""Every value of the language, by its topic or its way over the wire."""

from hypothesis import strategies as st
from msgspec.structs import replace

from schemas import accounts, bodies, commands, dead_letters, events, frames, notifications, outbound, presence, signals
from schemas.ids import message_id
from schemas.reasons import Reason
from tests.strategies.values import CHARACTERS_MAX, clean, ids, milliseconds, values_of

texts = st.text(clean, max_size=CHARACTERS_MAX)
client_ids = st.text(clean, min_size=1, max_size=64)
offsets = st.integers(0, (1 << 62) - 1)
message_ids = st.builds(message_id, milliseconds, st.integers(0, 4095), offsets)
reasons: st.SearchStrategy[Reason] = values_of(Reason)

plain_bodies: st.SearchStrategy[bodies.Body] = values_of(bodies.Body)
any_command: st.SearchStrategy[commands.AnyCommand] = values_of(commands.AnyCommand)
messages_sent: st.SearchStrategy[events.MessageSent] = values_of(events.MessageSent)
commands_refused: st.SearchStrategy[events.CommandRefused] = values_of(events.CommandRefused)
any_timeline_event: st.SearchStrategy[events.AnyTimelineEvent] = values_of(events.AnyTimelineEvent)
any_event: st.SearchStrategy[events.AnyEvent] = values_of(events.AnyEvent)
any_signal: st.SearchStrategy[signals.AnySignal] = values_of(signals.AnySignal)
any_presence_event: st.SearchStrategy[presence.AnyPresenceEvent] = values_of(presence.AnyPresenceEvent)
any_lease: st.SearchStrategy[presence.AnyLease] = values_of(presence.AnyLease)
any_account_event: st.SearchStrategy[accounts.AnyAccountEvent] = values_of(accounts.AnyAccountEvent)
any_push_request: st.SearchStrategy[notifications.PushRequested] = values_of(notifications.PushRequested)
any_push_outcome: st.SearchStrategy[notifications.AnyOutcome] = values_of(notifications.AnyOutcome)
dead: st.SearchStrategy[dead_letters.AnyDeadLetter] = values_of(dead_letters.AnyDeadLetter)
items: st.SearchStrategy[outbound.Item] = values_of(outbound.Item)
packed_connections: st.SearchStrategy[outbound.Connections] = values_of(outbound.Connections)
server_frames: st.SearchStrategy[frames.AnyServerFrame] = values_of(frames.AnyServerFrame)


@st.composite
def _addressed(draw: st.DrawFn) -> frames.SendMessage:
    """A message names its conversation or a person, never both."""
    frame: frames.SendMessage = draw(values_of(frames.SendMessage))
    id_ = draw(ids)
    if draw(st.booleans()):
        return replace(frame, conversation_id=id_, to_user_id=None)
    return replace(frame, conversation_id=None, to_user_id=id_)


def _is_addressed(frame: frames.AnyClientFrame) -> bool:
    return not isinstance(frame, frames.SendMessage)


send_message_frames = _addressed()
client_frames: st.SearchStrategy[frames.AnyClientFrame] = (
    values_of(frames.AnyClientFrame).filter(_is_addressed) | send_message_frames
)
keyed_frames: st.SearchStrategy[frames.AnyKeyedFrame] = (
    values_of(frames.AnyKeyedFrame).filter(_is_addressed) | send_message_frames
)
