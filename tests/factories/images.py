"""Pictures that nobody has to draw: a photograph, a logo, a seal, a signature."""

from __future__ import annotations

import io
import math
import random
from functools import cache
from typing import Any

from PIL import Image, ImageDraw


def saved(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    """Return a picture as a file."""
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()


@cache
def photo(seed: int = 1, width: int = 3000, height: int = 2000) -> bytes:
    """Return a photograph full of things, as JPEG; each seed shows others."""
    chance = random.Random(seed)
    picture = Image.merge("RGB", [Image.effect_noise((width // 4, height // 4), 40 + 20 * n) for n in range(3)])
    picture = picture.resize((width, height))
    pen = ImageDraw.Draw(picture)
    for _ in range(80):
        x, y, size = chance.randrange(width), chance.randrange(height), chance.randrange(4, max(5, width // 4))
        pen.ellipse([x, y, x + size, y + size], fill=tuple(chance.randrange(256) for _ in range(3)))
    return saved(picture, "JPEG", quality=85)


@cache
def logo(width: int = 1800, height: int = 300) -> bytes:
    """Return a logo with nothing behind it: a red square with a hole, and a bar."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rectangle([0, 0, height - 1, height - 1], fill=(138, 42, 24))
    pen.ellipse([height // 4, height // 4, height * 3 // 4, height * 3 // 4], fill=(0, 0, 0, 0))
    pen.rectangle([height * 5 // 4, height // 3, width - 1, height * 2 // 3], fill=(30, 26, 21))
    return saved(picture)


@cache
def seal(size: int = 1200) -> bytes:
    """Return a blue seal: circles with nothing behind them."""
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for part in (0, 0.06, 0.2):
        pen.ellipse(
            [size * part, size * part, size * (1 - part) - 1, size * (1 - part) - 1], outline=(20, 60, 130), width=20
        )
    return saved(picture)


@cache
def signature(seed: int = 1, margin: int = 200) -> bytes:
    """Return a signature on white paper, in grey, with margins."""
    picture = Image.new("L", (1400 + 2 * margin, 400 + 2 * margin), 255)
    line = [
        (margin + n * 3.4 + 40 * math.sin(n / 9 + seed), margin + 200 + 180 * math.sin(n / 13 * seed) * (1 - n / 600))
        for n in range(400)
    ]
    ImageDraw.Draw(picture).line(line, fill=20, width=10, joint="curve")
    return saved(picture)
