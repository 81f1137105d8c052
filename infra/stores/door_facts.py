"""Facts from outside the conversation that a command carries, as gateway and API attach them. DESIGN, section 2."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from infra.stores.faults import StoreUnavailable
from infra.stores.folded import Folded
from infra.stores.inbox import Inbox
from infra.stores.keys import Keys
from infra.stores.media import Media
from infra.stores.privacy import Privacy
from infra.stores.timeline import Timeline, TimelineRow
from infra.stores.users import Users
from schemas import door, frames
from schemas.codec import decode_event
from schemas.commands import Target
from schemas.events import MessageSent
from schemas.ids import message_milliseconds

# The timeline may be a moment behind the frame by which a client learned of a message.
CATCH_UP_SECONDS, LOOK_AGAIN_SECONDS = 2.0, 0.03
CATCH_UP_MS = 60_000  # a message that is older than this is in the timeline, or there is none
PEERS_MAX = 100_000


class DoorFacts:
    def __init__(
        self,
        *,
        users: Users,
        timeline: Timeline,
        folded: Folded,
        inbox: Inbox,
        privacy: Privacy,
        keys: Keys,
        media: Media,
    ) -> None:
        """`folded` is the timeline's."""
        self._users = users
        self._timeline = timeline
        self._folded = folded
        self._inbox = inbox
        self._privacy = privacy
        self._keys = keys
        self._media = media
        self._direct: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def gather(self, frame: frames.AnyKeyedFrame, conversation_id: str, user_id: str) -> door.Facts:
        """What the door must know for this frame. Raises StoreUnavailable."""
        needs = door.needs(frame)
        if isinstance(frame, frames.SendMessage) and frame.to_user_id:
            self._remember({conversation_id: (user_id, frame.to_user_id)})  # the view may not know it yet
        is_private = needs.privacy and bool(await self.private([(user_id, conversation_id)]))
        # Who was erased cannot be written to, however the conversation is named.
        members = self._direct.get(conversation_id, ()) if isinstance(frame, frames.SendMessage) else ()
        user_ids = {*needs.user_ids, *(members if user_id in members else ())}
        return door.Facts(
            are_users_known=not user_ids or await self._users.are_known(user_ids),
            target=await self._target(conversation_id, needs.message_id) if needs.message_id else None,
            is_private=is_private,
            conversation_key=self._keys.conversation_key(conversation_id) if needs.key else None,
            is_media_ready=await self._is_media_ready(needs, user_id),
        )

    async def _is_media_ready(self, needs: door.Needs, user_id: str) -> bool:
        if needs.avatar_id:
            return await self._media.may_be_avatar(user_id, needs.avatar_id)
        if needs.media_id:
            return await self._media.may_send(user_id, needs.media_id, wait_seconds=CATCH_UP_SECONDS)
        return False

    async def private(self, reads: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Of readers in conversations, those whose reading is shown to nobody: in a direct conversation, where one of
        the two hides receipts. While `knows` denies the conversation, only the reader counts.

        Raises StoreUnavailable.
        """
        await self._learn({conversation_id for _, conversation_id in reads})
        pairs = [(read, self._direct.get(read[1], (read[0],))) for read in reads]
        concerned = {user_id for _, members in pairs for user_id in members}
        if not concerned:
            return frozenset()
        hiding = await self._privacy.hides_receipts(sorted(concerned))
        return frozenset(read for read, members in pairs if not hiding.isdisjoint(members))

    def knows(self, conversation_id: str) -> bool:
        """Whether it is known who is in a direct conversation; the view is a moment behind its first message."""
        return conversation_id in self._direct

    async def _learn(self, conversation_ids: set[str]) -> None:
        """Who is in these direct conversations: that never changes. One that the view does not know is asked again."""
        if unknown := [id_ for id_ in conversation_ids if id_ not in self._direct]:
            self._remember(await self._inbox.direct_members(unknown))

    def _remember(self, members: Mapping[str, tuple[str, ...]]) -> None:
        self._direct |= members
        while len(self._direct) > PEERS_MAX:
            self._direct.popitem(last=False)

    async def _target(self, conversation_id: str, message_id: str) -> Target | None:
        """The message, None if there is none. Raises StoreUnavailable while the timeline is too far behind to tell."""
        if row := await self._timeline.message(conversation_id, message_id):
            return _target(row)
        if abs(time.time() * 1000 - message_milliseconds(message_id)) >= CATCH_UP_MS:
            return None
        ends, deadline = await self._folded.ends(), time.monotonic() + CATCH_UP_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            if row := await self._timeline.message(conversation_id, message_id):
                return _target(row)
        if not await self._folded.has_passed(ends):
            raise StoreUnavailable("the timeline is behind the log")
        row = await self._timeline.message(conversation_id, message_id)  # it may have come since
        return _target(row) if row else None


def _target(row: TimelineRow) -> Target | None:
    event = decode_event(row.event) if row.event else None
    if not isinstance(event, MessageSent):
        return None
    return Target(event.message_id, event.seq, event.actor_id, event.at, is_deleted=row.deleted_seq is not None)
