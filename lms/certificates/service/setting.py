"""The sizes of type: everything as large as it may be, and nothing runs over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.certificates.service.pictures import draw_plan
from lms.domain.award import SIGNING, Award
from lms.infra import pdf
from lms.infra.drawings import Drawing

COLUMN, PLAN, SIGNED = 134.0, 90.0, 41.0
"""Millimetres that the text on the first page, the plan and a signatory are wide; the style sheet agrees."""

TOP, BOTTOM, CHECK = 26.0, 186.5, 159.5
"""Millimetres from the upper edge of the paper between which the first page is filled, and where the check begins."""

BESIDE, BACK_HEIGHT = 101.0, 145.0
"""Millimetres that the narrow column of the second page is wide, and that it and the title above it may be high."""

TITLE = ((36.0, 2), (32.0, 2), (28.0, 2), (25.0, 3), (22.0, 3), (20.0, 4), (18.0, 4), (16.0, 4), (14.0, 5), (12.0, 6))
NAME = ((28.0, 1), (25.0, 1), (22.0, 1), (20.0, 1), (22.0, 2), (20.0, 2), (18.0, 2), (16.0, 2), (14.0, 2), (12.0, 3))
COURSE = ((13.0, 2), (12.0, 2), (11.0, 2), (10.0, 3), (9.0, 4))
OTHER_TITLE = ((16.0, 2), (14.0, 2), (12.0, 3), (10.0, 4))
OTHER_COURSE = ((10.0, 2), (9.0, 3), (8.0, 4))
LATIN = ((11.0, 1), (10.0, 1), (11.0, 2))
MUSEUM = ((10.0, 1), (9.5, 1), (10.0, 3))
BACK_TITLE = ((18.0, 1), (16.0, 2), (14.0, 2), (12.0, 3))
"""Sizes of type in points, and the lines that a text may take at each; the first that fits is taken."""

LEADING = {"title": 1.1, "name": 1.2, "course": 1.3}
"""How far apart lines are, in the size of the type; the style sheet agrees."""

NAMED = {lines: max(size for size, most in NAME if most == lines) for lines in (1, 2, 3)}
"""The size in points whose room a name of so many lines takes whatever its own, so that the rest stands still."""

SMALLS = {1: 10.5, 2: 11.0, 3: 10.0}
"""Likewise for the name in Latin letters and the museum."""

SMALL = (9.5, 9.0, 8.5, 8.0)
SMALLER = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Sizes in points of what is long, on the first page and on the second."""

ROOMS = {"site": (60.0, 11.0), "course": (90.0, 14.0), "seal": (26.0, 26.0)}
SIGNATURE = SIGNED, 11.0
"""Millimetres, across and down, into which each picture is fitted, by its place."""

FACTS, FACTS_IN_TWO, FOR = 13.1, 19.6, 14 * pdf.POINT
"""Millimetres that the line of facts is high, in one language and in two, and what stands before the course."""

GAPS = (8.0, 6.0, 4.0, 5.0, 9.0)
"""Millimetres below the head, the title, the holder and the course, and between the facts and the signatories."""

BELOW = 1.5
"""Millimetres between a title and the same in the second language."""

SQUEEZES = (1.0, 0.92, 0.85, 0.78, 0.72, 0.66, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3)
"""The part of its room that each text gets, tried until the page holds all."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A text on the first page: its lines, their size in points, and where it begins in millimetres."""

    lines: tuple[str, ...]
    size: float
    top: float


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a picture or the plan stands, in millimetres."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Front:
    """Where the parts of the first page stand; distances in millimetres, sizes in points."""

    title: Block
    other_title: Block | None
    name: Block
    latin: Block | None
    museum: Block | None
    for_top: float
    course: Block
    other_course: Block | None
    facts_top: float
    outcomes_top: float
    outcomes_size: float | None
    """None: they are not shown, or too long for this page and stand on the second alone."""
    signed_top: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where the drawing of the course stands, and the size of what is written below it."""

    drawing: Drawing
    place: Place
    rooms_size: float | None


@dataclass(frozen=True, kw_only=True)
class Back:
    """Sizes in points on the second page."""

    title_size: float
    size: float


@dataclass(frozen=True)
class _Set:
    """A text broken into lines of a size in points, and the millimetres that it takes."""

    size: float
    lines: tuple[str, ...]
    high: float


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A text of the first page: in which font, how large it may and how small it must be, and how far its lines are."""

    text: str
    font: str
    steps: tuple[tuple[float, int], ...]
    least: float
    leading: float
    room: Mapping[int, float] | None = None
    """The size whose room so many lines take whatever their own, so that what differs by holder moves nothing."""

    def set(self, squeeze: float) -> _Set:
        """Set it as large as it may be; squeezed, as large as fits into that part of its room."""
        if not self.text:
            return _Set(self.steps[0][0], (), 0.0)
        size = pdf.fit(self.text, font=self.font, width=COLUMN, steps=self.steps)
        count = pdf.face(self.font).lines(self.text, size, COLUMN)
        room = (self.room or {}).get(count, size) * count * self.leading * pdf.POINT * squeeze
        if squeeze < 1:
            below = (size - n / 2 for n in range(int((size - self.least) * 2) + 1))
            size = next((smaller for smaller in below if self._high(smaller) <= room), self.least)
        lines = tuple(pdf.face(self.font).balanced(self.text, size, COLUMN))
        high = len(lines) * size * self.leading * pdf.POINT
        return _Set(size, lines, max(room, high) if self.room else high)

    def _high(self, size: float) -> float:
        return pdf.face(self.font).lines(self.text, size, COLUMN) * size * self.leading * pdf.POINT


def _parts(award: Award, latin: str) -> tuple[_Part, ...]:
    """Return the texts of the first page from above; in the second language only where it says something else."""
    also = award.also
    title = also.title if also and also.title != award.title else ""
    course = also.course_title if also and also.course_title != award.course_title else ""
    italic, wide = "serif-italic", LEADING["course"]
    return (
        _Part(text=award.title, font=italic, steps=TITLE, least=11, leading=LEADING["title"]),
        _Part(text=title, font=italic, steps=OTHER_TITLE, least=8.5, leading=wide),
        _Part(text=award.name, font="serif-name", steps=NAME, least=12, leading=LEADING["name"], room=NAMED),
        _Part(text=latin, font="sans", steps=LATIN, least=8, leading=1.4, room=SMALLS),
        _Part(text=award.museum, font="sans", steps=MUSEUM, least=8, leading=1.4, room=SMALLS),
        _Part(text=award.course_title, font=italic, steps=COURSE, least=8.5, leading=wide),
        _Part(text=course, font=italic, steps=OTHER_COURSE, least=7.5, leading=wide),
    )


def set_front(award: Award, latin: str, sizes: Mapping[str, tuple[int, int]], *, in_two: bool = False) -> Front:
    """Fit the text into its column: each part as large as it may be, the outcomes if there is room for them.

    `sizes` are those of the pictures in pixels, by their places; `in_two` tells that the facts stand in two languages.
    """
    signed_top = _signed_top(award)
    signed = any(key.startswith("signature") for key in sizes)
    head = max(14 * pdf.POINT, fitted(sizes["site"], ROOMS["site"])[1] if "site" in sizes else 0.0)
    facts = FACTS_IN_TWO if in_two else FACTS
    room = signed_top - (SIGNATURE[1] if signed else 0) - TOP - head - FOR - facts
    parts = _parts(award, latin)
    for squeeze in SQUEEZES:
        done = [part.set(squeeze) for part in parts]
        gaps = [gap * max(squeeze, 0.4) for gap in (*GAPS, BELOW if done[1].lines else 0.0)]
        left = room - sum(one.high for one in done) - sum(gaps)
        if left >= 0:
            break
    outcomes = _outcomes_size(award, left) if "outcomes" in award.show and award.outcomes else None
    if outcomes:
        left -= _outcomes_height(award, outcomes)
    air = round(min(max(left, 0) / 3, 6), 1)
    title, other_title, name, latin_set, museum, course, other_course = done
    heights = (
        head + gaps[0] + air,
        title.high + gaps[-1],
        other_title.high + gaps[1] + air,
        name.high,
        latin_set.high,
        museum.high + gaps[2] + air,
        FOR,
        course.high,
        other_course.high + gaps[3],
        facts,
    )
    tops = [round(TOP + sum(heights[:n]), 2) for n in range(1, len(heights) + 1)]
    return Front(
        title=_block(title, tops[0]),
        other_title=_block(other_title, tops[1]) if other_title.lines else None,
        name=_block(name, tops[2] + name.high - len(name.lines) * name.size * LEADING["name"] * pdf.POINT),
        latin=_block(latin_set, tops[3]) if latin_set.lines else None,
        museum=_block(museum, tops[4]) if museum.lines else None,
        for_top=tops[5],
        course=_block(course, tops[6]),
        other_course=_block(other_course, tops[7]) if other_course.lines else None,
        facts_top=tops[8],
        outcomes_top=tops[9] + 4,
        outcomes_size=outcomes,
        signed_top=round(signed_top, 1),
    )


def room_of(place: str) -> tuple[float, float]:
    """Return the millimetres, across and down, into which the picture of a place is fitted."""
    return ROOMS.get(place, SIGNATURE)


def fitted(size: tuple[int, int], room: tuple[float, float]) -> tuple[float, float]:
    """Return the millimetres that a picture of so many pixels takes in its room."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return round(size[0] * scale, 2), round(size[1] * scale, 2)


def set_pictures(front: Front, sizes: Mapping[str, tuple[int, int]]) -> dict[str, Place]:
    """Return where each picture stands."""
    places = {}
    for key, size in sizes.items():
        width, height = fitted(size, room_of(key))
        if key == "site":
            left, top = 27.0, TOP
        elif key == "course":
            left, top = 265 - width, TOP
        elif key == "seal":
            left, top = 265 - width, CHECK - 4 - height
        else:
            left, top = 27 + 45.0 * int(key.rpartition("-")[2]), front.signed_top - height - 0.5
        places[key] = Place(left=round(left, 2), top=round(top, 2), width=width, height=height)
    return places


def _block(text: _Set, top: float) -> Block:
    return Block(lines=text.lines, size=text.size, top=round(top, 2))


def _outcomes_size(award: Award, left: float) -> float | None:
    """Return the largest size that fits; half a point less where that saves a line with a word or two."""
    fitting = [size for size in SMALL if _outcomes_height(award, size) <= left]
    return min(fitting[:2], key=lambda size: (_outcomes_lines(award, size), -size), default=None)


def _outcomes_lines(award: Award, size: float) -> int:
    return sum(pdf.face("sans").lines(text, size, COLUMN) for text in award.outcomes)


def _outcomes_height(award: Award, size: float) -> float:
    return 8.5 + _outcomes_lines(award, size) * size * 1.4 * pdf.POINT


def _signed_top(award: Award) -> float:
    """Return where the signatories begin, so that the longest of them ends at the bottom."""
    bold, sans = pdf.face("sans-bold"), pdf.face("sans")
    lines = [
        bold.lines(name, 8.5, SIGNED) + (sans.lines(role, 8.5, SIGNED) if role else 0)
        for name, role in award.signatories[:SIGNING]
    ]
    return BOTTOM - (1.2 + max(lines) * 8.5 * 1.35 * pdf.POINT if lines else 0)


def set_plan(award: Award, rooms: str, places: Mapping[str, Place]) -> Plan:
    """Set drawing and words in the middle of what the pictures leave of their column."""
    upper = places["course"].top + places["course"].height + 4 if "course" in places else TOP
    lower = places["seal"].top - 4 if "seal" in places else TOP + 124
    drawing = draw_plan(award.course_number, award.rooms)
    ratio = drawing.height / drawing.width
    rooms_size = pdf.fit_list([rooms], font="sans", width=PLAN, lines=6, sizes=SMALL)
    written = 0.0
    if rooms_size:
        written = 3 + pdf.face("sans").lines(rooms, rooms_size, PLAN) * rooms_size * 1.4 * pdf.POINT
    width = min(PLAN, (lower - upper - written) / ratio)
    top = upper + max(0.0, (lower - upper - width * ratio - written) / 2)
    place = Place(left=175.0, top=round(top, 1), width=round(width, 1), height=round(width * ratio, 1))
    return Plan(drawing=drawing, place=place, rooms_size=rooms_size)


def set_back(award: Award, beside: Sequence[str]) -> Back:
    """Choose sizes for what is long on the second page; if even the smallest is too large there is a third.

    `beside` is what stands in the narrow column, which no third page takes over: it fits at the smallest size.
    """
    title_size = pdf.fit(award.title, font="serif-italic", width=230, steps=BACK_TITLE)
    title = pdf.face("serif-italic").lines(award.title, title_size, 230) * title_size * 1.2 * pdf.POINT
    people = "; ".join(f"{name}, {role}" for name, role in award.signatories)
    texts = [*award.outcomes, *award.modules, people]
    listed = pdf.fit_list(texts, font="sans", width=118, lines=24, sizes=SMALLER) or SMALLER[-1]
    fitting = [size for size in SMALLER if size <= listed and _beside_height(beside, size) <= BACK_HEIGHT - title]
    return Back(title_size=title_size, size=max(fitting, default=SMALLER[-1]))


def _beside_height(texts: Sequence[str], size: float) -> float:
    """Return how high the narrow column of the second page is, with its four headings and the key's fingerprint."""
    lines = sum(pdf.face("sans").lines(text, size, BESIDE) for text in texts)
    headings = 4 * (size * 1.4 * pdf.POINT + 3) + 3 * 4
    return lines * size * 1.42 * pdf.POINT + headings + 2 * 7.5 * 1.42 * pdf.POINT
