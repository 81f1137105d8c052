"""Who stands at the door in these tests, and the facts that they come with."""

from schemas.door import Actor, Facts
from tests.builders import ALICE, CONVERSATION_KEY, KEY, ORIGIN, PHONE, target

ACTOR = Actor(ALICE, PHONE, KEY, ORIGIN)
NOTHING = Facts()
FOUND = Facts(target=target())
READY = Facts(is_media_ready=True)
KEYED = Facts(conversation_key=CONVERSATION_KEY)
ALL = Facts(target=target(), conversation_key=CONVERSATION_KEY, is_media_ready=True)
