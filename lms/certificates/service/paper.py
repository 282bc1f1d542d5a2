"""The paper of a certificate: an award turned into a page, and the page into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lms.certificates.service import pictures as drawn
from lms.certificates.service import words
from lms.certificates.service.columns import Columns, set_columns
from lms.certificates.service.setting import (
    COLUMN,
    Back,
    Front,
    Place,
    Plan,
    set_back,
    set_front,
    set_pictures,
    set_plan,
)
from lms.certificates.service.words import Speech
from lms.domain.award import Award
from lms.domain.codes import spaced
from lms.infra import pdf
from lms.infra.languages import language
from lms.infra.rasters import Raster
from lms.infra.sheets import Image

STYLE = "css/certificate.css"
FRONT, UNDER, BACK = (f"certificates/pdf/{name}.html" for name in ("certificate", "under", "back"))


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
    speech: Speech
    other: Speech | None
    """The same in the second language, where our words come in it."""
    rooms: str
    modules: tuple[tuple[str, str], ...]
    extent: str
    assessment: tuple[str, ...]
    identity: str
    verifying: str
    signing: str
    digest: str
    key: str
    """The fingerprint of the key that signs the file, in groups."""
    facts: Columns
    front: Front
    plan: Plan
    places: Mapping[str, Place]
    """Where the pictures stand."""
    back: Back


def print_certificate(
    code: str,
    award: Award,
    *,
    site: str,
    base_url: str,
    key: str,
    credential: bytes | None,
    pictures: Mapping[str, Raster] | None = None,
) -> bytes:
    """Return the PDF of an award, with its credential inside and not yet signed; a specimen has no credential.

    `key` is the fingerprint of the key that will sign it; `pictures` are those that the award names. Raises
    Unprintable, or pdf.Unavailable when the libraries are not there.
    """
    if letters := pdf.face("sans").missing((*award.texts(), site)):
        raise Unprintable(letters)
    code_in_groups, shown = spaced(code), dict(pictures or {})
    with language(words.spoken(award.language)):
        paper = lay_out(code_in_groups, award, site, base_url, key, shown)
        front, under = (pdf.fill(template, paper=paper) for template in (FRONT, UNDER))
        behind = [pdf.fill(BACK, paper=paper, walls="back")]
        results = [words.result_of(award, paper.lang)]
    if other := award.in_other_language():
        with language(words.spoken(other.language)):
            second = lay_out(code_in_groups, other, site, base_url, key, shown)
            behind.append(pdf.fill(BACK, paper=second, walls="back-2"))
            results.append(words.result_of(other, second.lang))
    drawings: dict[str, Image] = {
        "plan": paper.plan.drawing,
        "code": drawn.draw_code(words.link(base_url, code)),
        "room": drawn.walls("certificate-room", marked="site" not in shown),
        **{name: drawn.back(code_in_groups, said) for name, said in zip(("back", "back-2"), results, strict=False)},
        **shown,
    }
    at = datetime.fromisoformat(award.issued_at)
    attached = pdf.Attached(content=credential, description="Open Badges 3.0", at=at) if credential else None
    return pdf.render(
        front, under=under, shared=behind, style=STYLE, drawings=drawings, identifier=code, attached=attached
    )


def lay_out(code: str, award: Award, site: str, base_url: str, key: str, pictures: Mapping[str, Raster]) -> Paper:
    """Choose words and sizes."""
    lang = words.spoken(award.language)
    rooms = words.rooms_of(award)
    latin = award.name_latin if award.name_latin != award.name else ""
    modules = zip(award.modules, award.rooms, strict=True)
    sizes = {key: picture.size for key, picture in pictures.items()}
    other = _other_speech(award, lang)
    front = set_front(award, latin, sizes, in_two=other is not None)
    places = set_pictures(front, sizes)
    address, assessment, identity = words.address(base_url), words.assessment_of(award, lang), words.identity_of(award)
    verifying, signing = words.verifying(address), words.signing()
    speech = words.speech_of(award, lang)
    return Paper(
        award=award,
        site=site,
        lang=lang,
        code=code,
        latin=latin,
        address=address,
        speech=speech,
        other=other,
        rooms=rooms,
        modules=tuple((title, words.hours_of(module.minutes, lang)) for title, module in modules),
        extent=words.extent_of(award, lang),
        assessment=assessment,
        identity=identity,
        verifying=verifying,
        signing=signing,
        digest=_in_groups(award.version_digest),
        key=_in_groups(key),
        facts=_columns(speech, other),
        front=front,
        plan=set_plan(award, rooms, places),
        places=places,
        back=set_back(award, [*assessment, identity, verifying, signing]),
    )


def _other_speech(award: Award, spoken: str) -> Speech | None:
    lang = words.spoken(award.also.language) if award.also else spoken
    if lang == spoken:
        return None
    with language(lang):
        return words.speech_of(award, lang)


def _columns(speech: Speech, other: Speech | None) -> Columns:
    """Set the facts of both languages into the same columns."""
    both = zip(speech.facts, other.facts if other else speech.facts, strict=True)
    return set_columns([((one.term, two.term), (one.value,), one.least) for one, two in both], COLUMN)


def _in_groups(digest: str) -> str:
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
