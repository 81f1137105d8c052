"""Values to bytes and back: JSON by msgspec, one value a record, tagged by `type`.

Commands refuse unknown fields; events tolerate them, so that old code can replay what newer code wrote.
"""

from typing import Any

import msgspec

from schemas.accounts import AnyAccountEvent
from schemas.commands import AnyCommand
from schemas.dead_letters import AnyDeadLetter
from schemas.events import AnyEvent
from schemas.media import AnyMediaCommand, AnyMediaEvent
from schemas.notifications import AnyOutcome, PushRequested
from schemas.presence import AnyLease, AnyPresenceEvent
from schemas.signals import AnySignal

Undecodable = msgspec.DecodeError  # also raised as its subclass ValidationError

encode = msgspec.json.Encoder().encode
_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_events: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_signals: msgspec.json.Decoder[AnySignal] = msgspec.json.Decoder(AnySignal)
_presence: msgspec.json.Decoder[AnyPresenceEvent] = msgspec.json.Decoder(AnyPresenceEvent)
_leases: msgspec.json.Decoder[AnyLease] = msgspec.json.Decoder(AnyLease)
_accounts: msgspec.json.Decoder[AnyAccountEvent] = msgspec.json.Decoder(AnyAccountEvent)
_media_commands: msgspec.json.Decoder[AnyMediaCommand] = msgspec.json.Decoder(AnyMediaCommand)
_media: msgspec.json.Decoder[AnyMediaEvent] = msgspec.json.Decoder(AnyMediaEvent)
_push_requests: msgspec.json.Decoder[PushRequested] = msgspec.json.Decoder(PushRequested)
_push_outcomes: msgspec.json.Decoder[AnyOutcome] = msgspec.json.Decoder(AnyOutcome)
_dead_letters: msgspec.json.Decoder[AnyDeadLetter] = msgspec.json.Decoder(AnyDeadLetter)

decode_command = _commands.decode
decode_event = _events.decode
decode_signal = _signals.decode
decode_presence = _presence.decode
decode_lease = _leases.decode
decode_account = _accounts.decode
decode_media_command = _media_commands.decode
decode_media = _media.decode
decode_push_request = _push_requests.decode
decode_push_outcome = _push_outcomes.decode
decode_dead_letter = _dead_letters.decode


def json_schema(types: tuple[type, ...]) -> dict[str, Any]:
    """The JSON Schema of a topic's values, with every type under `$defs`."""
    schemas, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    return {"oneOf": list(schemas), "$defs": components}
