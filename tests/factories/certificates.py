"""Certificates of people who need not have studied: for lists and packages of many."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from lms.accounts.models import Subject
from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.courses.queries import find_published
from lms.domain import codes
from lms.infra import clock
from lms.infra.db import db
from lms.infra.storage import storage
from lms.learning.models import Enrolment
from tests.factories.awards import make_award
from tests.factories.courses import publish_course
from tests.factories.study import SLUG

NUMBERS = itertools.count(1)
PDF = b"%PDF-1.7 " + b"what a certificate is drawn of; " * 1400


def make_certificate(
    name: str = "Marta Ilyina",
    *,
    at: datetime | None = None,
    content: bytes | None = PDF,
    slug: str = SLUG,
    subject_id: str | None = None,
    columns: dict[str, Any] | None = None,
    **facts: Any,
) -> queries.CertificateRow:
    """Make the certificate of somebody new, with its file unless `content` is None; commits nothing."""
    course = find_published(slug)
    if course is None:
        publish_course(slug)
        course = find_published(slug)
    assert course is not None
    number, at = next(NUMBERS), at or clock.now() - timedelta(minutes=1)
    if subject_id is None:
        subject_id = clock.new_id()
        db.session.add(Subject(id=subject_id, canonical_id=subject_id, created_at=at))
        db.session.flush()
    enrolment = Enrolment(
        id=clock.new_id(),
        subject_id=subject_id,
        course_id=course.id,
        version_id=course.version_id,
        affiliation_id=None,
        state="completed",
        enrolled_at=at,
        completed_at=at,
        completed_version_id=course.version_id,
        done=1,
        total=1,
        grade=9000,
        next_item=None,
        minutes_left=0,
        changed_at=at,
    )
    db.session.add(enrolment)
    db.session.flush()
    award = make_award(name=name, course_slug=slug, **facts)
    row = Certificate(
        id=clock.new_id(),
        code=codes.encode((number * 7919).to_bytes(codes.BYTES, "big")),
        subject_id=subject_id,
        enrolment_id=enrolment.id,
        course_id=course.id,
        standing="issued",
        issued_at=at,
        valid_until=None,
        language="en",
        snapshot=award.as_json(),
        ordinal=1_000_000 + number,
    )
    if content is not None:
        row.file_digest, row.file_size, row.made_at = storage().put(content), len(content), at
    for column, value in (columns or {}).items():
        setattr(row, column, value)
    db.session.add(row)
    db.session.flush()
    found = queries.find_certificate(row.id)
    assert found is not None
    return found
