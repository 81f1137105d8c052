"""Conversations that seemed to differ are looked at again: views move while they are compared, and so does the log."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from infra.operator.proof.differing import Difference, differences
from infra.operator.proof.expected import memberships
from infra.operator.proof.horizon import Horizon
from infra.operator.proof.log import EventLog, Records, among, joined
from infra.operator.proof.origins import last_bucket, touched
from infra.operator.proof.rows import Rows
from infra.operator.proof.stored import StoredView
from infra.stores.log_ends import Offsets
from infra.stores.whole_receipts import watermark_part
from infra.stores.whole_timeline import bucket_part
from infra.stores.whole_views import Part
from streams.runtime.records import Record

TRIES = 5
WAIT_SECONDS = 0.3

Parts = Mapping[str, Collection[Part]]
"""What is known to be stored of conversations."""
Fold = Callable[[Records], Awaitable[Mapping[str, Rows]]]
"""The rows that a view should have by these records, for each conversation."""
Within = Callable[[Rows], Rows]
"""The rows that are compared at all."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Both sides of a conversation, but for rows that moved; `differences` are None if it never stood still."""

    wanted: Rows
    found: Rows
    differences: Sequence[Difference] | None


class Settling:
    """`wanted`: another version, or what the log says; `found`: the version that is looked at."""

    def __init__(
        self, log: EventLog, horizon: Horizon, wanted: StoredView | Fold, found: StoredView, within: Within
    ) -> None:
        self._log = log
        self._horizon = horizon
        self._wanted = wanted
        self._found = found
        self._within = within
        self._view = found.version.name
        self._versions = [one.version for one in (wanted, found) if isinstance(one, StoredView)]

    async def settle(self, parts: Parts, records: Records, known: Offsets) -> tuple[Mapping[str, Settled], Offsets]:
        """`records`: all of these conversations before the offsets `known`; later ones are put behind them, up to
        what is returned. Raises Failed, StoreUnavailable.

        Where both sides have folded all before an offset, and what was appended since touches a row on neither, the
        row must be the same, whenever in between each side was read.
        """
        settled: dict[str, Settled] = {}
        open_ = dict(parts)
        for attempt in range(TRIES):
            await asyncio.sleep(WAIT_SECONDS * attempt)
            before = await self._horizon.reached(self._versions)
            known = await self._catch_up(parts, records, known)  # for it says which partitions there are
            every = {id_: {*some, *parts_of(self._view, id_, records.get(id_, ()))} for id_, some in open_.items()}
            found = await self._found.read(every)
            stored = await self._wanted.read(every) if isinstance(self._wanted, StoredView) else {}
            known = await self._catch_up(parts, records, known)
            mine = {id_: records.get(id_, []) for id_ in every}
            wanted = stored if isinstance(self._wanted, StoredView) else await self._wanted(mine)
            for id_ in every:
                one = self._judged(id_, mine[id_], before, wanted.get(id_, {}), found[id_])
                if one.differences is not None or attempt == TRIES - 1:
                    settled[id_] = one
                    del open_[id_]
            if not open_:
                break
        return settled, known

    async def _catch_up(self, parts: Parts, records: Records, known: Offsets) -> Offsets:
        ends = await self._log.ends()
        joined(records, await self._log.read(among(parts), known, ends))
        return ends

    def _judged(self, id_: str, records: Sequence[Record], before: Offsets, wanted: Rows, found: Rows) -> Settled:
        wanted, found = self._within(wanted), self._within(found)
        since = [record for record in records if record.offset >= before[record.partition]]
        moving = touched(self._view, id_, since, records)
        if moving is None:
            return Settled(wanted, found, None if wanted != found else ())
        wanted, found = ({key: one[key] for key in one.keys() - set(moving)} for one in (wanted, found))
        return Settled(wanted, found, list(differences(id_, wanted, found)))


def parts_of(view: str, conversation_id: str, records: Sequence[Record]) -> Collection[Part]:
    """All that a view may have of a conversation, by its records."""
    if view == "timeline":
        return [bucket_part(bucket) for bucket in range(last_bucket(records) + 1)]
    if view == "receipts":
        roster = memberships(conversation_id, records).get(("memberships",))
        user_ids = {user_id for user_id, _, _ in roster[0]} if roster else set()
        return [watermark_part(user_id, kind) for user_id in user_ids for kind in ("delivered", "read")]
    return ()
