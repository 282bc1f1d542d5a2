"""What certificates do when something happens in study or to an account."""

from __future__ import annotations

from lms.accounts.events import AccountErased, SubjectsLinked
from lms.certificates import jobs
from lms.certificates.events import (
    CertificateCorrected,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    IssueProposed,
    ProposalApproved,
    ProposalClosed,
    ProposalDeclined,
    TranscriptIssued,
    TranscriptReinstated,
    TranscriptRevoked,
)
from lms.certificates.service import issuing, packing, proposing, transcripts
from lms.infra.pause import paused
from lms.learning.events import CourseCompleted
from lms.quizzes.events import GradedAttemptBegun


def completed(event: CourseCompleted) -> None:
    """Award the certificate, at once or when the site no longer waits after a restore."""
    if paused():
        jobs.order_award(event)
    else:
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
    packing.withdraw_packages(event.subject_id)
    jobs.order_withdrawal(event.subject_id)
    proposing.forget_learner(event.subject_id)


def linked(event: SubjectsLinked) -> None:
    """Let certificates and transcripts follow their holder."""
    issuing.follow(event.canonical, event.other)
    transcripts.follow(event.canonical, event.other)


def proposed(event: IssueProposed) -> None:
    """Tell those who may decide."""
    jobs.order_proposed(event.proposal_id)


def approved(event: ProposalApproved) -> None:
    """Have the certificates issued."""
    jobs.order_issuing(event.proposal_id)


def decided(event: ProposalDeclined | ProposalClosed) -> None:
    """Tell whoever proposed it."""
    jobs.order_result(event.proposal_id)
