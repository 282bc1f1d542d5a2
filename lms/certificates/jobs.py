"""Background jobs of certificates."""

from __future__ import annotations

from lms.accounts.queries import find_person
from lms.certificates import emails
from lms.certificates.service import issuing
from lms.infra import clock, mail
from lms.infra.queue import PDF, enqueue, job, periodic

TURN = 600
"""Seconds between two looks for files that were not made."""


def order_file(certificate_id: str) -> None:
    """Have the file of an award made, in the commit that makes the award."""
    enqueue("certificates.make", certificate_id, key=f"certificate-{certificate_id}")


def order_removal(certificate_id: str) -> None:
    """Have the bytes of an erased holder's certificate removed, in the commit that erases."""
    enqueue("certificates.forget_file", certificate_id, key=f"certificate-forget-{certificate_id}")


@job("certificates.make", queue=PDF)
def make(certificate_id: str) -> None:
    """Make the file of an award, and tell its holder."""
    made = issuing.make_file(certificate_id)
    person = find_person(made.subject_id) if made else None
    if made and made.award and person:
        mail.post(emails.certificate_made(made.award, made.code, to=person.email, languages=person.languages))


@job("certificates.forget_file")
def forget_file(certificate_id: str) -> None:
    """Remove the bytes of an erased holder's certificate."""
    issuing.forget_file(certificate_id)


@periodic("certificates.make_waiting", every=TURN)
def make_waiting() -> None:
    """Order the files that waited for the PDF libraries or for letters."""
    turn = int(clock.now().timestamp() // TURN)
    for certificate_id in issuing.list_waiting():
        enqueue("certificates.make", certificate_id, key=f"certificate-{certificate_id}-{turn}")
