"""Taking back certificates whose record was lost, such as after the restore of an old backup, from their own files.

A file speaks for itself only by our signature and proof; what became of it since, the journal tells.
Nothing that the register knows is ever overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from lms.accounts.queries import each_address
from lms.certificates import queries
from lms.certificates.events import CertificateAdopted
from lms.certificates.models import Certificate
from lms.certificates.queries import CertificateRow
from lms.certificates.service import journal, sweeping
from lms.certificates.service.checking import believed
from lms.certificates.service.evidence import No, Outcome, Proven, prove, read
from lms.courses.queries import find_course, find_version_by_ordinal, get_tree
from lms.domain import credential, progress
from lms.domain.adoption import Claims, Told
from lms.domain.award import IDENTIFYING, Award, make_award
from lms.domain.codes import spaced
from lms.domain.journal import ADOPTED
from lms.infra import clock
from lms.infra.db import db
from lms.infra.events import publish
from lms.infra.examiner import examiner
from lms.infra.storage import storage
from lms.learning.service import append, lock, refold


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of a file.

    `adopted`: the register has the certificate again. `completed`: it knew it, and its file, credential or holder was
    missing. `contradicts`: the register or the journal says another thing, and is believed.
    """

    outcome: Outcome
    code: str = ""
    why: str = ""

    @property
    def done(self) -> bool:
        """Tell whether the register has what the file says."""
        return self.outcome in {"adopted", "completed", "known"}


def adopt(content: bytes, *, dry: bool = False) -> Verdict:
    """Take a certificate back from its file, if the register does not have it; with `dry` only say what would be done.

    What is stored are the bytes themselves. Never raises for what is in a file.
    """
    code = ""
    try:
        found = examiner().look(content, believed(), patient=True)
        claims = read(found)
        code, holder = claims.code, _find_holder(claims.award)
        if not dry:
            if holder:
                lock(holder)  # before the journal, as whoever issues does
            journal.hold()
        proven = prove(content, found, claims, holder)
        row = queries.find_by_code(code)
        outcome, why = _complete(row, proven, dry=dry) if row else _restore(proven, dry=dry)
    except No as no:
        return Verdict(outcome=no.outcome, code=code, why=str(no))
    return Verdict(outcome=outcome, code=code, why=why)


# When the register knows it.


def _complete(row: CertificateRow, proven: Proven, *, dry: bool) -> tuple[Outcome, str]:
    """Put back what the register lacks of a certificate that it knows."""
    if row.award is None or proven.told.erased_at:
        return "known", "its holder was erased; nothing was taken from the file"
    if not _same_facts(row, row.award, proven.claims):
        raise No("contradicts", "the register says another thing of it")
    made_here = row.file_digest is not None
    if proven.content is not None and made_here and row.file_digest != proven.digest:
        if proven.digest in proven.told.files:
            return "known", "its file was made again since"
        raise No("contradicts", "the register has another file of it")
    missing = []
    wanted = {row.file_digest: proven.content, row.credential_digest: _same_bytes(row, proven)}
    put = [content for digest, content in wanted.items() if digest and content and not storage().path(digest).exists()]
    if put:
        missing.append("its bytes")
    if not made_here and proven.content is not None:
        missing.append("its file")
    holder = proven.holder if not row.subject_id else None
    if holder:
        missing.append("its holder")
    if missing and not dry:
        for content in put:
            sweeping.store(row.code, content)
        certificate = db.session.get_one(Certificate, row.id)
        if not made_here and proven.content is not None:
            _give_file(certificate, proven)
        if holder:
            _give_holder(certificate, holder)
        _note(certificate, proven)
    return ("completed", f"{' and '.join(missing)} had been missing") if missing else ("known", "")


def _same_bytes(row: CertificateRow, proven: Proven) -> bytes | None:
    return proven.credential if proven.credential_digest == row.credential_digest else None


def _same_facts(row: CertificateRow, award: Award, claims: Claims) -> bool:
    """Tell whether register and credential are about one award; a snapshot knows more than a credential does."""
    return (row.ordinal, *_said(award)) == (claims.ordinal, *_said(claims.award))


def _said(award: Award) -> tuple[object, ...]:
    ends = award.holds_until
    return (
        award.name,
        award.name_latin or award.name,
        award.title,
        award.course_title,
        award.course_slug,
        award.edition,
        award.hours,
        award.outcomes,
        datetime.fromisoformat(award.issued_at).replace(microsecond=0),
        ends.replace(microsecond=0) if ends else None,
    )


# When it does not.


def _restore(proven: Proven, *, dry: bool) -> tuple[Outcome, str]:
    """Give a certificate its record back."""
    claims, told = proven.claims, proven.told
    if other := queries.find_by_ordinal(claims.ordinal):
        raise No("contradicts", f"its place in the status list is that of {spaced(other)}")
    if dry:
        return "adopted", _told_of(told)
    award = _snapshot(claims, told)
    successor = None if told.issued else queries.find_successor(claims.code)
    standing, ended_at = ("superseded", successor[1]) if successor else (told.standing, told.ended_at)
    certificate = Certificate(
        id=clock.new_id(),
        code=claims.code,
        subject_id="",
        enrolment_id=None,
        course_id=_find_course(award),
        standing=standing,
        issued_at=datetime.fromisoformat(award.issued_at),
        valid_until=award.holds_until,
        language=award.language,
        snapshot=award.as_json(),
        ordinal=claims.ordinal,
        credential_digest=proven.credential_digest,
        credential_key=proven.credential_key,
        ended_at=ended_at,
        reason=told.reason,
        replaced_by=successor[0] if successor else told.replaced_by,
        replaces=told.replaces,
    )
    if proven.content is not None:
        _give_file(certificate, proven)
    elif told.files:
        # Whoever has the PDF can still bring it: the journal says which bytes it has.
        certificate.file_digest, certificate.made_at = min(told.files), told.made_at
    if told.erased_at:
        certificate.snapshot = {k: "" if k in IDENTIFYING else v for k, v in certificate.snapshot.items()}
        certificate.erased_at = told.erased_at
    else:
        sweeping.store(claims.code, proven.credential)
    db.session.add(certificate)
    db.session.flush()
    journal.pass_over(claims.ordinal)
    if proven.holder:
        _give_holder(certificate, proven.holder)
    _note(certificate, proven)
    return "adopted", _told_of(told)


def _told_of(told: Told) -> str:
    if told.erased_at:
        return "without the name, since its holder was erased"
    return "" if told.issued else "no journal tells of it: what became of it since is not known"


def _give_file(certificate: Certificate, proven: Proven) -> None:
    assert proven.content is not None
    certificate.file_digest, certificate.file_size = proven.digest, len(proven.content)
    certificate.made_at = proven.told.made_at or certificate.issued_at
    certificate.credential_digest, certificate.credential_key = proven.credential_digest, proven.credential_key
    certificate.pdf_key, certificate.problem = proven.pdf_key, None
    if not proven.told.erased_at:
        sweeping.store(certificate.code, proven.content)
        sweeping.store(certificate.code, proven.credential)


def _give_holder(certificate: Certificate, subject_id: str) -> None:
    """Put a certificate under its holder, and in the place of the one that the course would give again."""
    certificate.subject_id = subject_id
    if not certificate.course_id:
        return
    version = str(certificate.snapshot["version_digest"])
    body: dict[str, object] = {"code": certificate.code, "version": version, "adopted": True}
    append(subject_id, certificate.course_id, progress.CERTIFIED, body)
    enrolment = queries.find_enrolment(subject_id, certificate.course_id)
    if enrolment and certificate.standing != "superseded":
        certificate.enrolment_id = enrolment
        certificate.snapshot = {**certificate.snapshot, **_told_by(enrolment, str(certificate.snapshot["begun_at"]))}
        db.session.flush()
        refold(subject_id, certificate.course_id)


def _told_by(enrolment_id: str, begun_at: str) -> dict[str, object]:
    """Return what the enrolment tells beyond the credential, if it is the one that led to it."""
    begun = queries.find_begun(enrolment_id)
    if begun is None or not begun_at or begun.replace(microsecond=0) != datetime.fromisoformat(begun_at):
        return {}
    return {"museum": queries.find_museum(enrolment_id) or "", "begun_at": begun.isoformat()}


def _note(certificate: Certificate, proven: Proven) -> None:
    """Write down that it was taken back: in the journal, and for the audit."""
    db.session.flush()
    facts = {
        **proven.claims.facts(),
        "issued_at": certificate.issued_at.isoformat(),
        "credential": proven.credential_digest,
        **({"file": proven.digest} if proven.content is not None else {}),
        **({"replaces": certificate.replaces} if certificate.replaces else {}),
    }
    journal.append(ADOPTED, certificate.code, facts)
    publish(
        CertificateAdopted(
            actor=None, subject_id=certificate.subject_id, certificate_id=certificate.id, code=certificate.code
        )
    )


def _find_holder(award: Award) -> str | None:
    """Return whose confirmed address the credential holds the hash of; None when that is nobody or not one alone."""
    if not award.email_hash:
        return None
    same = {
        subject
        for email, subject in each_address()
        if credential.hash_email(email, award.email_salt) == award.email_hash
    }
    return same.pop() if len(same) == 1 else None


def _find_course(award: Award) -> str:
    course = find_course(award.course_slug)
    return course.id if course and f"{course.year}.{course.ordinal}" == award.course_number else ""


def _snapshot(claims: Claims, told: Told) -> Award:
    """Return the snapshot as far as credential, journal and the course of those days tell it."""
    award = claims.award
    issued = told.issued or {}
    if issued.get("issued_at"):
        award = replace(award, issued_at=str(issued["issued_at"]))  # to the fraction of a second
    award = replace(award, version_digest=str(issued.get("version", "")))
    version = find_version_by_ordinal(award.course_slug, award.edition)
    if version is None or award.version_digest not in {"", version.digest}:
        return award
    try:
        whole = make_award(
            get_tree(version.id, award.language),
            name=award.name,
            name_latin=award.name_latin,
            museum="",
            number=award.course_number,
            edition=award.edition,
            grade=None if award.grade_percent is None else Fraction(award.grade_percent, 100),
            at=datetime.fromisoformat(award.issued_at),
            begun_at=datetime.fromisoformat(award.begun_at) if award.begun_at else None,
            identity=award.identity,
            identified_by=award.identified_by,
            supervised_by=award.supervised_by,
            email_hash=award.email_hash,
            email_salt=award.email_salt,
        )
    except ValueError:
        return award
    # What the course says today counts only if it comes to the same claims, to the letter.
    issuer, place = claims.issuer, credential.place_of(claims.ordinal)
    built = [credential.build(one, code=claims.code, issuer=issuer, place=place) for one in (whole, award)]
    return whole if built[0] == built[1] else award
