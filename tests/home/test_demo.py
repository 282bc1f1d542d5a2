"""The demonstration: what its learner did took the time that such things take, and ends now."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from flask import Flask
from sqlalchemy import Connection, select

from lms.courses.service import import_shipped
from lms.home import service
from lms.home.views.hints import hints_of, hurried
from lms.infra import clock
from lms.infra.db import db
from lms.learning.models import Enrolment, LearningRecord
from lms.learning.service import compare
from lms.quizzes.queries import list_attempts_of
from tests.pages import PageClient


def test_the_demonstrations_learner_is_no_hurried_one(app: Flask, tx: Connection) -> None:
    begun = clock.now()
    with app.app_context():
        import_shipped()
        service.create_demo()
        db.session.commit()
        for enrolment in db.session.scalars(select(Enrolment)):
            attempts = list_attempts_of(enrolment.id)
            assert hints_of(attempts) == {}
            assert hurried([enrolment.id]) == frozenset()
            assert all(a.submitted_at and a.submitted_at > a.started_at + timedelta(minutes=1) for a in attempts)
            assert not any(a.by_time for a in attempts)
            assert compare(enrolment.subject_id, enrolment.course_id) == []
        for course_id in db.session.scalars(select(LearningRecord.course_id).distinct()):
            query = select(LearningRecord.at).where(LearningRecord.course_id == course_id).order_by(LearningRecord.seq)
            moments = db.session.scalars(query).all()
            assert all(one <= other for one, other in pairwise(moments)), "in the order in which it was done"
            assert moments[0] < begun - timedelta(minutes=10)
            assert moments[-1] <= clock.now()


def test_the_clock_goes_on_as_it_was() -> None:
    with clock.earlier(timedelta(days=1)):
        then = clock.now()
    assert timedelta(hours=23) < clock.now() - then < timedelta(hours=25)


def test_the_page_of_licences_names_what_others_wrote(client: PageClient) -> None:
    assert "noble-ed25519 by Paul Miller, under the MIT License" in client.visit("/licences").main


def test_the_page_of_privacy_tells_of_hints_and_of_what_a_certificate_holds(client: PageClient) -> None:
    main = client.visit("/privacy").main
    assert "unusually fast" in main
    assert "fingerprint of your e-mail address" in main
