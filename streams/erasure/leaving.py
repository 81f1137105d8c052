"""The command by which somebody who was erased leaves a group, as they would have themselves. Pure.

Its `client_id` is a function of when they joined: said again it is a repeat, and somebody whom a late command has added
once more leaves once more.
"""

import hashlib

from infra.stores.erasures import Present
from schemas import envelope
from schemas.commands import LeaveGroup, Origin

NO_DEVICE = "00000000-0000-0000-0000-000000000000"
NOBODY = Origin("erasure", "", "")  # a stream that nobody has: the answer goes nowhere


def leave(group: Present) -> LeaveGroup:
    client_id = f"erased-{group.joined_seq}"
    return LeaveGroup(
        conversation_id=group.conversation_id,
        actor_id=group.user_id,
        device_id=NO_DEVICE,
        origin=NOBODY,
        client_id=client_id,
        digest=hashlib.sha256(client_id.encode()).digest()[:16],  # the key that makes others is gone
    )


def headers(command: LeaveGroup, at: str) -> envelope.Headers:
    trace = envelope.new_trace()
    return envelope.headers(
        command, id_=trace[3:35], source="erasure", subject=command.conversation_id, at=at, trace=trace
    )
