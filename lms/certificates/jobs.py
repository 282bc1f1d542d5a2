"""Background jobs of certificates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from lms.accounts.queries import Person, find_person
from lms.certificates import emails
from lms.certificates.events import (
    CertificateCorrected,
    CertificateReinstated,
    CertificateRevoked,
    TranscriptReinstated,
    TranscriptRevoked,
)
from lms.certificates.queries import find_canonical, find_certificate, list_entries
from lms.certificates.queries import proposals as proposed
from lms.certificates.queries.documents import Document
from lms.certificates.queries.proposals import ProposalRow
from lms.certificates.queries.transcripts import find_transcript
from lms.certificates.service import (
    issuing,
    journal,
    lifecycle,
    packing,
    proposing,
    ring,
    specimen,
    sweeping,
    transcripts,
)
from lms.courses.queries import get_tree
from lms.infra import clock, mail, orders, pdf
from lms.infra.commands import keep_so_far
from lms.infra.pause import paused
from lms.infra.queue import PDF, TryAgain, enqueue, job, list_unfinished, periodic
from lms.learning.events import CourseCompleted
from lms.learning.service import lock

TURN = 600
"""Seconds between two looks for files that were not made."""

AFTER_ISSUE = timedelta(minutes=1)
"""What a demonstration tells of how long a file took."""


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


def order_transcript(transcript_id: str) -> None:
    """Have the file of a transcript made, in the commit that issues it."""
    enqueue("certificates.make_transcript", transcript_id, key=f"transcript-{transcript_id}")


def order_transcript_removal(transcript_id: str) -> None:
    """Have the bytes of an erased holder's transcript removed, in the commit that erases."""
    enqueue("certificates.forget_transcript", transcript_id, key=f"transcript-forget-{transcript_id}")


def order_transcript_notice(event: TranscriptRevoked | TranscriptReinstated) -> None:
    """Have the holder told what became of a transcript, in the commit in which it did."""
    name = f"certificates.tell_transcript_{'revoked' if isinstance(event, TranscriptRevoked) else 'reinstated'}"
    enqueue(name, event.transcript_id, key=f"transcript-notice-{clock.new_id()}")


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


@job("certificates.tell_transcript_revoked")
def tell_transcript_revoked(transcript_id: str) -> None:
    """Tell a holder that a transcript was revoked, and why."""
    _tell_of(find_transcript(transcript_id), emails.transcript_revoked)


@job("certificates.tell_transcript_reinstated")
def tell_transcript_reinstated(transcript_id: str) -> None:
    """Tell a holder that a transcript counts again."""
    _tell_of(find_transcript(transcript_id), emails.transcript_reinstated)


def _tell(certificate_id: str, write: Callable[..., mail.Message]) -> None:
    _tell_of(find_certificate(certificate_id), write)


def _tell_of(row: Document | None, write: Callable[..., mail.Message]) -> None:
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


@job("certificates.make_past", queue=PDF)
def make_past(document_id: str) -> None:
    """Make the file of an award or a transcript as on the day of its issue, for a demonstration; nobody is told."""
    row = find_certificate(document_id) or find_transcript(document_id)
    if row is None:
        return
    if not pdf.available():
        raise TryAgain("the PDF libraries are not there")
    # Nothing is signed with a key before there was one.
    since = max((key.made_at for key in ring.every_key()), default=row.issued_at)
    with clock.at(max(since, list_entries(row.code)[0].at + AFTER_ISSUE)):
        issuing.make_file(document_id)
        transcripts.make_file(document_id)


@job("certificates.make_transcript", queue=PDF)
def make_transcript(transcript_id: str) -> None:
    """Make the file of a transcript; its holder waits on the page."""
    transcripts.make_file(transcript_id)


@job("certificates.forget_transcript")
def forget_transcript(transcript_id: str) -> None:
    """Remove the bytes of an erased holder's transcript."""
    transcripts.forget_file(transcript_id)


@job("certificates.forget_file")
def forget_file(certificate_id: str) -> None:
    """Remove the bytes of an erased holder's certificate."""
    issuing.forget_file(certificate_id)


@job("certificates.make_specimen", queue=PDF)
def make_specimen(lang: str) -> None:
    """Make the specimen that everybody may try to forge, in one language."""
    specimen.make(lang)


@periodic("certificates.order_specimens", every=TURN)
def order_specimens() -> None:
    """Order the specimens that are not there yet, or that former keys signed."""
    turn = int(clock.now().timestamp() // TURN)
    for lang in specimen.list_missing():
        enqueue("certificates.make_specimen", lang, key=f"specimen-{lang}-{turn}")


@periodic("certificates.make_waiting", every=TURN)
def make_waiting() -> None:
    """Order the files that waited for the PDF libraries or for letters, unless the first order of one still stands."""
    turn = int(clock.now().timestamp() // TURN)
    for kind, name, waiting in (
        ("certificate", "certificates.make", issuing.list_waiting()),
        ("transcript", "certificates.make_transcript", transcripts.list_waiting()),
    ):
        ordered = list_unfinished(f"{kind}-") if waiting else set()
        for document_id in waiting:
            if f"{kind}-{document_id}" not in ordered:
                enqueue(name, document_id, key=f"{kind}-{document_id}-{turn}")


@job(packing.KIND, attempts=1)
def pack(order_id: str) -> None:
    """Pack files of a course's certificates for whoever ordered it."""
    orders.perform(order_id, packing.pack)


def order_withdrawal(subject_id: str) -> None:
    """Have packages looked for once more after the commit that erases: one may just have been packed."""
    enqueue("certificates.withdraw_packages", subject_id, key=f"certificate-packages-{subject_id}")


@job("certificates.withdraw_packages")
def withdraw_packages(subject_id: str) -> None:
    """Take away packages in which an erased person is."""
    packing.withdraw_packages(subject_id)


def order_award(completed: CourseCompleted, delay: float | None = None) -> None:
    """Have a certificate awarded when the site no longer waits after a restore."""
    enqueue("certificates.award", {**asdict(completed), "at": completed.at.isoformat()}, delay=delay)


@job("certificates.award")
def award(completed: dict[str, Any]) -> None:
    """Award a certificate that had to wait; it may have to wait on."""
    event = CourseCompleted(**{**completed, "at": datetime.fromisoformat(completed["at"])})
    if paused():
        order_award(event, delay=TURN)
    else:
        lock(event.subject_id)
        issuing.issue(event)


def order_proposed(proposal_id: str) -> None:
    """Have those told who may decide a proposal, in the commit that makes it."""
    enqueue("certificates.tell_approvers", proposal_id, key=f"proposal-{proposal_id}-made")


def order_issuing(proposal_id: str) -> None:
    """Have approved certificates issued, in the commit that approves them."""
    enqueue("certificates.issue_proposed", proposal_id, key=f"proposal-{proposal_id}-issue")


def order_result(proposal_id: str) -> None:
    """Have whoever proposed it told what became of a proposal, in the commit in which it did."""
    enqueue("certificates.tell_proposer", proposal_id, key=f"proposal-{proposal_id}-result")


@job("certificates.issue_proposed")
def issue_proposed(proposal_id: str) -> None:
    """Issue approved certificates, each in a commit of its own; while the site waits after a restore they wait too."""
    if paused():
        enqueue("certificates.issue_proposed", proposal_id, delay=TURN)
        return
    while proposing.issue_next(proposal_id):
        keep_so_far()


@job("certificates.tell_approvers")
def tell_approvers(proposal_id: str) -> None:
    """Ask those to decide who may; nobody who proposed it, and nobody whom it is for."""
    row = proposed.find_proposal(proposal_id)
    if row is None or row.state != "waiting":
        return
    own = {find_canonical(row.proposed_by) or row.proposed_by}
    concerned = own | {learner.subject_id for learner in proposed.list_proposed(row.id)}
    for person in proposed.list_approvers(row.slug, concerned, clock.now()):
        title = _title(row, person)
        mail.post(emails.issue_proposed(title, row.people, _link(row), to=person.email, languages=person.languages))


@job("certificates.tell_proposer")
def tell_proposer(proposal_id: str) -> None:
    """Tell whoever proposed certificates what became of it."""
    row = proposed.find_proposal(proposal_id)
    person = find_person(row.proposed_by) if row else None
    if row is None or person is None:
        return
    title, to, languages = _title(row, person), person.email, person.languages
    if row.state == "declined":
        mail.post(emails.proposal_declined(title, _link(row), to=to, languages=languages))
    elif row.state == "closed":
        left = row.people - row.issued
        mail.post(emails.proposal_closed(title, row.issued, left, _link(row), to=to, languages=languages))


def _title(row: ProposalRow, person: Person) -> str:
    return get_tree(row.version_id, person.languages).title


def _link(row: ProposalRow) -> str:
    return f"/teach/proposals/{row.id}"
