"""The doors to a certificate, which whoever has its code may see, and to what is proposed to be issued."""

from __future__ import annotations

from collections.abc import Iterable

from lms.certificates import queries
from lms.certificates.queries import CertificateRow
from lms.certificates.queries.proposals import ProposalRow, find_proposal
from lms.courses.access import course_for_trainer
from lms.domain import codes
from lms.domain.authority import Grant
from lms.domain.errors import NotFound


def certificate_for_anybody(typed: str) -> CertificateRow:
    """Return the certificate whose code was meant; what is no code looks like one that nobody was given."""
    code = codes.read(typed)
    found = queries.find_by_code(code) if code else None
    if found is None:
        raise NotFound("certificate")
    return found


def proposal_for_trainer(proposal_id: str, grants: Iterable[Grant], permission: str) -> ProposalRow:
    """Return a proposal for somebody who holds the permission for its course."""
    found = find_proposal(proposal_id)
    if found is None:
        raise NotFound(proposal_id)
    course_for_trainer(found.slug, grants, permission)
    return found
