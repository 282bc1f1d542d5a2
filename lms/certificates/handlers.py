"""What certificates do when something happens in study or to an account."""

from __future__ import annotations

from lms.accounts.events import AccountErased, SubjectsLinked
from lms.certificates import jobs
from lms.certificates.events import CertificateIssued
from lms.certificates.service import issuing
from lms.learning.events import CourseCompleted


def completed(event: CourseCompleted) -> None:
    """Award the certificate."""
    issuing.issue(event)


def issued(event: CertificateIssued) -> None:
    """Have its file made."""
    jobs.order_file(event.certificate_id)


def erased(event: AccountErased) -> None:
    """Take the name out of the person's certificates."""
    for certificate_id in issuing.erase_holder(event.subject_id):
        jobs.order_removal(certificate_id)


def linked(event: SubjectsLinked) -> None:
    """Let certificates follow their holder."""
    issuing.follow(event.canonical, event.other)
