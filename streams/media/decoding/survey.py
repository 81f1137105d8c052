"""What a recording is: tracks, length, rates, by reading all its packets. Decodes one frame; writes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from schemas.media import MediaKind
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import Refused

# Named, never guessed: FFmpeg knows formats that fetch other files.
FORMATS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/x-m4a": "mov",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/webm": "matroska",
}
VIDEO_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg4"})
AUDIO_CODECS = frozenset(
    {"aac", "mp3", "opus", "vorbis", "amr_nb", "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"}
)
# Recorders round, and players do not mind: what is missing at the end counts only beyond this.
MISSING_SECONDS, MISSING_SHARE = 1.0, 0.05


@dataclass(frozen=True)
class Tracks:
    """Those that count. A recording has one of each at most; all others are left behind."""

    video: VideoStream | None
    audio: AudioStream | None

    def chosen(self) -> tuple[VideoStream | AudioStream, ...]:
        return tuple(track for track in (self.video, self.audio) if track is not None)


@dataclass(frozen=True)
class Survey:
    duration_seconds: float
    video_bits_per_second: float
    audio_bits_per_second: float
    first_frame: VideoFrame | None


@contextmanager
def opened(path: Path, content_type: str) -> Iterator[InputContainer]:
    with av.open(path, "r", format=FORMATS[content_type], metadata_errors="ignore") as container:
        yield container


def tracks_of(container: InputContainer, kind: MediaKind, settings: DecodingSettings) -> Tracks:
    """Raises `Refused` where a track is missing, unknown, or too large."""
    films = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    video = films[0] if films and kind == "video" else None
    audio = container.streams.audio[0] if container.streams.audio else None
    if (video if kind == "video" else audio) is None:
        raise Refused("type-mismatch", f"there is no {kind} in it")
    for track, known in ((video, VIDEO_CODECS), (audio, AUDIO_CODECS)):
        if track is not None:
            _check_codec(track, known)
            track.codec_context.thread_count = 1  # workers run side by side; threads would only cost memory
    if video is not None:
        _check_size(video, settings)
    return Tracks(video, audio)


def survey(container: InputContainer, tracks: Tracks, seconds_max: float) -> Survey:
    """Reads to the end. Raises `Refused`: `too-long`, or `undecodable` when it breaks off."""
    stated = (container.duration or 0) / av.time_base
    _check_length(stated, seconds_max)
    first, frame, ended = None, None, 0.0
    bits = {track.index: 0 for track in tracks.chosen()}
    for packet in container.demux(*tracks.chosen()):
        if tracks.video is not None and packet.stream is tracks.video and frame is None:
            frame = next((found for found in packet.decode() if isinstance(found, VideoFrame)), None)
        if packet.pts is None or packet.size == 0:
            continue
        bits[packet.stream.index] += 8 * packet.size
        begun = float(packet.pts * packet.time_base)
        first = begun if first is None else min(first, begun)
        ended = max(ended, begun + float((packet.duration or 0) * packet.time_base))
        _check_length(ended - first, seconds_max)
    return _judged(tracks, bits, stated=stated, measured=ended - (first or 0.0), frame=frame)


def _judged(
    tracks: Tracks, bits: dict[int, int], *, stated: float, measured: float, frame: VideoFrame | None
) -> Survey:
    if measured <= 0 or (tracks.video is not None and frame is None):
        raise Refused("undecodable", "there is nothing in it")
    if measured < stated * (1 - MISSING_SHARE) - MISSING_SECONDS:
        raise Refused("undecodable", f"it breaks off after {measured:.1f} of {stated:.1f} s")
    rates = [bits[track.index] / measured if track is not None else 0.0 for track in (tracks.video, tracks.audio)]
    return Survey(measured, rates[0], rates[1], frame)


def _check_length(seconds: float, seconds_max: float) -> None:
    if seconds > seconds_max:
        raise Refused("too-long", f"longer than {seconds_max:.0f} s")


def _check_codec(track: VideoStream | AudioStream, known: frozenset[str]) -> None:
    if track.codec_context is None or track.codec_context.codec.canonical_name not in known:
        raise Refused("unsupported", f"an unknown {track.type} codec")


def _check_size(video: VideoStream, settings: DecodingSettings) -> None:
    if video.width * video.height > settings.video_source_pixels_max:
        raise Refused("too-many-pixels", f"a video of {video.width}x{video.height}")
    # For the header may say less than the stream: the decoder keeps the limit too.
    video.codec_context.options = {"max_pixels": str(settings.video_source_pixels_max)}
