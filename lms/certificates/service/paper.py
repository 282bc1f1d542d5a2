"""The paper of a certificate: an award turned into a page, and the page into a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms.certificates.service import pictures, words
from lms.certificates.service.setting import Back, Front, Plan, set_back, set_front, set_plan
from lms.certificates.service.words import Fact
from lms.domain.award import Award
from lms.domain.codes import spaced
from lms.infra import pdf
from lms.infra.languages import language

STYLE = "css/certificate.css"
FRONT, BACK = "certificates/pdf/certificate.html", "certificates/pdf/back.html"


class Unprintable(Exception):
    """The fonts lack letters that the certificate needs; `letters` are these."""

    def __init__(self, letters: str) -> None:
        super().__init__(letters)
        self.letters = letters


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What the templates set: words in the certificate's language, and sizes in points."""

    award: Award
    site: str
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
    key: str
    """The fingerprint of the key that signs the file, in groups."""
    front: Front
    plan: Plan
    back: Back


def print_certificate(code: str, award: Award, *, site: str, base_url: str, key: str, credential: bytes) -> bytes:
    """Return the PDF of an award, with its credential inside and not yet signed.

    `key` is the fingerprint of the key that will sign it. Raises Unprintable, or pdf.Unavailable when the libraries
    are not there.
    """
    if letters := pdf.face("sans").missing((*award.texts(), site)):
        raise Unprintable(letters)
    code_in_groups = spaced(code)
    with language(words.spoken(award.language)):
        paper = lay_out(code_in_groups, award, site, base_url, key)
        front, back = (pdf.fill(template, paper=paper) for template in (FRONT, BACK))
    drawings = {
        "plan": paper.plan.drawing,
        "code": pictures.draw_code(words.link(base_url, code)),
        "room": pictures.walls("certificate-room"),
        "back": pictures.back(code_in_groups),
    }
    attached = pdf.Attached(
        content=credential, description="Open Badges 3.0", at=datetime.fromisoformat(award.issued_at)
    )
    return pdf.render(front, shared=back, style=STYLE, drawings=drawings, identifier=code, attached=attached)


def lay_out(code: str, award: Award, site: str, base_url: str, key: str) -> Paper:
    """Choose words and sizes."""
    lang = words.spoken(award.language)
    rooms = words.rooms_of(award)
    latin = award.name_latin if award.name_latin != award.name else ""
    modules = zip(award.modules, award.rooms, strict=True)
    return Paper(
        award=award,
        site=site,
        lang=lang,
        code=code,
        latin=latin,
        address=words.address(base_url),
        facts=words.facts_of(award, lang),
        rooms=rooms,
        modules=tuple((title, words.hours_of(module.minutes, lang)) for title, module in modules),
        extent=words.extent_of(award, lang),
        assessment=words.assessment_of(award, lang),
        identity=words.identity_of(award),
        digest=_in_groups(award.version_digest),
        key=_in_groups(key),
        front=set_front(award, latin),
        plan=set_plan(award, rooms),
        back=set_back(award),
    )


def _in_groups(digest: str) -> str:
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
