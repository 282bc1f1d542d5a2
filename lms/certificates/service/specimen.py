"""The specimen: a file signed like every certificate, for an invented holder, so that everybody may try to forge it.

Nobody can pass it off as a certificate. It says on its face what it is; it held for one moment of the day before it was
made, so that every verifier calls it expired; its status is revoked in a list of its own; its code was given to
nobody, and wherever it is typed or brought here it is called what it is.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from lms.certificates.queries import CertificateRow
from lms.certificates.service import making, paper, words
from lms.certificates.service.checking import SPECIMEN
from lms.domain.award import Award, Module
from lms.domain.credential import SPECIMEN_ORDINAL
from lms.infra import clock, pdf
from lms.infra.keyring import keyring
from lms.infra.languages import gettext as _
from lms.infra.languages import language
from lms.infra.signing.keys import KeyProblem
from lms.infra.site import site

FOLDER = "specimen"
NUMBER = "2026.0"
HOURS = 6.0


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """The specimen as it was made, in one language."""

    pdf: bytes
    credential: bytes


def find(lang: str) -> Specimen | None:
    """Return the specimen in a language, None before it is made or where it cannot be."""
    folder = _folder()
    if folder is None:
        return None
    try:
        return Specimen(pdf=(folder / f"{lang}.pdf").read_bytes(), credential=(folder / f"{lang}.json").read_bytes())
    except FileNotFoundError:
        return None


def list_missing() -> list[str]:
    """Return the languages whose specimen can be made now and is not."""
    folder = _folder()
    if folder is None or not pdf.available():
        return []
    return [lang for lang in site().languages if not (folder / f"{lang}.json").exists()]


def make(lang: str) -> None:
    """Make the specimen in a language and keep it; what is there stays as it is."""
    folder = _folder()
    if folder is None or (folder / f"{lang}.json").exists():
        return
    try:
        made = making.make(_row(lang))
    except (pdf.Unavailable, making.NoKey, paper.Unprintable):
        return
    folder.mkdir(parents=True, exist_ok=True)
    _keep(folder / f"{lang}.pdf", made.pdf)
    _keep(folder / f"{lang}.json", made.credential)


def _folder() -> Path | None:
    """Return where specimens lie that the present keys signed for this address and name; None without keys."""
    try:
        keys = [keyring().current(name).fingerprint for name in ("credential", "pdf")]
    except KeyProblem:
        return None
    made_by = " ".join((site().base_url, site().site_name, *keys))
    return site().data_dir / FOLDER / sha256(made_by.encode()).hexdigest()[:16]


def _keep(path: Path, content: bytes) -> None:
    """Put a file into its place whole, unless another process was first."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-") as file:
        file.write(content)
        file.flush()
        try:
            os.link(file.name, path)
        except FileExistsError:
            return


def _row(lang: str) -> CertificateRow:
    at = (clock.now() - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    with language(words.spoken(lang)):
        award = _award(lang, at.isoformat())
    return CertificateRow(
        id="",
        code=SPECIMEN,
        subject_id="",
        enrolment_id="",
        course_id="",
        standing="revoked",
        issued_at=at,
        valid_until=at,
        language=lang,
        award=award,
        facts={},
        file_digest=None,
        file_size=None,
        problem=None,
        made_at=None,
        ordinal=SPECIMEN_ORDINAL,
        credential_digest=None,
        credential_key=None,
        pdf_key=None,
        ended_at=at,
        reason="",
        replaced_by=None,
        replaces=None,
    )


def _award(lang: str, at: str) -> Award:
    modules = (_("Read what it says"), _("Change what it says"), _("Bring it to the page that verifies"))
    return Award(
        name=_("Specimen Holder"),
        name_latin="Specimen Holder",
        museum=_("Nobody works here: this museum is invented"),
        title=_("SPECIMEN: not a certificate"),
        course_title=_("How a certificate is forged, and how that shows"),
        course_number=NUMBER,
        course_slug="specimen",
        edition=1,
        version_digest="0" * 64,
        modules=modules,
        rooms=tuple(Module(minutes=120, kinds=("lesson", "task", "quiz"), after=()) for _module in modules),
        lessons=3,
        quizzes=3,
        tasks=3,
        hours=HOURS,
        outcomes=(_("Try to forge this file"), _("See which check finds it")),
        show=("hours", "outcomes"),
        grade_percent=None,
        pass_percent=None,
        signatories=((_("Nobody"), _("signs for an invented course")),),
        assessment="study",
        identity="self-declared",
        language=lang,
        issued_at=at,
        valid_until=at,
    )
