"""Pictures for the screen by Pillow: our own fonts, colours and drawings; the same input gives the same bytes.

Everything is drawn at twice its size and made smaller, so that no edge shows steps.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

from lms.infra.drawings import Drawing
from lms.infra.examiner import KEYWORD, PNG
from lms.infra.pdf import POINT, face
from lms.infra.places import place

SCALE = 2
COLOURS = 96
"""Of a palette: pictures of few colours, a third of the bytes."""

STEPS = 8
"""Straight lines in place of a curve."""

LEADING = 1.18
"""From line to line, in the size of the type."""

Point = tuple[float, float]


class Canvas:
    """A picture while it is drawn; distances are in pixels of the picture that comes of it."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), ground)
        self._pen = ImageDraw.Draw(self._image)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        # Pillow counts the last pixel in.
        edges = (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)
        self._pen.rectangle(edges, fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        """Draw along points."""
        self._stroke([(x * SCALE, y * SCALE) for x, y in points], width * SCALE, colour)

    def write(self, text: str, x: float, y: float, *, font: str, size: float, colour: str, anchor: str = "l") -> None:
        """Write a line whose letters stand on `y`; anchor 'l', 'm' or 'r' says what of it stands at `x`."""
        self._pen.text((x * SCALE, y * SCALE), text, colour, _font(font, round(size * SCALE)), anchor=f"{anchor}s")

    def hang(self, drawing: Drawing, x: float, y: float, width: float) -> None:
        """Draw what a certificate draws too, so wide."""
        scale = width / drawing.width * SCALE
        for shape in _shapes(drawing.operators, scale, x * SCALE, y * SCALE):
            self._paint(*shape)

    def png(self) -> bytes:
        """Return the picture."""
        few = self._image.reduce(SCALE).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        kept = io.BytesIO()
        few.save(kept, "PNG", compress_level=6)
        return kept.getvalue()

    def _paint(self, outlines: list[list[Point]], fill: str, stroke: str, width: float) -> None:
        if fill and len(outlines) == 1:
            self._pen.polygon(outlines[0], fill=fill)
        elif fill:
            # What lies inside two outlines is a hole.
            mask = Image.new("1", self._image.size)
            for outline in outlines:
                inside = Image.new("1", self._image.size)
                ImageDraw.Draw(inside).polygon(outline, fill=1)
                mask = ImageChops.logical_xor(mask, inside)
            self._image.paste(Image.new("RGB", self._image.size, fill), mask=mask)
        for outline in outlines if stroke else ():
            self._stroke(outline, width, stroke)

    def _stroke(self, points: Sequence[Point], width: float, colour: str) -> None:
        self._pen.line(points, fill=colour, width=max(round(width), 1), joint="curve")


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # Pillow's own layout: another library for it, where it is there, would set other pixels.
    path = place("static") / "fonts" / "pdf" / f"{name}.ttf"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def fit(
    text: str, *, font: str, width: float, height: float, sizes: Sequence[int], leading: float = LEADING
) -> tuple[int, list[str]]:
    """Return the largest size in pixels at which a text fits, and its lines; at the last size the rest is left out."""
    chosen = face(font)
    longest = max((chosen.width(word) for word in text.split()), default=0.0)
    for size in sizes:
        if longest * size <= width and chosen.lines(text, size, width * POINT) * size * leading <= height:
            return size, chosen.balanced(text, size, width * POINT)
    size = sizes[-1]
    most = max(int(height / (size * leading)), 1)
    lines = chosen.broken(text, size, width * POINT)
    return size, lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]


def shown(text: str, font: str = "sans") -> str:
    """Return a text without what our fonts have no letters for."""
    known = face(font).advances
    return "".join(letter for letter in text if ord(letter) in known)


def bake(picture: bytes, credential: bytes) -> bytes:
    """Return a PNG with a credential inside (Open Badges 3.0, section 5.3.1: once, and not compressed)."""
    body = KEYWORD + b"\0\0\0\0\0" + credential
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    end = len(PNG) + 25  # behind the header, which has 13 bytes between its length, name and sum
    return picture[:end] + chunk + picture[end:]


def _shapes(
    operators: bytes, scale: float, left: float, top: float
) -> Iterator[tuple[list[list[Point]], str, str, float]]:
    """Yield what the operators of a drawing paint: outlines in pixels, colours of inside and line, its width."""
    stack: list[float] = []
    outlines: list[list[Point]] = []
    fill, stroke, width = "", "", 1.0
    dx = dy = 0.0

    def at(x: float, y: float) -> Point:
        return left + (x + dx) * scale, top + (y + dy) * scale

    for word in operators.split():
        try:
            stack.append(float(word))
            continue
        except ValueError:
            n, stack = stack, []
        if word == b"cm":
            dx, dy = n[4:]
        elif word == b"rg":
            fill = _colour(n)
        elif word == b"RG":
            stroke = _colour(n)
        elif word == b"w":
            width = n[0] * scale
        elif word == b"re":
            x, y, w, h = n
            outlines.append([at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h), at(x, y)])
        elif word == b"m":
            outlines.append([at(*n)])
        elif word == b"l":
            outlines[-1].append(at(*n))
        elif word == b"c":
            a, b, c = at(*n[:2]), at(*n[2:4]), at(*n[4:])
            outlines[-1] += _curve(outlines[-1][-1], a, b, c)
        elif word == b"h":
            outlines[-1].append(outlines[-1][0])
        elif word in (b"f*", b"B*", b"S"):
            yield outlines, fill if word != b"S" else "", stroke if word != b"f*" else "", width
            outlines = []


def _colour(parts: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _curve(start: Point, a: Point, b: Point, end: Point) -> Iterator[Point]:
    for step in range(1, STEPS + 1):
        t = step / STEPS
        u = 1 - t
        parts = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        points = (start, a, b, end)
        yield (
            sum(part * point[0] for part, point in zip(parts, points, strict=True)),
            sum(part * point[1] for part, point in zip(parts, points, strict=True)),
        )
