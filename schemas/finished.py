"""What stands in the fields that are finished JSON: the types say only that it is, the documents say what."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from schemas import frames
from schemas.bodies import Body

Schemas = dict[str, Any]  # JSON Schemas by the names of their types

FINISHED: Mapping[tuple[type[Struct], str], Any] = {
    (frames.MessageSent, "body"): Body | None,
    (frames.MessageEdited, "body"): Body | None,
    (frames.ConversationSummary, "head_message"): frames.MessageSent | None,
    (frames.CaughtUp, "events"): tuple[frames.AnyTimelineFrame, ...],
}


def components(
    types: Sequence[type], ref_template: str, finished: Mapping[tuple[type[Struct], str], Any] = FINISHED
) -> Schemas:
    """The schemas of these types and of all that they hold, finished JSON included."""
    insides, found = msgspec.json.schema_components((*finished.values(), *types), ref_template=ref_template)
    for (struct, field), inside in zip(finished, insides, strict=False):
        if struct.__name__ in found:
            found[struct.__name__]["properties"][field] = inside
    return {name: _plain(schema) for name, schema in found.items()}


def _plain(schema: Any) -> Any:
    """Without OpenAPI's `discriminator`, which AsyncAPI has in another form; each alternative's tag is an enum."""
    if isinstance(schema, dict):
        return {name: _plain(value) for name, value in schema.items() if name != "discriminator"}
    return [_plain(value) for value in schema] if isinstance(schema, list) else schema
