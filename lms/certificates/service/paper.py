"""The paper of a certificate: its words, its drawings and the sizes of its type, then the PDF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from urllib.parse import urlsplit

import segno
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from lms.config import LANGUAGES
from lms.domain.award import Award, Module
from lms.domain.codes import spaced
from lms.domain.floorplan import ItemMark, PlanWords, Room, draw
from lms.infra import pdf
from lms.infra.drawings import Drawing, Paint, trace
from lms.infra.languages import SOURCE, language
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.infra.places import place

STYLE = "css/certificate.css"
FRONT, BACK = "certificates/pdf/certificate.html", "certificates/pdf/back.html"

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

DATES = {"en": "en_GB"}
"""The kind of a language that days and figures are written in: an international paper puts the day first."""

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
    "wall": Paint(fill=INK),
    "out": Paint(fill="ffffff"),
    "glass": Paint(stroke=INK, width=0.3),
    "way": Paint(stroke=HERE, width=0.6),
    "mark": Paint(stroke=INK, width=0.34),
    "jar": Paint(fill=HERE),
    "code": Paint(fill="000000"),
}
"""How what is drawn on the paper is painted, by its class."""


class Unprintable(Exception):
    """The fonts lack letters that the certificate needs; `letters` are these."""

    def __init__(self, letters: str) -> None:
        super().__init__(letters)
        self.letters = letters


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A term with its value, and how many millimetres from the left it stands."""

    term: str
    value: str
    left: float


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the template sets: words in the certificate's language, and sizes in points."""

    award: Award
    lang: str
    code: str
    latin: str
    """The name in Latin letters where it differs."""
    address: str
    """Where to check it, as people type it."""
    facts: tuple[Fact, ...]
    rooms: str
    modules: tuple[tuple[str, str], ...]
    extent: str
    assessment: tuple[str, ...]
    identity: str
    digest: str
    front: Front
    plan: Plan
    back_size: float
    back_title_size: float


@dataclass(frozen=True, kw_only=True)
class Front:
    """Sizes in points and distances in millimetres of the text on the first page."""

    title_size: float
    title_width: float
    name_size: float
    name_width: float
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


def print_certificate(code: str, award: Award, *, site: str, base_url: str) -> bytes:
    """Return the PDF of an award; raises Unprintable, or pdf.Unavailable when the libraries are not there."""
    if letters := missing_letters(award):
        raise Unprintable(letters)
    words = award.language if award.language in LANGUAGES else SOURCE
    with language(words):
        paper = lay_out(code, award, words, base_url)
        front, back = (pdf.fill(template, paper=paper, site=site) for template in (FRONT, BACK))
    drawings = {
        "plan": paper.plan.drawing,
        "code": trace(draw_code(link(base_url, code)), PAINTS),
        "room": _static_drawing("certificate-room"),
        "back": _back(spaced(code)),
    }
    return pdf.render(front, shared=back, style=STYLE, drawings=drawings, identifier=code)


def _back(code: str) -> Drawing:
    """Return the walls of the second page with the code in the corner: drawn, since the page is laid out without it."""
    paint = PAINTS["number"]
    width = sum(pdf.face(paint.font).words(code)) * paint.size
    return _static_drawing("certificate-back").written(code, 270 - width, 29.6, paint)


@cache
def _static_drawing(name: str) -> Drawing:
    return trace((place("static") / "img" / f"{name}.svg").read_text(encoding="utf-8"), PAINTS)


def missing_letters(award: Award) -> str:
    """Return the letters of an award that our fonts cannot set; all of them hold the same letters."""
    return pdf.face("sans").missing(award.texts())


def lay_out(code: str, award: Award, words: str, base_url: str) -> Paper:
    """Choose words and sizes."""
    many = len(award.modules) > 1
    rooms = "; ".join(f"{n}\u00a0{title}" if many else title for n, title in enumerate(award.modules, 1))
    latin = award.name_latin if award.name_latin != award.name else ""
    return Paper(
        award=award,
        lang=words,
        code=spaced(code),
        latin=latin,
        address=address(base_url),
        facts=facts_of(award, words),
        rooms=rooms,
        modules=tuple(
            (title, hours_of(room.minutes, words)) for title, room in zip(award.modules, award.rooms, strict=True)
        ),
        extent=extent_of(award, words),
        assessment=assessment_of(award, words),
        identity=identity_of(award),
        digest=" ".join(award.version_digest[i : i + 8] for i in range(0, len(award.version_digest), 8)),
        front=_front(award, latin),
        plan=_plan(award, rooms),
        back_size=_back_size(award),
        back_title_size=pdf.fit(award.title, font="serif-italic", width=230, steps=BACK_TITLE),
    )


def _front(award: Award, latin: str) -> Front:
    """Fit the text into its column: each part as large as it may be, the outcomes if there is room for them."""
    italic, upright, sans = pdf.face("serif-italic"), pdf.face("serif-name"), pdf.face("sans")
    title = pdf.fit(award.title, font=italic.file, width=COLUMN, steps=TITLE)
    name = pdf.fit(award.name, font=upright.file, width=COLUMN, steps=NAME)
    course = pdf.fit(award.course_title, font=italic.file, width=COLUMN, steps=COURSE)
    used = FIXED + pdf.POINT * (
        italic.lines(award.title, title, COLUMN) * title * 1.1
        + upright.lines(award.name, name, COLUMN) * name * 1.2
        + (11 * 1.4 if latin else 0)
        + (sans.lines(award.museum, 10, COLUMN) * 14 if award.museum else 0)
        + italic.lines(award.course_title, course, COLUMN) * course * 1.3
    )
    signed_top = _signed_top(award)
    left = signed_top - 6 - TOP - used
    outcomes = _outcomes_size(award, left) if "outcomes" in award.show and award.outcomes else None
    if outcomes:
        left -= _outcomes_height(award, outcomes)
    return Front(
        title_size=title,
        title_width=round(italic.balance(award.title, title, COLUMN) + 1, 1),
        name_size=name,
        name_width=round(upright.balance(award.name, name, COLUMN) + 1, 1),
        course_size=course,
        outcomes_size=outcomes,
        air=round(min(max(left, 0) / 3, 6), 1),
        signed_top=round(signed_top, 1),
    )


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


def _plan(award: Award, rooms: str) -> Plan:
    """Set drawing and words in the middle of their column."""
    drawing = draw_plan(award.course_number, award.rooms)
    high = PLAN * drawing.height / drawing.width
    rooms_size = pdf.fit_list([rooms], font="sans", width=PLAN, lines=6, sizes=SMALL)
    if rooms_size:
        high += 3 + pdf.face("sans").lines(rooms, rooms_size, PLAN) * rooms_size * 1.4 * pdf.POINT
    top = TOP + max(0.0, (124 - high) / 2)
    height = round(PLAN * drawing.height / drawing.width, 1)
    return Plan(drawing=drawing, top=round(top, 1), height=height, rooms_size=rooms_size)


def _back_size(award: Award) -> float:
    texts = [*award.outcomes, *award.modules]
    return pdf.fit_list(texts, font="sans", width=118, lines=26, sizes=SMALLER) or SMALLER[-1]


def facts_of(award: Award, words: str) -> tuple[Fact, ...]:
    """Return what the certificate says in figures, side by side."""
    said = []
    if "hours" in award.show:
        said.append((_("Hours of study"), format_decimal(award.hours, locale=words), 28.0))
    if "score" in award.show and award.grade_percent is not None:
        said.append((_("Result"), percent(award.grade_percent, words), 22.0))
    said.append((_("Awarded"), day(award.issued_at, words), 42.0))
    if award.valid_until:
        said.append((_("Valid until"), day(award.valid_until, words), 42.0))
    left, facts = 0.0, []
    for term, value, width in said:
        facts.append(Fact(term=term, value=value, left=left))
        left += width
    return tuple(facts)


def extent_of(award: Award, words: str) -> str:
    """Say how much the course holds."""
    parts = [
        ngettext("%(num)d module", "%(num)d modules", len(award.modules)),
        ngettext("%(num)d lesson", "%(num)d lessons", award.lessons) if award.lessons else "",
        ngettext("%(num)d quiz", "%(num)d quizzes", award.quizzes) if award.quizzes else "",
        ngettext("%(num)d task in one’s own museum", "%(num)d tasks in one’s own museum", award.tasks)
        if award.tasks
        else "",
        _("hours of study: %(hours)s", hours=format_decimal(award.hours, locale=words)),
    ]
    return "; ".join(part for part in parts if part)


def assessment_of(award: Award, words: str) -> tuple[str, ...]:
    """Say how the work was assessed, sentence by sentence."""
    if award.assessment == "study":
        return (_("The holder worked through the course. Nothing was graded."),)
    said = [_("By quizzes on this site, graded against a key that the learner does not see. Nobody supervised them.")]
    if award.pass_percent is not None:
        said.append(_("Needed in the final quiz: %(needed)s.", needed=percent(award.pass_percent, words)))
    if award.assessment == "quizzes-tasks":
        said.append(_("Tasks in the holder’s own museum are counted as the holder reported them."))
    return tuple(said)


def identity_of(award: Award) -> str:
    """Say how the holder was identified."""
    known = {"self-declared": _("By the holder’s own word: the name is as the holder gave it. No document was checked.")}
    return known[award.identity]


def hours_of(minutes: int, words: str) -> str:
    """Say how long a module takes, in hours to the half; nothing when no item says its minutes."""
    if not minutes:
        return ""
    return _("%(hours)s h", hours=format_decimal(max(round(minutes / 30) / 2, 0.5), locale=words))


def percent(value: int, words: str) -> str:
    """Write a whole per cent as the language does."""
    return str(format_percent(value / 100, locale=DATES.get(words, words)))


def day(moment: str, words: str) -> str:
    """Write the day of a kept moment as the language does; days are counted in UTC, on paper and on the screen."""
    return str(format_date(day_of(moment), format="long", locale=DATES.get(words, words)))


def day_of(moment: str) -> date:
    """Return the day of a kept moment."""
    return datetime.fromisoformat(moment).date()


def address(base_url: str) -> str:
    """Return where certificates are checked, without what nobody types."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path}/verify"


def link(base_url: str, code: str) -> str:
    """Return the address in the QR code: in upper case, for which it needs fewer modules; the page ignores the case."""
    parts = urlsplit(base_url)
    if parts.path:
        return f"{base_url}/verify/{code}"
    return f"{base_url}/verify/{code}".upper()


def draw_code(text: str) -> str:
    """Draw the QR code as one path; rows overlap by a hair, so that no printer shows the seams."""
    matrix = segno.make(text, error="m", mask=MASK, boost_error=False, micro=False).matrix
    size = len(matrix)
    runs = []
    for y, row in enumerate(matrix):
        for found in re.finditer(b"\x01+", bytes(row)):
            runs.append(f"M{found.start()} {y}h{len(found.group())}v1.02h-{len(found.group())}z")
    return f'<svg viewBox="0 0 {size} {size}"><path class="code" d="{"".join(runs)}"/></svg>'


@lru_cache(maxsize=64)
def draw_plan(number: str, rooms: tuple[Module, ...]) -> Drawing:
    """Draw the building of a course with every light on."""
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
    seed = int(year) * 1000 + int(ordinal)
    return trace(draw(drawn, seed=seed, mini=True, words=PlanWords(here="")), PAINTS)
