"""Fixtures that every feature's tests use: an application, a transaction that is undone, a client, a cast of people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from lms.app import create_app
from lms.certificates.service import ring
from lms.config import Config
from lms.infra import queue, schema
from lms.infra.db import db
from tests.factories.courses import Shelf, publish_course
from tests.factories.people import Cast, make_cast
from tests.pages import PageClient
from tests.servers import Databases, PostgresqlServer, SqliteFiles, running_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """Run a PostgreSQL for this session."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Return where databases come from: LMS_TEST_DATABASE says sqlite or postgresql."""
    kind = os.environ.get("LMS_TEST_DATABASE", "sqlite")
    if kind == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        return server
    assert kind == "sqlite", f"LMS_TEST_DATABASE is '{kind}', neither sqlite nor postgresql"
    return SqliteFiles(tmp_path_factory.mktemp("databases"))


def build_app(database_url: str, data_dir: Path, **settings: str) -> Flask:
    """Build an application for tests on a database and a data folder of its own."""
    environment = {
        "LMS_DATA_DIR": str(data_dir),
        "LMS_DATABASE_URL": database_url,
        "LMS_BASE_URL": "http://localhost",
        "LMS_SECRET_KEY": "for the tests alone: long enough to be accepted",
        **settings,
    }
    app = create_app(Config.from_env(environment))
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    app.test_client_class = PageClient
    with app.app_context():
        ring.ensure()
    return app


@pytest.fixture(scope="session")
def migrated(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database with all tables and nothing in them; copy it, do not use it."""
    url = databases.empty()
    app = build_app(url, tmp_path_factory.mktemp("template"))
    with app.app_context():
        schema.upgrade()
        queue.migrate(url)
        db.engine.dispose()
    return url


@pytest.fixture(scope="session")
def app(databases: Databases, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return the application that most tests share; what they write is undone after each."""
    app = build_app(databases.copy(migrated), tmp_path_factory.mktemp("data"))
    yield app
    app.extensions["examiner"].close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def real_app(databases: Databases, migrated: str, tmp_path: Path) -> Iterator[Flask]:
    """Return an application whose commits are real, on a database that only this test has."""
    app = build_app(databases.copy(migrated), tmp_path / "data")
    yield app
    app.extensions["examiner"].close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def tx(request: pytest.FixtureRequest) -> Iterator[Connection | None]:
    """Put the whole test, with all its requests and their commits, into one transaction and undo it at the end."""
    if "app" not in request.fixturenames:
        yield None
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context():  # left before the test runs; else all its requests would share one `g`
        engine, engines = db.engine, db.engines
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
    connection = engine.connect()
    outer = connection.begin()
    connection.connect = lambda: nullcontext(connection)  # type: ignore[attr-defined]  # for who asks for a second one
    engines[None] = connection  # type: ignore[assignment]  # the session binds to what it finds here
    try:
        yield connection
    finally:
        outer.rollback()
        connection.close()
        engines[None] = engine


@pytest.fixture
def client(app: Flask) -> PageClient:
    """Return a browser of somebody who is not logged in."""
    browser = app.test_client()
    assert isinstance(browser, PageClient)
    return browser


@pytest.fixture
def cast(app: Flask, tx: Connection) -> Cast:
    """Return the people that tests are about, each with a browser in which they are logged in."""
    with app.app_context():
        people = make_cast()
        db.session.commit()
    return people.on(app)


@pytest.fixture
def max_queries(app: Flask) -> Callable[[int], AbstractContextManager[list[str]]]:
    """Return a context that fails when more statements than this go to the database inside it."""

    @contextmanager
    def limited(most: int) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
            if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
                statements.append(sql)

        with app.app_context():
            engine = db.engine.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert len(statements) <= most, f"{len(statements)} statements, at most {most} allowed:\n" + "\n".join(
            statements
        )

    return limited


@pytest.fixture
def course(app: Flask, tx: Connection) -> Shelf:
    """Return a small published course with every type of question."""
    with app.app_context():
        shelf = publish_course()
        db.session.commit()
    return shelf
