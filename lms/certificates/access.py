"""The one door to a certificate: whoever has its code may see it."""

from __future__ import annotations

from lms.certificates import queries
from lms.certificates.queries import CertificateRow
from lms.domain import codes
from lms.domain.errors import NotFound


def certificate_for_anybody(typed: str) -> CertificateRow:
    """Return the certificate whose code was meant; what is no code looks like one that nobody was given."""
    code = codes.read(typed)
    found = queries.find_by_code(code) if code else None
    if found is None:
        raise NotFound("certificate")
    return found


def certificate_for_holder(typed: str, subject_id: str) -> CertificateRow:
    """Return one's own certificate; that of somebody else looks like one that is not there."""
    found = certificate_for_anybody(typed)
    if found.subject_id != subject_id or found.award is None:
        raise NotFound("certificate")
    return found
