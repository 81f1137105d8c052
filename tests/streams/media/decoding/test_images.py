"""Images are made anew: upright, small enough, and with nothing of the file but its picture."""

import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from streams.media.decoding.settings import DecodingSettings
from tests.streams.media.decoding import files
from tests.streams.media.decoding.conftest import Desk

STILLS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}


class TestMadeAnew:
    @pytest.mark.parametrize("content_type", STILLS)
    def test_each_format(self, desk: Desk, content_type: str) -> None:
        made = desk.make(files.written(files.photograph(), STILLS[content_type]), content_type)

        assert ("image/png" if content_type == "image/gif" else content_type) == made.content_type
        assert (640, 480) == (made.width, made.height)
        with Image.open(desk.content) as image, Image.open(desk.thumbnail) as thumbnail:
            assert (640, 480) == image.size
            assert ((320, 240), "WEBP") == (thumbnail.size, thumbnail.format)

    def test_nothing_of_the_file_is_left(self, desk: Desk) -> None:
        desk.make(files.tell_tale_jpeg(), "image/jpeg")

        for path in (desk.content, desk.thumbnail):
            content = path.read_bytes()
            assert not [word for word in (b"Secret", b"Exif", b"ICC_PROFILE", b"<script>") if word in content]
            with Image.open(path) as image:
                assert not image.getexif()
        assert desk.content.read_bytes().endswith(b"\xff\xd9")

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_upright(self, desk: Desk, orientation: int) -> None:
        made = desk.make(files.tell_tale_jpeg(orientation), "image/jpeg")

        assert ((640, 480) if orientation < 5 else (480, 640)) == (made.width, made.height)

    def test_turned_the_right_way(self, desk: Desk) -> None:
        picture = Image.new("RGB", (64, 32), "white")
        picture.paste("black", (0, 0, 32, 32))  # left half
        exif = picture.getexif()
        exif[files.ORIENTATION] = 6  # to be turned clockwise: the left is the top

        desk.make(files.written(picture, "JPEG", exif=exif), "image/jpeg")

        with Image.open(desk.content).convert("L") as image:
            assert image.getpixel((16, 8)) == 0
            assert image.getpixel((16, 56)) == 255

    @pytest.mark.parametrize("size", [(4000, 3000), (4032, 3024), (3000, 2000), (2049, 100), (8000, 16)])
    def test_sized_down(self, desk: Desk, size: tuple[int, int]) -> None:
        made = desk.make(files.jpeg(*size), "image/jpeg")

        assert made.width is not None
        assert made.height is not None
        assert 0.75 * 2048 <= max(made.width, made.height) <= 2048
        assert size[0] / size[1] == pytest.approx(made.width / made.height, rel=0.03)

    def test_preview_is_tiny(self, desk: Desk) -> None:
        made = desk.make(files.written(Image.effect_noise((640, 480), 200), "PNG"), "image/png")

        assert made.preview is not None
        assert len(made.preview) <= 300
        with Image.open(io.BytesIO(made.preview)) as preview:
            assert preview.format == "WEBP"

    def test_same_bytes_for_the_same_file(self, desk: Desk) -> None:
        desk.make(files.jpeg(), "image/jpeg")
        first = (desk.content.read_bytes(), desk.thumbnail.read_bytes())

        desk.make(desk.source.read_bytes(), "image/jpeg")

        assert first == (desk.content.read_bytes(), desk.thumbnail.read_bytes())

    @pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
    def test_every_mode_of_png(self, desk: Desk, mode: str) -> None:
        picture = Image.new("I;16", (64, 48), 0x8000) if mode == "I;16" else files.photograph(64, 48).convert(mode)

        desk.make(files.written(picture, "PNG"), "image/png")

        with Image.open(desk.content) as image:
            assert ("RGBA" if mode in {"LA", "RGBA"} else "RGB" if mode == "P" else "L") == image.mode
            if mode == "I;16":
                assert image.getpixel((5, 5)) == 0x80

    def test_cmyk_jpeg(self, desk: Desk) -> None:
        desk.make(files.written(files.photograph().convert("CMYK"), "JPEG"), "image/jpeg")

        with Image.open(desk.content) as image:
            assert image.mode == "RGB"

    def test_colours_come_to_srgb(self, desk: Desk) -> None:
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        swapped = files.swapped_profile(srgb)

        desk.make(files.written(Image.new("RGB", (64, 48), (250, 10, 10)), "PNG", icc_profile=swapped), "image/png")

        with Image.open(desk.content) as image:
            red, green, _ = image.getpixel((5, 5))  # type: ignore[misc]
            assert green > red

    def test_broken_profile_changes_nothing(self, desk: Desk) -> None:
        desk.make(
            files.written(Image.new("RGB", (64, 48), (250, 10, 10)), "PNG", icc_profile=b"no profile"), "image/png"
        )

        with Image.open(desk.content) as image:
            assert image.getpixel((5, 5)) == (250, 10, 10)


class TestAnimation:
    @pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
    def test_kept_moving(self, desk: Desk, name: str) -> None:
        made = desk.make(files.animation(name), f"image/{name.lower()}")

        assert ("image/webp", 0.15) == (made.content_type, made.duration_seconds)
        with Image.open(desk.content) as image:
            assert getattr(image, "n_frames", 1) == 3

    def test_refused_when_frames_times_pixels_are_too_many(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(animation_pixels_max=3 * 64 * 48 - 1)

        assert desk.refuse(files.animation("GIF"), "image/gif") == "too-many-pixels"

    def test_refused_with_too_many_frames(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(animation_frames_max=4)

        assert desk.refuse(files.animation("GIF", frames=5, size=(2, 2)), "image/gif") == "too-many-pixels"


class TestRefused:
    @pytest.mark.parametrize("content_type", STILLS)
    def test_truncated(self, desk: Desk, content_type: str) -> None:
        content = files.written(files.photograph(), STILLS[content_type])

        assert desk.refuse(content[: len(content) // 2], content_type) == "undecodable"

    @pytest.mark.parametrize("content_type", ["image/png", "image/webp", "image/gif"])
    def test_polyglot(self, desk: Desk, content_type: str) -> None:
        content = files.written(files.photograph(), STILLS[content_type]) + files.MARKUP

        assert desk.refuse(content, content_type) == "type-mismatch"

    def test_gif_that_is_a_script(self, desk: Desk) -> None:
        assert desk.refuse(files.script_gif(), "image/gif") == "undecodable"

    def test_pixel_bomb(self, desk: Desk) -> None:
        assert desk.refuse(files.pixel_bomb(), "image/png") == "too-many-pixels"

    def test_text_bomb(self, desk: Desk) -> None:
        assert desk.refuse(files.text_bomb(), "image/png") == "undecodable"

    def test_too_little_data_for_its_size(self, desk: Desk) -> None:
        header = struct.pack(">IIBBBBB", 500, 500, 8, 2, 0, 0, 0)

        assert desk.refuse(files.png_of(header, zlib.compress(bytes(1000))), "image/png") == "undecodable"


class TestAnyBytes:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.data())
    def test_a_damaged_file_is_refused_or_made_clean(self, desk: Desk, data: st.DataObject) -> None:
        content_type = data.draw(st.sampled_from(sorted(STILLS)))
        content = bytearray(files.written(files.photograph(64, 48), STILLS[content_type]))
        for _ in range(data.draw(st.integers(1, 8))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

        desk.decode(bytes(content), content_type)  # never raises
