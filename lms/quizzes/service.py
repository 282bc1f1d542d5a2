"""Taking a quiz: start, save, submit. Everything that was acknowledged is on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.courses.queries import get_tree
from lms.domain import attempts, progress
from lms.domain.attempts import GRACE, Outcome, Past
from lms.domain.errors import Forged, NotFound, Refused
from lms.domain.outline import Course, Question, Quiz
from lms.infra import clock
from lms.infra.db import db, is_sqlite
from lms.learning.queries import EnrolmentRow, find_enrolment, find_enrolment_row, list_courses_of, list_records
from lms.learning.service import append, lock, record_result, studying
from lms.quizzes import queries
from lms.quizzes.models import Answer, Attempt, LateAnswer

LATEST_SEQ = 2**53
"""The highest sequence number a browser can count to exactly."""


def quiz_in(course: Course, item_id: str) -> Quiz:
    """Return the quiz of a course; NotFound when there is none with this id."""
    quiz = course.items.get(item_id)
    if not isinstance(quiz, Quiz):
        raise NotFound(item_id)
    return quiz


def start_attempt(subject_id: str, course_id: str, item_id: str, *, seed: int, language: str, extra_time: int) -> Attempt:
    """Start an attempt, or return the open one; Refused names the rule that stands in the way."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    course = get_tree(enrolment.version_id)
    quiz = quiz_in(course, item_id)
    past = [close_if_overdue(attempt) for attempt in queries.list_attempts(enrolment.id, item_id)]
    now = clock.now()
    hindrance = attempts.obstacle(quiz, [Past(number=a.number, submitted_at=a.submitted_at) for a in past], now)
    if hindrance and hindrance[0] == "open":
        return next(a for a in past if a.submitted_at is None)
    if hindrance:
        raise Refused(hindrance[0], until=hindrance[1])
    attempt = Attempt(
        id=clock.new_id(),
        enrolment_id=enrolment.id,
        item_id=item_id,
        version_id=enrolment.version_id,
        number=max((a.number for a in past), default=0) + 1,
        seed=seed,
        language=language,
        questions=list(attempts.draw(quiz, course.banks, seed)),
        started_at=now,
        closes_at=attempts.closes_at(quiz, now, extra_time),
        submitted_at=None,
        by_time=False,
        answers=None,
        score=None,
        passed=None,
    )
    db.session.add(attempt)
    body: dict[str, object] = {
        "attempt": attempt.id,
        "item": item_id,
        "number": attempt.number,
        "version": attempt.version_id,
        "seed": seed,
        "language": language,
        "questions": attempt.questions,
        "closes_at": attempt.closes_at.isoformat() if attempt.closes_at else None,
        "started_at": now.isoformat(),
    }
    append(subject_id, course_id, progress.STARTED, body)
    return attempt


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What came of a save: the highest number kept, and whether it still counts."""

    seq: int
    counts: bool


def save_answers(subject_id: str, attempt_id: str, answers: Mapping[str, Any], seq: int) -> Saved:
    """Keep answers; those that come after closing are kept beside, not graded."""
    attempt, _enrolment = _own_attempt(subject_id, attempt_id)
    _refuse_forged(attempt, answers, seq)
    now = clock.now()
    if attempt.submitted_at is not None or attempts.is_overdue(attempt.closes_at, now):
        _keep_late(attempt.id, answers, seq, now)
        return Saved(seq=seq, counts=False)
    _keep(attempt.id, answers, seq, now)
    return Saved(seq=seq, counts=True)


def check_answer(subject_id: str, attempt_id: str, question_id: str) -> None:
    """Let the saved answer to one question stand and show its feedback (quizzes that give feedback after each)."""
    attempt, _enrolment = _own_attempt(subject_id, attempt_id)
    quiz = quiz_in(get_tree(attempt.version_id), attempt.item_id)
    if quiz.feedback != "each" or question_id not in attempt.questions or attempt.submitted_at:
        raise Forged("no-check-here", attempt=attempt_id)
    db.session.execute(
        update(Answer).where(Answer.attempt_id == attempt_id, Answer.question_id == question_id).values(checked=True)
    )


def submit_attempt(subject_id: str, attempt_id: str, answers: Mapping[str, Any], seq: int) -> Attempt:
    """Close an attempt and grade it with the answers sent and saved; a second submit changes nothing."""
    attempt, enrolment = _own_attempt(subject_id, attempt_id)
    _refuse_forged(attempt, answers, seq)
    now = clock.now()
    if attempt.submitted_at is not None:
        return attempt
    if attempts.is_overdue(attempt.closes_at, now):
        _keep_late(attempt.id, answers, seq, now)
        return close_if_overdue(attempt)
    _keep(attempt.id, answers, seq, now)
    _close(attempt, enrolment, now, by_time=False)
    return attempt


def close_if_overdue(attempt: Attempt) -> Attempt:
    """Close a timed attempt whose time and grace are over, graded with what came in time. Call under `lock`."""
    if attempt.submitted_at is None and attempts.is_overdue(attempt.closes_at, clock.now()):
        enrolment = find_enrolment_row(attempt.enrolment_id)
        if enrolment is not None and attempt.closes_at is not None:
            _close(attempt, enrolment, attempt.closes_at, by_time=True)
    return attempt


def close_in_time(subject_id: str, found: list[Attempt]) -> list[Attempt]:
    """Close those of a learner's attempts whose time is over, and return all of them."""
    lock(subject_id)
    return [close_if_overdue(attempt) for attempt in found]


def close_overdue() -> int:
    """Close the attempts that nobody came back to; return how many."""
    overdue = queries.list_overdue(clock.now() - GRACE)
    for attempt_id in overdue:
        attempt = queries.find_attempt(attempt_id)
        enrolment = find_enrolment_row(attempt.enrolment_id) if attempt else None
        if attempt and enrolment:
            lock(enrolment.subject_id)
            db.session.refresh(attempt)
            close_if_overdue(attempt)
    return len(overdue)


def outcome_of(attempt: Attempt, course: Course) -> Outcome:
    """Grade a submitted attempt again, for the page that shows it: the same answers give the same grades."""
    quiz = quiz_in(course, attempt.item_id)
    return attempts.grade(quiz, asked(attempt, course), attempt.answers or {})


def asked(attempt: Attempt, course: Course) -> list[Question]:
    """Return the questions of an attempt in their order."""
    found = attempts.questions_of(course, quiz_in(course, attempt.item_id))
    return [found[key] for key in attempt.questions]


def _own_attempt(subject_id: str, attempt_id: str) -> tuple[Attempt, EnrolmentRow]:
    lock(subject_id)
    attempt = queries.find_attempt(attempt_id)
    enrolment = find_enrolment_row(attempt.enrolment_id) if attempt else None
    if attempt is None or enrolment is None:
        raise NotFound(attempt_id)
    if enrolment.subject_id != subject_id:
        raise Forged("another-learner", attempt=attempt_id)
    if not is_sqlite():
        db.session.refresh(attempt, with_for_update=True)
    return attempt, enrolment


def _refuse_forged(attempt: Attempt, answers: Mapping[str, Any], seq: int) -> None:
    if not answers.keys() <= set(attempt.questions):
        raise Forged("not-drawn", attempt=attempt.id)
    if not 0 <= seq <= LATEST_SEQ:
        raise Forged("sequence", attempt=attempt.id)


def _keep(attempt_id: str, answers: Mapping[str, Any], seq: int, now: datetime) -> None:
    if not answers:
        return
    make = sqlite_insert if is_sqlite() else postgresql_insert
    statement = make(Answer).values(
        [
            {
                "attempt_id": attempt_id,
                "question_id": key,
                "seq": seq,
                "response": response,
                "saved_at": now,
                "checked": False,
            }
            for key, response in answers.items()
        ]
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["attempt_id", "question_id"],
            set_={key: statement.excluded[key] for key in ("seq", "response", "saved_at")},
            where=(Answer.seq < statement.excluded.seq) & Answer.checked.is_(False),
        )
    )


def _keep_late(attempt_id: str, answers: Mapping[str, Any], seq: int, now: datetime) -> None:
    if not answers:
        return
    make = sqlite_insert if is_sqlite() else postgresql_insert
    db.session.execute(
        make(LateAnswer)
        .values(
            [
                {"attempt_id": attempt_id, "question_id": key, "seq": seq, "response": response, "at": now}
                for key, response in answers.items()
            ]
        )
        .on_conflict_do_nothing()
    )


def _close(attempt: Attempt, enrolment: EnrolmentRow, at: datetime, *, by_time: bool) -> None:
    course = get_tree(attempt.version_id)
    quiz = quiz_in(course, attempt.item_id)
    saved = {key: answer.response for key, answer in queries.list_answers(attempt.id).items()}
    outcome = attempts.grade(quiz, asked(attempt, course), saved)
    attempt.answers = saved
    attempt.submitted_at = at
    attempt.by_time = by_time
    attempt.score = str(outcome.score)
    attempt.passed = outcome.passed
    db.session.flush()
    body: dict[str, object] = {
        "attempt": attempt.id,
        "item": attempt.item_id,
        "language": attempt.language,
        "answers": saved,
        "score": str(outcome.score),
        "passed": outcome.passed,
        "by_time": by_time,
        "submitted_at": at.isoformat(),
    }
    append(enrolment.subject_id, enrolment.course_id, progress.SUBMITTED, body)
    record_result(
        enrolment.subject_id, enrolment.course_id, attempt.item_id, outcome.score, outcome.passed, attempt.id
    )


def attempts_in_records(subject_id: str, course_id: str) -> dict[str, dict[str, object]]:
    """Fold the attempts of a learner in a course from the records: attempt id → columns."""
    found: dict[str, dict[str, object]] = {}
    records = sorted(list_records(subject_id, course_id), key=lambda r: (r.step, r.at, r.id))
    numbers: dict[str, int] = {}
    for record in records:
        body = record.body
        if record.kind == progress.STARTED:
            item_id = str(body["item"])
            numbers[item_id] = numbers.get(item_id, 0) + 1
            found[str(body["attempt"])] = {
                "item_id": item_id,
                "version_id": body["version"],
                "number": numbers[item_id],
                "seed": body["seed"],
                "language": body["language"],
                "questions": body["questions"],
                "started_at": datetime.fromisoformat(str(body["started_at"])),
                "closes_at": datetime.fromisoformat(str(body["closes_at"])) if body["closes_at"] else None,
                "submitted_at": None,
                "by_time": False,
                "answers": None,
                "score": None,
                "passed": None,
            }
        elif record.kind == progress.SUBMITTED and str(body["attempt"]) in found:
            found[str(body["attempt"])] |= {
                "submitted_at": datetime.fromisoformat(str(body["submitted_at"])),
                "by_time": body["by_time"],
                "answers": body["answers"],
                "score": body["score"],
                "passed": body["passed"],
            }
    return found


def compare(subject_id: str, course_id: str) -> list[str]:
    """Return how the stored attempts of a learner in a course differ from what the records say."""
    enrolment = find_enrolment(subject_id, course_id)
    if enrolment is None:
        return []
    wanted = attempts_in_records(subject_id, course_id)
    kept = {a.id: a for a in queries.list_attempts_of(enrolment.id)}
    wrong = [f"attempt {key}" for key in sorted(wanted.keys() ^ kept.keys())]
    for key in wanted.keys() & kept.keys():
        wrong += [f"attempt {key}.{name}" for name, value in wanted[key].items() if getattr(kept[key], name) != value]
    return wrong


def rebuild(subject_id: str, course_id: str) -> None:
    """Write the attempts of a learner in a course again from the records; drafts of open ones stay as they are."""
    lock(subject_id)
    enrolment = find_enrolment(subject_id, course_id)
    if enrolment is None:
        return
    wanted = attempts_in_records(subject_id, course_id)
    kept = {key: attempt for key in wanted if (attempt := queries.find_attempt(key)) is not None}
    # Numbers are unique within an enrolment: those that move make room first.
    for attempt in kept.values():
        if attempt.enrolment_id != enrolment.id or attempt.number != wanted[attempt.id]["number"]:
            attempt.number = -attempt.number
    db.session.flush()
    for key, values in wanted.items():
        if key not in kept:
            db.session.execute(insert(Attempt).values(id=key, enrolment_id=enrolment.id, **values))
            continue
        for name, value in {**values, "enrolment_id": enrolment.id}.items():
            if getattr(kept[key], name) != value:
                setattr(kept[key], name, value)
    db.session.flush()


def unify(canonical_id: str) -> None:
    """Put the attempts of all linked subjects under the enrolments of the person."""
    for course_id in list_courses_of(canonical_id):
        rebuild(canonical_id, course_id)


def percent(score: str | None) -> int:
    """Return a stored score in whole per cent, rounded down."""
    return int(Fraction(score) * 100) if score else 0
