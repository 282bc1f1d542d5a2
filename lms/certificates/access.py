"""The one door to certificates and transcripts: whoever has a code may see what bears it."""

from __future__ import annotations

from lms.certificates.queries import CertificateRow
from lms.certificates.queries.documents import Document, find_document
from lms.domain import codes
from lms.domain.errors import NotFound


def document_for_anybody(typed: str) -> Document:
    """Return what bears the code that was meant; what is no code looks like one that nobody was given."""
    code = codes.read(typed)
    found = find_document(code) if code else None
    if found is None:
        raise NotFound("certificate")
    return found


def certificate_for_anybody(typed: str) -> CertificateRow:
    """Return the certificate whose code was meant, and no transcript."""
    found = document_for_anybody(typed)
    if not isinstance(found, CertificateRow):
        raise NotFound("certificate")
    return found


def certificate_for_holder(typed: str, subject_id: str) -> CertificateRow:
    """Return one's own certificate; that of somebody else looks like one that is not there."""
    found = certificate_for_anybody(typed)
    if found.subject_id != subject_id or found.award is None:
        raise NotFound("certificate")
    return found
