"""Video and audio: surveyed, then written anew: what is common and small is copied, the rest encoded again.

Containers are always new, with the tracks that count and nothing else: no place, date, title, cover or chapter.
"""

from dataclasses import dataclass
from pathlib import Path

import av
import av.logging
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from schemas.media import MediaKind
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.small import write_small
from streams.media.decoding.survey import Survey, Tracks, opened, survey, tracks_of
from streams.media.decoding.tracks import CopiedTrack, EncodedAudio, EncodedVideo, Track, video_size
from streams.media.decoding.values import CONTENT, Made, Refused

av.logging.set_level(av.logging.PANIC)
COPIED_VIDEO_PIXELS_MAX = 1920 * 1088
"""Every phone plays H.264 of this size; larger ones are encoded again."""
# How a copied sound is packed; what is not here is encoded as AAC.
_AUDIO_FORMATS = {"aac": ("mp4", "audio/mp4"), "opus": ("ogg", "audio/ogg"), "mp3": ("mp3", "audio/mpeg")}
# Bit-exact: or versions and random serial numbers are written.
_OPTIONS = {
    "mp4": {"fflags": "+bitexact", "movflags": "+faststart"},
    "mp3": {"fflags": "+bitexact", "id3v2_version": "0", "write_id3v1": "0"},
    "ogg": {"fflags": "+bitexact"},
}


@dataclass(frozen=True)
class Source:
    path: Path
    kind: MediaKind
    content_type: str


@dataclass(frozen=True)
class Plan:
    format: str
    content_type: str
    is_video_copied: bool = False
    is_audio_copied: bool = False


def process_recording(path: Path, kind: MediaKind, content_type: str, folder: Path, settings: DecodingSettings) -> Made:
    """Raises `Refused`, or what FFmpeg makes of a broken file."""
    with opened(path, content_type) as container:
        tracks = tracks_of(container, kind, settings)
        seconds_max = settings.video_seconds_max if kind == "video" else settings.audio_seconds_max
        surveyed = survey(container, tracks, seconds_max)
        best, common = _plans(_heard(tracks, surveyed), surveyed, settings)
    source = Source(path, kind, content_type)
    _write(source, best, surveyed, folder, settings)
    if best != common and common is not None and (folder / CONTENT).stat().st_size >= path.stat().st_size:
        best = common  # nothing was saved
        _write(source, best, surveyed, folder, settings)
    return _described(best, surveyed, folder, settings)


def _plans(tracks: Tracks, surveyed: Survey, settings: DecodingSettings) -> tuple[Plan, Plan | None]:
    """What is best, and what only copies, if all tracks are in a common form."""
    audio = tracks.audio.codec_context.codec.canonical_name if tracks.audio is not None else None
    is_quiet = surveyed.audio_bits_per_second <= settings.audio_bits_per_second_max
    if tracks.video is None:
        if audio not in _AUDIO_FORMATS:
            return Plan(*_AUDIO_FORMATS["aac"]), None
        copying = Plan(*_AUDIO_FORMATS[audio], is_audio_copied=True)
        return copying if is_quiet else Plan(*_AUDIO_FORMATS["aac"]), copying
    is_common = _is_common(tracks.video)
    is_small = surveyed.video_bits_per_second <= settings.video_bits_per_second_max
    best = Plan("mp4", "video/mp4", is_common and is_small, audio == "aac" and is_quiet)
    copying = Plan("mp4", "video/mp4", is_video_copied=True, is_audio_copied=audio == "aac")
    return best, copying if is_common and audio in {"aac", None} else None


def _is_common(video: VideoStream) -> bool:
    context = video.codec_context
    is_of_phones = context.codec.canonical_name == "h264" and context.pix_fmt == "yuv420p"
    return is_of_phones and context.width * context.height <= COPIED_VIDEO_PIXELS_MAX


def _write(source: Source, plan: Plan, surveyed: Survey, folder: Path, settings: DecodingSettings) -> None:
    with (
        opened(source.path, source.content_type) as container,
        av.open(folder / CONTENT, "w", format=plan.format, options=_OPTIONS[plan.format]) as made,
    ):
        tracks = _heard(tracks_of(container, source.kind, settings), surveyed)
        roads = _roads(tracks, plan, made, surveyed, settings)
        for packet in container.demux(*tracks.chosen()):
            for written in roads[packet.stream.index].feed(packet):
                made.mux(written)
    if not all(road.decoded for road in roads.values()):
        raise Refused("undecodable", "no frame can be decoded")


def _heard(tracks: Tracks, surveyed: Survey) -> Tracks:
    """Some recorders announce a sound that they never write."""
    return tracks if surveyed.audio_bits_per_second else Tracks(tracks.video, None)


def _roads(
    tracks: Tracks, plan: Plan, made: OutputContainer, surveyed: Survey, settings: DecodingSettings
) -> dict[int, Track]:
    roads: dict[int, Track] = {}
    if tracks.video is not None:
        rotation = surveyed.first_frame.rotation if surveyed.first_frame is not None else 0
        roads[tracks.video.index] = (
            CopiedTrack(made, tracks.video)
            if plan.is_video_copied
            else EncodedVideo(made, tracks.video, rotation, settings)
        )
    if tracks.audio is not None:
        is_copied = plan.is_audio_copied
        roads[tracks.audio.index] = CopiedTrack(made, tracks.audio) if is_copied else EncodedAudio(made, tracks.audio)
    return roads


def _described(plan: Plan, surveyed: Survey, folder: Path, settings: DecodingSettings) -> Made:
    duration = round(surveyed.duration_seconds, 3)
    frame = surveyed.first_frame
    if frame is None:
        return Made(plan.content_type, duration_seconds=duration)
    width, height = video_size(frame.width, frame.height, 0, settings.thumbnail_edge)
    upright: Image.Image = frame.reformat(width, height, "rgb24").to_image()  # type: ignore[no-untyped-call]
    preview = write_small(upright.rotate(frame.rotation, expand=True), folder, settings)
    with av.open(folder / CONTENT, "r", format="mov") as made:
        shown = made.streams.video[0]
        size = (shown.width, shown.height)
        turned = plan.is_video_copied and frame.rotation % 180
        width, height = reversed(size) if turned else size
    return Made(plan.content_type, width, height, duration, has_thumbnail=True, preview=preview)
