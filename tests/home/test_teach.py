"""The pages of trainers: their own courses and learners, and nothing outside their scope."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.home.views import teach
from lms.infra.db import db
from tests.factories.people import Cast, make_person
from tests.factories.study import SLUG, Study


@pytest.fixture
def study(app: Flask, cast: Cast) -> Study:
    with app.app_context():
        found = Study(cast.learner.subject_id)
        found.enrol()
        found.finish()
        db.session.commit()
        return found


def test_a_trainer_sees_learners_with_their_scores(study: Study, cast: Cast) -> None:
    page = cast.browser("trainer").visit(f"/teach/{SLUG}/")
    assert cast.learner.name in page.main
    assert "100" in page.main


@pytest.mark.parametrize("who", ["learner", "colleague", "stranger", "other_trainer"])
def test_whoever_does_not_teach_the_course_finds_nothing_there(study: Study, cast: Cast, who: str) -> None:
    for path in (f"/teach/{SLUG}/", f"/teach/{SLUG}/guides/any", f"/teach/{SLUG}/learners/{'0' * 32}"):
        assert cast.browser(who).get(path).status_code == 404


def test_a_reviewer_sees_the_course_without_its_learners(study: Study, cast: Cast) -> None:
    page = cast.browser("reviewer").visit(f"/teach/{SLUG}/")
    assert cast.learner.name not in page.main


def test_one_learner_is_shown_with_steps_and_attempts(study: Study, cast: Cast) -> None:
    browser = cast.browser("trainer")
    browser.visit(f"/teach/{SLUG}/")
    page = browser.click(cast.learner.name)
    assert page.heading == cast.learner.name
    for item in study.course.items.values():
        assert item.title in page.main


def test_a_learner_of_another_course_is_not_found(study: Study, cast: Cast, app: Flask) -> None:
    with app.app_context():
        enrolment = study.enrol()
    assert cast.browser("trainer").get(f"/teach/no-such-course/learners/{enrolment}").status_code == 404


def test_the_list_of_learners_goes_on_on_the_next_page(
    study: Study, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teach, "LEARNERS", 2)
    with app.app_context():
        for n in range(4):
            Study(make_person(f"learner{n}@example.org", f"Learner {n}").subject_id).enrol()
        db.session.commit()
    browser, path, seen = cast.browser("trainer"), f"/teach/{SLUG}/", []
    for _ in range(3):
        page = browser.visit(path)
        seen += [name for name in page.links() if name.startswith(("Learner ", cast.learner.name))]
        path = page.links().get("Less active learners", path)
    assert len(seen) == len(set(seen)) == 5


def test_nobody_studies_yet(cast: Cast, app: Flask) -> None:
    with app.app_context():
        Study(cast.learner.subject_id)
        db.session.commit()
    assert "Nobody studies this course yet" in cast.browser("trainer").visit(f"/teach/{SLUG}/").main
