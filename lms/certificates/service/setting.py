"""The sizes of type: everything as large as it may be, and nothing runs over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.certificates.service.pictures import draw_plan
from lms.domain.award import Award
from lms.infra import pdf
from lms.infra.drawings import Drawing

COLUMN, PLAN, SIGNED = 134.0, 90.0, 41.0
"""Millimetres that the text on the first page, the plan and a signatory are wide; the style sheet agrees."""

TOP, BOTTOM = 26.0, 186.5
"""Millimetres from the upper edge of the paper between which the first page is filled."""

FIXED = 52.0
"""Millimetres that everything in the text takes whose size does not depend on the course or the holder."""

TITLE = ((36.0, 2), (32.0, 2), (28.0, 2), (25.0, 3), (22.0, 3), (20.0, 4), (18.0, 4), (16.0, 4), (14.0, 5), (12.0, 6))
NAME = ((28.0, 1), (25.0, 1), (22.0, 1), (20.0, 1), (22.0, 2), (20.0, 2), (18.0, 2), (16.0, 2), (14.0, 2), (12.0, 3))
COURSE = ((13.0, 2), (12.0, 2), (11.0, 2), (10.0, 3), (9.0, 4))
BACK_TITLE = ((18.0, 1), (16.0, 2), (14.0, 2), (12.0, 3))
"""Sizes of type in points, and the lines that a text may take at each; the first that fits is taken."""

SMALL = (9.5, 9.0, 8.5, 8.0)
SMALLER = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Sizes in points of what is long, on the first page and on the second."""

SIGNING = 3
"""Signatories that the first page has room for."""


@dataclass(frozen=True, kw_only=True)
class Front:
    """Sizes in points and distances in millimetres of the text on the first page."""

    title: tuple[str, ...]
    """Line by line, and so are name and course."""
    title_size: float
    name: tuple[str, ...]
    name_size: float
    course: tuple[str, ...]
    course_size: float
    outcomes_size: float | None
    """None: they are not shown, or too long for this page and stand on the second alone."""
    air: float
    """What is left over, added before the title, the name and the course."""
    signed_top: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where the drawing of the course stands, in millimetres, and the size of what is written below it."""

    drawing: Drawing
    top: float
    height: float
    rooms_size: float | None


@dataclass(frozen=True, kw_only=True)
class Back:
    """Sizes in points on the second page."""

    title_size: float
    size: float


def set_front(award: Award, latin: str) -> Front:
    """Fit the text into its column: each part as large as it may be, the outcomes if there is room for them."""
    title_size, title = _set(award.title, "serif-italic", TITLE)
    name_size, name = _set(award.name, "serif-name", NAME)
    course_size, course = _set(award.course_title, "serif-italic", COURSE)
    used = FIXED + pdf.POINT * (
        len(title) * title_size * 1.1
        + len(name) * name_size * 1.2
        + (pdf.face("sans").lines(latin, 11, COLUMN) * 11 * 1.4 if latin else 0)
        + (pdf.face("sans").lines(award.museum, 10, COLUMN) * 14 if award.museum else 0)
        + len(course) * course_size * 1.3
    )
    signed_top = _signed_top(award)
    left = signed_top - 6 - TOP - used
    outcomes = _outcomes_size(award, left) if "outcomes" in award.show and award.outcomes else None
    if outcomes:
        left -= _outcomes_height(award, outcomes)
    return Front(
        title=title,
        title_size=title_size,
        name=name,
        name_size=name_size,
        course=course,
        course_size=course_size,
        outcomes_size=outcomes,
        air=round(min(max(left, 0) / 3, 6), 1),
        signed_top=round(signed_top, 1),
    )


def _set(text: str, font: str, steps: Sequence[tuple[float, int]]) -> tuple[float, tuple[str, ...]]:
    size = pdf.fit(text, font=font, width=COLUMN, steps=steps)
    return size, tuple(pdf.face(font).balanced(text, size, COLUMN))


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


def set_plan(award: Award, rooms: str) -> Plan:
    """Set drawing and words in the middle of their column."""
    drawing = draw_plan(award.course_number, award.rooms)
    high = PLAN * drawing.height / drawing.width
    rooms_size = pdf.fit_list([rooms], font="sans", width=PLAN, lines=6, sizes=SMALL)
    if rooms_size:
        high += 3 + pdf.face("sans").lines(rooms, rooms_size, PLAN) * rooms_size * 1.4 * pdf.POINT
    top = TOP + max(0.0, (124 - high) / 2)
    height = round(PLAN * drawing.height / drawing.width, 1)
    return Plan(drawing=drawing, top=round(top, 1), height=height, rooms_size=rooms_size)


def set_back(award: Award) -> Back:
    """Choose sizes for what is long on the second page; if even the smallest is too large there is a third."""
    texts = [*award.outcomes, *award.modules]
    return Back(
        title_size=pdf.fit(award.title, font="serif-italic", width=230, steps=BACK_TITLE),
        size=pdf.fit_list(texts, font="sans", width=118, lines=26, sizes=SMALLER) or SMALLER[-1],
    )
