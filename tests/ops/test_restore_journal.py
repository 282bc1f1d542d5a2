"""A backup that is older than a revocation brings no revoked certificate back to life."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from lms.app import SETUP, create_app
from lms.certificates import queries
from lms.certificates.service import journal, lifecycle, ring
from lms.config import Config
from lms.infra.db import db
from lms.infra.pause import paused
from lms.infra.queue import run_jobs
from lms.ops.service import backup, restore, setup


def site(folder: Path) -> tuple[Flask, Config]:
    """Return the application and the settings of a site in a folder."""
    config = Config.from_env({"LMS_DATA_DIR": str(folder), "LMS_SECRET_KEY": "a" * 40})
    return create_app(config), config


def only_code() -> str:
    """Return the code of the one certificate of the demonstration."""
    return queries.list_all()[0].code


@pytest.mark.slow
def test_a_revocation_after_the_backup_holds_after_the_restore(tmp_path: Path) -> None:
    app, config = site(tmp_path / "data")
    with app.app_context():
        setup.prepare(config, SETUP, demo=True, tell=str)
        db.session.commit()
        run_jobs()
        journal.write_out()
        backup.write(config, tmp_path / "old.tar")
        code = only_code()
        lifecycle.revoke(queries.list_all()[0].id, reason="Found out later", actor=None)
        ring.rotate("credential")
        db.session.commit()
        journal.write_out()
        db.session.remove()
        db.engine.dispose()
    restore.restore(config, tmp_path / "old.tar", force=True)
    app, config = site(tmp_path / "data")
    with app.app_context():
        setup.prepare(config, SETUP, demo=False, tell=str)
        db.session.commit()
        row = queries.find_by_code(code)
        assert row is not None
        assert (row.standing, row.reason) == ("revoked", "Found out later"), "while the rest waits"
        assert paused()
        assert [key.id for key in ring.every_key() if key.name == "credential"] == ["credential-1", "credential-2"]
        taken = list(journal.reconcile(journal.read_file(journal.path(config.data_dir))))
        journal.resume()
        db.session.commit()
        assert [line.kind for line in taken] == ["revoked"]
        found = queries.find_by_code(code)
        assert found is not None
        assert (found.standing, found.reason) == ("revoked", "Found out later")
        assert not paused()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_a_backup_that_knows_everything_goes_on_by_itself(tmp_path: Path) -> None:
    app, config = site(tmp_path / "data")
    with app.app_context():
        setup.prepare(config, SETUP, demo=True, tell=str)
        db.session.commit()
        run_jobs()
        journal.write_out()
        backup.write(config, tmp_path / "whole.tar")
        db.session.remove()
        db.engine.dispose()
    restore.restore(config, tmp_path / "whole.tar", force=True)
    app, config = site(tmp_path / "data")
    with app.app_context():
        assert paused()
        setup.prepare(config, SETUP, demo=False, tell=str)
        assert not paused()
        db.session.remove()
        db.engine.dispose()
