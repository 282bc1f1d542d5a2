"""kill -9 of the worker in the middle of a package: it is begun anew, and nothing is offered before it is whole."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms.certificates.queries.course import Selection
from lms.certificates.service import packing
from lms.courses.queries import find_published
from lms.infra import clock, orders
from lms.infra.db import db
from lms.infra.orders import OrderRow
from tests.conftest import build_app
from tests.factories.certificates import make_certificate
from tests.factories.people import make_person
from tests.factories.study import SLUG
from tests.servers import Databases
from tests.serving import lms, serving, settings, wait_until

pytestmark = pytest.mark.slow

MANY = 2000
KILLS = 2


@pytest.fixture
def environment(databases: Databases, tmp_path: Path) -> dict[str, str]:
    """Return the settings of a prepared site."""
    prepared = settings(
        tmp_path / "data",
        LMS_DATABASE_URL=databases.empty(),
        LMS_SECRET_KEY="for the tests alone: long enough to be accepted",
    )
    (tmp_path / "data").mkdir()
    done = lms(prepared, "init")
    assert done.returncode == 0, done.stderr
    return prepared


@contextmanager
def application(environment: dict[str, str]) -> Iterator[Flask]:
    """Look into the site's database from here."""
    app = build_app(
        environment["LMS_DATABASE_URL"], Path(environment["LMS_DATA_DIR"]), LMS_SECRET_KEY=environment["LMS_SECRET_KEY"]
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["examiner"].close()


def look(order_id: str) -> OrderRow:
    """Return the order as others have committed it; what is offered is whole, at any moment."""
    db.session.rollback()
    row = orders.find_order(order_id)
    assert row is not None
    if row.offered:
        assert row.path.stat().st_size == row.file_size
        with zipfile.ZipFile(row.path) as package:
            assert len(package.namelist()) == MANY + 1
    else:
        assert not row.path.exists()
    return row


def run_of(order_id: str) -> str:
    """Return which run is at an order."""
    return db.session.get_one(orders.Order, order_id, populate_existing=True).run


def test_a_package_survives_the_death_of_its_worker(environment: dict[str, str], tmp_path: Path) -> None:
    with application(environment), serving(environment, tmp_path / "log") as site:
        person = make_person("nino@example.org", "Nino Beridze", role="trainer")
        for number in range(MANY):
            make_certificate(f"Anna {number}")
        course = find_published(SLUG)
        assert course is not None
        order_id = packing.order_package(course, Selection(), actor=person.subject_id, code="en", zone="UTC")
        db.session.commit()
        runs = {""}
        for _ in range(KILLS):
            wait_until(lambda: 0 < look(order_id).done < MANY and run_of(order_id) not in runs, 90, "it is packed")
            worker = site.worker()
            assert worker is not None
            worker.kill()
            time.sleep(0.2)
            assert look(order_id).state == "running", "it was cut off in the middle"
            runs.add(run_of(order_id))
        wait_until(lambda: look(order_id).state == "done", 120, "another worker packs it anew")
        row = look(order_id)
        assert row.offered
        assert run_of(order_id) not in runs
        with zipfile.ZipFile(row.path) as package:
            assert package.testzip() is None
        orders.sweep(clock.now() + timedelta(hours=1))
        assert [path.name for path in row.path.parent.iterdir()] == [order_id], "nothing is left of the dead runs"
