"""The people of the tests, their devices, keys and conversations, and when it all began."""

from schemas.bodies import Body, SealedBody, SealedText
from schemas.commands import Origin
from schemas.sealing import ConversationKey, DataKey

ALICE = "a11ce000-0000-4000-8000-000000000001"
BOB = "b0b00000-0000-4000-8000-000000000002"
CAROL = "ca401000-0000-4000-8000-000000000003"
DAVE = "da5e0000-0000-4000-8000-000000000004"
PHONE = "d0000000-0000-4000-8000-000000000001"
LAPTOP = "d0000000-0000-4000-8000-000000000002"
CONVERSATION = "c0000000-0000-8000-8000-000000000001"
OTHER_CONVERSATION = "c0000000-0000-8000-8000-000000000002"
ORIGIN = Origin("gateway-1", "1a2b3c", "connection-1")
MASTER_KEY = bytes(range(32))
KEY = DataKey(bytes(range(32, 64)))
CONVERSATION_KEY = ConversationKey(MASTER_KEY, CONVERSATION)
START_MS = 1_795_525_200_000  # 2026-11-24T13:00:00Z
SEALED = SealedBody("text", 29, b"nonce-of-12b" + b"ciphertext")
SEALED_NAME = SealedText(b"nonce-of-12b" + b"name")


def sealed(body: Body, *, sender_id: str = ALICE, client_id: str = "m1") -> SealedBody:
    return KEY.seal(body, conversation_id=CONVERSATION, sender_id=sender_id, client_id=client_id)
