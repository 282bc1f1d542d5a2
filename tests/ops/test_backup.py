"""A backup taken while the site is written to comes back whole, and a damaged one does not come back at all."""

from __future__ import annotations

import fcntl
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.config import Config
from lms.infra import mail, queue
from lms.infra.db import db
from lms.infra.storage import Storage
from lms.ops.service import backup, restore
from tests.conftest import build_app
from tests.servers import Databases


@pytest.fixture
def config(real_app: Flask) -> Config:
    found: Config = real_app.config["LMS"]
    (found.data_dir / "secret-key").write_text("s" * 64)
    return found


@pytest.fixture
def elsewhere(databases: Databases, config: Config, tmp_path: Path) -> Config:
    """Return the settings of a site that is not there yet."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return replace(config, data_dir=folder, database_url=databases.empty())


def write_one(app: Flask, number: int) -> None:
    """Keep a file and, in one commit, a message that names it and the job that sends it."""
    digest = Storage(app.config["LMS"].data_dir / "files").put(f"file {number}".encode())
    with app.app_context():
        mail.post(mail.Message(to="a@example.org", subject=digest, text=str(number), purpose="test", language="en"))
        db.session.commit()


@contextmanager
def writers(app: Flask, threads: int = 4) -> Iterator[None]:
    """Write for as long as the context lasts."""
    stop = threading.Event()

    def write(first: int) -> None:
        number = first
        while not stop.is_set():
            write_one(app, number)
            number += threads

    running = [threading.Thread(target=write, args=(first,)) for first in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()


def rows(config: Config) -> dict[str, str]:
    """Return the messages of a site by id, and see that each has its job."""
    app = build_app(config.database_url, config.data_dir)
    with app.app_context():
        found = {row.id: row.subject for row in db.session.scalars(select(mail.MailMessage))}
        jobs = set(db.session.scalars(select(queue.workflow_table().c.workflow_uuid)))
        db.session.remove()
        db.engine.dispose()
    assert jobs == {f"mail-{mail_id}" for mail_id in found}
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz", "backup"])
def test_a_backup_comes_back_although_the_site_was_written_to(
    real_app: Flask, config: Config, elsewhere: Config, tmp_path: Path, name: str
) -> None:
    for number in range(20):
        write_one(real_app, -number - 1)
    before = rows(config)
    with writers(real_app):
        backup.write(config, tmp_path / name)
    after = rows(config)
    restore.restore(elsewhere, tmp_path / name, force=False)
    restored = rows(elsewhere)
    assert before.items() <= restored.items() <= after.items()
    storage = Storage(elsewhere.data_dir / "files")
    assert all(storage.get(digest) for digest in restored.values())
    assert (elsewhere.data_dir / "secret-key").read_text() == "s" * 64
    assert (elsewhere.data_dir / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(config: Config, tmp_path: Path) -> None:
    backup.write(config, tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600
    with pytest.raises(backup.BackupFailed, match="exists already"):
        backup.write(config, tmp_path / "backup.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]


def test_nothing_stands_at_the_target_when_a_backup_fails(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_add_data", full)
    with pytest.raises(OSError, match="No space"):
        backup.write(config, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_site_that_is_there_is_replaced_by_force_alone_and_then_kept(
    real_app: Flask, config: Config, tmp_path: Path
) -> None:
    write_one(real_app, 1)
    backup.write(config, tmp_path / "backup")
    write_one(real_app, 2)
    both = rows(config)
    with pytest.raises(restore.RestoreRefused, match="--force"):
        restore.restore(config, tmp_path / "backup", force=False)
    assert rows(config) == both
    with real_app.app_context():
        db.engine.dispose()
    restore.restore(config, tmp_path / "backup", force=True)
    assert len(rows(config)) == 1
    [kept] = config.data_dir.glob("replaced-*")
    assert len([path for path in (kept / "files").rglob("*") if path.is_file()]) == 2
    assert any(kept.glob("*.dump")) or any(kept.glob("*.sqlite3"))


def test_every_change_to_a_backup_is_found(config: Config, elsewhere: Config, tmp_path: Path) -> None:
    Storage(config.data_dir / "files").put(b"a picture")
    backup.write(config, tmp_path / "backup")
    [picture] = [path for path in (tmp_path / "backup/data/files").rglob("*") if path.is_file()]
    for damage in ("changed", "missing", "extra"):
        content = picture.read_bytes()
        extra = picture.with_name("extra")
        if damage == "changed":
            picture.write_bytes(b"another 1")
        elif damage == "missing":
            picture.unlink()
        else:
            extra.write_bytes(b"")
        with pytest.raises(restore.RestoreRefused, match=damage):
            restore.restore(elsewhere, tmp_path / "backup", force=False)
        extra.unlink(missing_ok=True)
        picture.write_bytes(content)
    assert restore.is_empty(elsewhere)
    restore.restore(elsewhere, tmp_path / "backup", force=False)


def test_a_backup_cannot_write_outside_the_data_folder(elsewhere: Config, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        member = tarfile.TarInfo("../outside")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(restore.RestoreRefused, match="no plain file"):
        restore.restore(elsewhere, tmp_path / "evil.tar", force=False)
    assert not (elsewhere.data_dir.parent / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"\x1f\x8b\x08 broken"])
def test_what_is_no_backup_is_told_so(elsewhere: Config, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.tar").write_bytes(content)
    with pytest.raises(backup.BackupFailed):
        restore.restore(elsewhere, tmp_path / "file.tar", force=False)


def test_a_backup_of_a_newer_version_is_refused(config: Config, elsewhere: Config, tmp_path: Path) -> None:
    backup.write(config, tmp_path / "backup")
    manifest = json.loads((tmp_path / "backup/manifest.json").read_text())
    manifest["migration"] = "9999"
    (tmp_path / "backup/manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(restore.RestoreRefused, match="newer version"):
        restore.restore(elsewhere, tmp_path / "backup", force=False)


def test_a_served_site_is_not_replaced(config: Config, elsewhere: Config, tmp_path: Path) -> None:
    backup.write(config, tmp_path / "backup")
    with (elsewhere.data_dir / "serve.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with pytest.raises(restore.RestoreRefused, match="being served"):
            restore.restore(elsewhere, tmp_path / "backup", force=True)


def test_a_password_of_the_database_is_not_shown_to_other_users(config: Config) -> None:
    secret = replace(config, database_url="postgresql+psycopg://museum:geheim@db.example.org:5433/lms?sslmode=require")
    assert backup.postgresql_environment(secret) == {
        "PGDATABASE": "lms",
        "PGHOST": "db.example.org",
        "PGPASSWORD": "geheim",
        "PGPORT": "5433",
        "PGSSLMODE": "require",
        "PGUSER": "museum",
    }
