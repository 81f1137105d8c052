"""Pictures for the demo, drawn on the spot: a sky, a sun, and some hills or waves before it. The same each time."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 853
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """`sky` from above to the horizon; `ridges` from far to near, each before the other; `seed` is their form."""

    sky: tuple[Colour, Colour]
    sun: tuple[float, float, Colour]
    ridges: tuple[Colour, ...]
    seed: int
    roughness: float = 1.0


PICTURES: Mapping[str, Scene] = {
    "mountains": Scene(
        ((92, 148, 214), (246, 220, 190)),
        (0.72, 0.34, (255, 244, 214)),
        ((150, 165, 196), (104, 124, 164), (62, 84, 120), (34, 54, 74)),
        seed=3,
        roughness=1.6,
    ),
    "sea": Scene(
        ((28, 96, 168), (178, 220, 236)),
        (0.3, 0.22, (255, 250, 226)),
        ((66, 142, 188), (40, 116, 170), (24, 92, 148), (14, 66, 116)),
        seed=11,
        roughness=0.25,
    ),
    "evening": Scene(
        ((58, 34, 92), (250, 148, 92)),
        (0.5, 0.52, (255, 214, 140)),
        ((146, 74, 110), (98, 50, 92), (58, 32, 66), (28, 18, 40)),
        seed=5,
    ),
    "garden": Scene(
        ((150, 204, 236), (240, 246, 214)),
        (0.2, 0.26, (255, 248, 206)),
        ((168, 206, 128), (128, 182, 96), (92, 152, 72), (58, 116, 54)),
        seed=8,
        roughness=0.7,
    ),
}


def draw(name: str) -> bytes:
    """The picture as JPEG."""
    scene = PICTURES[name]
    image = _sky(scene)
    _shine(image, scene)
    random = Random(scene.seed)
    for depth, colour in enumerate(scene.ridges):
        ImageDraw.Draw(image).polygon(_ridge(random, depth / len(scene.ridges), scene.roughness), fill=colour)
    out = io.BytesIO()
    image.filter(ImageFilter.SMOOTH).save(out, "JPEG", quality=88)
    return out.getvalue()


def _sky(scene: Scene) -> Image.Image:
    above, horizon = scene.sky
    column = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        share = min(1.0, y / (HEIGHT * 0.7))
        column.putpixel((0, y), _between(above, horizon, share))
    return column.resize((WIDTH, HEIGHT))


def _shine(image: Image.Image, scene: Scene) -> None:
    """The sun, with a glow around it."""
    x, y, colour = scene.sun
    glow = Image.new("L", image.size)
    for radius, brightness in ((220, 60), (120, 110), (58, 255)):
        box = (x * WIDTH - radius, y * HEIGHT - radius, x * WIDTH + radius, y * HEIGHT + radius)
        ImageDraw.Draw(glow).ellipse(box, fill=brightness)
        glow = glow.filter(ImageFilter.GaussianBlur(radius / 8))
    image.paste(Image.new("RGB", image.size, colour), mask=glow)


def _ridge(random: Random, depth: float, roughness: float) -> list[tuple[float, float]]:
    """A line of hills, as waves upon waves, down to the lower edge."""
    waves = [(random.uniform(0.6, 1.4) * 2**n, random.uniform(0, math.tau), 0.5**n) for n in range(6)]
    base, swing = HEIGHT * (0.58 + 0.34 * depth), HEIGHT * 0.09 * roughness

    def height(x: int) -> float:
        return base + swing * sum(part * math.sin(pace * math.tau * x / WIDTH + start) for pace, start, part in waves)

    return [*((float(x), height(x)) for x in range(0, WIDTH + 4, 4)), (WIDTH, HEIGHT), (0, HEIGHT)]


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
