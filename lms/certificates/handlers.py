"""What certificates do when something happens in study or to an account."""

from __future__ import annotations

from lms.accounts.events import AccountErased, SubjectsLinked
from lms.certificates import jobs
from lms.certificates.events import (
    CertificateCorrected,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    TranscriptIssued,
    TranscriptReinstated,
    TranscriptRevoked,
)
from lms.certificates.service import issuing, transcripts
from lms.learning.events import CourseCompleted
from lms.quizzes.events import GradedAttemptBegun


def completed(event: CourseCompleted) -> None:
    """Award the certificate."""
    issuing.issue(event)


def issued(event: CertificateIssued) -> None:
    """Have its file made."""
    jobs.order_file(event.certificate_id)


def standing_changed(event: CertificateRevoked | CertificateReinstated | CertificateCorrected) -> None:
    """Have the file of the journal grow at once, and tell the holder."""
    jobs.order_journal(event.code)
    jobs.order_notice(event)


def transcript_issued(event: TranscriptIssued) -> None:
    """Have its file made."""
    jobs.order_transcript(event.transcript_id)


def transcript_changed(event: TranscriptRevoked | TranscriptReinstated) -> None:
    """Have the file of the journal grow at once, and tell the holder."""
    jobs.order_journal(event.code)
    jobs.order_transcript_notice(event)


def name_used(event: GradedAttemptBegun) -> None:
    """Freeze the name that the certificate will bear."""
    issuing.freeze_name(event.subject_id, event.enrolment_id)


def erased(event: AccountErased) -> None:
    """Take the name out of the person's certificates and transcripts."""
    for certificate_id in issuing.erase_holder(event.subject_id):
        jobs.order_removal(certificate_id)
    for transcript_id in transcripts.erase_holder(event.subject_id):
        jobs.order_transcript_removal(transcript_id)


def linked(event: SubjectsLinked) -> None:
    """Let certificates and transcripts follow their holder."""
    issuing.follow(event.canonical, event.other)
    transcripts.follow(event.canonical, event.other)
