"""Issuing certificates: decided and recorded at once, made into a file in background work."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.certificates import queries
from lms.certificates.events import CertificateIssued, IssuedByHand
from lms.certificates.models import Certificate, FrozenName, Presence
from lms.certificates.queries import CertificateRow
from lms.certificates.service import filing, identifying, journal, look, making, numbering, paper
from lms.courses.queries import find_published_version, get_tree
from lms.domain import progress
from lms.domain.award import IDENTIFYING, Award, make_award, other_language, pictures_of
from lms.domain.credential import hash_email
from lms.domain.errors import Refused
from lms.domain.journal import ERASED, ISSUED
from lms.domain.names import latin_fault, name_fault
from lms.domain.outline import Course
from lms.infra import clock, languages, pdf
from lms.infra.db import db, is_sqlite, run, table_of
from lms.infra.events import publish
from lms.infra.pause import paused
from lms.infra.spelling import explain
from lms.learning.events import CourseCompleted
from lms.learning.queries import list_records
from lms.learning.service import append, lock, refold
from lms.network.queries import find_holder

log = structlog.get_logger()

_FREEZE = {
    True: sqlite_insert(table_of(FrozenName)).on_conflict_do_nothing(),
    False: postgresql_insert(table_of(FrozenName)).on_conflict_do_nothing(),
}
"""By whether the database is SQLite."""


def issue(completed: CourseCompleted, terms_version_id: str | None = None) -> str | None:
    """Award the certificate of a completed course, once, and return its id; the learner never waits for the file.

    None when the course gives no certificate, the person is gone, or the award was made before. Call under the lock of
    the learner, where completing is recorded. The terms may be those of another version of the course.
    """
    course = get_tree(completed.version_id)
    terms_version_id = terms_version_id or completed.version_id
    if get_tree(terms_version_id).certificate is None or queries.find_by_enrolment(completed.enrolment_id):
        return None
    holder = find_holder(completed.subject_id)
    if holder is None:
        return None
    language = _language(holder.languages, course)
    number, edition = queries.get_edition(completed.version_id)
    name, name_latin = queries.find_frozen_name(completed.enrolment_id) or (holder.name, holder.name_latin)
    email, salt = queries.find_email(completed.subject_id), secrets.token_hex(8)
    found = identifying.identify(
        completed.subject_id, completed.enrolment_id, completed.course_id, course, (name, name_latin)
    )
    studied = get_tree(completed.version_id, language)
    studied = replace(studied, certificate=get_tree(terms_version_id, language).certificate)
    award = make_award(
        studied,
        also=_in_other_language(completed.version_id, course, studied.language),
        pictures=pictures_of(studied, look.digests()),
        name=name,
        name_latin=name_latin,
        museum=queries.find_museum(completed.enrolment_id) or holder.museum,
        number=number,
        edition=edition,
        grade=None if completed.grade is None else Fraction(completed.grade, 10_000),
        at=completed.at,
        begun_at=queries.find_begun(completed.enrolment_id),
        identity=found.identity,
        identified_by=found.by,
        supervised_by=found.supervised_by,
        email_hash=hash_email(email, salt) if email else "",
        email_salt=salt if email else "",
    )
    certificate_id = keep(
        award, subject_id=completed.subject_id, enrolment_id=completed.enrolment_id, course_id=completed.course_id
    )
    publish(
        CertificateIssued(
            subject_id=completed.subject_id,
            certificate_id=certificate_id,
            code=_record(completed, certificate_id),
            title=award.title,
            language=language,
        )
    )
    return certificate_id


def _language(wanted: tuple[str, ...], course: Course) -> str:
    """Return the first of the holder's languages that the course is in, else the course's own."""
    return next((code for code in wanted if code in (course.language, *course.translations)), course.language)


def _in_other_language(version_id: str, course: Course, language: str) -> Course | None:
    """Return the course in the second language of its certificate, None where there is none or no catalogue for it."""
    wanted = other_language(course, language)
    other = get_tree(version_id, wanted) if wanted else None
    return other if other and other.language == wanted else None


def keep(
    award: Award, *, subject_id: str, enrolment_id: str | None, course_id: str, replaces: str | None = None
) -> str:
    """Keep an award as a certificate of its own, write it into the journal, and return its id."""
    ordinal, code = numbering.take()
    certificate = Certificate(
        id=clock.new_id(),
        code=code,
        subject_id=subject_id,
        enrolment_id=enrolment_id,
        course_id=course_id,
        standing="issued",
        issued_at=datetime.fromisoformat(award.issued_at),
        valid_until=award.holds_until,
        language=award.language,
        snapshot=award.as_json(),
        ordinal=ordinal,
        replaces=replaces,
    )
    db.session.add(certificate)
    db.session.flush()
    facts = {
        "course": award.course_slug,
        "edition": award.edition,
        "version": award.version_digest,
        "issued_at": award.issued_at,
        "valid_until": award.valid_until,
        "ordinal": certificate.ordinal,
    }
    journal.append(ISSUED, certificate.code, facts | ({"replaces": replaces} if replaces else {}))
    return certificate.id


def _record(completed: CourseCompleted, certificate_id: str) -> str:
    """Write the record of the award and return its code."""
    code = db.session.get_one(Certificate, certificate_id).code
    append(
        completed.subject_id, completed.course_id, progress.CERTIFIED, {"code": code, "version": completed.version_id}
    )
    refold(completed.subject_id, completed.course_id)
    return code


def find_terms(version_id: str, course_id: str) -> str | None:
    """Return the version whose terms a certificate by hand has: the completed one's, else the published one's.

    Whoever completed a course before it gave certificates gets what it gives now. None when neither gives any.
    """
    for candidate in (version_id, find_published_version(course_id)):
        if candidate is not None and get_tree(candidate).certificate is not None:
            return candidate
    return None


def issue_by_hand(subject_id: str, course_id: str, *, actor: str | None = None, proposal_id: str | None = None) -> str:
    """Award the certificate of somebody who has completed a course and has none, and return its id; else Refused."""
    lock(subject_id)
    enrolment = queries.find_completed(subject_id, course_id)
    if enrolment is None or enrolment.completed_at is None:
        raise Refused("not-completed")
    if before := queries.find_by_enrolment(enrolment.id):
        raise Refused("issued-before", code=before.code)
    version_id = enrolment.completed_version_id or enrolment.version_id
    issued = issue(
        CourseCompleted(
            subject_id=subject_id,
            enrolment_id=enrolment.id,
            course_id=course_id,
            version_id=version_id,
            at=enrolment.completed_at,
            grade=enrolment.grade,
        ),
        find_terms(version_id, course_id),
    )
    if issued is None:
        raise Refused("gives-none")
    publish(
        IssuedByHand(
            actor=actor,
            subject_id=subject_id,
            certificate_id=issued,
            code=db.session.get_one(Certificate, issued).code,
            proposal_id=proposal_id,
        )
    )
    return issued


def make_file(certificate_id: str) -> CertificateRow | None:
    """Make and keep the file of an award, and return it when this call made it; done twice it changes nothing.

    A name that our policy refuses, and a letter that our fonts lack, are noted for the administrator. Without the PDF
    libraries the award waits, as it does without a key that may sign or an authority that has to answer.
    """
    row = queries.find_certificate(certificate_id)
    if row is None or row.award is None or row.file_digest or row.credential_digest:
        return None
    if paused():
        return None
    if fault := name_fault(row.award.name) or (latin_fault(row.award.name_latin) if row.award.name_latin else None):
        with languages.language(languages.SOURCE):
            filing.note_problem(Certificate, row, f"The name cannot stand on a certificate. {explain(fault)}")
        return None
    try:
        # Nothing is written before this returns: no lock is held while a page is set.
        made = making.make(row)
    except pdf.Unavailable:
        return None
    except making.NoKey as problem:
        log.warning("certificate waits", certificate=certificate_id, reason=str(problem))
        return None
    except paper.Unprintable as missing:
        filing.note_problem(Certificate, row, filing.lacking(missing.letters))
        return None
    return row if filing.keep(Certificate, row, made) else None


def list_waiting() -> list[str]:
    """Return the certificates whose files can be made now and are not, such as those that waited for the libraries."""
    return queries.list_unmade() if pdf.available() else []


def erase_holder(subject_id: str) -> list[str]:
    """Take a person's name out of their certificates; code, standing and the file's digest stay.

    Return the certificates whose bytes are to be removed once this is committed: a rollback must find them there.
    """
    subjects = {subject_id, queries.find_canonical(subject_id) or subject_id}
    erased = db.session.scalars(
        select(Certificate).where(Certificate.subject_id.in_(subjects), Certificate.erased_at.is_(None))
    ).all()
    for certificate in erased:
        certificate.snapshot = {k: "" if k in IDENTIFYING else v for k, v in certificate.snapshot.items()}
        certificate.erased_at = clock.now()
        certificate.problem = None
        journal.append(ERASED, certificate.code, {})
    for names in (FrozenName, Presence):
        db.session.execute(delete(names).where(names.subject_id.in_(subjects)))
    db.session.flush()
    return [certificate.id for certificate in erased if certificate.file_digest or certificate.credential_digest]


def forget_file(certificate_id: str) -> None:
    """Remove the bytes of an erased holder's certificate."""
    filing.forget(queries.find_certificate(certificate_id))


def freeze_name(subject_id: str, enrolment_id: str) -> None:
    """Keep the name as it stands when the first graded attempt begins: the certificate will bear it."""
    names = queries.find_names(subject_id)
    if names is not None:
        name, name_latin = names
        run(
            _FREEZE[is_sqlite()],
            {
                "enrolment_id": enrolment_id,
                "subject_id": subject_id,
                "name": name,
                "name_latin": name_latin,
                "at": clock.now(),
            },
        )


def follow(canonical: str, other: str) -> None:
    """Put the certificates of a linked subject under the one that the person's learning is read by."""
    db.session.execute(update(Certificate).where(Certificate.subject_id == other).values(subject_id=canonical))


def compare(subject_id: str, course_id: str) -> list[str]:
    """Say where records and certificates of a learner in a course differ; a certificate cannot be made of a record."""
    records = list_records(subject_id, course_id)
    void = {str(record.body.get("record")) for record in records if record.kind == progress.VOIDED}
    awards = (record for record in records if record.kind == progress.CERTIFIED and record.id not in void)
    recorded = {str(record.body.get("code")) for record in awards}
    kept = queries.list_codes(subject_id, course_id)
    return [
        *(f"certificate {code} is recorded and not there" for code in sorted(recorded - kept)),
        *(f"certificate {code} is not recorded" for code in sorted(kept - recorded)),
    ]


def rebuild(_subject_id: str, _course_id: str) -> None:
    """Change nothing: a certificate is a document that was issued, not something folded from records."""
