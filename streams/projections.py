"""The views that may be rebuilt, by name: each folds `conversation.events`, and only that."""

from collections.abc import Mapping

from streams.fanout.following import MEMBERSHIPS
from streams.inbox.agent import INBOX
from streams.receipts.agent import RECEIPTS
from streams.runtime.views import Projector
from streams.timeline.agent import TIMELINE

PROJECTORS: Mapping[str, Projector] = {one.name: one for one in (TIMELINE, RECEIPTS, INBOX, MEMBERSHIPS)}
