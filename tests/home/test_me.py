"""My space: where one stopped comes first, and what is mine stands there alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import Flask

from lms.home.views.me import greeting
from lms.infra.db import db
from tests.factories.people import Cast
from tests.factories.study import LESSON, Study


@pytest.fixture
def study(app: Flask, cast: Cast) -> Study:
    with app.app_context():
        found = Study(cast.learner.subject_id)
        found.enrol()
        db.session.commit()
        return found


def test_who_has_no_course_is_told_how_to_begin(cast: Cast) -> None:
    page = cast.browser("stranger").visit("/me/")
    assert "You have not begun a course yet" in page.main
    assert "See the courses" in page.links()


def test_the_first_step_is_offered_before_anything_else(study: Study, cast: Cast) -> None:
    page = cast.browser("learner").visit("/me/")
    assert page.link("Start") == f"/learn/keys/{LESSON}"


def test_continue_leads_to_where_one_stopped(study: Study, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.get("/learn/keys/own-board")
    assert browser.visit("/me/").link("Continue").startswith("/learn/keys/own-board")


def test_nothing_of_somebody_else_is_shown(study: Study, cast: Cast) -> None:
    assert study.course.title not in cast.browser("colleague").visit("/me/").main


def test_a_finished_course_says_so(study: Study, cast: Cast, app: Flask) -> None:
    with app.app_context():
        study.finish()
        db.session.commit()
    assert "Finished on" in cast.browser("learner").visit("/me/").main


def test_my_space_asks_few_questions_of_the_database(
    study: Study, cast: Cast, max_queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    cast.browser("learner").get("/me/")
    with max_queries(5):
        cast.browser("learner").get("/me/")


@pytest.mark.parametrize("word", ["x", "1-", "99999999999999999999-a", "٣-a", "1790000000000000-zz", "-5-a"])
def test_a_place_in_the_list_that_is_none_shows_the_list_from_its_beginning_or_its_end(
    study: Study, cast: Cast, word: str
) -> None:
    assert cast.browser("learner").get("/me/", query_string={"before": word}).status_code == 200


@pytest.mark.parametrize(("hour", "words"), [(3, "evening"), (6, "morning"), (13, "afternoon"), (20, "evening")])
def test_the_greeting_goes_by_the_hour_of_the_reader(app: Flask, hour: int, words: str) -> None:
    with app.test_request_context():
        assert words in greeting(datetime(2026, 5, 1, hour, tzinfo=UTC), "Ana")
