"""What is drawn on a certificate: the walls of the paper, the building of the course, the QR code."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import segno

from lms.domain.award import Module
from lms.domain.floorplan import ItemMark, PlanWords, Room, draw
from lms.infra import pdf
from lms.infra.drawings import Drawing, Paint, trace
from lms.infra.places import place

RUN = re.compile(b"\x01+")

MASK = 3
"""The mask of every QR code: choosing the best of eight costs more than drawing it."""

INK, LIGHT, GARDEN, DONE, HERE, BOARD = "1e1a15", "f6dd97", "e4e9d8", "19544a", "8a2a18", "fffdf9"
PAINTS = {
    "outer": Paint(stroke=INK, width=26),
    "inner": Paint(stroke=INK, width=7),
    "hall": Paint(fill=BOARD),
    "yard": Paint(fill=GARDEN),
    "green": Paint(stroke="7d705a", width=2),
    "leaf": Paint(stroke=INK, width=2.5),
    "arrow": Paint(stroke=HERE, width=4),
    "gap": Paint(stroke=BOARD, width=10),
    "gap street": Paint(stroke="ffffff", width=28),
    "floor done": Paint(fill=LIGHT),
    "case on": Paint(fill=DONE, stroke=INK, width=1.5),
    "n": Paint(fill=INK, font="serif-name", size=58),
    "number": Paint(fill=INK, font="sans-bold", size=3.6),
    "result": Paint(fill=INK, font="sans", size=3.1),
    "wall": Paint(fill=INK),
    "out": Paint(fill="ffffff"),
    "glass": Paint(stroke=INK, width=0.3),
    "way": Paint(stroke=HERE, width=0.6),
    "base": Paint(fill=INK),
    "mark": Paint(stroke=INK, width=0.34),
    "jar": Paint(fill=HERE),
}
"""How what is drawn on the paper is painted, by its class."""


OURS = frozenset({"base", "mark", "jar"})
"""What draws the mark of Vitrine; a site's own logo takes its place."""


@cache
def walls(name: str, *, marked: bool = True) -> Drawing:
    """Return a drawing that every certificate has."""
    paints = PAINTS if marked else {kind: paint for kind, paint in PAINTS.items() if kind not in OURS}
    return trace((place("static") / "img" / f"{name}.svg").read_text(encoding="utf-8"), paints)


def back(code: str, result: str = "") -> Drawing:
    """Return the walls of the second page with code and result in the corner.

    They are drawn, since the page is laid out without them; who hears the file read has heard them on the first page.
    """
    drawing, at = walls("certificate-back"), 29.6
    for text, paint in ((code, PAINTS["number"]), (result, PAINTS["result"])):
        if text:
            drawing = drawing.written(text, 270 - pdf.face(paint.font).width(text) * paint.size, at, paint)
        at += 4.4
    return drawing


def draw_code(text: str) -> Drawing:
    """Draw the QR code in runs of dark modules; rows overlap by a hair, so that no printer shows the seams."""
    matrix = segno.make(text, error="m", mask=MASK, boost_error=False, micro=False).matrix
    size = len(matrix)
    dark = [
        f"{found.start()} {y} {found.end() - found.start()} 1.02 re"
        for y, row in enumerate(matrix)
        for found in RUN.finditer(row)
    ]
    return Drawing(size, size, "\n".join(["0 0 0 rg", *dark, "f*"]).encode())


@lru_cache(maxsize=64)
def draw_plan(number: str, rooms: tuple[Module, ...]) -> Drawing:
    """Draw the building of a course with every light on."""
    return trace(plan_svg(number, rooms), PAINTS)


def plan_svg(number: str, rooms: tuple[Module, ...]) -> str:
    """Return the drawing that the pages of the course show too: it follows from the course's number and rooms."""
    drawn = [
        Room(
            n=n,
            title="",
            hours=max(room.minutes / 60, 0.25),
            items=tuple(ItemMark(kind=kind, done=True) for kind in room.kinds),
            after=room.after,
        )
        for n, room in enumerate(rooms, 1)
    ]
    year, _dot, ordinal = number.partition(".")
    return draw(drawn, seed=int(year) * 1000 + int(ordinal), mini=True, words=PlanWords(here=""))
