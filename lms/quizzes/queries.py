"""Reading attempts and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import bindparam, select

from lms.accounts.models import Subject
from lms.domain.attempts import Past
from lms.domain.progress import GIVEN_UP
from lms.infra.db import run, table_of
from lms.learning.models import Enrolment, LearningRecord
from lms.learning.queries import EnrolmentRow
from lms.quizzes.models import Answer, Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One go at a quiz."""

    id: str
    enrolment_id: str
    item_id: str
    version_id: str
    number: int
    seed: int
    language: str
    questions: list[str]
    started_at: datetime
    closes_at: datetime | None
    submitted_at: datetime | None
    by_time: bool
    answers: dict[str, object] | None
    score: str | None
    passed: bool | None

    @property
    def past(self) -> Past:
        """Return it as the rules look at an earlier attempt."""
        score = Fraction(self.score) if self.score else None
        return Past(number=self.number, submitted_at=self.submitted_at, score=score, passed=self.passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The newest answer to one question."""

    seq: int
    response: object
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An attempt of another learner at the same quiz and version."""

    enrolment_id: str
    subject_id: str
    number: int
    questions: list[str]
    answers: dict[str, object]
    submitted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a submitted attempt took, and what it came to."""

    enrolment_id: str
    questions: list[str]
    started_at: datetime
    submitted_at: datetime
    score: str


_attempt, _answer, _enrolment = table_of(Attempt), table_of(Answer), table_of(Enrolment)
_record, _subject = table_of(LearningRecord), table_of(Subject)
_BY_ID = select(_attempt).where(_attempt.c.id == bindparam("attempt"))
_TAKEN = (
    select(_attempt, _enrolment)
    .join(_enrolment, _enrolment.c.id == _attempt.c.enrolment_id)
    .where(_attempt.c.id == bindparam("attempt"))
)
_OF_ENROLMENT = (
    select(_attempt)
    .where(_attempt.c.enrolment_id == bindparam("enrolment"))
    .order_by(_attempt.c.item_id, _attempt.c.number)
)
_AT_QUIZ = _OF_ENROLMENT.where(_attempt.c.item_id == bindparam("item"))
_TRIED = (
    select(_attempt.c.item_id, _attempt.c.version_id)
    .where(_attempt.c.enrolment_id == bindparam("enrolment"))
    .distinct()
)
_NEAR = (
    select(
        _attempt.c.enrolment_id,
        _enrolment.c.subject_id,
        _attempt.c.number,
        _attempt.c.questions,
        _attempt.c.answers,
        _attempt.c.submitted_at,
    )
    .join(_enrolment, _enrolment.c.id == _attempt.c.enrolment_id)
    .where(
        _attempt.c.submitted_at.between(bindparam("since"), bindparam("until")),
        _attempt.c.item_id == bindparam("item"),
        _attempt.c.version_id == bindparam("version"),
        _attempt.c.enrolment_id != bindparam("but"),
    )
    .order_by(_attempt.c.submitted_at)
    .limit(bindparam("most"))
)
_PACES = (
    select(
        _attempt.c.enrolment_id, _attempt.c.questions, _attempt.c.started_at, _attempt.c.submitted_at, _attempt.c.score
    )
    .where(
        _attempt.c.enrolment_id.in_(bindparam("enrolments", expanding=True)),
        _attempt.c.submitted_at.is_not(None),
        _attempt.c.score.is_not(None),
    )
    .order_by(_attempt.c.submitted_at.desc())
    .limit(bindparam("most"))
)
_ANSWERS = select(_answer.c.question_id, _answer.c.seq, _answer.c.response, _answer.c.checked).where(
    _answer.c.attempt_id == bindparam("attempt")
)
_GIVEN_UP = select(_record.c.body).where(
    _record.c.subject_id.in_(select(_subject.c.id).where(_subject.c.canonical_id == bindparam("subject"))),
    _record.c.course_id == bindparam("course"),
    _record.c.kind == GIVEN_UP,
)
_OVERDUE = (
    select(_attempt.c.id)
    .where(_attempt.c.submitted_at.is_(None), _attempt.c.closes_at < bindparam("before"))
    .order_by(_attempt.c.closes_at)
    .limit(bindparam("most"))
)


def list_attempts(enrolment_id: str, item_id: str) -> list[AttemptRow]:
    """Return the attempts of one learner at one quiz, the first first."""
    rows = run(_AT_QUIZ, {"enrolment": enrolment_id, "item": item_id})
    return [AttemptRow(**row._mapping) for row in rows]


def list_attempts_of(enrolment_id: str) -> list[AttemptRow]:
    """Return every attempt of an enrolment."""
    return [AttemptRow(**row._mapping) for row in run(_OF_ENROLMENT, {"enrolment": enrolment_id})]


def list_tried(enrolment_id: str) -> set[tuple[str, str]]:
    """Return the quizzes that an enrolment has begun, each with its version."""
    return {(row.item_id, row.version_id) for row in run(_TRIED, {"enrolment": enrolment_id})}


def list_near(attempt: AttemptRow, since: datetime, until: datetime, limit: int = 500) -> list[Neighbour]:
    """Return other learners' attempts at the same quiz and version that were submitted in a span of time."""
    values = {
        "item": attempt.item_id,
        "version": attempt.version_id,
        "but": attempt.enrolment_id,
        "since": since,
        "until": until,
        "most": limit,
    }
    return [Neighbour(**row._mapping) for row in run(_NEAR, values)]


def list_paces(enrolment_ids: Sequence[str], limit: int = 2000) -> list[Pace]:
    """Return how long the submitted attempts of some enrolments took, the latest first."""
    if not enrolment_ids:
        return []
    return [Pace(**row._mapping) for row in run(_PACES, {"enrolments": list(enrolment_ids), "most": limit})]


def list_given_up(subject_id: str, course_id: str) -> set[object]:
    """Return the quizzes of a course whose remaining attempts a person gave up, under any of their linked subjects."""
    return {row.body.get("item") for row in run(_GIVEN_UP, {"subject": subject_id, "course": course_id})}


def find_attempt(attempt_id: str) -> AttemptRow | None:
    """Return an attempt by its id."""
    row = run(_BY_ID, {"attempt": attempt_id}).first()
    return AttemptRow(**row._mapping) if row else None


def find_taken(attempt_id: str) -> tuple[AttemptRow, EnrolmentRow] | None:
    """Return an attempt with the enrolment it belongs to."""
    row = run(_TAKEN, {"attempt": attempt_id}).first()
    if row is None:
        return None
    width = len(_attempt.c)
    attempt = AttemptRow(**dict(zip(_attempt.c.keys(), row[:width], strict=True)))
    return attempt, EnrolmentRow(**dict(zip(_enrolment.c.keys(), row[width:], strict=True)))


def list_answers(attempt_id: str) -> dict[str, Saved]:
    """Return the newest answers of an attempt by question."""
    return {
        row.question_id: Saved(seq=row.seq, response=row.response, checked=row.checked)
        for row in run(_ANSWERS, {"attempt": attempt_id})
    }


def list_overdue(before: datetime, limit: int = 100) -> Sequence[str]:
    """Return open attempts whose closing lies before a moment, the oldest first."""
    return run(_OVERDUE, {"before": before, "most": limit}).scalars().all()
