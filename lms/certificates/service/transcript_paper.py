"""The paper of a transcript: rows of courses over as many pages as they take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from babel.numbers import format_decimal

from lms.certificates.service import pictures, words
from lms.certificates.service.columns import Columns, set_columns
from lms.certificates.service.paper import Unprintable
from lms.domain.codes import spaced
from lms.domain.transcript import Learned, Transcript
from lms.infra import pdf
from lms.infra.languages import gettext as _
from lms.infra.languages import language

STYLE, TEMPLATE = "css/transcript.css", "certificates/pdf/transcript.html"
COLUMN = 122.0
"""Millimetres that the name may be wide; the style sheet agrees."""

ROOM, LEAST = 166.0, 42.0
"""Millimetres that the line of facts is wide, and each of them at least; the style sheet agrees."""

NAME = ((20.0, 1), (18.0, 1), (16.0, 1), (18.0, 2), (16.0, 2), (14.0, 3), (12.0, 4))
"""Sizes of type in points, and the lines that the name may take at each; the first that fits is taken."""

DAYS = {"en": "medium", "ru": "dd.MM.yyyy"}
"""How a day is written in a narrow column."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A course in the words of the paper."""

    course: Learned
    number: str
    begun: str
    completed: str
    hours: str
    grade: str
    percent: str
    code: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the template sets: words in the transcript's language, and sizes in points."""

    transcript: Transcript
    site: str
    code: str
    address: str
    """Where to check it, as people type it."""
    day: str
    latin: str
    """The name in Latin letters where it differs."""
    name_size: float
    facts: tuple[tuple[str, str], ...]
    columns: Columns
    completed: tuple[Line, ...]
    under_way: tuple[Line, ...]
    graded: bool
    key: str
    """The fingerprint of the key that signs the file, in groups."""


def print_transcript(
    code: str, transcript: Transcript, *, site: str, base_url: str, key: str, credential: bytes
) -> bytes:
    """Return the PDF of a transcript, with its credential inside and not yet signed.

    `key` is the fingerprint of the key that will sign it. Raises Unprintable, or pdf.Unavailable when the libraries
    are not there.
    """
    if letters := pdf.face("sans").missing((*transcript.texts(), site)):
        raise Unprintable(letters)
    with language(transcript.language):
        page = pdf.fill(TEMPLATE, paper=lay_out(spaced(code), transcript, site, base_url, key))
    drawings = {"code": pictures.draw_code(words.link(base_url, code)), "sheet": pictures.walls("transcript-sheet")}
    attached = pdf.Attached(
        content=credential, description="Open Badges 3.0", at=datetime.fromisoformat(transcript.issued_at)
    )
    return pdf.render(page, style=STYLE, drawings=drawings, identifier=code, attached=attached)


def lay_out(code: str, transcript: Transcript, site: str, base_url: str, key: str) -> Paper:
    """Choose words and sizes."""
    lang, facts = transcript.language, facts_of(transcript)
    return Paper(
        transcript=transcript,
        site=site,
        code=code,
        address=words.address(base_url),
        day=words.day(transcript.issued_at, lang),
        latin=transcript.name_latin if transcript.name_latin != transcript.name else "",
        name_size=pdf.fit(transcript.name, font="serif-name", width=COLUMN, steps=NAME),
        facts=facts,
        columns=set_columns([((term,), (value,), LEAST) for term, value in facts], ROOM),
        completed=tuple(line_of(course, lang) for course in transcript.completed),
        under_way=tuple(line_of(course, lang) for course in transcript.under_way),
        graded=any(course.grade_percent is not None for course in transcript.completed),
        key=" ".join(key[i : i + 8] for i in range(0, len(key), 8)),
    )


def facts_of(transcript: Transcript) -> tuple[tuple[str, str], ...]:
    """Return what it says in figures, side by side."""
    lang = transcript.language
    found = [
        (_("Hours of study completed"), format_decimal(transcript.hours, locale=lang)),
        (_("Courses completed"), format_decimal(len(transcript.completed), locale=lang)),
    ]
    if transcript.under_way:
        found.append((_("Courses under way"), format_decimal(len(transcript.under_way), locale=lang)))
    return (*found, (_("As of"), words.day(transcript.issued_at, lang)))


def line_of(course: Learned, lang: str) -> Line:
    """Put a course into words."""
    return Line(
        course=course,
        number=_("%(number)s, edition %(edition)d", number=course.number, edition=course.edition),
        begun=short_day(course.begun_at, lang),
        completed=short_day(course.completed_at, lang) if course.completed else "",
        hours=format_decimal(course.hours, locale=lang),
        grade=words.percent(course.grade_percent, lang) if course.grade_percent is not None else "–",
        percent=words.percent(course.percent, lang),
        code=spaced(course.certificate) if course.certificate else "",
        remark=remark_of(course.certified),
    )


def remark_of(certified: str) -> str:
    """Say what did not hold of a certificate any more; nothing of one that held."""
    return {"revoked": _("revoked: does not count"), "expired": _("expired")}.get(certified, "")


def short_day(moment: str, lang: str) -> str:
    """Write the day of a kept moment in few letters."""
    return str(format_date(words.day_of(moment), format=DAYS.get(lang, "medium"), locale=words.DATES.get(lang, lang)))
