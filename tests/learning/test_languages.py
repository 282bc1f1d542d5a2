"""A course is read along the reader's own list of languages, and the language of study is recorded."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from lms.courses.queries import find_published, get_tree
from lms.infra.db import db
from lms.learning.queries import find_study, list_states, panels
from lms.learning.service import enrol
from lms.quizzes.queries import list_attempts
from tests.factories.courses import publish_course
from tests.factories.people import Cast

SLUG, LESSON, QUIZ = "quiet-store", "humidity", "check"


@pytest.fixture(autouse=True)
def course(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish_course("store")
        row = find_published(SLUG)
        assert row is not None
        enrol(cast.learner.subject_id, row.id, row.version_id, None)
        db.session.commit()


def titles(app: Flask, *languages: str) -> str:
    with app.app_context():
        row = find_published(SLUG)
        assert row is not None
        return get_tree(row.version_id, languages).items[LESSON].title


def test_of_the_readers_languages_the_first_that_the_course_speaks_is_taken(app: Flask) -> None:
    assert titles(app, "hy", "ru", "en") == titles(app, "ru") != titles(app, "en")
    assert titles(app, "hy") == titles(app, "en")


def test_the_language_of_study_is_recorded_and_follows_the_switch(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    for code in ("ru", "en"):
        browser.visit(f"/learn/{SLUG}/{LESSON}?lang={code}")
        with app.app_context():
            study = find_study(SLUG, cast.learner.subject_id)
            assert study is not None
            assert list_states(study.enrolment_id or "")[LESSON].language == code


def test_an_attempt_stays_in_the_language_it_was_begun_in(app: Flask, cast: Cast) -> None:
    browser = cast.browser("learner")
    browser.visit(f"/learn/{SLUG}/{QUIZ}?lang=ru")
    browser.press("Начать попытку")
    browser.visit(f"/learn/{SLUG}/{QUIZ}?lang=en")
    with app.app_context():
        study = find_study(SLUG, cast.learner.subject_id)
        assert study is not None
        assert [a.language for a in list_attempts(study.enrolment_id or "", QUIZ)] == ["ru"]


def test_the_address_of_an_item_is_the_contracts(app: Flask) -> None:
    with app.test_request_context():
        assert panels.path_of(SLUG, LESSON) == url_for("learning.item", slug=SLUG, item_id=LESSON)
