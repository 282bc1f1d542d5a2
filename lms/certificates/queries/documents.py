"""Whatever has a code: certificates and transcripts alike."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal, select, union_all

from lms.certificates import queries
from lms.certificates.models import Certificate, Entry, IssuedTranscript
from lms.certificates.queries import CertificateRow, transcripts
from lms.certificates.queries.transcripts import TranscriptRow
from lms.infra.db import db, run, table_of

Document = CertificateRow | TranscriptRow

_certificate, _transcript, _entry = table_of(Certificate), table_of(IssuedTranscript), table_of(Entry)
_TAKEN = union_all(
    *(select(literal(1)).where(table.c.code == bindparam("code")) for table in (_certificate, _transcript, _entry))
).limit(1)


def find_document(code: str) -> Document | None:
    """Return the certificate or transcript with this code, if any."""
    return queries.find_by_code(code) or transcripts.find_by_code(code)


def find_document_by_digest(digest: str) -> Document | None:
    """Return the certificate or transcript whose file or credential has this SHA-256, if any."""
    return queries.find_by_digest(digest) or transcripts.find_by_digest(digest)


def is_taken(code: str) -> bool:
    """Tell whether a code was given before, even to what only the journal still knows."""
    return run(_TAKEN, {"code": code}).first() is not None


def list_ended_places(first: int, last: int) -> list[int]:
    """Return the ordinals from first to last, exclusive, whose certificates or transcripts were revoked or replaced."""
    ended = [
        select(table.c.ordinal).where(
            table.c.ordinal >= first, table.c.ordinal < last, table.c.standing.in_(("revoked", "superseded"))
        )
        for table in (_certificate, _transcript)
    ]
    return list(db.session.scalars(union_all(*ended)))


def last_ordinal() -> int | None:
    """Return the highest ordinal given, None before the first."""
    highest = [select(func.max(table.c.ordinal).label("ordinal")) for table in (_certificate, _transcript)]
    found: int | None = db.session.scalar(select(func.max(union_all(*highest).subquery().c.ordinal)))
    return found
