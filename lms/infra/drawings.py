"""Drawings of our own hand as PDF draws them: a small part of SVG turned into operators, a tenth of the usual work.

Knows `path` (M L H V C A Z and their relative forms), `rect`, `circle` and `text` of figures; each is painted by its
class. Anything else is passed over: what comes from outside never gets here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import atan2, ceil, cos, hypot, pi, radians, sin, sqrt, tan
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from lms.infra.places import place

CIRCLE = 0.5522847498
"""How far the handles of a quarter of a circle reach, in its radius."""

_ELEMENT = re.compile(r"<(path|rect|circle|text)\b([^>]*)>(?:([^<]*)</text>)?")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_STEP = re.compile(r"[MmLlHhVvCcAaZz]|-?\d*\.?\d+")
_SIZE = re.compile(r'viewBox="([-\d. ]+)"')
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "A": 7, "Z": 0}


@dataclass(frozen=True, kw_only=True)
class Paint:
    """How a shape is painted: colours as `rrggbb`, the line in the drawing's units, text by a font of ours."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    font: str = ""
    size: float = 0.0


@dataclass(frozen=True)
class Drawing:
    """A drawing with its size; WeasyPrint takes it for an image."""

    width: float
    height: float
    operators: bytes

    def written(self, text: str, x: float, y: float, paint: Paint) -> Drawing:
        """Return the same drawing with a text in it, as outlines: for the eye alone."""
        more = [f"q 1 0 0 1 {_n(x)} {_n(y)} cm"]
        for letter in text:
            more += [_letter(letter, paint), f"1 0 0 1 {_n(_glyph(paint.font, letter)[1] * paint.size)} 0 cm"]
        return Drawing(self.width, self.height, self.operators + b"\n" + "\n".join([*more, "Q"]).encode())

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Return width, height and their ratio."""
        return self.width, self.height, self.width / self.height

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        """Write the operators into a page at this size."""
        stream.push_state()
        stream.transform(a=width / self.width, d=height / self.height)
        stream.stream.append(self.operators)
        stream.pop_state()


def trace(svg: str, paints: Mapping[str, Paint]) -> Drawing:
    """Return the drawing in an SVG text; a shape whose class has no paint is left out."""
    found = _SIZE.search(svg)
    if found is None:
        raise ValueError("a drawing needs a viewBox")
    x, y, width, height = (float(n) for n in found[1].split())
    lines = [f"1 0 0 1 {_n(-x)} {_n(-y)} cm"]
    for kind, written, text in _ELEMENT.findall(svg):
        attributes = dict(_ATTRIBUTE.findall(written))
        paint = paints.get(attributes.get("class", ""))
        if paint is not None:
            lines.append(_painted(list(_shape(kind, attributes, text, paint)), paint))
    return Drawing(width, height, "\n".join(lines).encode())


def _painted(shape: list[str], paint: Paint) -> str:
    before = []
    if paint.fill:
        before.append(f"{_colour(paint.fill)} rg")
    if paint.stroke:
        before.append(f"{_colour(paint.stroke)} RG {_n(paint.width)} w")
    return "\n".join([*before, *shape, "B*" if paint.fill and paint.stroke else "f*" if paint.fill else "S"])


def _shape(kind: str, attributes: Mapping[str, str], text: str, paint: Paint) -> Iterator[str]:
    if kind == "path":
        yield from path(attributes["d"])
    elif kind == "text":
        yield from _figures(text, float(attributes["x"]), float(attributes["y"]), paint)
    elif kind == "rect":
        yield " ".join(_n(float(attributes[key])) for key in ("x", "y", "width", "height")) + " re"
    else:
        yield from _circle(*(float(attributes[key]) for key in ("cx", "cy", "r")))


def path(data: str) -> Iterator[str]:
    """Yield the operators of an SVG path."""
    steps = _STEP.findall(data)
    at, command = 0, ""
    x = y = start_x = start_y = 0.0
    while at < len(steps):
        if steps[at].isalpha():
            command, at = steps[at], at + 1
        upper = command.upper()
        n = [float(step) for step in steps[at : at + TAKES[upper]]]
        at += len(n)
        dx, dy = (x, y) if command.islower() else (0.0, 0.0)
        if upper == "Z":
            x, y = start_x, start_y
            yield "h"
            continue
        begin = x, y
        if upper in "HV":
            x, y = (n[0] + dx, y) if upper == "H" else (x, n[0] + dy)
        else:
            x, y = n[-2] + dx, n[-1] + dy
        if upper == "M":
            start_x, start_y = x, y
            yield f"{_n(x)} {_n(y)} m"
            command = "l" if command == "m" else "L"
        elif upper == "C":
            yield _curve(n[0] + dx, n[1] + dy, n[2] + dx, n[3] + dy, x, y)
        elif upper == "A":
            yield from _arc(*begin, n[0], n[1], n[2], bool(n[3]), bool(n[4]), x, y)
        else:
            yield f"{_n(x)} {_n(y)} l"


def _arc(
    x1: float, y1: float, rx: float, ry: float, turn: float, large: bool, sweep: bool, x2: float, y2: float
) -> Iterator[str]:
    """Yield the curves of an elliptical arc (SVG 1.1, F.6.5 and F.6.6)."""
    if not rx or not ry or (x1, y1) == (x2, y2):
        yield f"{_n(x2)} {_n(y2)} l"
        return
    c, s = cos(radians(turn)), sin(radians(turn))
    px, py = (c * (x1 - x2) + s * (y1 - y2)) / 2, (c * (y1 - y2) - s * (x1 - x2)) / 2
    grow = max(1.0, hypot(px / rx, py / ry))
    rx, ry = rx * grow, ry * grow
    part = (px / rx) ** 2 + (py / ry) ** 2
    k = sqrt(max(0.0, 1 / part - 1)) * (-1 if large == sweep else 1)
    qx, qy = k * rx * py / ry, -k * ry * px / rx
    mx, my = c * qx - s * qy + (x1 + x2) / 2, s * qx + c * qy + (y1 + y2) / 2
    first = atan2((py - qy) / ry, (px - qx) / rx)
    angle = atan2((-py - qy) / ry, (-px - qx) / rx) - first
    angle += 2 * pi if sweep and angle < 0 else -2 * pi if not sweep and angle > 0 else 0
    count = max(1, ceil(abs(angle) / (pi / 2) - 1e-6))
    step = angle / count
    reach = 4 / 3 * tan(step / 4)
    for i in range(count):
        a, b = first + i * step, first + (i + 1) * step
        points = (
            (cos(a) - reach * sin(a), sin(a) + reach * cos(a)),
            (cos(b) + reach * sin(b), sin(b) - reach * cos(b)),
            (cos(b), sin(b)),
        )
        yield _curve(*(v for u, w in points for v in (c * u * rx - s * w * ry + mx, s * u * rx + c * w * ry + my)))


def _circle(x: float, y: float, r: float) -> Iterator[str]:
    k = r * CIRCLE
    yield f"{_n(x + r)} {_n(y)} m"
    yield _curve(x + r, y + k, x + k, y + r, x, y + r)
    yield _curve(x - k, y + r, x - r, y + k, x - r, y)
    yield _curve(x - r, y - k, x - k, y - r, x, y - r)
    yield _curve(x + k, y - r, x + r, y - k, x + r, y)
    yield "h"


def _figures(text: str, x: float, y: float, paint: Paint) -> Iterator[str]:
    """Write figures as the outlines of their glyphs."""
    for figure in text.strip():
        outline, advance = _glyph(paint.font, figure)
        for operator, points in outline:
            moved = [_n(v * paint.size + x) if i % 2 == 0 else _n(y - v * paint.size) for i, v in enumerate(points)]
            yield " ".join([*moved, operator])
        x += advance * paint.size


@cache
def _letter(letter: str, paint: Paint) -> str:
    return _painted(list(_figures(letter, 0, 0, paint)), paint) if letter.strip() else ""


class _Outline(BasePen):
    """Collects a glyph as operators with points in the font's size."""

    def __init__(self, glyphs: Any, unit: float) -> None:
        super().__init__(glyphs)
        self._unit = unit
        self.steps: list[tuple[str, tuple[float, ...]]] = []

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        self.steps.append((operator, tuple(v / self._unit for point in points for v in point)))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools calls it so
        self._add("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("l", pt)

    def _curveToOne(self, pt1: Any, pt2: Any, pt3: Any) -> None:  # noqa: N802
        self._add("c", pt1, pt2, pt3)

    def _closePath(self) -> None:  # noqa: N802
        self._add("h")


_READING = threading.Lock()
"""An open font has one place where it is read: two threads in it at once would each read what the other one seeks."""


@cache
def _glyph(font: str, letter: str) -> tuple[tuple[tuple[str, tuple[float, ...]], ...], float]:
    with _READING:
        read = _font(font)
        glyphs, unit = read.getGlyphSet(), read["head"].unitsPerEm
        name = read.getBestCmap().get(ord(letter), ".notdef")
        pen = _Outline(glyphs, unit)
        glyphs[name].draw(pen)
        return tuple(pen.steps), glyphs[name].width / unit


@cache
def _font(name: str) -> TTFont:
    """Open a font for good: what is asked of it is read from its file once, not once a letter."""
    return TTFont(place("static") / "fonts" / "pdf" / f"{name}.ttf", lazy=True)


def _curve(*points: float) -> str:
    return " ".join(_n(v) for v in points) + " c"


def _colour(written: str) -> str:
    return " ".join(_n(int(written[i : i + 2], 16) / 255) for i in (0, 2, 4))


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
