"""Issuing certificates: decided and recorded at once, made into a file in background work."""

from __future__ import annotations

import os
from fractions import Fraction

from sqlalchemy import select, update

from lms.certificates.events import CertificateIssued
from lms.certificates.models import Certificate
from lms.courses.models import Course
from lms.courses.queries import get_tree
from lms.domain import codes, progress
from lms.domain.award import Award, make_award
from lms.infra import clock, pdf
from lms.infra.db import db
from lms.infra.events import publish
from lms.infra.languages import SOURCE
from lms.infra.storage import storage
from lms.learning.events import CourseCompleted
from lms.learning.service import append
from lms.network.queries import find_holder

ERASABLE = ("name", "name_latin", "museum")


def issue(completed: CourseCompleted) -> None:
    """Award the certificate of a completed course, once; the learner never waits for the file."""
    course = get_tree(completed.version_id)
    if course.certificate is None:
        return
    if db.session.scalar(select(Certificate.id).where(Certificate.enrolment_id == completed.enrolment_id)):
        return
    holder = find_holder(completed.subject_id)
    if holder is None:
        return
    language = next((code for code in holder.languages if code in (course.language, *course.translations)), SOURCE)
    tree = get_tree(completed.version_id, language)
    number = db.session.get_one(Course, completed.course_id)
    award = make_award(
        tree,
        name=holder.name,
        name_latin=holder.name_latin,
        museum=holder.museum,
        number=f"{number.year}.{number.ordinal}",
        grade=None if completed.grade is None else Fraction(completed.grade, 10_000),
        at=completed.at,
    )
    certificate = Certificate(
        id=clock.new_id(),
        code=codes.encode(os.urandom(10)),
        subject_id=completed.subject_id,
        enrolment_id=completed.enrolment_id,
        course_id=completed.course_id,
        standing="issued",
        issued_at=completed.at,
        valid_until=None,
        language=language,
        snapshot=award.as_json(),
        erased_at=None,
        file_digest=None,
        file_size=None,
        made_at=None,
    )
    db.session.add(certificate)
    db.session.flush()
    body: dict[str, object] = {"code": certificate.code, "version": completed.version_id}
    append(completed.subject_id, completed.course_id, progress.CERTIFIED, body)
    publish(
        CertificateIssued(
            subject_id=completed.subject_id,
            certificate_id=certificate.id,
            code=certificate.code,
            title=award.title,
            language=language,
        )
    )


def make_file(certificate_id: str, render: pdf.Renderer) -> None:
    """Render the file of a certificate and keep its bytes; done twice it changes nothing."""
    certificate = db.session.get(Certificate, certificate_id)
    if certificate is None or certificate.file_digest or certificate.erased_at:
        return
    content = render(certificate.code, Award.from_json(certificate.snapshot))
    digest = storage().put(content)
    db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.file_digest.is_(None))
        .values(file_digest=digest, file_size=len(content), made_at=clock.now())
    )


def erase_holder(subject_id: str) -> None:
    """Take a person's name out of their certificates; code, standing and the file's digest stay."""
    for certificate in db.session.scalars(
        select(Certificate).where(Certificate.subject_id == subject_id, Certificate.erased_at.is_(None))
    ):
        certificate.snapshot = {k: "" if k in ERASABLE else v for k, v in certificate.snapshot.items()}
        certificate.erased_at = clock.now()
        if certificate.file_digest:
            storage().remove(certificate.file_digest)
    db.session.flush()
