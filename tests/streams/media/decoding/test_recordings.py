"""Recordings come out in a common form, as short as they came, and tell no place."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame
from PIL import Image

from streams.media.decoding.settings import DecodingSettings
from tests.streams.media.decoding import files
from tests.streams.media.decoding.conftest import Desk
from tests.streams.media.decoding.sounds_and_films import film, sound, turned

# Made when a test needs them: encoding takes a while.
FILMS: dict[str, tuple[Callable[[], bytes], str]] = {
    "mp4": (film, "video/mp4"),
    "silent": (lambda: film(audio=None), "video/mp4"),
    "announced sound": (lambda: film(is_silent=True), "video/mp4"),
    "quicktime": (lambda: film(container="mov"), "video/quicktime"),
    "webm": (lambda: film(codec="libvpx", container="webm", audio="libopus"), "video/webm"),
    "hevc": (lambda: film(codec="libx265"), "video/mp4"),
    "mp3": (lambda: film(audio="libmp3lame"), "video/mp4"),
}
SOUNDS: dict[str, tuple[Callable[[], bytes], str, str, str]] = {
    "m4a": (lambda: sound(codec="aac", container="ipod"), "audio/mp4", "audio/mp4", "aac"),
    "mp4": (lambda: sound(codec="aac", container="mp4"), "audio/x-m4a", "audio/mp4", "aac"),
    "adts": (lambda: sound(codec="aac", container="adts"), "audio/aac", "audio/mp4", "aac"),
    "ogg": (lambda: sound(codec="libopus", container="ogg"), "audio/ogg; codecs=opus", "audio/ogg", "opus"),
    "webm": (lambda: sound(codec="libopus", container="webm"), "audio/webm", "audio/ogg", "opus"),
    "mp3": (lambda: sound(codec="libmp3lame", container="mp3"), "audio/mpeg", "audio/mpeg", "mp3"),
    "wav": (lambda: sound(codec="pcm_s16le", container="wav"), "audio/wav", "audio/mp4", "aac"),
}


def codecs_of(path: Path) -> set[str]:
    with av.open(path) as container:
        return {stream.codec_context.codec.canonical_name for stream in container.streams}


def picture_of(path: Path) -> Image.Image:
    """The first frame, as a player shows it."""
    with av.open(path) as container:
        frame = next(container.decode(video=0))
        assert isinstance(frame, VideoFrame)
        image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        return image.rotate(frame.rotation, expand=True)


def is_blue(image: Image.Image, share_of_width: float, share_of_height: float) -> bool:
    found = image.getpixel((int(image.width * share_of_width), int(image.height * share_of_height)))
    assert isinstance(found, tuple)
    return found[0] < 128 < found[2]


class TestVideo:
    @pytest.mark.parametrize("name", FILMS)
    def test_comes_out_in_the_common_form(self, desk: Desk, name: str) -> None:
        make, content_type = FILMS[name]

        made = desk.make(make(), content_type)

        assert ("video/mp4", 320, 240) == (made.content_type, made.width, made.height)
        assert made.duration_seconds == pytest.approx(1, abs=0.1)
        assert codecs_of(desk.content) - {"aac"} == {"h264"}
        assert not is_blue(picture_of(desk.content), 0.5, 0.1)
        assert is_blue(picture_of(desk.content), 0.5, 0.9)

    @pytest.mark.parametrize("codec", ["libx264", "libx265"], ids=["copied", "encoded"])
    @pytest.mark.parametrize(("container", "place"), [("mp4", b"loci"), ("mov", b"+48.1371")])
    def test_tells_no_place(self, desk: Desk, codec: str, container: str, place: bytes) -> None:
        content = film(codec=codec, container=container)
        assert place in content

        desk.make(content, "video/mp4" if container == "mp4" else "video/quicktime")

        made = desk.content.read_bytes()
        assert place not in made
        assert b"Secret" not in made

    def test_what_stands_behind_it_is_gone(self, desk: Desk) -> None:
        desk.make(film() + files.MARKUP, "video/mp4")

        assert b"<script>" not in desk.content.read_bytes()

    def test_begins_to_play_at_once(self, desk: Desk) -> None:
        desk.make(film(), "video/mp4")

        made = desk.content.read_bytes()
        assert made.index(b"moov") < made.index(b"mdat")

    @pytest.mark.parametrize("codec", ["libx264", "libx265"], ids=["copied", "encoded"])
    def test_upright(self, desk: Desk, codec: str) -> None:
        made = desk.make(turned(film(codec=codec)), "video/mp4")

        assert (240, 320) == (made.width, made.height)
        with Image.open(desk.thumbnail) as thumbnail:
            for image in (picture_of(desk.content), thumbnail.convert("RGB")):
                assert (240, 320) == image.size
                assert is_blue(image, 0.1, 0.5)  # it was below, and was turned clockwise
                assert not is_blue(image, 0.9, 0.5)

    def test_sized_down(self, desk: Desk) -> None:
        made = desk.make(film(size=(2560, 1440)), "video/mp4")

        assert (1280, 720) == (made.width, made.height)

    def test_large_is_encoded_again(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(video_bits_per_second_max=40_000)
        content = film(audio=None, options={"crf": "0", "preset": "ultrafast"})

        desk.make(content, "video/mp4")

        assert desk.content.stat().st_size < len(content)

    def test_copied_when_encoding_saves_nothing(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(video_bits_per_second_max=1_000)
        content = film(audio=None, options={"crf": "51"})

        desk.make(content, "video/mp4")

        assert desk.content.stat().st_size < len(content) + 500

    def test_same_bytes_for_the_same_file(self, desk: Desk) -> None:
        content = film(codec="libvpx", container="webm", audio="libopus")
        desk.make(content, "video/webm")
        first = desk.content.read_bytes()

        desk.make(content, "video/webm")

        assert first == desk.content.read_bytes()

    def test_has_a_thumbnail_and_a_preview(self, desk: Desk) -> None:
        made = desk.make(film(size=(640, 480)), "video/mp4")

        assert made.preview is not None
        assert len(made.preview) <= 300
        with Image.open(desk.thumbnail) as thumbnail:
            assert ((320, 240), "WEBP") == (thumbnail.size, thumbnail.format)

    def test_refused_when_too_long(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(video_seconds_max=0.5)

        assert desk.refuse(film(), "video/mp4") == "too-long"

    def test_refused_when_too_large(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(video_source_pixels_max=320 * 240 - 1)

        assert desk.refuse(film(), "video/mp4") == "too-many-pixels"

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
    def test_refused_when_truncated(self, desk: Desk, share: float) -> None:
        content = film(seconds=3)

        assert desk.refuse(content[: int(len(content) * share)], "video/mp4") == "undecodable"

    def test_refused_when_it_breaks_off(self, desk: Desk) -> None:
        desk.make(film(seconds=5), "video/mp4")  # with its index first, so that its beginning can be read
        whole = desk.content.read_bytes()

        assert desk.refuse(whole[: len(whole) * 2 // 3], "video/mp4") == "undecodable"

    def test_refused_when_it_is_noise(self, desk: Desk) -> None:
        content = bytearray(film(audio=None))
        begin = content.index(b"mdat") + 4
        content[begin : begin + 2000] = bytes(index * 37 % 256 for index in range(2000))

        assert desk.refuse(bytes(content), "video/mp4") == "undecodable"

    def test_refused_when_it_is_only_sound(self, desk: Desk) -> None:
        assert desk.refuse(sound(codec="aac", container="mp4"), "video/mp4") == "type-mismatch"

    def test_refused_with_an_unknown_codec(self, desk: Desk) -> None:
        assert desk.refuse(film(codec="mpeg2video"), "video/mp4") == "unsupported"

    def test_a_playlist_is_never_followed(self, desk: Desk) -> None:
        playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"

        assert desk.refuse(playlist, "video/mp4") == "type-mismatch"
        assert desk.refuse(film()[:32] + playlist, "video/mp4") == "undecodable"


class TestAudio:
    @pytest.mark.parametrize("name", SOUNDS)
    def test_comes_out_in_a_common_form(self, desk: Desk, name: str) -> None:
        make, content_type, made_type, codec = SOUNDS[name]

        made = desk.make(make(), content_type)

        assert (made_type, False) == (made.content_type, made.has_thumbnail)
        assert made.duration_seconds == pytest.approx(1, abs=0.1)
        assert codecs_of(desk.content) == {codec}
        assert not [word for word in (b"Secret", b"+48.1371") if word in desk.content.read_bytes()]

    def test_loud_is_encoded_again(self, desk: Desk) -> None:
        content = sound(codec="libmp3lame", container="mp3", bit_rate=320_000, channels=2)

        desk.make(content, "audio/mpeg")

        assert desk.content.stat().st_size < len(content) / 2

    def test_same_bytes_for_the_same_file(self, desk: Desk) -> None:
        content = sound(codec="libopus", container="webm")
        desk.make(content, "audio/webm")
        first = desk.content.read_bytes()

        desk.make(content, "audio/webm")

        assert first == desk.content.read_bytes()

    def test_refused_when_too_long(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(audio_seconds_max=0.5)

        assert desk.refuse(sound(codec="libopus", container="ogg"), "audio/ogg") == "too-long"

    def test_refused_when_truncated(self, desk: Desk) -> None:
        content = sound(codec="aac", container="ipod")

        assert desk.refuse(content[: len(content) // 2], "audio/mp4") == "undecodable"

    def test_refused_when_it_is_no_sound(self, desk: Desk) -> None:
        assert desk.refuse(b"ID3\x03\0\0\0\0\0\0" + bytes(5000), "audio/mpeg") == "undecodable"
