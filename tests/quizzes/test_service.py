"""Attempts: nothing acknowledged is lost, a late packet never wins, and only what came in time is graded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.domain.errors import Forged, NotFound, Refused
from lms.infra import clock
from lms.infra.db import db
from lms.quizzes import queries, service
from lms.quizzes.models import Attempt, LateAnswer
from tests.factories.people import Cast
from tests.factories.study import EXAM, LESSON, SPOKEN, Study, at


@pytest.fixture(autouse=True)
def study(app: Flask, cast: Cast) -> Iterator[Study]:
    with app.app_context():
        found = Study(cast.learner.subject_id)
        found.enrol()
        db.session.commit()
        yield found


def saved(attempt_id: str) -> dict[str, object]:
    return {key: answer.response for key, answer in queries.list_answers(attempt_id).items()}


def test_starting_twice_leads_to_the_same_attempt(study: Study) -> None:
    assert study.start().id == study.start(seed=99).id


def test_who_is_not_enrolled_starts_nothing(study: Study, cast: Cast) -> None:
    with pytest.raises(NotFound):
        Study(cast.stranger.subject_id).start()


def test_the_draw_and_the_language_are_fixed_at_the_start(study: Study) -> None:
    attempt = study.start()
    kept = queries.find_attempt(attempt.id)
    assert kept is not None
    assert (kept.questions, kept.language, kept.version_id) == (attempt.questions, "en", study.version_id)


def test_a_late_packet_never_wins(study: Study) -> None:
    attempt = study.start(SPOKEN)
    question = "s-count"
    service.save_answers(study.subject_id, attempt.id, {question: "3"}, 5)
    service.save_answers(study.subject_id, attempt.id, {question: "9"}, 4)
    assert saved(attempt.id)[question] == "3"
    service.save_answers(study.subject_id, attempt.id, {question: "4"}, 6)
    assert saved(attempt.id)[question] == "4"


def test_an_answer_can_be_taken_back(study: Study) -> None:
    attempt = study.start(SPOKEN)
    service.save_answers(study.subject_id, attempt.id, {"s-count": "3"}, 1)
    service.save_answers(study.subject_id, attempt.id, {"s-count": None}, 2)
    assert saved(attempt.id) == {"s-count": None}


def test_submitting_grades_what_was_saved_and_what_is_sent(study: Study) -> None:
    attempt = study.start()
    answers = study.answers(attempt)
    first, *rest = answers
    service.save_answers(study.subject_id, attempt.id, {first: answers[first]}, 1)
    graded = service.submit_attempt(study.subject_id, attempt.id, {key: answers[key] for key in rest}, 2)
    assert service.percent(graded.score) == 100
    assert graded.passed


def test_of_two_submits_one_counts(study: Study) -> None:
    attempt = study.start(SPOKEN)
    first = service.submit_attempt(study.subject_id, attempt.id, study.answers(attempt), 1)
    again = service.submit_attempt(study.subject_id, attempt.id, {"s-count": "17"}, 2)
    assert (first.score, again.score) == ("1", "1")
    assert [a.number for a in queries.list_attempts(attempt.enrolment_id, SPOKEN)] == [1]


def test_an_answer_to_a_question_that_was_not_drawn_is_refused(study: Study) -> None:
    attempt = study.start(SPOKEN)
    with pytest.raises(Forged):
        service.save_answers(study.subject_id, attempt.id, {"e-choice": ["along"]}, 1)
    assert saved(attempt.id) == {}


@pytest.mark.parametrize("seq", [-1, 2**53 + 1])
def test_a_sequence_number_that_no_page_counts_to_is_refused(study: Study, seq: int) -> None:
    attempt = study.start(SPOKEN)
    with pytest.raises(Forged):
        service.save_answers(study.subject_id, attempt.id, {"s-count": "3"}, seq)


def test_somebody_elses_attempt_is_refused(study: Study, cast: Cast) -> None:
    attempt = study.start(SPOKEN)
    for use in (service.save_answers, service.submit_attempt):
        with pytest.raises(Forged):
            use(cast.colleague.subject_id, attempt.id, {"s-count": "3"}, 1)


def test_an_attempt_that_is_none_is_not_found(study: Study) -> None:
    with pytest.raises(NotFound):
        service.save_answers(study.subject_id, "0" * 32, {}, 1)


def test_attempts_are_used_up(study: Study) -> None:
    for _ in range(3):
        study.take(EXAM, but=9)
    with pytest.raises(Refused, match="used-up"):
        study.start()


def test_answers_that_arrive_within_a_minute_after_closing_count(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = study.start()
    assert attempt.closes_at is not None
    with at(attempt.closes_at + timedelta(seconds=59), monkeypatch):
        assert service.save_answers(study.subject_id, attempt.id, study.answers(attempt), 1).counts
    with at(attempt.closes_at + timedelta(seconds=61), monkeypatch):
        service.close_overdue()
    kept = queries.find_attempt(attempt.id)
    assert kept is not None and kept.by_time and service.percent(kept.score) == 100


def test_later_answers_are_kept_and_not_graded(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = study.start()
    assert attempt.closes_at is not None
    answers = study.answers(attempt)
    with at(attempt.closes_at + timedelta(seconds=61), monkeypatch):
        assert not service.save_answers(study.subject_id, attempt.id, answers, 1).counts
        graded = service.submit_attempt(study.subject_id, attempt.id, answers, 2)
    assert service.percent(graded.score) == 0
    assert db.session.scalars(select(LateAnswer)).all()


def test_extra_time_makes_the_limit_longer(study: Study) -> None:
    attempt = study.start(extra_time=50)
    assert attempt.closes_at == attempt.started_at + timedelta(minutes=30)


def test_only_attempts_whose_grace_is_over_are_closed(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = study.start()
    assert attempt.closes_at is not None
    with at(attempt.closes_at + timedelta(seconds=30), monkeypatch):
        assert service.close_overdue() == 0


def test_feedback_after_each_question_lets_the_answer_stand(study: Study) -> None:
    attempt = study.start(SPOKEN)
    service.save_answers(study.subject_id, attempt.id, {"s-count": "3"}, 1)
    service.check_answer(study.subject_id, attempt.id, "s-count")
    service.save_answers(study.subject_id, attempt.id, {"s-count": "9"}, 2)
    assert saved(attempt.id)["s-count"] == "3"


def test_a_quiz_that_tells_at_the_end_shows_nothing_before(study: Study) -> None:
    attempt = study.start()
    with pytest.raises(Forged):
        service.check_answer(study.subject_id, attempt.id, attempt.questions[0])


def test_attempts_are_rebuilt_from_records_without_a_difference(study: Study) -> None:
    study.take(SPOKEN)
    study.start()
    assert service.compare(study.subject_id, study.course_id) == []
    kept = queries.find_attempt(study.start().id)
    assert kept is not None
    db.session.execute(update(Attempt).values(score="1/3", number=Attempt.number + 4))
    assert service.compare(study.subject_id, study.course_id)
    service.rebuild(study.subject_id, study.course_id)
    assert service.compare(study.subject_id, study.course_id) == []


def test_a_clock_that_goes_backwards_closes_nothing_and_crashes_nothing(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = study.start()
    with at(clock.now() - timedelta(days=3), monkeypatch):
        service.save_answers(study.subject_id, attempt.id, study.answers(attempt), 1)
        graded = service.submit_attempt(study.subject_id, attempt.id, {}, 2)
    assert service.percent(graded.score) == 100


def test_a_finished_lesson_changes_nothing_for_the_quiz(study: Study) -> None:
    study.check(LESSON)
    assert study.start(SPOKEN).number == 1
