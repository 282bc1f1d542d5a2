"""Background jobs of certificates."""

from __future__ import annotations

from collections.abc import Callable

from lms.accounts.queries import find_person
from lms.certificates import emails
from lms.certificates.events import CertificateCorrected, CertificateReinstated, CertificateRevoked
from lms.certificates.queries import find_certificate
from lms.certificates.service import issuing, journal, lifecycle, sweeping
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


def order_journal(code: str) -> None:
    """Have the file of the journal written on, in the commit that changes a standing."""
    enqueue("certificates.write_journal", key=f"journal-{code}-{clock.new_id()}")


def order_notice(event: CertificateRevoked | CertificateReinstated | CertificateCorrected) -> None:
    """Have the holder told what became of a certificate, in the commit in which it did."""
    enqueue(NOTICES[type(event)], event.certificate_id, key=f"certificate-notice-{clock.new_id()}")


@job("certificates.tell_revoked")
def tell_revoked(certificate_id: str) -> None:
    """Tell a holder that a certificate was revoked, and why."""
    _tell(certificate_id, emails.certificate_revoked)


@job("certificates.tell_reinstated")
def tell_reinstated(certificate_id: str) -> None:
    """Tell a holder that a certificate counts again."""
    _tell(certificate_id, emails.certificate_reinstated)


@job("certificates.tell_corrected")
def tell_corrected(certificate_id: str) -> None:
    """Tell a holder that a certificate was replaced."""
    _tell(certificate_id, emails.certificate_corrected)


def _tell(certificate_id: str, write: Callable[..., mail.Message]) -> None:
    row = find_certificate(certificate_id)
    person = find_person(row.subject_id) if row else None
    if row and row.award and person:
        mail.post(write(row, to=person.email, languages=person.languages))


NOTICES: dict[type, str] = {
    CertificateRevoked: "certificates.tell_revoked",
    CertificateReinstated: "certificates.tell_reinstated",
    CertificateCorrected: "certificates.tell_corrected",
}


@job("certificates.write_journal")
def write_journal() -> None:
    """Write the file of the journal on."""
    journal.write_out()


@periodic("certificates.journal", every=60)
def keep_journal() -> None:
    """Write the file of the journal on."""
    journal.write_out()


@periodic("certificates.sweep", every=24 * 3600)
def sweep() -> None:
    """Remove the bytes of certificates that were stored and then belonged to none, since a process died in between."""
    sweeping.sweep()


@periodic("certificates.remind", every=6 * 3600)
def remind() -> None:
    """Tell holders whose certificates end within a month, once each."""
    for certificate_id in lifecycle.note_ending(clock.now()):
        _tell(certificate_id, emails.certificate_ending)


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
