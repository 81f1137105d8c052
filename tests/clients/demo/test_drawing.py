"""The pictures: real ones, and the same each time, so that they are uploaded once."""

import io

import pytest
from PIL import Image

from clients.demo.drawing import HEIGHT, PICTURES, WIDTH, draw


class TestDraw:
    @pytest.mark.parametrize("name", PICTURES)
    def test_a_jpeg_with_something_on_it(self, name: str) -> None:
        with Image.open(io.BytesIO(draw(name))) as image:
            assert ("JPEG", (WIDTH, HEIGHT)) == (image.format, image.size)
            colours = image.convert("RGB").getcolors(maxcolors=WIDTH * HEIGHT)
        assert colours is not None
        assert len(colours) > 1_000

    def test_the_same_each_time_and_none_like_another(self) -> None:
        assert draw("sea") == draw("sea")
        assert len(PICTURES) == len({draw(name) for name in PICTURES})
