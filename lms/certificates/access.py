"""The doors to what was issued, which whoever has a code may see, to sittings and to what is proposed to be issued."""

from __future__ import annotations

from collections.abc import Iterable

from lms.certificates.queries import CertificateRow, sittings
from lms.certificates.queries.documents import Document, find_document
from lms.certificates.queries.proposals import ProposalRow, find_proposal
from lms.certificates.queries.sittings import SittingRow
from lms.courses.access import course_for_trainer
from lms.domain import codes
from lms.domain.authority import Grant, allows
from lms.domain.errors import NotFound
from lms.infra import clock

SUPERVISE = "teach.learners"


def document_for_anybody(typed: str) -> Document:
    """Return what bears the code that was meant; what is no code looks like one that nobody was given."""
    code = codes.read(typed)
    found = find_document(code) if code else None
    if found is None:
        raise NotFound("certificate")
    return found


def file_for_anybody(typed: str) -> Document:
    """Return what bears the code for whoever wants its file; what was replaced is no longer handed out.

    It may have been replaced for its name, which nobody is to learn here. Those who have the file keep it.
    """
    found = document_for_anybody(typed)
    if found.standing == "superseded":
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


def may_supervise(grants: Iterable[Grant], slug: str, museum_id: str) -> bool:
    """Tell whether somebody may watch over a course at a centre: as its trainer, or as the coordinator there."""
    held, now = tuple(grants), clock.now()
    return any(allows(held, SUPERVISE, at=now, scope=scope) for scope in (("course", slug), ("museum", museum_id)))


def sitting_for_supervisor(sitting_id: str, grants: Iterable[Grant]) -> SittingRow:
    """Return a sitting for somebody who may watch over it."""
    found = sittings.find_sitting(sitting_id)
    if found is None or not may_supervise(grants, found.slug, found.museum_id):
        raise NotFound(sitting_id)
    return found


def proposal_for_trainer(proposal_id: str, grants: Iterable[Grant], permission: str) -> ProposalRow:
    """Return a proposal for somebody who holds the permission for its course."""
    found = find_proposal(proposal_id)
    if found is None:
        raise NotFound(proposal_id)
    course_for_trainer(found.slug, grants, permission)
    return found
