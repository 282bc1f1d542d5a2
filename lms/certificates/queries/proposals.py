"""Reading what was proposed to be issued by hand: who could get one, what waits, and who may decide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Account, Affiliation, RoleGrant, Subject
from lms.accounts.queries import Person, find_person
from lms.certificates.models import Certificate, Proposal, Proposed
from lms.courses.models import Course
from lms.domain.authority import SITE, roles_with
from lms.domain.codes import spaced
from lms.domain.proposals import ISSUED, WAITING
from lms.infra.db import db
from lms.learning.models import Enrolment
from lms.network.models import Museum

APPROVE = "certificates.approve"
MOST_APPROVERS = 50


@dataclass(frozen=True, kw_only=True)
class Finished:
    """Somebody who has completed a course and has no certificate of it."""

    enrolment_id: str
    subject_id: str
    name: str
    museum: str
    completed_at: datetime
    version_id: str
    """The version that was completed."""
    grade: int | None


@dataclass(frozen=True, kw_only=True)
class ProposalRow:
    """A proposal as lists and pages show it."""

    id: str
    course_id: str
    slug: str
    version_id: str
    state: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    comment: str
    closed_at: datetime | None
    people: int
    ended: int
    """Of how many learners the outcome is known."""
    issued: int

    @property
    def percent(self) -> int:
        """Return how much of the issuing is done, rounded down."""
        return self.ended * 100 // self.people if self.people else 100


@dataclass(frozen=True, kw_only=True)
class ProposedRow:
    """A learner of a proposal, as they stand now; the name is empty once they were erased."""

    enrolment_id: str
    subject_id: str
    """The subject of all their accounts."""
    name: str
    museum: str
    completed_at: datetime | None
    completed_version_id: str
    grade: int | None
    outcome: str
    why: str
    code: str | None
    """Of the certificate they have of the course."""

    @property
    def code_spaced(self) -> str:
        """Return this code in groups of four."""
        return spaced(self.code) if self.code else ""


_canonical = aliased(Subject)
_FINISHED = (
    select(
        Enrolment.id,
        Enrolment.subject_id,
        func.min(Account.name).label("name"),
        func.min(Museum.name).label("museum"),
        Enrolment.completed_at,
        func.coalesce(Enrolment.completed_version_id, Enrolment.version_id).label("version_id"),
        Enrolment.grade,
    )
    # Of linked accounts the enrolment that the records of all are folded into.
    .join(Subject, (Subject.id == Enrolment.subject_id) & (Subject.canonical_id == Subject.id))
    .join(_canonical, _canonical.canonical_id == Subject.id)
    .join(Account, Account.subject_id == _canonical.id)
    .outerjoin(Affiliation, Affiliation.id == Enrolment.affiliation_id)
    .outerjoin(Museum, Museum.id == Affiliation.museum_id)
    .where(
        Enrolment.completed_at.is_not(None),
        ~select(Certificate.id)
        .where(Certificate.enrolment_id == Enrolment.id, Certificate.standing != "superseded")
        .exists(),
        ~select(Proposed.proposal_id).where(Proposed.enrolment_id == Enrolment.id, Proposed.outcome == "").exists(),
    )
    .group_by(Enrolment.id)
)


def list_finished(
    course_id: str, before: tuple[datetime, str] | None = None, limit: int = 100, among: Collection[str] | None = None
) -> list[Finished]:
    """Return who completed a course, has no certificate and is in no open proposal; the last one first (keyset)."""
    query = _FINISHED.where(Enrolment.course_id == course_id)
    if among is not None:
        query = query.where(Enrolment.id.in_(among))
    if before:
        moment, key = before
        query = query.where(
            (Enrolment.completed_at < moment) | ((Enrolment.completed_at == moment) & (Enrolment.id < key))
        )
    rows = db.session.execute(query.order_by(Enrolment.completed_at.desc(), Enrolment.id.desc()).limit(limit))
    return [
        Finished(
            enrolment_id=row.id,
            subject_id=row.subject_id,
            name=row.name,
            museum=row.museum or "",
            completed_at=row.completed_at,
            version_id=row.version_id,
            grade=row.grade,
        )
        for row in rows
    ]


def count_finished(course_id: str) -> int:
    """Count who completed a course, has no certificate and is in no open proposal."""
    finished = _FINISHED.where(Enrolment.course_id == course_id).subquery()
    return db.session.scalar(select(func.count()).select_from(finished)) or 0


_PROPOSALS = (
    select(
        Proposal.id,
        Proposal.course_id,
        Course.slug,
        Proposal.version_id,
        Proposal.state,
        Proposal.proposed_by,
        Proposal.proposed_at,
        Proposal.reason,
        Proposal.decided_by,
        Proposal.decided_at,
        Proposal.comment,
        Proposal.closed_at,
        func.count(Proposed.enrolment_id).label("people"),
        func.coalesce(func.sum(case((Proposed.outcome != "", 1), else_=0)), 0).label("ended"),
        func.coalesce(func.sum(case((Proposed.outcome == ISSUED, 1), else_=0)), 0).label("issued"),
    )
    .join(Course, Course.id == Proposal.course_id)
    .outerjoin(Proposed, Proposed.proposal_id == Proposal.id)
    .group_by(Proposal.id, Course.slug)
)


def find_proposal(proposal_id: str) -> ProposalRow | None:
    """Return the proposal with this id, if any."""
    row = db.session.execute(_PROPOSALS.where(Proposal.id == proposal_id)).first()
    return _proposal(row) if row else None


def list_proposals(
    slugs: Collection[str] | None, before: tuple[datetime, str] | None = None, limit: int = 50
) -> list[ProposalRow]:
    """Return the proposals of some courses (None: of all), the newest first, before a place (keyset)."""
    query = _of_courses(_PROPOSALS, slugs)
    if before:
        moment, key = before
        query = query.where((Proposal.proposed_at < moment) | ((Proposal.proposed_at == moment) & (Proposal.id < key)))
    rows = db.session.execute(query.order_by(Proposal.proposed_at.desc(), Proposal.id.desc()).limit(limit))
    return [_proposal(row) for row in rows]


def list_waiting(slugs: Collection[str] | None, person: str, limit: int = 50) -> list[ProposalRow]:
    """Return what waits for a second person, and is this one's to decide; the longest waiting first."""
    query = _of_courses(_PROPOSALS, slugs).where(*_for_somebody_else(person))
    rows = db.session.execute(query.order_by(Proposal.proposed_at, Proposal.id).limit(limit))
    return [_proposal(row) for row in rows]


def count_waiting(slugs: Collection[str] | None, person: str) -> int:
    """Count what waits for a second person, and is this one's to decide."""
    query = select(func.count()).select_from(Proposal).join(Course, Course.id == Proposal.course_id)
    return db.session.scalar(_of_courses(query, slugs).where(*_for_somebody_else(person))) or 0


def _of_courses(query: Select[*tuple[object, ...]], slugs: Collection[str] | None) -> Select[*tuple[object, ...]]:
    return query if slugs is None else query.where(Course.slug.in_(slugs))


def _for_somebody_else(person: str) -> tuple[ColumnElement[bool], ...]:
    own = select(Subject.id).where(Subject.canonical_id == person)
    concerned = aliased(Proposed)
    learner = select(concerned.proposal_id).where(concerned.proposal_id == Proposal.id, concerned.subject_id.in_(own))
    return Proposal.state == WAITING, Proposal.proposed_by.not_in(own), ~learner.correlate(Proposal).exists()


def list_proposed(proposal_id: str) -> list[ProposedRow]:
    """Return the learners of a proposal by name, as they stand now."""
    everybody = aliased(Subject)
    query = (
        select(
            Proposed.enrolment_id,
            Subject.canonical_id,
            func.min(Account.name).label("name"),
            func.min(Museum.name).label("museum"),
            Enrolment.completed_at,
            func.coalesce(Enrolment.completed_version_id, Enrolment.version_id).label("completed_version_id"),
            Enrolment.grade,
            Proposed.outcome,
            Proposed.why,
            func.min(Certificate.code).label("code"),
        )
        .join(Enrolment, Enrolment.id == Proposed.enrolment_id)
        .join(Subject, Subject.id == Proposed.subject_id)
        .join(everybody, everybody.canonical_id == Subject.canonical_id)
        .outerjoin(Account, Account.subject_id == everybody.id)
        .outerjoin(Affiliation, Affiliation.id == Enrolment.affiliation_id)
        .outerjoin(Museum, Museum.id == Affiliation.museum_id)
        .outerjoin(Certificate, (Certificate.enrolment_id == Enrolment.id) & (Certificate.standing != "superseded"))
        .where(Proposed.proposal_id == proposal_id)
        .group_by(Proposed.proposal_id, Proposed.enrolment_id, Subject.canonical_id, Enrolment.id)
        .order_by(func.min(Account.name), Proposed.enrolment_id)
    )
    return [
        ProposedRow(
            enrolment_id=row.enrolment_id,
            subject_id=row.canonical_id,
            name=row.name or "",
            museum=row.museum or "",
            completed_at=row.completed_at,
            completed_version_id=row.completed_version_id,
            grade=row.grade,
            outcome=row.outcome,
            why=row.why,
            code=row.code,
        )
        for row in db.session.execute(query)
    ]


def list_own(subject_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Return a person's part in proposals, as it is told to that person alone."""
    made = db.session.execute(_PROPOSALS.where(Proposal.proposed_by.in_(subject_ids))).all()
    decided = db.session.execute(_PROPOSALS.where(Proposal.decided_by.in_(subject_ids))).all()
    query = select(Proposed, Proposal, Course.slug).join(Proposal, Proposal.id == Proposed.proposal_id)
    about = db.session.execute(
        query.join(Course, Course.id == Proposal.course_id).where(Proposed.subject_id.in_(subject_ids))
    ).all()
    return {
        "proposed": [
            {"course": row.slug, "at": row.proposed_at, "people": row.people, "reason": row.reason} for row in made
        ],
        "decided": [
            {"course": row.slug, "at": row.decided_at, "state": row.state, "comment": row.comment} for row in decided
        ],
        "about": [
            {"course": slug, "at": proposal.proposed_at, "state": proposal.state, "outcome": one.outcome}
            for one, proposal, slug in about
        ],
    }


def list_approvers(slug: str, but: Collection[str], now: datetime) -> list[Person]:
    """Return the people who may decide proposals for a course, without those whose subjects are named."""
    query = (
        select(Subject.canonical_id)
        .join(Account, Account.subject_id == Subject.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role.in_(roles_with(APPROVE)),
            or_(RoleGrant.scope_kind == SITE, (RoleGrant.scope_kind == "course") & (RoleGrant.scope_id == slug)),
            or_(RoleGrant.until.is_(None), RoleGrant.until > now),
            Account.active,
            Account.confirmed_at.is_not(None),
            Subject.canonical_id.not_in(but),
        )
        .distinct()
        .order_by(Subject.canonical_id)
        .limit(MOST_APPROVERS)
    )
    found = (find_person(subject_id) for subject_id in db.session.scalars(query))
    return [person for person in found if person is not None]


def _proposal(row: Row[*tuple[object, ...]]) -> ProposalRow:
    return ProposalRow(**{**row._mapping, "ended": int(row.ended), "issued": int(row.issued)})
