"""Somebody who half knows the matter: every question can be answered wrongly, in a way that a form could send."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.formats.checker import check
from lms.domain.mistakes import mistake
from lms.domain.outline import Course, Lesson, Question
from lms.domain.questions import TYPES
from lms.domain.solutions import solution
from lms.infra.folders import read_folder
from lms.infra.readers import READERS

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [path for path in sorted((ROOT / "courses").iterdir()) if path.is_dir()]
SAMPLES = [ROOT / "tests/data/courses" / name for name in ("store", "labels")]


@cache
def read(folder: Path) -> Course:
    """Read a course without faults."""
    course = check(read_folder(folder), READERS).course
    assert course is not None
    return course


def questions_of(course: Course) -> list[Question]:
    """Return every question of a course."""
    lessons = [item for item in course.items.values() if isinstance(item, Lesson)]
    asked = [question for bank in course.banks.values() for question in bank.questions]
    return asked + [question for lesson in lessons for question in lesson.questions()]


@pytest.mark.parametrize("folder", [*FOLDERS, *SAMPLES], ids=lambda folder: folder.name)
def test_a_mistake_earns_less_than_full_marks(folder: Path) -> None:
    for question in questions_of(read(folder)):
        for seed in range(8):
            response = mistake(question, Random(seed))
            score = TYPES[question.type].grade(question.body, response).score
            assert question.type == "open" or (score is not None and score < 1), (question.id, response)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_mistake_is_an_answer_that_a_person_would_give(folder: Path) -> None:
    for question in questions_of(read(folder)):
        response = mistake(question, Random(1))
        assert response is not None, question.id
        assert TYPES[question.type].is_answered(question.body, response) or question.body.multiple, question.id
        assert type(response) is type(solution(question)), question.id


@given(seed=st.integers(0, 10_000))
def test_the_same_chance_makes_the_same_mistake(seed: int) -> None:
    question = questions_of(read(FOLDERS[0]))[seed % 30]
    assert mistake(question, Random(seed)) == mistake(question, Random(seed))
