"""Hints about attempts on the pages of trainers: in words, quiet, and at a cost that does not grow with the site."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask

from lms.home.views import hints
from lms.infra import clock
from lms.infra.db import db
from lms.quizzes import queries, service
from tests.factories.journey import wrong
from tests.factories.people import Cast, Person, make_person
from tests.factories.study import EXAM, SLUG, Study, at, later

MARK = "Look at the attempts"
FAST = "Unusually fast: 10 questions in 31 seconds"
TWIN = "The same wrong answers as another learner"
MISTAKEN = ("e-choice", "e-text", "e-number")

Take = Callable[..., Study]


@pytest.fixture
def take(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Return a way to take the examination in so many seconds with some wrong answers."""

    def taking(
        person: Person, *, seconds: int = 600, but: int = 0, mistaken: tuple[str, ...] = (), days: int = 0
    ) -> Study:
        with app.app_context():
            study = Study(person.subject_id)
            study.enrol()
            begun = later(days=days)
            with at(begun, monkeypatch):
                attempt = study.start()
            asked = {q.id: q for q in service.asked(attempt, study.course)}
            answers = study.answers(attempt, but) | {key: wrong(asked[key]) for key in mistaken}
            with at(begun + timedelta(seconds=seconds), monkeypatch):
                service.submit_attempt(study.subject_id, attempt.id, answers, 1)
            db.session.commit()
            return study

    return taking


def page_of(cast: Cast, person: Person) -> str:
    """Return what the trainer reads on the page of a learner."""
    browser = cast.browser("trainer")
    browser.visit(f"/teach/{SLUG}/")
    return browser.click(person.name).main


def list_page(cast: Cast) -> str:
    """Return what the trainer reads on the list of learners."""
    return cast.browser("trainer").visit(f"/teach/{SLUG}/").main


class TestHaste:
    def test_an_unusually_fast_attempt_is_named_with_its_figures(self, take: Take, cast: Cast) -> None:
        take(cast.learner, seconds=31)
        assert FAST in page_of(cast, cast.learner)

    def test_the_hint_says_that_it_is_no_verdict(self, take: Take, cast: Cast) -> None:
        take(cast.learner, seconds=31)
        assert "is a hint to you, never a verdict" in page_of(cast, cast.learner)

    def test_an_ordinary_attempt_is_shown_without_a_word(self, take: Take, cast: Cast) -> None:
        take(cast.learner)
        page = page_of(cast, cast.learner)
        assert "Unusually fast" not in page
        assert "Worth a look" not in page

    def test_the_list_marks_the_learner(self, take: Take, cast: Cast) -> None:
        take(cast.learner, seconds=31)
        page = list_page(cast)
        assert MARK in page
        assert "It is a hint to you, never a verdict." in page

    def test_the_list_marks_nobody_without_reason(self, take: Take, cast: Cast) -> None:
        take(cast.learner)
        assert MARK not in list_page(cast)

    def test_an_open_attempt_is_not_judged(self, cast: Cast, app: Flask) -> None:
        with app.app_context():
            study = Study(cast.learner.subject_id)
            study.enrol()
            study.start()
            db.session.commit()
        assert "Worth a look" not in page_of(cast, cast.learner)
        assert MARK not in list_page(cast)


class TestTwins:
    def test_equal_wrong_answers_name_the_other_learner_and_the_attempt(self, take: Take, cast: Cast) -> None:
        take(cast.learner, mistaken=MISTAKEN)
        take(cast.colleague, mistaken=MISTAKEN)
        assert f"{TWIN}: {cast.colleague.name}, attempt 1" in page_of(cast, cast.learner)

    def test_the_hint_leads_to_the_other_learner_and_back(self, take: Take, cast: Cast) -> None:
        take(cast.learner, mistaken=MISTAKEN)
        take(cast.colleague, mistaken=MISTAKEN)
        browser = cast.browser("trainer")
        browser.visit(f"/teach/{SLUG}/")
        browser.click(cast.learner.name)
        page = browser.click(TWIN)
        assert page.heading == cast.colleague.name
        assert f"{TWIN}: {cast.learner.name}, attempt 1" in page.main

    def test_other_wrong_answers_are_no_likeness(self, take: Take, cast: Cast) -> None:
        take(cast.learner, mistaken=MISTAKEN)
        take(cast.colleague, mistaken=(*MISTAKEN, "e-sort"))
        assert TWIN not in page_of(cast, cast.learner)

    def test_two_attempts_of_one_learner_are_no_twins(self, take: Take, cast: Cast) -> None:
        take(cast.learner, mistaken=MISTAKEN)
        take(cast.learner, mistaken=MISTAKEN)
        assert TWIN not in page_of(cast, cast.learner)

    def test_empty_sheets_are_no_twins(self, take: Take, cast: Cast) -> None:
        take(cast.learner, but=10)
        take(cast.colleague, but=10)
        assert TWIN not in page_of(cast, cast.learner)

    def test_attempts_more_than_a_week_apart_are_not_compared(self, take: Take, cast: Cast) -> None:
        take(cast.learner, mistaken=MISTAKEN)
        take(cast.colleague, mistaken=MISTAKEN, days=8)
        assert TWIN not in page_of(cast, cast.learner)


class TestCost:
    def test_the_list_asks_the_database_as_often_for_many_learners_as_for_one(
        self, take: Take, cast: Cast, app: Flask, max_queries: Callable[[int], AbstractContextManager[list[str]]]
    ) -> None:
        take(cast.learner, seconds=31)
        browser = cast.browser("trainer")
        browser.visit(f"/teach/{SLUG}/")
        with max_queries(100) as few:
            browser.visit(f"/teach/{SLUG}/")
        with app.app_context():
            people = [make_person(f"l{n}@example.org", f"Learner {n}") for n in range(3)]
            db.session.commit()
        for person in people:
            take(person, seconds=31)
        with max_queries(len(few)):
            browser.visit(f"/teach/{SLUG}/")

    def test_an_attempt_without_mistakes_is_compared_with_nobody(
        self, take: Take, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        study = take(cast.learner)
        compared: list[object] = []

        def look(*given: object) -> list[queries.Neighbour]:
            compared.append(given)
            return []

        monkeypatch.setattr(hints, "list_near", look)
        with app.app_context():
            hints.hints_of(queries.list_attempts_of(study.enrol()))
        assert compared == []

    def test_of_many_attempts_the_latest_alone_are_compared(
        self, take: Take, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hints, "LATEST", 1)
        take(cast.colleague, mistaken=MISTAKEN)
        study = take(cast.learner, mistaken=MISTAKEN)
        take(cast.learner)
        with app.app_context():
            assert hints.hints_of(queries.list_attempts_of(study.enrol())) == {}

    def test_the_look_for_others_is_limited(self, take: Take, app: Flask, cast: Cast) -> None:
        study = take(cast.learner)
        for person in (cast.colleague, cast.stranger):
            take(person)
        with app.app_context():
            [mine] = queries.list_attempts_of(study.enrol())
            span = (clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
            assert len(queries.list_near(mine, *span)) == 2
            assert len(queries.list_near(mine, *span, limit=1)) == 1

    def test_other_versions_and_quizzes_are_not_looked_at(self, take: Take, app: Flask, cast: Cast) -> None:
        study = take(cast.learner)
        with app.app_context():
            other = Study(cast.colleague.subject_id)
            other.enrol()
            other.take("spoken")
            db.session.commit()
            [mine] = queries.list_attempts_of(study.enrol())
            assert mine.item_id == EXAM
            assert queries.list_near(mine, clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)) == []
