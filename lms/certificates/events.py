"""What happened to certificates and transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class CertificateIssued:
    """A certificate was awarded; its file follows."""

    subject_id: str
    certificate_id: str
    code: str
    title: str
    language: str


@dataclass(frozen=True, kw_only=True)
class CertificateRevoked:
    """A certificate no longer counts, for a reason that everybody may read."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CertificateReinstated:
    """A certificate counts again."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str


@dataclass(frozen=True, kw_only=True)
class CertificateCorrected:
    """A certificate was replaced by one with the right name."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str
    replaces: str


@dataclass(frozen=True, kw_only=True)
class CertificateAdopted:
    """A certificate whose record was lost was taken back from its file; '' as the subject when its holder is gone."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str


@dataclass(frozen=True, kw_only=True)
class TranscriptIssued:
    """A transcript was drawn up; its file follows."""

    subject_id: str
    transcript_id: str
    code: str


@dataclass(frozen=True, kw_only=True)
class TranscriptRevoked:
    """A transcript no longer counts, for a reason that everybody may read."""

    actor: str | None
    subject_id: str
    transcript_id: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TranscriptReinstated:
    """A transcript counts again."""

    actor: str | None
    subject_id: str
    transcript_id: str
    code: str


@dataclass(frozen=True, kw_only=True)
class KeyRotated:
    """A new key signs from now on."""

    actor: str | None
    key: str


@dataclass(frozen=True, kw_only=True)
class KeyRevoked:
    """A key was known to others from a moment on."""

    actor: str | None
    key: str
    since: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class SittingOpened:
    """Somebody watches over the final quiz of a course at a centre."""

    actor: str
    sitting_id: str
    course_id: str
    museum_id: str


@dataclass(frozen=True, kw_only=True)
class SittingClosed:
    """Somebody ended a sitting before its time."""

    actor: str
    sitting_id: str


@dataclass(frozen=True, kw_only=True)
class LearnerSeen:
    """Somebody saw a learner and the learner's papers at a sitting."""

    actor: str
    subject_id: str
    sitting_id: str


@dataclass(frozen=True, kw_only=True)
class LearnerUnseen:
    """That somebody was seen at a sitting was a mistake."""

    actor: str
    subject_id: str
    sitting_id: str


@dataclass(frozen=True, kw_only=True)
class PackageOrdered:
    """Somebody has files of a course's certificates packed, to take them along."""

    actor: str | None
    course: str
    order_id: str


@dataclass(frozen=True, kw_only=True)
class IssuedByHand:
    """Somebody who had completed a course got its certificate by hand: by a proposal, or on the command line."""

    actor: str | None
    subject_id: str
    certificate_id: str
    code: str
    proposal_id: str | None


@dataclass(frozen=True, kw_only=True)
class IssueProposed:
    """Somebody wants certificates issued by hand; a second person is to decide."""

    actor: str | None
    proposal_id: str
    course: str
    people: int


@dataclass(frozen=True, kw_only=True)
class ProposalApproved:
    """A second person agreed."""

    actor: str | None
    proposal_id: str
    course: str
    people: int


@dataclass(frozen=True, kw_only=True)
class ProposalDeclined:
    """A second person did not agree."""

    actor: str | None
    proposal_id: str
    course: str


@dataclass(frozen=True, kw_only=True)
class ProposalWithdrawn:
    """Whoever proposed it thought better of it."""

    actor: str | None
    proposal_id: str
    course: str


@dataclass(frozen=True, kw_only=True)
class ProposalClosed:
    """The certificates of a proposal were issued, as far as they could be."""

    actor: str | None
    proposal_id: str
    course: str
    issued: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class LookChanged:
    """Certificates show another picture of the site at a place, or none: `digest` is empty."""

    actor: str | None
    place: str
    digest: str
