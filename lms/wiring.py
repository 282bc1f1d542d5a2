"""Which feature hears of what: event → the functions that are called, in this order, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.accounts import events as accounts
from lms.certificates import events as certificates_events
from lms.certificates import handlers as certificates
from lms.courses import events as courses
from lms.learning import events as learning_events
from lms.learning import handlers as learning
from lms.network import events as network_events
from lms.network import handlers as network
from lms.ops import handlers as ops
from lms.quizzes import events as quizzes_events
from lms.quizzes import handlers as quizzes

TABLE: dict[type, tuple[Callable[[Any], None], ...]] = {
    accounts.AffiliationStated: (network.place_affiliation,),
    accounts.NameChanged: (network.renamed,),
    accounts.SubjectsLinked: (network.linked, learning.linked, quizzes.linked, certificates.linked, ops.note),
    accounts.AccountConfirmed: (ops.note,),
    accounts.AccountDisabled: (ops.note,),
    accounts.AccountEnabled: (ops.note,),
    accounts.AccountErased: (network.erased, certificates.erased, ops.erased, ops.note),
    accounts.AccountLocked: (ops.note,),
    accounts.AccountUnlocked: (ops.note,),
    accounts.ConfirmationResent: (ops.note,),
    accounts.ExtraTimeSet: (ops.note,),
    accounts.InvitationMade: (ops.note,),
    accounts.InvitationWithdrawn: (ops.note,),
    accounts.PasswordResetOrdered: (ops.note,),
    accounts.RoleGranted: (ops.note,),
    accounts.RoleRevoked: (ops.note,),
    certificates_events.CertificateAdopted: (ops.note,),
    certificates_events.CertificateCorrected: (certificates.standing_changed, ops.note),
    certificates_events.CertificateIssued: (certificates.issued,),
    certificates_events.CertificateReinstated: (certificates.standing_changed, ops.note),
    certificates_events.CertificateRevoked: (certificates.standing_changed, ops.note),
    certificates_events.IssueProposed: (certificates.proposed, ops.note),
    certificates_events.IssuedByHand: (ops.note,),
    certificates_events.KeyRevoked: (ops.note,),
    certificates_events.KeyRotated: (ops.note,),
    certificates_events.LearnerSeen: (ops.note,),
    certificates_events.LearnerUnseen: (ops.note,),
    certificates_events.SittingClosed: (ops.note,),
    certificates_events.SittingOpened: (ops.note,),
    certificates_events.TranscriptIssued: (certificates.transcript_issued,),
    certificates_events.TranscriptReinstated: (certificates.transcript_changed, ops.note),
    certificates_events.TranscriptRevoked: (certificates.transcript_changed, ops.note),
    certificates_events.PackageOrdered: (ops.note,),
    certificates_events.ProposalApproved: (certificates.approved, ops.note),
    certificates_events.ProposalClosed: (certificates.decided, ops.note),
    certificates_events.ProposalDeclined: (certificates.decided, ops.note),
    certificates_events.ProposalWithdrawn: (ops.note,),
    certificates_events.LookChanged: (ops.note,),
    courses.CourseImported: (ops.note,),
    courses.CoursePublished: (ops.note,),
    learning_events.CourseCompleted: (certificates.completed,),
    network_events.NameConfirmationEnded: (network.ended, ops.note),
    network_events.NameConfirmed: (network.confirmed, ops.note),
    quizzes_events.AnswerRefused: (ops.note,),
    quizzes_events.GradedAttemptBegun: (certificates.name_used,),
}
