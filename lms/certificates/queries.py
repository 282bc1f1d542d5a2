"""Reading certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, select

from lms.certificates.models import Certificate
from lms.domain.award import Award, State, state
from lms.domain.codes import spaced
from lms.infra.db import db


@dataclass(frozen=True, kw_only=True)
class CertificateRow:
    """A certificate as pages show it; `award` is None once the holder was erased."""

    id: str
    code: str
    subject_id: str
    enrolment_id: str
    standing: str
    issued_at: datetime
    valid_until: datetime | None
    language: str
    award: Award | None
    facts: dict[str, object]
    file_digest: str | None
    file_size: int | None

    @property
    def code_spaced(self) -> str:
        """Return the code in groups of four."""
        return spaced(self.code)

    @property
    def made(self) -> bool:
        """Tell whether the file is there to download."""
        return self.file_digest is not None and self.award is not None

    def state(self, now: datetime) -> State:
        """Tell what holds of it at a moment."""
        return state(self.issued_at, self.valid_until, now, self.standing)


_COLUMNS = select(
    Certificate.id,
    Certificate.code,
    Certificate.subject_id,
    Certificate.enrolment_id,
    Certificate.standing,
    Certificate.issued_at,
    Certificate.valid_until,
    Certificate.language,
    Certificate.snapshot,
    Certificate.erased_at,
    Certificate.file_digest,
    Certificate.file_size,
)
_BY_CODE = _COLUMNS.where(Certificate.code == bindparam("code"))
_BY_ENROLMENT = _COLUMNS.where(Certificate.enrolment_id == bindparam("enrolment"))


def _row(row: Row) -> CertificateRow:
    return CertificateRow(
        id=row.id,
        code=row.code,
        subject_id=row.subject_id,
        enrolment_id=row.enrolment_id,
        standing=row.standing,
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        language=row.language,
        award=None if row.erased_at else Award.from_json(row.snapshot),
        facts=row.snapshot,
        file_digest=row.file_digest,
        file_size=row.file_size,
    )


def find_by_code(code: str) -> CertificateRow | None:
    """Return the certificate with this code, if any."""
    row = db.session.execute(_BY_CODE, {"code": code}).first()
    return _row(row) if row else None


def find_by_enrolment(enrolment_id: str) -> CertificateRow | None:
    """Return the certificate that an enrolment led to, if any."""
    row = db.session.execute(_BY_ENROLMENT, {"enrolment": enrolment_id}).first()
    return _row(row) if row else None


def list_by_subject(
    subject_id: str, before: tuple[datetime, str] | None = None, limit: int = 24
) -> list[CertificateRow]:
    """Return a person's certificates, newest first, before a position (keyset)."""
    query = (
        _COLUMNS.where(Certificate.subject_id == subject_id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(limit)
    )
    if before:
        moment, key = before
        query = query.where(
            (Certificate.issued_at < moment) | ((Certificate.issued_at == moment) & (Certificate.id < key))
        )
    return [_row(row) for row in db.session.execute(query)]
