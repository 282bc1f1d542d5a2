"""The end of an attempt: score, review, time, and feedback after each question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.domain.solutions import solution
from lms.infra import clock
from lms.infra.db import db
from lms.quizzes import queries
from tests.factories.journey import Studying, wrong
from tests.factories.people import Cast
from tests.factories.sheets import ADDRESS, begin, by_script, fieldset, packet, quiz, sent, typed, variant
from tests.factories.study import LESSON, SPOKEN, Study, at, later
from tests.pages import text_of


class TestEnd:
    def test_submitting_leads_at_once_to_the_score_and_what_was_weak(self, learner: Studying) -> None:
        begin(learner)
        page = learner.submit(quiz(learner), **{"e-match": wrong_of(learner, "e-match")})
        assert page.url == f"{ADDRESS}/result/1"
        assert page.heading == "Passed, with 82 percent"
        assert "Score: 82 %" in [text_of(line) for line in page.all("p")]
        assert "14 of 17 points. 10.2 were needed." in page.main
        assert "1 answer is read by a person" in page.main
        assert page.link("The first hour") == "/learn/keys/first-hour"
        assert "One board, one list" not in page.links()

    def test_who_does_not_pass_is_told_how_to_go_on(self, learner: Studying) -> None:
        begin(learner)
        page = learner.browser.press("Submit answers")
        assert page.heading == "Not passed yet: 0 percent"
        assert page.link("Try again") == ADDRESS

    def test_a_second_submit_changes_nothing(self, learner: Studying) -> None:
        page = begin(learner)
        fields = {**sent(page), **learner.answers(quiz(learner))}
        first = by_script(learner.browser, f"{ADDRESS}/submit", fields)
        empty = sent(page) | {"seq": "99"}
        assert by_script(learner.browser, f"{ADDRESS}/submit", empty) == first == {"to": f"{ADDRESS}/result/1"}
        assert "Passed" in learner.browser.visit(first["to"]).heading

    def test_the_review_shows_the_key_with_its_reasons(self, learner: Studying) -> None:
        use_up(learner, 2)
        begin(learner)
        all_wrong = {q.id: wrong(q) for q in quiz(learner).questions if q.type != "open"}
        learner.submit(quiz(learner), **all_wrong)
        page = learner.browser.click("Review")
        assert page.heading == "Review: Every kind of question"
        assert "A key has one holder at a time." in text_of(fieldset(page, "e-choice"))
        assert "This was the right one." in text_of(fieldset(page, "e-choice"))
        assert "A right answer is: register." in text_of(fieldset(page, "e-text"))
        assert "A right answer is: 23." in text_of(fieldset(page, "e-number"))
        assert "The right order:" in text_of(fieldset(page, "e-order"))
        assert "It is: Safe." in text_of(fieldset(page, "e-sort"))
        assert "Gap 1 is not right. It is: registrar." in text_of(fieldset(page, "e-gap"))
        assert all(group.get("disabled") is not None for group in page.all("fieldset"))

    def test_lines_left_empty_are_called_so(self, learner: Studying) -> None:
        use_up(learner, 3)
        page = learner.browser.click("Review")
        assert "Not answered. It is: Change the lock." in text_of(fieldset(page, "e-match"))
        assert "No place given." in text_of(fieldset(page, "e-order"))

    @pytest.mark.parametrize("page", ["review/1", "result/1", "review/2", "result/99"])
    def test_there_is_no_result_before_the_end(self, learner: Studying, page: str) -> None:
        begin(learner)
        assert learner.browser.get(f"{ADDRESS}/{page}").status_code == 404

    def test_a_quiz_that_never_tells_has_no_review(self, study: Study, app: Flask, cast: Cast) -> None:
        moved = variant(app, cast.colleague.subject_id, feedback="never")
        with app.app_context():
            other = Studying(cast.browser("colleague"), "keys", moved.course)
        begin(other)
        page = other.browser.press("Submit answers")
        assert "Review" not in page.links()
        assert other.browser.get(f"{ADDRESS}/review/1").status_code == 404

    def test_the_result_of_a_finished_course_leads_to_the_certificate_while_it_is_being_made(
        self, learner: Studying, study: Study, app: Flask
    ) -> None:
        with app.app_context():
            study.finish()
            db.session.commit()
        page = learner.browser.visit(f"{ADDRESS}/result/1")
        main = page.one("main")
        names = [text_of(link) for link in main.iter("a")]
        assert "Your certificate" in names
        assert "Certificate in keeping keys" in page.main
        assert "is being made" in page.main
        assert "Download PDF" not in names

    def test_what_was_done_ahead_says_when_it_counts(self, learner: Studying) -> None:
        begin(learner)
        page = learner.submit(quiz(learner))
        assert "This room comes after: The register. The quiz counts as soon as that is finished." in page.main


class TestTime:
    def test_an_untimed_quiz_shows_no_clock(self, learner: Studying) -> None:
        page = begin(learner, SPOKEN)
        assert page.one("form", id="attempt").get("data-seconds") is None
        assert "Closes at" not in page.main

    def test_when_the_time_is_over_what_was_saved_is_graded(
        self, learner: Studying, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = begin(learner)
        assert "Closes at" in page.main
        by_script(learner.browser, f"{ADDRESS}/save", packet(page, "e-text", 10, answer="register"))
        with at(later(minutes=22), monkeypatch):
            late = by_script(learner.browser, f"{ADDRESS}/save", packet(page, "e-number", 11, answer="23"))
            assert late["counts"] is False
            assert late["left"] == 0
            page = learner.browser.visit(ADDRESS)
            assert "The time ran out" in page.main
            assert "The time ran out" in learner.browser.visit(f"{ADDRESS}/result/1").main
            review = learner.browser.click("Review")
        assert typed(review, "e-text") == "register"
        assert typed(review, "e-number") == ""

    def test_answers_that_were_on_their_way_still_count(
        self, learner: Studying, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = begin(learner)
        with at(clock.now() + timedelta(minutes=20, seconds=50), monkeypatch):
            kept = by_script(learner.browser, f"{ADDRESS}/save", packet(page, "e-text", 10, answer="register"))
        assert kept["counts"] is True


class TestFeedbackAfterEach:
    def test_a_checked_answer_shows_its_reason_and_stands(self, learner: Studying, app: Flask) -> None:
        page = begin(learner, SPOKEN)
        [option, *_others] = [box.get("value", "") for box in fieldset(page, "s-hook").iter("input")]
        page = learner.browser.press("Check answer: question 1", **{"a-s-hook": option})
        assert "One list, one rule." in text_of(fieldset(page, "s-hook"))
        assert fieldset(page, "s-hook").get("disabled") is not None
        assert "Check answer: question 1" not in page.buttons()
        attempt = sent(page)["attempt"][0]
        other = packet(page, "s-hook", 99) | {"a-s-hook": "nothing"}
        by_script(learner.browser, f"{learner.address(SPOKEN)}/save", other)
        with app.app_context():
            assert queries.list_answers(attempt)["s-hook"].checked is True
            assert queries.list_answers(attempt)["s-hook"].response

    def test_a_question_without_an_answer_is_not_closed(self, learner: Studying) -> None:
        begin(learner, SPOKEN)
        page = learner.browser.press("Check answer: question 2")
        assert "Nothing was checked" in page.text
        assert fieldset(page, "s-count").get("disabled") is None

    def test_other_quizzes_have_no_such_button_and_no_such_way(self, learner: Studying) -> None:
        page = begin(learner)
        assert not [name for name in page.buttons() if "Check answer" in name]
        fields = packet(page, "e-text", 10, answer="register") | {"check": "e-text"}
        assert learner.browser.post(f"{ADDRESS}/save", data=fields, csrf=False).status_code == 404


def test_who_is_not_enrolled_starts_nothing(study: Study, cast: Cast) -> None:
    assert cast.browser("stranger").post(f"{ADDRESS}/start").status_code == 404
    assert cast.browser("stranger").get(f"{ADDRESS}/result/1").status_code == 404


def test_a_lesson_is_no_quiz(learner: Studying) -> None:
    assert learner.browser.post(f"/learn/keys/{LESSON}/start").status_code == 404


def use_up(learner: Studying, attempts: int) -> None:
    """Submit so many empty attempts at the examination."""
    for _attempt in range(attempts):
        begin(learner)
        learner.browser.press("Submit answers")


def wrong_of(learner: Studying, key: str) -> Any:
    """Return a wrong answer to a question of the examination."""
    return wrong(next(q for q in quiz(learner).questions if q.id == key))


def test_the_answers_of_these_tests_are_right(learner: Studying) -> None:
    assert {q.id for q in quiz(learner).questions if solution(q)} == {q.id for q in quiz(learner).questions}
