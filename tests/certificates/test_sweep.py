"""What a process that died left in the storage goes after a day; whatever belongs to anything stays."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from lms.certificates.models import Certificate
from lms.certificates.service import issuing, sweeping
from lms.infra.db import db
from lms.infra.pause import go_on, pause
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.people import Cast
from tests.factories.study import at, later


@pytest.fixture(autouse=True)
def no_notes(app: Flask) -> Iterator[None]:
    """Begin and end without notes of other tests."""
    folder = app.config["LMS"].data_dir / sweeping.FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    yield
    shutil.rmtree(folder, ignore_errors=True)


def sweep(app: Flask, patch: pytest.MonkeyPatch, **after: int) -> int:
    with app.app_context(), at(later(**after), patch):
        count = sweeping.sweep()
        db.session.commit()
    return count


def test_what_never_came_to_a_commit_goes_after_a_day(
    app: Flask, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        before = set(storage().digests())
        assert issuing.make_file(award.row.id)
        db.session.rollback()  # as if the process had died
        left = set(storage().digests()) - before
    assert len(left) == 2
    assert sweep(app, monkeypatch, hours=20) == 0
    assert sweep(app, monkeypatch, days=2) == 2
    with app.app_context():
        assert set(storage().digests()) == before
    assert sweep(app, monkeypatch, days=3) == 0


def test_what_belongs_to_a_certificate_or_a_course_stays(
    app: Flask, made: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        before = set(storage().digests())
    assert len(before) > 2
    assert sweep(app, monkeypatch, days=400) == 0
    with app.app_context():
        assert set(storage().digests()) == before


def test_what_the_journal_alone_names_stays(app: Flask, made: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be taken back."""
    digest = made.row.file_digest or ""
    with app.app_context():
        db.session.execute(delete(Certificate))
        db.session.commit()
    assert sweep(app, monkeypatch, days=2) == 0
    with app.app_context():
        assert storage().path(digest).exists()


def test_nothing_goes_while_the_site_waits_after_a_restore(
    app: Flask, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        assert issuing.make_file(award.row.id)
        db.session.rollback()
        pause(app.config["LMS"].data_dir)
    try:
        assert sweep(app, monkeypatch, days=2) == 0
    finally:
        with app.app_context():
            go_on()
    assert sweep(app, monkeypatch, days=2) == 2


def test_what_was_half_written_goes_after_a_day(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        old, fresh = (storage().path("ab" * 32).with_name(name) for name in ("new-old", "new-fresh"))
    old.parent.mkdir(parents=True, exist_ok=True)
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert sweep(app, monkeypatch, hours=1) == 1
    assert (old.exists(), fresh.exists()) == (False, True)
    fresh.unlink()
