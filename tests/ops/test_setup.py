"""`lms init` changes tables only after a copy was made, and knows without looking hard when nothing is to be done."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lms.config import Config
from lms.infra import schema
from lms.ops.service import backup, prepared, setup
from tests.servers import Databases, SqliteFiles


@pytest.fixture
def config(real_app: Flask) -> Config:
    found: Config = real_app.config["LMS"]
    return found


def upgrade(app: Flask, config: Config) -> list[str]:
    told: list[str] = []
    with app.app_context():
        setup.upgrade(config, told.append)
    return told


def test_nothing_is_copied_when_no_migration_is_pending(real_app: Flask, config: Config) -> None:
    assert upgrade(real_app, config) == []
    assert not (config.data_dir / backup.BACKUPS).exists()


def test_the_database_alone_is_copied_before_a_migration(
    real_app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "newest", lambda: "9999")
    monkeypatch.setattr(schema, "upgrade", lambda: None)
    copied, done = upgrade(real_app, config)
    assert copied.startswith(f"The database was copied to {config.data_dir}/backups/before-upgrade-from-")
    assert done == "The database is at 9999 now."
    [copy] = (config.data_dir / backup.BACKUPS).iterdir()
    with tarfile.open(copy) as tar:
        names = tar.getnames()
    assert names in (["database.sqlite3", "manifest.json"], ["database.dump", "manifest.json"])


def test_a_database_that_cannot_be_copied_is_not_changed(
    real_app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise backup.BackupFailed("the disk is full")

    monkeypatch.setattr(schema, "newest", lambda: "9999")
    monkeypatch.setattr(schema, "upgrade", lambda: pytest.fail("the tables were changed"))
    monkeypatch.setattr(backup, "dump", full)
    with pytest.raises(backup.BackupFailed):
        upgrade(real_app, config)


def test_the_last_five_copies_are_kept(real_app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = config.data_dir / backup.BACKUPS
    folder.mkdir()
    for number in range(7):
        (folder / f"before-upgrade-from-000{number}-20260101-000000.tar").touch()
    (folder / "my-own.tar").touch()
    monkeypatch.setattr(schema, "newest", lambda: "9999")
    monkeypatch.setattr(schema, "upgrade", lambda: None)
    upgrade(real_app, config)
    assert len(list(folder.glob("before-upgrade-*"))) == setup.KEPT
    assert (folder / "my-own.tar").exists()


@pytest.fixture
def on_file(config: Config, databases: Databases) -> Config:
    """Return settings with a prepared SQLite database, whatever the tests run on."""
    if not isinstance(databases, SqliteFiles):
        pytest.skip("PostgreSQL is always asked anew; the run on SQLite looks at the quick way")
    prepared.note_prepared(config, demo=False)
    return config


def test_a_prepared_site_is_known_as_such(on_file: Config) -> None:
    assert prepared.is_prepared(on_file, demo=False)
    assert not prepared.is_prepared(on_file, demo=True)
    prepared.note_prepared(on_file, demo=True)
    assert prepared.is_prepared(on_file, demo=True)
    assert prepared.is_demo(on_file)


def test_another_or_a_lost_database_is_not_prepared(on_file: Config, tmp_path: Path) -> None:
    other = replace(on_file, database_url=f"sqlite:///{tmp_path}/other.sqlite3")
    assert not prepared.is_prepared(other, demo=False)
    backup.sqlite_file(on_file).unlink()
    assert not prepared.is_prepared(on_file, demo=False)


def test_a_change_to_what_ships_is_noticed(on_file: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("migrations", "courses"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(prepared, "place", lambda name: tmp_path / name)
    prepared.note_prepared(on_file, demo=False)
    assert prepared.is_prepared(on_file, demo=False)
    (tmp_path / "courses/new.md").write_text("new")
    assert not prepared.is_prepared(on_file, demo=False)
