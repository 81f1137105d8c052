"""One track on its way from the uploaded container into the new one: proved and copied, or encoded again."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from streams.media.decoding.settings import DecodingSettings

AnyPacket: TypeAlias = "Packet[Any]"  # quoted: at run time the class takes no parameter
AUDIO_RATE = 48_000
AUDIO_BITS_PER_SECOND = {1: 64_000, 2: 96_000}
# x264 at 1280x720: twice the speed of its default for a tenth more bits.
X264 = {"preset": "veryfast", "crf": "26", "threads": "1", "profile": "high"}


class Track(Protocol):
    decoded: int
    """Frames so far."""

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        """What is to be written for a packet of this track. The last one, which is empty, empties the decoder."""
        ...


class CopiedTrack:
    """Packets as they are, once a decoder has taken them: all of the sound, the key frames of a film."""

    def __init__(self, made: OutputContainer, source: VideoStream | AudioStream) -> None:
        self._stream = made.add_stream_from_template(source)
        self._stream.metadata.clear()
        self.decoded = 0
        if isinstance(source, VideoStream):
            source.codec_context.skip_frame = "NONKEY"

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        self.decoded += len(packet.decode())
        if packet.dts is not None:
            packet.stream = self._stream
            yield packet


class EncodedVideo:
    """H.264: upright, sized down, at a bounded frame rate."""

    def __init__(self, made: OutputContainer, source: VideoStream, rotation: int, settings: DecodingSettings) -> None:
        rate = Fraction(min(source.average_rate or 30, settings.video_frames_per_second_max)).limit_denominator(1001)
        width, height = video_size(source.width, source.height, rotation, settings.video_edge_max)
        limit = settings.video_bits_per_second_max
        options = X264 | {"maxrate": str(limit), "bufsize": str(2 * limit)}
        self._stream = made.add_stream("libx264", rate=rate, options=options)
        assert isinstance(self._stream, VideoStream)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.codec_context.flags |= Flags.bitexact
        self._graph = _graph(source, rotation, f"{width}:{height}", rate)
        self.decoded = 0

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        for frame in packet.decode():
            assert isinstance(frame, VideoFrame)
            self._graph.vpush(frame)
            yield from self._encode()
        if packet.dts is None:
            self._graph.vpush(None)
            yield from self._encode()
            yield from self._stream.encode(None)

    def _encode(self) -> Iterator[AnyPacket]:
        while True:
            try:
                frame = self._graph.vpull()
            except (NothingYet, NothingMore):
                return
            frame.pict_type = PictureType.NONE  # which frames are key frames is this encoder's to choose
            self.decoded += 1
            yield from self._stream.encode(frame)


class EncodedAudio:
    """AAC: mono stays mono, more than two channels become two."""

    def __init__(self, made: OutputContainer, source: AudioStream) -> None:
        channels = min(source.codec_context.channels, 2)
        self._stream = made.add_stream("aac", rate=AUDIO_RATE, layout="mono" if channels == 1 else "stereo")
        assert isinstance(self._stream, AudioStream)
        self._stream.bit_rate = AUDIO_BITS_PER_SECOND[channels]
        self._stream.codec_context.flags |= Flags.bitexact
        self.decoded = 0

    def feed(self, packet: AnyPacket) -> Iterator[AnyPacket]:
        for frame in packet.decode():
            assert isinstance(frame, AudioFrame)
            self.decoded += 1
            yield from self._stream.encode(frame)
        if packet.dts is None:
            yield from self._stream.encode(None)


def video_size(width: int, height: int, rotation: int, edge_max: int) -> tuple[int, int]:
    """As shown, within the limit, both even: H.264 with 4:2:0 knows no odd ones."""
    if rotation % 180:
        width, height = height, width
    share = min(1.0, edge_max / max(width, height))
    return max(2, round(width * share / 2) * 2), max(2, round(height * share / 2) * 2)


def _graph(source: VideoStream, rotation: int, size: str, rate: Fraction) -> Graph:
    graph = Graph()
    graph.threads = 1
    nodes = [graph.add_buffer(template=source)]
    if rotation in {90, -90}:
        nodes.append(graph.add("transpose", "cclock" if rotation == 90 else "clock"))
    elif rotation in {180, -180}:
        nodes += [graph.add("hflip"), graph.add("vflip")]
    nodes += [graph.add("scale", size), graph.add("fps", str(rate)), graph.add("format", "yuv420p")]
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph
