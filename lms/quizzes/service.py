"""Taking a quiz: start, save, submit. Everything that was acknowledged is on the disk.

It is long because what folds attempts from their records stands beside what writes these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.courses.queries import get_tree
from lms.domain import attempts, progress
from lms.domain.attempts import GRACE, Outcome
from lms.domain.errors import Forged, NotFound, Refused
from lms.domain.outline import Course, Question, Quiz
from lms.infra import clock
from lms.infra.db import is_sqlite, run, table_of
from lms.infra.events import publish
from lms.learning.queries import EnrolmentRow, find_enrolment, find_enrolment_row, list_courses_of, list_records
from lms.learning.service import append, lock, record_result, refold, studying
from lms.quizzes import queries
from lms.quizzes.events import GradedAttemptBegun
from lms.quizzes.models import Answer, Attempt, LateAnswer
from lms.quizzes.queries import AttemptRow

LATEST_SEQ = 2**53
"""The highest sequence number a browser can count to exactly."""

# Statements about tables, made once: what every answer writes does not pass the mapper.
_attempt, _answer, _late = table_of(Attempt), table_of(Answer), table_of(LateAnswer)
_NEW_ATTEMPT = insert(_attempt)
_CHANGE_ATTEMPT = update(_attempt).where(_attempt.c.id == bindparam("key"))
_CHECK = (
    update(_answer)
    .where(_answer.c.attempt_id == bindparam("attempt"), _answer.c.question_id == bindparam("question"))
    .values(checked=True)
)


def _keep_newer(make: Callable[..., Any]) -> Any:
    """Keep an answer unless a newer one is there, or its feedback was seen."""
    statement = make(_answer)
    return statement.on_conflict_do_update(
        index_elements=["attempt_id", "question_id"],
        set_={name: statement.excluded[name] for name in ("seq", "response", "saved_at")},
        where=(_answer.c.seq < statement.excluded.seq) & _answer.c.checked.is_(False),
    )


_KEEP = {True: _keep_newer(sqlite_insert), False: _keep_newer(postgresql_insert)}
_KEEP_LATE = {
    True: sqlite_insert(_late).on_conflict_do_nothing(),
    False: postgresql_insert(_late).on_conflict_do_nothing(),
}
"""By whether the database is SQLite."""


def quiz_in(course: Course, item_id: str) -> Quiz:
    """Return the quiz of a course; NotFound when there is none with this id."""
    quiz = course.items.get(item_id)
    if not isinstance(quiz, Quiz):
        raise NotFound(item_id)
    return quiz


def start_attempt(
    subject_id: str, course_id: str, item_id: str, *, seed: int, language: str, extra_time: int
) -> AttemptRow:
    """Start an attempt, or return the open one; Refused names the rule that stands in the way."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    course = get_tree(enrolment.version_id)
    quiz = quiz_in(course, item_id)
    past = [close_if_overdue(attempt) for attempt in queries.list_attempts(enrolment.id, item_id)]
    now = clock.now()
    given_up = has_given_up(subject_id, course_id, item_id, past)
    hindrance = attempts.obstacle(quiz, [a.past for a in past], now, given_up=given_up)
    if hindrance and hindrance[0] == "open":
        return next(a for a in past if a.submitted_at is None)
    if hindrance:
        raise Refused(hindrance[0], until=hindrance[1])
    attempt = AttemptRow(
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
    first = attempts.counts_for_certificate(course, item_id) and not has_begun(enrolment.id)
    run(_NEW_ATTEMPT, {name: getattr(attempt, name) for name in AttemptRow.__dataclass_fields__})
    append(subject_id, course_id, progress.STARTED, _as_started(attempt))
    if first:
        publish(GradedAttemptBegun(subject_id=subject_id, enrolment_id=enrolment.id, course_id=course_id))
    return attempt


def has_begun(enrolment_id: str) -> bool:
    """Tell whether an enrolment has any attempt at a quiz that counted for the certificate when it was begun."""
    tried = queries.list_tried(enrolment_id)
    return any(attempts.counts_for_certificate(get_tree(version), item) for item, version in tried)


def give_up(subject_id: str, course_id: str, item_id: str) -> None:
    """Give up the attempts at a quiz that remain, for good, so that its answers may be shown; Refused when none may."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    course = get_tree(enrolment.version_id)
    past = [close_if_overdue(attempt) for attempt in queries.list_attempts(enrolment.id, item_id)]
    if has_given_up(subject_id, course_id, item_id, past):
        return
    if not attempts.may_give_up(course, quiz_in(course, item_id), [a.past for a in past]):
        raise Refused("not-now")
    append(subject_id, course_id, progress.GIVEN_UP, {"item": item_id})
    refold(subject_id, course_id)


def has_given_up(subject_id: str, course_id: str, item_id: str, past: Sequence[AttemptRow]) -> bool:
    """Tell whether a learner has given up the attempts at a quiz; who has never submitted one cannot have."""
    return any(a.submitted_at for a in past) and item_id in queries.list_given_up(subject_id, course_id)


def _as_started(attempt: AttemptRow) -> dict[str, object]:
    return {
        "attempt": attempt.id,
        "item": attempt.item_id,
        "number": attempt.number,
        "version": attempt.version_id,
        "seed": attempt.seed,
        "language": attempt.language,
        "questions": attempt.questions,
        "closes_at": attempt.closes_at.isoformat() if attempt.closes_at else None,
        "started_at": attempt.started_at.isoformat(),
    }


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What came of a save: the number it carried, and whether it still counts."""

    seq: int
    counts: bool


def save_answers(subject_id: str, attempt_id: str, answers: Mapping[str, Any], seq: int) -> Kept:
    """Keep answers; those that come after closing are kept beside, not graded."""
    attempt, _enrolment = _own_attempt(subject_id, attempt_id)
    _refuse_forged(attempt, answers, seq)
    now = clock.now()
    if attempt.submitted_at is not None or attempts.is_overdue(attempt.closes_at, now):
        _keep_late(attempt.id, answers, seq, now)
        return Kept(seq=seq, counts=False)
    if rows := _rows(attempt.id, answers, seq):
        run(_KEEP[is_sqlite()], [{**row, "saved_at": now, "checked": False} for row in rows])
    return Kept(seq=seq, counts=True)


def check_answer(subject_id: str, attempt_id: str, question_id: str) -> None:
    """Let the saved answer to one question stand and show its feedback (quizzes that give feedback after each)."""
    attempt, _enrolment = _own_attempt(subject_id, attempt_id)
    quiz = quiz_in(get_tree(attempt.version_id), attempt.item_id)
    if quiz.feedback != "each" or question_id not in attempt.questions or attempt.submitted_at:
        raise Forged("no-check-here", attempt=attempt_id)
    run(_CHECK, {"attempt": attempt_id, "question": question_id})


def submit_attempt(subject_id: str, attempt_id: str, answers: Mapping[str, Any], seq: int) -> AttemptRow:
    """Close an attempt and grade it with the answers sent and saved; a second submit changes nothing."""
    attempt, enrolment = _own_attempt(subject_id, attempt_id)
    _refuse_forged(attempt, answers, seq)
    now = clock.now()
    if attempt.submitted_at is not None:
        return attempt
    if attempts.is_overdue(attempt.closes_at, now):
        _keep_late(attempt.id, answers, seq, now)
        return close_if_overdue(attempt)
    return _close(attempt, enrolment, answers, seq, now, by_time=False)


def close_if_overdue(attempt: AttemptRow) -> AttemptRow:
    """Close a timed attempt whose time and grace are over, graded with what came in time. Call under `lock`."""
    if attempt.submitted_at is not None or not attempts.is_overdue(attempt.closes_at, clock.now()):
        return attempt
    enrolment = find_enrolment_row(attempt.enrolment_id)
    if enrolment is None or attempt.closes_at is None:
        return attempt
    return _close(attempt, enrolment, {}, 0, attempt.closes_at, by_time=True)


def close_in_time(subject_id: str, enrolment_id: str, item_id: str) -> list[AttemptRow]:
    """Close those of a learner's attempts at a quiz whose time is over, and return all of them."""
    lock(subject_id)
    return [close_if_overdue(attempt) for attempt in queries.list_attempts(enrolment_id, item_id)]


def close_overdue() -> int:
    """Close the attempts that nobody came back to; return how many."""
    overdue = queries.list_overdue(clock.now() - GRACE)
    for attempt_id in overdue:
        found = queries.find_attempt(attempt_id)
        enrolment = find_enrolment_row(found.enrolment_id) if found else None
        if enrolment:
            lock(enrolment.subject_id)
            attempt = queries.find_attempt(attempt_id)  # again, under the lock: it may have been submitted meanwhile
            if attempt:
                close_if_overdue(attempt)
    return len(overdue)


def outcome_of(attempt: AttemptRow, course: Course) -> Outcome:
    """Grade a submitted attempt again, for the page that shows it: the same answers give the same grades."""
    quiz = quiz_in(course, attempt.item_id)
    return attempts.grade(quiz, asked(attempt, course), attempt.answers or {})


def asked(attempt: AttemptRow, course: Course) -> list[Question]:
    """Return the questions of an attempt in their order."""
    found = attempts.questions_of(course, quiz_in(course, attempt.item_id))
    return [found[key] for key in attempt.questions]


def _own_attempt(subject_id: str, attempt_id: str) -> tuple[AttemptRow, EnrolmentRow]:
    lock(subject_id)
    found = queries.find_taken(attempt_id)
    if found is None:
        raise NotFound(attempt_id)
    attempt, enrolment = found
    if enrolment.subject_id != subject_id:
        raise Forged("another-learner", attempt=attempt_id)
    return attempt, enrolment


def _refuse_forged(attempt: AttemptRow, answers: Mapping[str, Any], seq: int) -> None:
    if not answers.keys() <= set(attempt.questions):
        raise Forged("not-drawn", attempt=attempt.id)
    if not 0 <= seq <= LATEST_SEQ:
        raise Forged("sequence", attempt=attempt.id)


def _rows(attempt_id: str, answers: Mapping[str, Any], seq: int) -> list[dict[str, Any]]:
    return [
        {"attempt_id": attempt_id, "question_id": key, "seq": seq, "response": response}
        for key, response in answers.items()
    ]


def _keep_late(attempt_id: str, answers: Mapping[str, Any], seq: int, now: datetime) -> None:
    if rows := _rows(attempt_id, answers, seq):
        run(_KEEP_LATE[is_sqlite()], [{**row, "at": now} for row in rows])


def _close(
    attempt: AttemptRow, enrolment: EnrolmentRow, sent: Mapping[str, Any], seq: int, at: datetime, *, by_time: bool
) -> AttemptRow:
    """Grade what was saved and sent, the newer of each, and record it with its result."""
    saved = queries.list_answers(attempt.id)
    newer = {key: r for key, r in sent.items() if key not in saved or not (saved[key].checked or saved[key].seq >= seq)}
    answers = {**{key: answer.response for key, answer in saved.items()}, **newer}
    course = get_tree(attempt.version_id)
    outcome = attempts.grade(quiz_in(course, attempt.item_id), asked(attempt, course), answers)
    closed = replace(
        attempt, answers=answers, submitted_at=at, by_time=by_time, score=str(outcome.score), passed=outcome.passed
    )
    changed = ("answers", "submitted_at", "by_time", "score", "passed")
    run(_CHANGE_ATTEMPT, {"key": attempt.id, **{name: getattr(closed, name) for name in changed}})
    detail = {
        "language": attempt.language,
        "answers": answers,
        "by_time": by_time,
        "submitted_at": at.isoformat(),
    }
    record_result(enrolment, attempt.item_id, outcome.score, outcome.passed, attempt.id, detail)
    return closed


def attempts_in_records(subject_id: str, course_id: str) -> dict[str, dict[str, Any]]:
    """Fold the attempts of a learner in a course from the records: attempt id → columns."""
    found: dict[str, dict[str, Any]] = {}
    numbers: dict[str, int] = {}
    for record in sorted(list_records(subject_id, course_id), key=lambda r: (r.step, r.at, r.id)):
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
        elif record.kind == progress.RESULT and body.get("source") in found:
            found[str(body["source"])] |= {
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
    for key, attempt in kept.items():
        if attempt.enrolment_id != enrolment.id or attempt.number != wanted[key]["number"]:
            run(_CHANGE_ATTEMPT, {"key": key, "number": -attempt.number})
    for key, values in wanted.items():
        if key in kept:
            run(_CHANGE_ATTEMPT, {"key": key, "enrolment_id": enrolment.id, **values})
        else:
            run(_NEW_ATTEMPT, {"id": key, "enrolment_id": enrolment.id, **values})


def unify(canonical_id: str) -> None:
    """Put the attempts of all linked subjects under the enrolments of the person."""
    for course_id in list_courses_of(canonical_id):
        rebuild(canonical_id, course_id)


def percent(score: str | None) -> int:
    """Return a stored score in whole per cent, rounded down."""
    return int(Fraction(score) * 100) if score else 0
