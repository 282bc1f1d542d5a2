"""Several people who import at the same moment, with real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from lms.courses import service
from lms.courses.models import Course, Version
from lms.domain.errors import Refused
from lms.infra.db import db
from tests.courses.conftest import another

Files = dict[str, bytes]
PEOPLE = 6


def together(app: Flask, work: Callable[[int], None]) -> list[BaseException]:
    """Run the work in several threads at once and return what went wrong."""
    faults: list[BaseException] = []
    start = threading.Barrier(PEOPLE)

    def one(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                work(number)
                db.session.commit()
            except BaseException as fault:
                db.session.rollback()
                faults.append(fault)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_new_courses_get_numbers_of_their_own(real_app: Flask, store: Files) -> None:
    def work(number: int) -> None:
        service.import_course(another(store, f"course-{number}"), actor=None)

    assert together(real_app, work) == []
    with real_app.app_context():
        assert sorted(db.session.scalars(select(Course.ordinal))) == list(range(1, PEOPLE + 1))


def test_one_package_sent_by_several_is_one_version(real_app: Flask, store: Files) -> None:
    assert together(real_app, lambda _number: service.import_course(store, actor=None) and None) == []
    with real_app.app_context():
        assert len(list(db.session.scalars(select(Version.id)))) == 1


def test_a_version_published_by_several_is_published_once(real_app: Flask, store: Files) -> None:
    with real_app.app_context():
        done = service.import_course(store, actor=None)
        db.session.commit()
    assert done.slug
    assert done.version_id
    faults = together(
        real_app, lambda _number: service.publish_version(str(done.slug), str(done.version_id), actor=None)
    )
    assert len(faults) == PEOPLE - 1
    assert all(isinstance(fault, Refused) for fault in faults)
