"""The first attempt that counts settles the name on the certificate: quizzes say so, and tell the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from lms.quizzes import queries
from lms.quizzes.events import GradedAttemptBegun
from tests.factories.courses import files_of, publish_course
from tests.factories.journey import Studying
from tests.factories.people import Cast
from tests.factories.sheets import ADDRESS, begin
from tests.factories.study import EXAM, SPOKEN, Study

SETTLES = "The name on your certificate will be the one that stands in your profile"


class TestWords:
    def test_before_the_first_attempt_the_rules_say_which_name_it_will_be(self, learner: Studying) -> None:
        page = learner.browser.visit(ADDRESS)
        assert SETTLES in page.main
        assert page.link("See your name in your profile") == "/me/profile"

    def test_after_the_first_attempt_nothing_more_is_said_of_it(self, learner: Studying) -> None:
        begin(learner)
        learner.browser.press("Submit answers")
        assert SETTLES not in learner.browser.visit(ADDRESS).main

    def test_a_quiz_that_does_not_count_says_nothing_of_it(self, learner: Studying) -> None:
        assert SETTLES not in learner.browser.visit(learner.address(SPOKEN)).main


class TestEvent:
    @pytest.fixture
    def study(self, app: Flask, cast: Cast) -> Iterator[Study]:
        with app.app_context():
            found = Study(cast.learner.subject_id)
            found.enrol()
            yield found

    @pytest.fixture
    def heard(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[GradedAttemptBegun]:
        """Return the events as they are published; nobody else hears them."""
        events: list[GradedAttemptBegun] = []
        monkeypatch.setitem(app.extensions["events"], GradedAttemptBegun, (events.append,))
        return events

    def test_the_first_attempt_is_told_to_whoever_listens(self, study: Study, heard: list[GradedAttemptBegun]) -> None:
        attempt = study.start()
        expected = {"subject_id": study.subject_id, "enrolment_id": attempt.enrolment_id, "course_id": study.course_id}
        assert heard == [GradedAttemptBegun(**expected)]

    def test_opening_the_same_attempt_again_tells_nothing(self, study: Study, heard: list[GradedAttemptBegun]) -> None:
        study.start()
        study.start()
        assert len(heard) == 1

    def test_later_attempts_tell_nothing(self, study: Study, heard: list[GradedAttemptBegun]) -> None:
        study.take(EXAM, but=9)
        study.start()
        assert len(heard) == 1

    def test_a_quiz_that_does_not_count_tells_nothing(self, study: Study, heard: list[GradedAttemptBegun]) -> None:
        study.take(SPOKEN)
        assert heard == []

    def test_an_attempt_that_did_not_count_does_not_settle_the_name(
        self, study: Study, heard: list[GradedAttemptBegun]
    ) -> None:
        study.take(SPOKEN)
        study.start()
        assert len(heard) == 1

    def test_of_several_quizzes_that_count_the_first_begun_tells(
        self, cast: Cast, study: Study, heard: list[GradedAttemptBegun]
    ) -> None:
        text = (
            files_of("keys")["course.yaml"]
            .decode()
            .replace("  - quiz: every-type", "  - quiz: every-type\n  - quiz: spoken")
        )
        shelf = publish_course(files=files_of("keys", **{"course.yaml": text}))
        other = Study(cast.colleague.subject_id, shelf.version_id)
        other.enrol()
        other.take(SPOKEN)
        other.take(EXAM)
        assert [event.subject_id for event in heard] == [cast.colleague.subject_id]

    def test_each_learner_is_told_of(self, cast: Cast, study: Study, heard: list[GradedAttemptBegun]) -> None:
        other = Study(cast.colleague.subject_id)
        other.enrol()
        for one in (study, other):
            one.start()
        assert [event.subject_id for event in heard] == [study.subject_id, other.subject_id]

    def test_whoever_listens_finds_the_attempt_before_anything_is_committed(
        self, study: Study, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found: list[int] = []

        def listen(event: GradedAttemptBegun) -> None:
            found.append(len(queries.list_attempts(event.enrolment_id, EXAM)))

        monkeypatch.setitem(app.extensions["events"], GradedAttemptBegun, (listen,))
        study.start()
        assert found == [1]
