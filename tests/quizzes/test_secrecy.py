"""No key while attempts remain: what the pages of a quiz that counts for a certificate tell, and when."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from lms.courses.queries import find_published
from lms.domain.outline import Question
from lms.domain.progress import GIVEN_UP
from lms.domain.solutions import solution
from lms.infra.db import db
from lms.learning.queries import list_records
from lms.learning.service import compare
from lms.quizzes import service
from lms.web.prose import writer_of
from lms.web.questions import show
from tests.factories.courses import files_of, publish_course
from tests.factories.journey import Studying, wrong
from tests.factories.people import Cast
from tests.factories.sheets import ADDRESS, begin, fieldset, quiz, typed, variant
from tests.factories.study import EXAM, SPOKEN, Study
from tests.pages import Page, text_of

WHY = "The right answers are shown when you have used your last attempt, or have passed and try no more."
STOP = "Show me the answers; I will not try again"
KEY = (
    "A key has one holder at a time",
    "The key never leaves",
    "A signature does not know the way back",
    "That is the list of objects",
    "A right answer is",
    "This was the right one",
    "Right too, and not chosen",
    "The right order",
    "It is:",
    "is not right",
    "Out of order",
    "registrar.",
)
"""Words of the key, of reasons, and of marks on single parts."""
MARKS = tuple(
    f"{part}--{mark}" for part in ("opt", "pair", "gap", "say") for mark in ("right", "wrong", "missed", "empty")
)
"""What marks a part in the page's own language."""


def verdict(page: Page, key: str) -> str:
    """Return the verdict below a question."""
    return text_of(page.one(id=f"a-{key}_outcome"))


def fail(learner: Studying, key: str = EXAM) -> Page:
    """Answer a quiz wrongly and submit it."""
    begin(learner, key)
    return learner.submit(
        quiz(learner, key), **{q.id: wrong(q) for q in quiz(learner, key).questions if q.type != "open"}
    )


def moved(app: Flask, cast: Cast, **rules: str) -> Studying:
    """Return the colleague, enrolled in the course with other rules of its examination."""
    study = variant(app, cast.colleague.subject_id, **rules)
    with app.app_context():
        return Studying(cast.browser("colleague"), "keys", study.course)


def edited(app: Flask, cast: Cast, path: str, lines: str, instead: str = "") -> Studying:
    """Return the colleague, enrolled in the course with some lines of a file (a pattern) replaced."""
    text, count = re.subn(lines, instead, files_of("keys")[path].decode(), count=1, flags=re.MULTILINE | re.DOTALL)
    assert count
    with app.app_context():
        shelf = publish_course(files=files_of("keys", **{path: text}))
        study = Study(cast.colleague.subject_id, shelf.version_id)
        study.enrol()
        db.session.commit()
        return Studying(cast.browser("colleague"), "keys", study.course)


class TestReview:
    def test_while_attempts_remain_nothing_of_the_key_reaches_the_browser(self, learner: Studying) -> None:
        fail(learner)
        page = learner.browser.click("Review")
        assert [told for told in (*KEY, *MARKS) if told in page.html] == []

    def test_it_says_when_the_right_answers_are_shown(self, learner: Studying) -> None:
        fail(learner)
        assert WHY in learner.browser.click("Review").main

    def test_it_shows_what_was_answered(self, learner: Studying) -> None:
        fail(learner)
        page = learner.browser.click("Review")
        assert typed(page, "e-text") == "nothing of the kind"
        assert typed(page, "e-number") == "123456789"
        assert len([box for box in fieldset(page, "e-choice").iter("input") if box.get("checked") is not None]) == 1
        assert all(group.get("disabled") is not None for group in page.all("fieldset"))

    def test_it_tells_of_each_question_whether_it_is_right(self, learner: Studying) -> None:
        begin(learner)
        questions = {q.id: q for q in quiz(learner).questions}
        some = {
            key: wrong(questions[key]) for key in ("e-choice", "e-text", "e-number", "e-order", "e-sort", "e-match")
        }
        some["e-many"] = ["no"]
        some["e-spot"] = wrong(questions["e-spot"])
        page = learner.submit(quiz(learner), **some)
        assert page.heading.startswith("Not passed")
        page = learner.browser.click("Review")
        assert verdict(page, "e-choice") == "Not right."
        assert verdict(page, "e-many") == "Partly right."
        assert verdict(page, "e-gap") == "Right."
        assert verdict(page, "e-open") == "Your answer is kept. A person will read it."

    def test_the_numbers_beside_it_tell_the_same(self, learner: Studying) -> None:
        fail(learner)
        assert "Question 1, not right" in learner.browser.click("Review").links()

    def test_after_passing_the_key_stays_closed_while_a_retake_could_raise_the_score(self, learner: Studying) -> None:
        begin(learner)
        learner.submit(quiz(learner))
        page = learner.browser.click("Review")
        assert [told for told in (*KEY, *MARKS) if told in page.html] == []
        assert WHY in page.main

    def test_whoever_has_passed_may_see_the_key_and_tries_no_more(self, learner: Studying) -> None:
        fail(learner)
        assert STOP not in learner.browser.click("Review").buttons()
        begin(learner)
        learner.submit(quiz(learner))
        learner.browser.click("Review")
        page = learner.browser.press(STOP)
        assert (page.url, WHY in page.main) == (f"{ADDRESS}/review/2", False)
        for number in (1, 2):
            page = learner.browser.visit(f"{ADDRESS}/review/{number}")
            assert "A key has one holder at a time." in page.main
            assert STOP not in page.buttons()
        page = learner.browser.visit(ADDRESS)
        assert "You chose to see the answers." in page.main
        assert "Start attempt" not in page.buttons()

    def test_no_attempt_is_started_past_the_page_after_that(self, learner: Studying) -> None:
        begin(learner)
        learner.submit(quiz(learner))
        rules = learner.browser.visit(ADDRESS)
        assert "Start attempt" in rules.buttons()
        learner.browser.visit(f"{ADDRESS}/review/1")
        learner.browser.press(STOP)
        learner.browser.page = rules
        assert "You chose to see the answers, and try no more." in learner.browser.press("Start attempt").text
        assert "Submit answers" not in learner.browser.visit(ADDRESS).buttons()

    def test_nobody_sees_the_key_by_sending_the_form_before_passing_or_in_an_attempt(self, learner: Studying) -> None:
        begin(learner)
        learner.submit(quiz(learner))
        form = learner.browser.click("Review")
        begin(learner)
        learner.browser.page = form
        page = learner.browser.press(STOP)
        assert "Nothing was changed" in page.text
        assert [told for told in KEY if told in learner.browser.visit(f"{ADDRESS}/review/1").html] == []

    def test_giving_up_is_a_record_and_changes_no_result(self, app: Flask, learner: Studying, cast: Cast) -> None:
        begin(learner)
        learner.submit(quiz(learner))
        learner.browser.click("Review")
        learner.browser.press(STOP)
        with app.app_context():
            course_id = find_published("keys").id  # type: ignore[union-attr]
            records = list_records(cast.learner.subject_id, course_id)
            assert [record.body for record in records if record.kind == GIVEN_UP] == [{"item": EXAM}]
            assert service.compare(cast.learner.subject_id, course_id) == []
            assert compare(cast.learner.subject_id, course_id) == []

    def test_after_the_last_attempt_the_key_is_shown(self, learner: Studying) -> None:
        for _attempt in range(3):
            fail(learner)
        assert "A key has one holder at a time." in learner.browser.click("Review").main

    def test_while_the_last_attempt_is_open_those_before_it_keep_the_key(self, learner: Studying) -> None:
        fail(learner)
        fail(learner)
        begin(learner)
        page = learner.browser.visit(f"{ADDRESS}/review/1")
        assert [told for told in KEY if told in page.html] == []

    def test_a_quiz_that_no_rule_names_shows_its_key_at_once(self, learner: Studying) -> None:
        fail(learner, SPOKEN)
        assert "One list, one rule." in learner.browser.click("Review").main

    def test_a_course_without_a_certificate_shows_its_keys_at_once(self, app: Flask, cast: Cast) -> None:
        other = edited(app, cast, "course.yaml", r"^certificate:.*\Z")
        fail(other)
        assert "A key has one holder at a time." in other.browser.click("Review").main

    def test_without_rules_every_quiz_of_a_course_with_a_certificate_keeps_its_key(
        self, app: Flask, cast: Cast
    ) -> None:
        other = edited(app, cast, "course.yaml", r"^completion:.*(?=^certificate:)")
        fail(other, SPOKEN)
        assert "One list, one rule." not in other.browser.click("Review").html

    def test_without_a_limit_of_attempts_the_words_name_passing_alone(self, app: Flask, cast: Cast) -> None:
        other = edited(app, cast, f"quizzes/{EXAM}.md", r"^attempts: 3\n")
        fail(other)
        assert "The right answers are shown when you have passed and try no more." in other.browser.click("Review").main

    def test_where_the_course_asks_for_more_than_the_pass_mark_the_words_name_it(self, app: Flask, cast: Cast) -> None:
        named = "  - quiz: every-type"
        other = edited(app, cast, "course.yaml", f"^{named}", f"{named}\n    score: 80")
        fail(other)
        assert (
            "have used your last attempt, or have reached 80 percent and try no more."
            in other.browser.click("Review").main
        )


class TestFeedbackAfterEach:
    def test_a_checked_answer_tells_its_verdict_and_nothing_of_the_key(self, app: Flask, cast: Cast) -> None:
        other = moved(app, cast, feedback="each")
        begin(other)
        page = other.browser.press("Check answer: question 3", **{"a-e-text": "inventory"})
        assert verdict(page, "e-text") == "Not right."
        assert fieldset(page, "e-text").get("disabled") is not None
        assert [told for told in (*KEY, *MARKS) if told in page.html] == []

    def test_the_attempt_says_when_the_right_answers_are_shown(self, app: Flask, cast: Cast) -> None:
        other = moved(app, cast, feedback="each")
        assert WHY in begin(other).main

    def test_in_the_last_attempt_a_checked_answer_shows_its_reason(self, app: Flask, cast: Cast) -> None:
        other = moved(app, cast, feedback="each")
        fail(other)
        fail(other)
        assert WHY not in begin(other).main
        page = other.browser.press("Check answer: question 3", **{"a-e-text": "inventory"})
        assert "A right answer is: register." in page.main

    def test_after_passing_a_checked_answer_shows_its_verdict_alone(self, app: Flask, cast: Cast) -> None:
        other = moved(app, cast, feedback="each")
        begin(other)
        other.submit(quiz(other))
        begin(other)
        page = other.browser.press("Check answer: question 3", **{"a-e-text": "inventory"})
        assert verdict(page, "e-text") == "Not right."
        assert [told for told in (*KEY, *MARKS) if told in page.html] == []


@pytest.mark.parametrize("answer", [solution, wrong, lambda question: None])
def test_for_the_verdict_alone_each_type_is_built_as_if_nothing_were_graded(
    learner: Studying, answer: Callable[[Question], Any], app: Flask
) -> None:
    with app.test_request_context():
        words = writer_of(learner.course)
        for question in quiz(learner).questions:
            given = None if question.type == "open" else answer(question)
            blind, told = (
                show(question, given, words=words.at(question.path), reveal=reveal) for reveal in ("nothing", "verdict")
            )
            assert replace(told, verdict=None) == blind


class TestRules:
    @pytest.mark.parametrize(
        ("rules", "words"),
        [
            ({}, f"Whether they are right is shown when you have submitted. {WHY}"),
            (
                {"feedback": "each"},
                f"Whether they are right is shown after each question you check; it then stands. {WHY}",
            ),
            ({"feedback": "never"}, "Not shown"),
            ({"attempts": "1"}, "Shown with their reasons when you have submitted"),
            ({"attempts": "1", "feedback": "each"}, "Shown after each question you check; it then stands"),
        ],
    )
    def test_the_rules_say_what_is_shown_of_the_answers(
        self, app: Flask, cast: Cast, rules: dict[str, str], words: str
    ) -> None:
        other = moved(app, cast, **rules)
        assert words in other.browser.visit(ADDRESS).main

    def test_the_rules_of_other_quizzes_promise_the_answers(self, learner: Studying) -> None:
        page = learner.browser.visit(learner.address(SPOKEN))
        assert "Shown after each question you check; it then stands" in page.main
