"""Bytes to frames and timeline events, tolerant of what came after this library."""

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from clients.python import frames
from clients.python.frames import (
    AnyFrame,
    AnyTimelineEvent,
    CaughtUp,
    Timestamp,
    UnknownEvent,
    UnknownFrame,
    Watermark,
)


class _CaughtUpOnWire(Struct, frozen=True, kw_only=True, tag_field="type", tag="CaughtUp"):
    """CaughtUp before its events are decoded one by one: one of an unknown type must not spoil the others."""

    conversation_id: str
    events: tuple[Raw, ...] = ()
    watermarks: tuple[Watermark, ...] = ()
    head_seq: int


class _Place(Struct, frozen=True, kw_only=True):
    """What every timeline event has."""

    type: str
    conversation_id: str
    seq: int
    at: Timestamp
    actor_id: str | None = None
    client_id: str | None = None


_KnownEvent = (
    frames.MessageSent
    | frames.MessageEdited
    | frames.MessageDeleted
    | frames.ReactionSet
    | frames.GroupCreated
    | frames.MembersAdded
    | frames.MemberRemoved
    | frames.RoleChanged
    | frames.GroupSettingsChanged
)
_OnWire = (
    _KnownEvent
    | frames.DeliveredAdvanced
    | frames.ReadAdvanced
    | frames.TypingChanged
    | frames.PresenceChanged
    | frames.CommandRefused
    | frames.Malformed
    | frames.RateLimited
    | frames.Welcome
    | frames.Snapshot
    | _CaughtUpOnWire
    | frames.Synced
)
_frame_decoder: msgspec.json.Decoder[_OnWire] = msgspec.json.Decoder(_OnWire)
_event_decoder: msgspec.json.Decoder[_KnownEvent] = msgspec.json.Decoder(_KnownEvent)
_place_decoder: msgspec.json.Decoder[_Place] = msgspec.json.Decoder(_Place)


def decode(raw: str | bytes) -> AnyFrame:
    """The frame; never raises."""
    try:
        return _finish(_frame_decoder.decode(raw))
    except (msgspec.DecodeError, UnicodeError) as error:
        return _unknown(raw.encode(errors="replace") if isinstance(raw, str) else raw, str(error))


def decode_events(raws: Iterable[Raw]) -> tuple[AnyTimelineEvent, ...]:
    """Timeline events of a page. Raises msgspec.DecodeError for one that has no place in a timeline."""
    return tuple(_event(bytes(raw)) for raw in raws)


def _finish(frame: _OnWire) -> AnyFrame:
    if not isinstance(frame, _CaughtUpOnWire):
        return frame
    return CaughtUp(
        conversation_id=frame.conversation_id,
        events=decode_events(frame.events),
        watermarks=frame.watermarks,
        head_seq=frame.head_seq,
    )


def _event(raw: bytes) -> AnyTimelineEvent:
    try:
        return _event_decoder.decode(raw)
    except msgspec.ValidationError:
        return _unknown_event(raw)


def _unknown_event(raw: bytes) -> UnknownEvent:
    place = _place_decoder.decode(raw)
    return UnknownEvent(
        conversation_id=place.conversation_id,
        seq=place.seq,
        at=place.at,
        actor_id=place.actor_id,
        client_id=place.client_id,
        event_type=place.type,
        raw=raw,
    )


def _unknown(raw: bytes, problem: str) -> UnknownEvent | UnknownFrame:
    try:
        return _unknown_event(raw)
    except (msgspec.DecodeError, UnicodeError):
        return UnknownFrame(raw=raw, problem=problem)
