"""The paper of a certificate: an award turned into a page, and the page into a file."""

from __future__ import annotations

from dataclasses import dataclass

from lms.certificates.service import pictures, setting, words
from lms.config import LANGUAGES
from lms.domain.award import Award
from lms.domain.codes import spaced
from lms.infra import pdf
from lms.infra.drawings import Drawing
from lms.infra.languages import SOURCE, language

STYLE = "css/certificate.css"
FRONT, BACK = "certificates/pdf/certificate.html", "certificates/pdf/back.html"


class Unprintable(Exception):
    """The fonts lack letters that the certificate needs; `letters` are these."""

    def __init__(self, letters: str) -> None:
        super().__init__(letters)
        self.letters = letters


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
