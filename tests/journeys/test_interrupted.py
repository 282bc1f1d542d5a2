"""A session that ends in the middle of a quiz: log in, and the answers are there."""

from __future__ import annotations

from lms.domain.outline import Quiz
from tests.factories.journey import Studying, log_in
from tests.factories.people import PASSWORD, Cast
from tests.pages import PageClient


def begin(learner: Studying) -> Quiz:
    """Enrol and start an attempt at the final quiz."""
    quiz = learner.course.items["final"]
    assert isinstance(quiz, Quiz)
    learner.enrol()
    learner.browser.visit(learner.address("final"))
    learner.browser.press("Start attempt")
    return quiz


def end_session(browser: PageClient) -> None:
    """Throw the session away, as a browser does when its cookies are cleared or expire."""
    browser.delete_cookie("vitrine")


def test_saved_answers_are_there_after_logging_in_again(cast: Cast, learner: Studying) -> None:
    quiz = begin(learner)
    browser = learner.browser
    answers = learner.answers(quiz)
    browser.press("Save and go on later", **answers)
    end_session(browser)

    assert browser.visit(learner.address("final")).heading == "Log in"
    page = browser.press("Log in", email=cast.learner.email, password=PASSWORD)
    assert page.heading == quiz.title, "logging in leads back to where one was"
    assert "All questions are answered." in page.main
    assert "Score: 100 %" in browser.press("Submit answers").main


def test_answers_sent_without_a_session_are_not_lost_without_a_word(cast: Cast, learner: Studying) -> None:
    quiz = begin(learner)
    browser = learner.browser
    answers = learner.answers(quiz)
    browser.press("Save and go on later", **answers)
    end_session(browser)
    page = browser.press("Submit answers", 400, **answers)
    assert page.heading, "the page says what happened"
    log_in(browser, cast.learner.email, PASSWORD)
    assert "All questions are answered." in browser.visit(learner.address("final")).main


def test_log_out_and_in_on_another_computer_goes_on_there(cast: Cast, learner: Studying) -> None:
    quiz = begin(learner)
    learner.browser.press("Save and go on later", **learner.answers(quiz))
    learner.browser.visit("/")
    learner.browser.press("Log out")
    assert cast.app is not None
    elsewhere = cast.app.test_client()
    assert isinstance(elsewhere, PageClient)
    log_in(elsewhere, cast.learner.email, PASSWORD)
    assert quiz.title in elsewhere.visit("/me/").main
    elsewhere.click("Continue")
    assert "All questions are answered." in elsewhere.visit(learner.address("final")).main
