"""No message without its media: what anybody is shown is ready, says the log, and the bytes are those sent."""

from collections.abc import Iterator

from clients.python.events import MessageSent
from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Uploaded


def check(history: History, evidence: Evidence) -> Iterator[str]:
    uploaded = {one.media_id: one.sha256 for one in history.of(Uploaded)}
    files = {(one.user_id, one.media_id): one for one in evidence.files}
    for shown in evidence.shown:
        for event in shown.state.timeline:
            media_id = event.body.media_id if isinstance(event, MessageSent) and event.body else None
            if media_id is None:
                continue
            place = f"{event.conversation_id}: seq {event.seq}"
            if media_id not in evidence.ready_media:
                yield f"{place} shows a file of which the log does not say that it is ready"
            file = files.get((shown.user_id, media_id))
            if file is None or file.sha256 != uploaded.get(media_id):
                yield f"{place} shows a file that {shown.user_id} cannot get ({file.status if file else 'not asked'})"
