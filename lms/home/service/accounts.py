"""The accounts of a demonstration that everybody may use, and a little of what its learner has done."""

from __future__ import annotations

from datetime import timedelta

from lms.accounts.queries import find_by_email
from lms.accounts.security.passwords import hash_password
from lms.accounts.service import confirm, create_account, grant_role, state_affiliation
from lms.courses.queries import CourseRow, find_published, get_tree
from lms.domain.demonstration import LEARNER, STAFF
from lms.domain.outline import Course, Item, Lesson, Quiz
from lms.domain.solutions import solution
from lms.infra import clock
from lms.infra.db import db
from lms.learning import service as learning
from lms.quizzes import service as quizzes
from lms.quizzes.queries import AttemptRow

PASSWORD = "museum-demo-2026"  # noqa: S105 - printed at every start of a demonstration, and only there
UNDER_WAY = "running-a-museum"
FINISHED = "museum-as-a-place-of-learning"


def create_demo() -> None:
    """Make the demonstration accounts and their learning, unless they are there."""
    for person in STAFF:
        if find_by_email(person.email):
            continue
        account = create_account(
            email=person.email,
            password=hash_password(PASSWORD),
            name=person.name,
            name_latin=person.name_latin,
            languages=person.languages,
        )
        confirm(account.id, by="administrator")
        if person.role:
            grant_role(account.id, person.role, actor=None)
        museum = person.museum
        state_affiliation(account.subject_id, museum=museum.name, country=museum.country, position=person.position)
        if person.key == LEARNER:
            study(account.subject_id)


def study(subject_id: str) -> None:
    """Let the learner finish one course and begin another, by the services that every learner uses.

    It took the hours that the courses take, and ends now.
    """
    for slug, whole in ((FINISHED, True), (UNDER_WAY, False)):
        row = find_published(slug)
        if row is not None:
            _study_course(subject_id, row, whole=whole)


def _study_course(subject_id: str, row: CourseRow, *, whole: bool) -> None:
    course = get_tree(row.version_id)
    steps = course.order() if whole else course.order()[:2]
    lasts = {key: _duration(course.items[key]) for key in steps}
    left = sum(lasts.values(), timedelta())
    with clock.earlier(left):
        enrolment_id = learning.enrol(subject_id, row.id, row.version_id, None)
    for key in steps:
        with clock.earlier(left):
            learning.open_item(subject_id, row.id, key, course.language)
            attempt = _start(subject_id, row, course, key)
        left -= lasts[key]
        with clock.earlier(left):
            _do(subject_id, row, course, key, attempt)
    if not whole:
        learning.open_item(subject_id, row.id, course.order()[2], course.language)
        learning.keep_place(enrolment_id, course.order()[2])
    db.session.flush()


def _duration(item: Item) -> timedelta:
    """Return how long a step takes; a timed quiz ends before its time does."""
    limit = item.time_limit if isinstance(item, Quiz) else None
    return timedelta(minutes=max(1, item.minutes) if limit is None else min(item.minutes, limit) * 3 / 4)


def _start(subject_id: str, row: CourseRow, course: Course, key: str) -> AttemptRow | None:
    if not isinstance(course.items[key], Quiz):
        return None
    return quizzes.start_attempt(subject_id, row.id, key, seed=7, language=course.language, extra_time=0)


def _do(subject_id: str, row: CourseRow, course: Course, key: str, attempt: AttemptRow | None) -> None:
    item = course.items[key]
    if attempt:
        asked = quizzes.asked(attempt, course)
        # One answer is left out, so that the result and its review have something to show.
        answers = {q.id: solution(q) for q in asked[1:]}
        quizzes.submit_attempt(subject_id, attempt.id, answers, 1)
        return
    if isinstance(item, Lesson):
        for question in item.questions():
            response = solution(question)
            learning.check_question(subject_id, row.id, key, question.id, response, course.language)
    if not (isinstance(item, Lesson) and item.complete == "questions"):
        learning.mark_done(subject_id, row.id, key, course.language)
