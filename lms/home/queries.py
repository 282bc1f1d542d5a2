"""Reads that join several features, for the pages of trainers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from lms.accounts.models import Account, Affiliation, Subject
from lms.infra.db import db
from lms.learning.models import Enrolment, ItemState
from lms.network.models import Museum
from lms.quizzes.models import Attempt, LateAnswer


@dataclass(frozen=True, kw_only=True)
class Learner:
    """A learner in a trainer's list; the name is empty once the person was erased."""

    enrolment_id: str
    subject_id: str
    name: str
    museum: str
    state: str
    percent: int
    grade: int | None
    enrolled_at: datetime
    changed_at: datetime
    completed_at: datetime | None
    scores: dict[str, int]


_ROW = (
    select(
        Enrolment.id,
        Enrolment.subject_id,
        func.min(Account.name).label("name"),
        func.min(Museum.name).label("museum"),
        Enrolment.state,
        Enrolment.done,
        Enrolment.total,
        Enrolment.grade,
        Enrolment.enrolled_at,
        Enrolment.changed_at,
        Enrolment.completed_at,
    )
    # Of linked accounts only the enrolment that the records of all are folded into is shown.
    .join(Subject, (Subject.id == Enrolment.subject_id) & (Subject.canonical_id == Subject.id))
    .outerjoin(Account, Account.subject_id == Enrolment.subject_id)
    .outerjoin(Affiliation, Affiliation.id == Enrolment.affiliation_id)
    .outerjoin(Museum, Museum.id == Affiliation.museum_id)
    .group_by(Enrolment.id)
)


def list_learners(course_id: str, before: tuple[datetime, str] | None = None, limit: int = 50) -> list[Learner]:
    """Return a course's learners, the last active first, before a place (keyset), with their kept scores."""
    query = (
        _ROW.where(Enrolment.course_id == course_id)
        .order_by(Enrolment.changed_at.desc(), Enrolment.id.desc())
        .limit(limit)
    )
    if before:
        moment, key = before
        query = query.where((Enrolment.changed_at < moment) | and_(Enrolment.changed_at == moment, Enrolment.id < key))
    rows = db.session.execute(query).all()
    scores: dict[str, dict[str, int]] = {row.id: {} for row in rows}
    kept = select(ItemState.enrolment_id, ItemState.item_id, ItemState.score).where(
        ItemState.enrolment_id.in_(list(scores)), ItemState.score.is_not(None)
    )
    for enrolment_id, item_id, score in db.session.execute(kept):
        scores[enrolment_id][item_id] = score or 0
    return [
        Learner(
            enrolment_id=row.id,
            subject_id=row.subject_id,
            name=row.name or "",
            museum=row.museum or "",
            state=row.state,
            percent=row.done * 100 // row.total if row.total else 0,
            grade=row.grade,
            enrolled_at=row.enrolled_at,
            changed_at=row.changed_at,
            completed_at=row.completed_at,
            scores=scores[row.id],
        )
        for row in rows
    ]


def count_late_answers(enrolment_id: str) -> int:
    """Return how many answers of a learner came too late to be graded."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(LateAnswer)
            .join(Attempt, Attempt.id == LateAnswer.attempt_id)
            .where(Attempt.enrolment_id == enrolment_id)
        )
        or 0
    )


def name_of(subject_id: str) -> str:
    """Return the name of the person behind a subject; empty once erased."""
    return (
        db.session.scalar(
            select(Account.name)
            .join(Subject, Subject.id == Account.subject_id)
            .where(Subject.canonical_id == subject_id)
            .limit(1)
        )
        or ""
    )


def names_of(subject_ids: Collection[str]) -> dict[str, str]:
    """Return the names of the people behind some subjects; those who were erased are absent."""
    if not subject_ids:
        return {}
    rows = db.session.execute(
        select(Subject.canonical_id, func.min(Account.name))
        .join(Account, Account.subject_id == Subject.id)
        .where(Subject.canonical_id.in_(subject_ids))
        .group_by(Subject.canonical_id)
    )
    return {subject_id: name for subject_id, name in rows if name}
