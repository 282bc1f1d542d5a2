"""Somebody who studies the small course about keys, by the services alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from lms.courses.queries import find_published, get_tree
from lms.domain.outline import Course
from lms.domain.solutions import solution
from lms.infra import clock
from lms.infra.db import db
from lms.learning import service as learning
from lms.quizzes import service as quizzes
from lms.quizzes.queries import AttemptRow
from tests.factories.courses import publish_course

SLUG = "keys"
LESSON, SPOKEN, AHEAD, TASK, EXAM = "one-board", "spoken", "first-hour", "own-board", "every-type"


class Study:
    """A learner in the course, with short words for what they do."""

    def __init__(self, subject_id: str, version_id: str | None = None) -> None:
        row = find_published(SLUG)
        if row is None:
            publish_course(SLUG)
            row = find_published(SLUG)
        assert row is not None
        self.subject_id, self.course_id, self.version_id = subject_id, row.id, version_id or row.version_id

    @property
    def course(self) -> Course:
        """Return the course tree of the version that is studied."""
        return get_tree(self.version_id)

    def enrol(self) -> str:
        """Enrol; return the enrolment's id."""
        return learning.enrol(self.subject_id, self.course_id, self.version_id, None)

    def mark(self, item: str) -> None:
        """Mark an item as done."""
        learning.mark_done(self.subject_id, self.course_id, item, "en")

    def check(self, item: str) -> None:
        """Check every question of a lesson with the right answers."""
        for question in self.course.items[item].questions():  # type: ignore[operator,union-attr]
            response = solution(question)
            learning.check_question(self.subject_id, self.course_id, item, question.id, response, "en")

    def start(self, item: str = EXAM, *, seed: int = 3, extra_time: int = 0) -> AttemptRow:
        """Start an attempt."""
        return quizzes.start_attempt(
            self.subject_id, self.course_id, item, seed=seed, language="en", extra_time=extra_time
        )

    def answers(self, attempt: AttemptRow, but: int = 0) -> dict[str, Any]:
        """Return right answers to all questions of an attempt but the last so many."""
        asked = quizzes.asked(attempt, self.course)
        return {question.id: solution(question) for question in asked[: len(asked) - but]}

    def take(self, item: str, but: int = 0) -> AttemptRow:
        """Take a quiz from start to submit."""
        attempt = self.start(item)
        return quizzes.submit_attempt(self.subject_id, attempt.id, self.answers(attempt, but), 1)

    def finish(self) -> None:
        """Do everything that the course asks for."""
        for item in (LESSON, AHEAD):
            self.check(item)
            if self.course.items[item].complete != "questions":  # type: ignore[union-attr]
                self.mark(item)
        self.take(SPOKEN)
        self.mark(TASK)
        self.take(EXAM)
        db.session.flush()


@contextmanager
def at(moment: datetime, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock stand at a moment."""
    with patch.context() as patched:
        patched.setattr(clock, "now", lambda: moment)
        yield


def later(**time: int) -> datetime:
    """Return a moment after now."""
    return clock.now() + timedelta(**time)
