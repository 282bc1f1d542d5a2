"""Issuing by hand: somebody proposes, a second person decides, and the certificates are issued in background work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.queries import find_person
from lms.certificates import queries
from lms.certificates.events import (
    IssueProposed,
    ProposalApproved,
    ProposalClosed,
    ProposalDeclined,
    ProposalWithdrawn,
)
from lms.certificates.models import Proposal, Proposed
from lms.certificates.queries import proposals as proposed
from lms.certificates.queries.proposals import ProposalRow, ProposedRow
from lms.certificates.service import issuing
from lms.courses.queries import CourseRow
from lms.domain.errors import NotFound, Refused
from lms.domain.proposals import (
    APPROVED,
    CLOSED,
    DECLINED,
    ISSUED,
    REFUSED,
    WAITING,
    WITHDRAWN,
    find_obstacle,
    find_refusal,
)
from lms.infra import clock
from lms.infra.db import begin_write, db
from lms.infra.events import publish

LONGEST = 1000
"""Characters of a reason or comment."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A learner of a proposal, with what stands in the way now: a word of domain.proposals, None when nothing does."""

    row: ProposedRow
    obstacle: str | None


def propose(course: CourseRow, enrolment_ids: Sequence[str], *, reason: str, actor: str) -> str:
    """Propose certificates for people who completed a course and have none, and return the proposal's id.

    Refused for nobody, and for anybody who has one, is proposed already, or has not completed it; when it is this very
    proposal once more, the refusal names the first.
    """
    begin_write()
    wanted = sorted(set(enrolment_ids))
    if not wanted:
        raise Refused("nobody")
    found = proposed.list_finished(course.id, among=wanted, limit=len(wanted) + 1)
    if len(found) < len(wanted):
        raise _why_not(wanted, actor)
    row = Proposal(
        id=clock.new_id(),
        course_id=course.id,
        version_id=course.version_id,
        state=WAITING,
        proposed_by=actor,
        proposed_at=clock.now(),
        reason=reason[:LONGEST],
        comment="",
    )
    learners = [
        Proposed(proposal_id=row.id, enrolment_id=one.enrolment_id, subject_id=one.subject_id, outcome="", why="")
        for one in found
    ]
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
            db.session.add_all(learners)
    except IntegrityError:  # somebody else proposed one of them in this very moment
        raise _why_not(wanted, actor) from None
    publish(IssueProposed(actor=actor, proposal_id=row.id, course=course.slug, people=len(found)))
    return row.id


def _why_not(wanted: list[str], actor: str) -> Refused:
    query = (
        select(Proposed.proposal_id)
        .join(Proposal, Proposal.id == Proposed.proposal_id)
        .where(Proposed.enrolment_id.in_(wanted), Proposed.outcome == "", Proposal.proposed_by == actor)
        .distinct()
    )
    before = db.session.scalars(query).all()
    if len(before) == 1 and {row.enrolment_id for row in proposed.list_proposed(before[0])} == set(wanted):
        return Refused("proposed", proposal_id=before[0])
    return Refused("changed")


def find_objection(proposal: ProposalRow, decider: str) -> str | None:
    """Say why somebody may not decide a proposal; all accounts of a person are one."""
    return find_refusal(
        proposal.state,
        proposer=_person(proposal.proposed_by),
        decider=_person(decider),
        learners={row.subject_id for row in proposed.list_proposed(proposal.id)},
    )


def approve(proposal_id: str, *, comment: str, actor: str) -> None:
    """Agree to a proposal, as a second person; the certificates follow in background work. Refused otherwise."""
    row, slug = _decide(proposal_id, APPROVED, comment=comment, actor=actor)
    people = len(proposed.list_proposed(row.id))
    publish(ProposalApproved(actor=actor, proposal_id=row.id, course=slug, people=people))


def decline(proposal_id: str, *, comment: str, actor: str) -> None:
    """Disagree with a proposal, as a second person. Refused otherwise."""
    row, slug = _decide(proposal_id, DECLINED, comment=comment, actor=actor)
    _close(row, DECLINED)
    publish(ProposalDeclined(actor=actor, proposal_id=row.id, course=slug))


def withdraw(proposal_id: str, *, actor: str) -> None:
    """Take a proposal of one's own back. Refused when it was decided, or is somebody else's."""
    row, slug = _waiting(proposal_id)
    if row.state != WAITING:
        raise Refused("decided")
    if _person(row.proposed_by) != _person(actor):
        raise Refused("not-own")
    row.state = WITHDRAWN
    _close(row, WITHDRAWN)
    publish(ProposalWithdrawn(actor=actor, proposal_id=row.id, course=slug))


def _decide(proposal_id: str, state: str, *, comment: str, actor: str) -> tuple[Proposal, str]:
    row, slug = _waiting(proposal_id)
    known = proposed.find_proposal(proposal_id)
    assert known is not None
    if refusal := find_objection(known, actor):
        raise Refused(refusal)
    row.state, row.decided_by, row.decided_at, row.comment = state, actor, clock.now(), comment[:LONGEST]
    db.session.flush()
    return row, slug


def _waiting(proposal_id: str) -> tuple[Proposal, str]:
    """Return a proposal under the write lock, and the course it is about: of two who decide at once one is second."""
    begin_write()
    row = db.session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    known = proposed.find_proposal(proposal_id)
    if row is None or known is None:
        raise NotFound(proposal_id)
    return row, known.slug


def issue_next(proposal_id: str) -> bool:
    """Issue one more certificate of an approved proposal; return whether there may be another one to issue.

    Done again it changes nothing: a learner whose outcome is known is passed over.
    """
    query = select(Proposed.enrolment_id, Proposed.subject_id).where(
        Proposed.proposal_id == proposal_id, Proposed.outcome == ""
    )
    learner = db.session.execute(query.order_by(Proposed.enrolment_id).limit(1)).first()
    if learner is None:
        _end(proposal_id)
        return False
    outcome, why, certificate_id = _issue(proposal_id, learner.subject_id)
    # Whoever was erased meanwhile, or came to their certificate by another run, has an outcome already.
    db.session.execute(
        update(Proposed)
        .where(
            Proposed.proposal_id == proposal_id,
            Proposed.enrolment_id == learner.enrolment_id,
            Proposed.outcome == "",
        )
        .values(outcome=outcome, why=why, certificate_id=certificate_id)
    )
    return True


def _issue(proposal_id: str, subject_id: str) -> tuple[str, str, str | None]:
    person, row = _person(subject_id), db.session.get_one(Proposal, proposal_id)
    if find_person(person) is None:
        return REFUSED, "erased", None
    try:
        certificate_id = issuing.issue_by_hand(person, row.course_id, actor=row.decided_by, proposal_id=row.id)
    except Refused as no:
        return REFUSED, no.reason, None
    return ISSUED, "", certificate_id


def _end(proposal_id: str) -> None:
    """Close a proposal of which every outcome is known, and tell who got one."""
    row, _slug = _waiting(proposal_id)
    if row.state != APPROVED:
        return
    _close(row, CLOSED)
    known = proposed.find_proposal(row.id)
    assert known is not None
    publish(
        ProposalClosed(
            actor=row.decided_by,
            proposal_id=row.id,
            course=known.slug,
            issued=known.issued,
            refused=known.people - known.issued,
        )
    )


def _close(row: Proposal, state: str) -> None:
    row.state, row.closed_at = state, clock.now()
    if state in (DECLINED, WITHDRAWN):
        _set_open(row.id, state)
    db.session.flush()
    if _somebody_erased(row.id):
        row.reason = row.comment = ""
        db.session.flush()


def _set_open(proposal_id: str, outcome: str) -> None:
    db.session.execute(
        update(Proposed).where(Proposed.proposal_id == proposal_id, Proposed.outcome == "").values(outcome=outcome)
    )


def _somebody_erased(proposal_id: str) -> bool:
    query = select(Proposed.why).where(Proposed.proposal_id == proposal_id, Proposed.why == "erased").limit(1)
    return db.session.scalar(query) is not None


def forget_learner(subject_id: str) -> None:
    """Take an erased person out of what waits, and words that may be about them out of what is decided.

    While a proposal waits for others too, its reason stays until it is decided: without it nobody could.
    """
    rows = db.session.scalars(select(Proposed).where(Proposed.subject_id == subject_id)).all()
    for learner in rows:
        if not learner.outcome:
            learner.outcome = REFUSED
        learner.why = "erased"
    db.session.flush()
    for proposal_id in {learner.proposal_id for learner in rows}:
        row = db.session.get_one(Proposal, proposal_id)
        left = db.session.scalar(
            select(Proposed.enrolment_id).where(Proposed.proposal_id == proposal_id, Proposed.outcome == "").limit(1)
        )
        if row.state == WAITING and left is None:
            _close(row, WITHDRAWN)
        if row.state not in (WAITING, APPROVED):
            row.reason = row.comment = ""
    db.session.flush()


def candidates(proposal: ProposalRow) -> list[Candidate]:
    """Return the learners of a proposal with what stands in the way of each now."""
    rows = proposed.list_proposed(proposal.id)
    terms = {
        version: issuing.find_terms(version, proposal.course_id) is not None
        for version in {row.completed_version_id for row in rows}
    }
    return [
        Candidate(
            row=row,
            obstacle=find_obstacle(
                erased=not row.name,
                completed=row.completed_at is not None,
                code=row.code,
                has_terms=terms[row.completed_version_id],
            ),
        )
        for row in rows
    ]


def _person(subject_id: str) -> str:
    return queries.find_canonical(subject_id) or subject_id
