"""Studying writes records; what pages read is folded from them and can be rebuilt without a difference."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.domain.errors import NotFound, Refused
from lms.infra import clock
from lms.infra.db import db
from lms.learning import queries, service
from lms.learning.models import Enrolment, ItemState, LearningRecord
from lms.quizzes import service as quizzes
from tests.factories.courses import files_of, publish_course
from tests.factories.people import Cast
from tests.factories.study import AHEAD, EXAM, LESSON, SLUG, SPOKEN, TASK, Study, at


@pytest.fixture
def study(app: Flask, cast: Cast) -> Study:
    with app.app_context():
        found = Study(cast.learner.subject_id)
        found.enrol()
        db.session.commit()
        return found


@pytest.fixture(autouse=True)
def inside(app: Flask, study: Study) -> object:
    with app.app_context():
        yield


def records(study: Study) -> list[LearningRecord]:
    return list(db.session.scalars(select(LearningRecord).order_by(LearningRecord.seq)))


def enrolment(study: Study) -> Enrolment:
    found = queries.find_enrolment(study.subject_id, study.course_id)
    assert found is not None
    return found


def test_enrolling_twice_is_enrolling_once(study: Study) -> None:
    assert study.enrol() == study.enrol()
    assert [record.kind for record in records(study)] == ["enrolled"]


def test_leaving_keeps_what_was_done_for_the_day_one_comes_back(study: Study) -> None:
    study.check(LESSON)
    done = enrolment(study).done
    service.leave(study.subject_id, study.course_id)
    assert enrolment(study).state == "left"
    study.enrol()
    assert (enrolment(study).state, enrolment(study).done) == ("active", done)


def test_who_has_left_can_mark_nothing(study: Study) -> None:
    service.leave(study.subject_id, study.course_id)
    with pytest.raises(NotFound):
        study.mark(TASK)


def test_an_item_of_another_course_cannot_be_marked(study: Study) -> None:
    with pytest.raises(NotFound):
        study.mark("no-such-item")


def test_a_quiz_cannot_be_marked_as_done(study: Study) -> None:
    with pytest.raises(NotFound):
        study.mark(EXAM)


def test_a_lesson_by_questions_refuses_to_be_marked(study: Study) -> None:
    path = "lessons/one-board.md"
    text = files_of(SLUG)[path].decode().replace("complete: both", "complete: questions")
    newer = publish_course(SLUG, files_of(SLUG, **{path: text}))
    service.move(study.subject_id, study.course_id, newer.version_id)
    with pytest.raises(Refused):
        study.mark(LESSON)


def test_finishing_is_recorded_once(study: Study) -> None:
    study.finish()
    study.take(EXAM)
    assert [record.kind for record in records(study)].count("completed") == 1
    found = enrolment(study)
    assert (found.state, found.done, found.total, found.grade) == ("completed", 5, 5, 10_000)


def test_the_language_of_each_item_is_recorded(study: Study) -> None:
    service.open_item(study.subject_id, study.course_id, LESSON, "ru")
    state = queries.list_states(enrolment(study).id)[LESSON]
    assert (state.language, state.opened_at is not None) == ("ru", True)


def test_records_carry_neither_names_nor_addresses(study: Study, cast: Cast) -> None:
    study.finish()
    for record in records(study):
        assert cast.learner.name not in str(record.body)
        assert cast.learner.email not in str(record.body)


def test_records_are_numbered_without_a_gap(study: Study) -> None:
    study.finish()
    numbers = [record.seq for record in records(study)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_clock_that_goes_backwards_loses_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(clock.now() - timedelta(days=400), monkeypatch):
        study.check(LESSON)
        study.take(SPOKEN)
    study.finish()
    assert enrolment(study).state == "completed"
    assert service.compare(study.subject_id, study.course_id) == []


def test_a_fresh_fold_finds_no_difference(study: Study) -> None:
    study.finish()
    assert service.compare(study.subject_id, study.course_id) == []
    assert quizzes.compare(study.subject_id, study.course_id) == []


def test_a_difference_is_found_and_mended(study: Study) -> None:
    study.check(LESSON)
    db.session.execute(update(ItemState).values(done_at=None))
    db.session.execute(update(Enrolment).values(done=4, grade=1))
    db.session.expire_all()
    wrong = service.compare(study.subject_id, study.course_id)
    assert {"done", "grade"} <= set(wrong)
    service.rebuild(study.subject_id, study.course_id)
    assert service.compare(study.subject_id, study.course_id) == []


def test_the_place_where_one_stopped_leads_back_unless_it_is_done(study: Study) -> None:
    service.keep_place(enrolment(study).id, TASK, "the-board")
    service.keep_place(enrolment(study).id, AHEAD, "")
    found = queries.find_study(SLUG, study.subject_id)
    assert found is not None and found.going_on == AHEAD
    service.keep_place(enrolment(study).id, LESSON)
    study.check(LESSON)
    if study.course.items[LESSON].complete != "questions":  # type: ignore[union-attr]
        study.mark(LESSON)
    found = queries.find_study(SLUG, study.subject_id)
    assert found is not None and found.going_on == SPOKEN


def test_a_stranger_has_no_part_in_it(study: Study, cast: Cast) -> None:
    found = queries.find_study(SLUG, cast.stranger.subject_id)
    assert found is not None and not found.enrolled
