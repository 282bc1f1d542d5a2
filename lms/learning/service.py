"""Studying: each use case appends a record and folds the learner's records of that course again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.courses.queries import get_tree
from lms.domain import progress
from lms.domain.errors import NotFound, Refused
from lms.domain.outline import Lesson, Task
from lms.domain.progress import Progress
from lms.domain.questions import TYPES
from lms.infra import clock
from lms.infra.db import begin_write, is_sqlite, run, table_of
from lms.infra.events import publish
from lms.learning import queries
from lms.learning.events import CourseCompleted, Enrolled
from lms.learning.models import Enrolment, ItemState, LearningRecord, Origin, Place
from lms.learning.queries import EnrolmentRow

HERE = "site"
"""The origin of records written by this site itself."""

# Statements about tables, made once: what every learner's every step writes does not pass the mapper.
_origin, _record, _enrolment = table_of(Origin), table_of(LearningRecord), table_of(Enrolment)
_state, _place = table_of(ItemState), table_of(Place)
_NEXT_SEQ = (
    update(_origin)
    .where(_origin.c.origin == HERE)
    .values(next_seq=_origin.c.next_seq + 1)
    .returning(_origin.c.next_seq)
)
_FIRST_SEQ = insert(_origin).values(origin=HERE, next_seq=1)
_APPEND = insert(_record).values(
    {column.name: bindparam(f"this_{column.name}", type_=column.type) for column in _record.c if column.name != "step"}
    | {"step": queries.NEXT_STEP.scalar_subquery()}
)
_NEW_ENROLMENT = insert(_enrolment)
_CHANGE_ENROLMENT = update(_enrolment).where(_enrolment.c.id == bindparam("key"))
_GIVE_ENROLMENT = update(_enrolment).where(_enrolment.c.id == bindparam("key"))
_THIS_STATE = (_state.c.enrolment_id == bindparam("enrolment")) & (_state.c.item_id == bindparam("item"))
_NEW_STATES = insert(_state)
_CHANGE_STATES = update(_state).where(_THIS_STATE)
_DROP_STATES = delete(_state).where(_THIS_STATE)


def _keep_place(make: Callable[..., Any]) -> Any:
    statement = make(_place)
    kept = {name: statement.excluded[name] for name in ("item_id", "anchor", "at")}
    return statement.on_conflict_do_update(index_elements=["enrolment_id"], set_=kept)


_KEEP_PLACE = {True: _keep_place(sqlite_insert), False: _keep_place(postgresql_insert)}
"""By whether the database is SQLite."""


def enrol(subject_id: str, course_id: str, version_id: str, affiliation_id: str | None) -> str:
    """Begin a course, or come back to it with everything done before; return the enrolment's id."""
    lock(subject_id)
    before = queries.find_enrolment(subject_id, course_id)
    if before and before.state != "left":
        return before.id
    pinned = before.version_id if before else version_id
    body: dict[str, object] = {"version": pinned, "affiliation": affiliation_id}
    append(subject_id, course_id, progress.ENROLLED, body)
    enrolment = refold(subject_id, course_id)
    publish(Enrolled(subject_id=subject_id, enrolment_id=enrolment.id, course_id=course_id))
    return enrolment.id


def leave(subject_id: str, course_id: str) -> None:
    """Leave a course; what was done is kept for the day one comes back."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    append(subject_id, course_id, progress.LEFT, {"version": enrolment.version_id})
    refold(subject_id, course_id)


def move(subject_id: str, course_id: str, version_id: str) -> None:
    """Move on to a newer version; what was done stays done."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    if enrolment.version_id == version_id:
        return
    append(subject_id, course_id, progress.MOVED, {"version": version_id, "from": enrolment.version_id})
    refold(subject_id, course_id)


def open_item(subject_id: str, course_id: str, item_id: str, language: str) -> None:
    """Note that an item was opened, and in which language it is studied."""
    lock(subject_id)
    studying(subject_id, course_id)
    append(subject_id, course_id, progress.OPENED, {"item": item_id, "language": language})
    refold(subject_id, course_id)


def mark_done(subject_id: str, course_id: str, item_id: str, language: str) -> None:
    """Mark a lesson or a task as done; twice counts once."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    item = get_tree(enrolment.version_id).items.get(item_id)
    if not isinstance(item, Lesson | Task):
        raise NotFound(item_id)
    if isinstance(item, Lesson) and item.complete == "questions":
        raise Refused("done-by-questions")
    append(subject_id, course_id, progress.MARKED, {"item": item_id, "language": language})
    refold(subject_id, course_id)


def check_question(
    subject_id: str, course_id: str, item_id: str, question_id: str, response: object, language: str
) -> None:
    """Keep an answer to a knowledge check; it is never graded."""
    lock(subject_id)
    enrolment = studying(subject_id, course_id)
    item = get_tree(enrolment.version_id).items.get(item_id)
    question = next((q for q in item.questions() if q.id == question_id), None) if isinstance(item, Lesson) else None
    if question is None:
        raise NotFound(question_id)
    score = TYPES[question.type].grade(question.body, response).score
    body = {
        "item": item_id,
        "question": question_id,
        "response": response,
        "score": None if score is None else str(score),
        "language": language,
    }
    append(subject_id, course_id, progress.CHECKED, body)
    refold(subject_id, course_id)


def record_result(
    enrolment: EnrolmentRow,
    item_id: str,
    score: Fraction,
    passed: bool | None,
    source: str,
    detail: Mapping[str, object],
) -> None:
    """Take over a graded result of an item from the feature that graded it. Call under `lock`, read the enrolment so.

    `source` names what was graded (an attempt), `detail` is what that feature wants to read in the record again.
    """
    body = {**detail, "item": item_id, "score": str(score), "passed": passed, "source": source}
    append(enrolment.subject_id, enrolment.course_id, progress.RESULT, body)
    refold(enrolment.subject_id, enrolment.course_id, enrolment)


def keep_place(enrolment_id: str, item_id: str, anchor: str = "") -> None:
    """Remember where a learner is, for the next time."""
    run(
        _KEEP_PLACE[is_sqlite()],
        {"enrolment_id": enrolment_id, "item_id": item_id, "anchor": anchor[:80], "at": clock.now()},
    )


def lock(subject_id: str) -> None:
    """Take the lock under which a learner's records are written: one writer a learner at a time."""
    begin_write()
    if not is_sqlite():
        queries.lock_subject(subject_id)


def studying(subject_id: str, course_id: str) -> EnrolmentRow:
    """Return the enrolment of somebody who studies the course now; NotFound for anybody else."""
    enrolment = queries.find_enrolment(subject_id, course_id)
    if enrolment is None or enrolment.state == "left":
        raise NotFound(course_id)
    return enrolment


def append(subject_id: str, course_id: str, kind: str, body: Mapping[str, object]) -> None:
    """Write one record: the next number of this place and the next step of this learner. Call under `lock`."""
    seq = run(_NEXT_SEQ).scalar()
    if seq is None:
        run(_FIRST_SEQ)
        seq = 1
    record = {
        "this_id": clock.new_id(),
        "this_origin": HERE,
        "this_seq": seq,
        "this_subject_id": subject_id,
        "this_course_id": course_id,
        "this_kind": kind,
        "this_at": clock.now(),
        "this_body": dict(body),
    }
    run(_APPEND, {**record, "subject": subject_id})


def refold(subject_id: str, course_id: str, before: EnrolmentRow | None = None) -> EnrolmentRow:
    """Fold a learner's records of a course and write what pages read; completing is recorded the first time.

    `before` is the enrolment as it stands, where it was read under this lock already.
    """
    folded = _fold(subject_id, course_id)
    if folded is None:
        raise NotFound(course_id)
    completing = folded.complete_now and folded.completed_at is None and folded.state == "active"
    if completing:
        body: dict[str, object] = {"version": folded.version_id}
        append(subject_id, course_id, progress.COMPLETED, body)
        folded = _fold(subject_id, course_id) or folded
    enrolment = _store(subject_id, course_id, folded, before)
    if completing and folded.completed_at:
        publish(
            CourseCompleted(
                subject_id=subject_id,
                enrolment_id=enrolment.id,
                course_id=course_id,
                version_id=folded.version_id,
                at=folded.completed_at,
                grade=enrolment.grade,
            )
        )
    return enrolment


def _fold(subject_id: str, course_id: str) -> Progress | None:
    return progress.fold(queries.list_records(subject_id, course_id), get_tree)


def _store(subject_id: str, course_id: str, folded: Progress, before: EnrolmentRow | None = None) -> EnrolmentRow:
    before = before or queries.find_enrolment(subject_id, course_id)
    values = enrolment_values(folded)
    if before is None:
        key = {"id": folded.enrolment_id, "subject_id": subject_id, "course_id": course_id}
        run(_NEW_ENROLMENT, {**key, **values})
    else:
        key = {"id": before.id, "subject_id": subject_id, "course_id": course_id}
        if any(getattr(before, name) != value for name, value in values.items()):
            run(_CHANGE_ENROLMENT, {"key": before.id, **values})
    _store_states(str(key["id"]), folded)
    return EnrolmentRow(**key, **values)  # type: ignore[arg-type]


def enrolment_values(folded: Progress) -> dict[str, object]:
    """Return the columns of an enrolment that a fold decides."""
    return {
        "version_id": folded.version_id,
        "affiliation_id": folded.affiliation_id,
        "state": folded.state,
        "enrolled_at": folded.enrolled_at,
        "completed_at": folded.completed_at,
        "completed_version_id": folded.completed_version_id,
        "done": folded.done,
        "total": folded.total,
        "grade": progress.hundredths(folded.grade),
        "next_item": folded.next_item,
        "minutes_left": folded.minutes_left,
        "changed_at": folded.changed_at,
    }


def state_values(folded: Progress) -> dict[str, dict[str, object]]:
    """Return the columns of the item states that a fold decides, for the items that were touched."""
    return {
        item_id: {
            "opened_at": item.opened_at,
            "done_at": item.done_at,
            "language": item.language,
            "score": progress.hundredths(item.score),
            "checked": dict(item.checked),
        }
        for item_id, item in folded.items.items()
        if item.touched
    }


def _store_states(enrolment_id: str, folded: Progress) -> None:
    wanted = state_values(folded)
    kept = queries.list_states(enrolment_id)
    if fresh := [
        {"enrolment_id": enrolment_id, "item_id": item_id, **values}
        for item_id, values in wanted.items()
        if item_id not in kept
    ]:
        run(_NEW_STATES, fresh)
    if changed := [
        {"enrolment": enrolment_id, "item": item_id, **values}
        for item_id, values in wanted.items()
        if item_id in kept and any(getattr(kept[item_id], name) != value for name, value in values.items())
    ]:
        run(_CHANGE_STATES, changed)
    if gone := [{"enrolment": enrolment_id, "item": item_id} for item_id in kept.keys() - wanted.keys()]:
        run(_DROP_STATES, gone)


@dataclass(frozen=True, kw_only=True)
class Projection:
    """How one feature compares and rewrites what it folded from the records of a learner in a course."""

    compare: Callable[[str, str], list[str]]
    rebuild: Callable[[str, str], None]


def compare(subject_id: str, course_id: str) -> list[str]:
    """Return how the stored projection differs from a fresh fold; nothing is written."""
    folded = _fold(subject_id, course_id)
    enrolment = queries.find_enrolment(subject_id, course_id)
    if folded is None or enrolment is None:
        return [] if folded is None and enrolment is None else ["enrolment"]
    wrong = [key for key, value in enrolment_values(folded).items() if getattr(enrolment, key) != value]
    states = queries.list_states(enrolment.id)
    wanted = state_values(folded)
    wrong += [
        f"{item_id}.{key}"
        for item_id, values in wanted.items()
        for key, value in values.items()
        if item_id not in states or getattr(states[item_id], key) != value
    ]
    return wrong + [f"{item_id} is not in the records" for item_id in states.keys() - wanted.keys()]


def rebuild(subject_id: str, course_id: str) -> None:
    """Write the projection of a learner in a course again from the records."""
    lock(subject_id)
    folded = _fold(subject_id, course_id)
    if folded is not None:
        _store(subject_id, course_id, folded)


def unify(canonical_id: str, other_id: str) -> None:
    """Fold the records of two linked subjects together under one; together they may complete a course."""
    lock(canonical_id)
    for enrolment in queries.list_enrolments_of(other_id):
        if queries.find_enrolment(canonical_id, enrolment.course_id) is None:
            run(_GIVE_ENROLMENT, {"key": enrolment.id, "subject_id": canonical_id})
    for course_id in queries.list_courses_of(canonical_id):
        refold(canonical_id, course_id)
