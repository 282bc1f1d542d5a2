"""Reading attempts and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.infra.db import db
from lms.quizzes.models import Answer, Attempt

_ATTEMPTS = (
    select(Attempt)
    .where(Attempt.enrolment_id == bindparam("enrolment"), Attempt.item_id == bindparam("item"))
    .order_by(Attempt.number)
)
_ANSWERS = select(Answer.question_id, Answer.seq, Answer.response, Answer.checked).where(
    Answer.attempt_id == bindparam("attempt")
)


def list_attempts(enrolment_id: str, item_id: str) -> list[Attempt]:
    """Return the attempts of one learner at one quiz, the first first."""
    return list(db.session.scalars(_ATTEMPTS, {"enrolment": enrolment_id, "item": item_id}))


def find_attempt(attempt_id: str) -> Attempt | None:
    """Return an attempt by its id."""
    return db.session.get(Attempt, attempt_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The newest answer to one question."""

    seq: int
    response: object
    checked: bool


def list_answers(attempt_id: str) -> dict[str, Saved]:
    """Return the newest answers of an attempt by question."""
    return {
        row.question_id: Saved(seq=row.seq, response=row.response, checked=row.checked)
        for row in db.session.execute(_ANSWERS, {"attempt": attempt_id})
    }


def list_overdue(before: datetime, limit: int = 100) -> Sequence[str]:
    """Return open attempts whose closing lies before a moment, the oldest first."""
    return db.session.scalars(
        select(Attempt.id)
        .where(Attempt.submitted_at.is_(None), Attempt.closes_at < before)
        .order_by(Attempt.closes_at)
        .limit(limit)
    ).all()


def list_attempts_of(enrolment_id: str) -> list[Attempt]:
    """Return every attempt of an enrolment."""
    return list(db.session.scalars(select(Attempt).where(Attempt.enrolment_id == enrolment_id)))
