"""A site to measure: the shipped courses, and as many enrolments as asked for."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from flask import Flask
from flask.testing import EnvironBuilder, FlaskClient
from sqlalchemy import event, insert, text

from lms.accounts.models import Account, Subject
from lms.app import create_app
from lms.config import Config
from lms.courses.queries import CourseRow, find_published, get_tree
from lms.infra.db import db
from lms.learning.models import Enrolment, ItemState, LearningRecord, Origin
from lms.ops.service import setup

T = TypeVar("T")

SLUG = "running-a-museum"
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BATCH = 5_000


@dataclass(frozen=True, kw_only=True)
class Site:
    """A prepared site."""

    app: Flask
    course: CourseRow
    items: tuple[str, ...]
    folder: Path


@contextmanager
def site(**settings: str) -> Iterator[Site]:
    """Prepare a site in a folder of its own, with tables and shipped courses."""
    with TemporaryDirectory(prefix="vitrine-bench-") as folder:
        environment = {"LMS_DATA_DIR": folder, "LMS_SECRET_KEY": "b" * 40, **settings}
        config = Config.from_env(environment)
        app = create_app(config)
        app.config["RATELIMIT_ENABLED"] = False
        with app.app_context():
            setup.prepare(config, app.extensions["setup"], demo=False, tell=lambda _text: None)
            db.session.commit()
            course = find_published(SLUG)
            assert course is not None
            yield Site(app=app, course=course, items=get_tree(course.version_id).order(), folder=Path(folder))
            db.session.remove()
            db.engine.dispose()


def fill(place: Site, first: int, last: int) -> None:
    """Add learners `first` to `last`, each enrolled, with two lessons opened and one done, and the records of that."""
    course, items = place.course, place.items
    for begin in range(first, last, BATCH):
        tables = (Subject, Account, Enrolment, ItemState, LearningRecord)
        rows: dict[type, list[dict[str, Any]]] = {table: [] for table in tables}
        for n in range(begin, min(begin + BATCH, last)):
            _learner(rows, n, course, items)
        for table, values in rows.items():
            db.session.execute(insert(table), values)
        db.session.commit()
    if first == 0:
        db.session.execute(insert(Origin), {"origin": "site", "next_seq": 10_000_000})
    db.session.commit()
    # A site that came to so many over a year has long put its journal into the database.
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.rollback()
    gc.collect()


def _learner(rows: dict[type, list[dict[str, Any]]], n: int, course: CourseRow, items: tuple[str, ...]) -> None:
    subject, at = subject_id(n), START + timedelta(minutes=n)
    rows[Subject].append({"id": subject, "canonical_id": subject, "created_at": at, "erased_at": None})
    rows[Account].append(
        {
            "subject_id": subject,
            "email": f"learner{n}@example.org",
            "password": None,
            "active": True,
            "fs_uniquifier": uniquifier(n),
            "confirmed_at": at,
            "create_datetime": at,
            "name": f"Learner {n}",
            "name_latin": "",
            "folded": f"learner {n}",
            "languages": ["en"],
            "timezone": "UTC",
            "consent_version": "",
            "extra_time": 0,
        }
    )
    records = [("enrolled", {"version": course.version_id, "affiliation": None})]
    records += [("opened", {"item": key, "language": "en"}) for key in items[:2]]
    records.append(("marked", {"item": items[0], "language": "en"}))
    for step, (kind, body) in enumerate(records, start=1):
        rows[LearningRecord].append(
            {
                "id": f"{n:026d}{step:06d}",
                "origin": "bench",
                "seq": n * 10 + step,
                "subject_id": subject,
                "course_id": course.id,
                "step": step,
                "kind": kind,
                "at": at + timedelta(seconds=step),
                "body": body,
            }
        )
    enrolment = f"{n:026d}{1:06d}"
    rows[Enrolment].append(
        {
            "id": enrolment,
            "subject_id": subject,
            "course_id": course.id,
            "version_id": course.version_id,
            "affiliation_id": None,
            "state": "active",
            "enrolled_at": at,
            "completed_at": None,
            "completed_version_id": None,
            "done": 1,
            "total": len(items),
            "grade": None,
            "next_item": items[1],
            "minutes_left": 200,
            "changed_at": at,
        }
    )
    for key, done in ((items[0], at), (items[1], None)):
        rows[ItemState].append(
            {
                "enrolment_id": enrolment,
                "item_id": key,
                "opened_at": at,
                "done_at": done,
                "language": "en",
                "score": None,
                "checked": {},
            }
        )


def subject_id(n: int) -> str:
    """Return the subject of a learner by number."""
    return f"{n:032d}"


def uniquifier(n: int) -> str:
    """Return what the session of a learner names."""
    return f"bench{n:027d}"


def logged_in(place: Site, n: int) -> FlaskClient:
    """Return the browser of a learner who is logged in."""
    browser = place.app.test_client()
    with browser.session_transaction() as session:
        # What logging in and a first page leave in it.
        session.update(_user_id=uniquifier(n), _fresh=True, fs_cc="set", fs_paa=time.time(), csrf_token="0" * 40)
    return browser


def outside(work: Callable[[], T]) -> T:
    """Do some work as a server does it: not inside this program's application context, whose `g` it would share."""
    return Context().run(work)


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU time of this process for some work, in milliseconds."""
    before = time.process_time_ns()
    work()
    return (time.process_time_ns() - before) / 1e6


def request_cpu(
    place: Site, browser: FlaskClient, path: str, headers: Sequence[tuple[str, str]] = (), **options: Any
) -> float:
    """Return the CPU time of the server's side of one request, in milliseconds; an error ends the benchmark."""
    cookie = browser.get_cookie("vitrine")
    sent = [("Accept-Encoding", "gzip"), ("Accept-Language", "en"), *headers]
    if cookie:
        sent.append(("Cookie", f"vitrine={cookie.value}"))
    builder = EnvironBuilder(place.app, path, headers=sent, **options)
    environ = builder.get_environ()
    status: list[str] = []

    def call() -> None:
        chunks = place.app.wsgi_app(environ, lambda s, _headers, _info=None: status.append(s))  # type: ignore[arg-type]
        b"".join(chunks)
        getattr(chunks, "close", lambda: None)()

    spent = outside(lambda: cpu(call))
    builder.close()
    if not status[0].startswith(("200", "204", "302")):
        raise SystemExit(f"{path} answered {status[0]}")
    return spent


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that go to the database."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        statements.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def csrf(html: str) -> str:
    """Return the CSRF token in a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, "the page has no CSRF token"
    return found[1]
