"""Bringing back what a backup holds, once all of it has been looked at."""

from __future__ import annotations

import fcntl
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import orjson
from sqlalchemy import create_engine, inspect, make_url, text

from lms.config import Config
from lms.infra import clock
from lms.infra.pause import pause
from lms.infra.places import place
from lms.infra.slots import FileSlots
from lms.ops.service.backup import (
    BLOCK,
    DATABASES,
    FORMAT,
    MANIFEST,
    PARTS,
    BackupFailed,
    Entry,
    HashingReader,
    Manifest,
    database_kind,
    dump,
    run_postgresql,
    sqlite_file,
)
from lms.ops.service.prepared import STAMP

SERVE_LOCK = "serve.lock"
JOURNAL, KEYS = "journal/certificates.jsonl", "keys/keyring.json"


class RestoreRefused(Exception):
    """The backup was read, and is not brought back; the message is one sentence that says why."""


def restore(config: Config, source: Path, *, force: bool) -> Manifest:
    """Verify a backup whole, then put it in place of what is here; what it replaces is kept in the data folder."""
    with _nobody_serving(config), _staged(config, source) as staged:
        manifest = verify(staged)
        _refuse_foreign(config, manifest)
        if not force and not is_empty(config):
            raise RestoreRefused(
                f"{config.data_dir} or its database holds a site already; --force replaces it and keeps a copy."
            )
        replaced = config.data_dir / f"replaced-{clock.now():%Y%m%d-%H%M%S}"
        # What was prepared was prepared in another database.
        (config.data_dir / STAMP).unlink(missing_ok=True)
        _replace_database(config, staged, replaced)
        if manifest.files:
            _replace_data(config, staged / "data", replaced)
            _keep_what_is_newer(config, replaced)
    return manifest


def verify(folder: Path) -> Manifest:
    """Compare every file with the manifest; RestoreRefused names the first that differs, is missing or is extra."""
    try:
        read = orjson.loads((folder / MANIFEST).read_bytes())
        entries = {name: Entry(**entry) for name, entry in read.pop("entries").items()}
        manifest = Manifest(**read, entries=entries)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupFailed("This is no backup of Vitrine: its manifest is missing or cannot be read.") from error
    if manifest.format != FORMAT:
        raise RestoreRefused(f"The backup has format {manifest.format}; this version reads format {FORMAT}.")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted(present ^ set(entries)):
        raise RestoreRefused(f"The backup is not whole: {name} is {'extra' if name in present else 'missing'}.")
    for name, entry in entries.items():
        if _entry(folder / name) != entry:
            raise RestoreRefused(f"The backup is damaged: {name} has changed since it was written.")
    return manifest


def is_empty(config: Config) -> bool:
    """Tell whether there is neither a database with tables nor a kept file."""
    if any(path.is_file() for path in (config.data_dir / "files").rglob("*")):
        return False
    if database_kind(config) == "sqlite" and not sqlite_file(config).exists():
        return True
    engine = create_engine(config.database_url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _entry(path: Path) -> Entry:
    with path.open("rb") as file:
        reader = HashingReader(file)
        while reader.read(BLOCK):
            pass
    return reader.entry()


def _refuse_foreign(config: Config, manifest: Manifest) -> None:
    kind = database_kind(config)
    if manifest.database != kind:
        raise RestoreRefused(f"The backup is of {manifest.database}, and LMS_DATABASE_URL names {kind}.")
    if manifest.migration and not any(place("migrations").glob(f"versions/{manifest.migration}_*.py")):
        raise RestoreRefused(f"The backup was made by a newer version of Vitrine ({manifest.version}).")


@contextmanager
def _nobody_serving(config: Config) -> Iterator[None]:
    """Hold what a server and a worker hold, so that none runs and none starts meanwhile."""
    workers = FileSlots(config.data_dir)
    with (config.data_dir / SERVE_LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RestoreRefused("The site is being served; end it first.") from error
        if not workers.take(0):
            raise RestoreRefused("A worker is running; end it first.")
        try:
            yield
        finally:
            workers.release_all()


@contextmanager
def _staged(config: Config, source: Path) -> Iterator[Path]:
    """Copy the backup into the data folder, so that what is verified is what is moved into place."""
    folder = config.data_dir / f".restore-{os.getpid()}"
    try:
        if source.is_dir():
            shutil.copytree(source, folder)
        elif source.is_file():
            folder.mkdir(mode=0o700)
            _unpack(source, folder)
        else:
            raise BackupFailed(f"There is no backup at {source}.")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(source: Path, folder: Path) -> None:
    """Unpack plain files alone: no link, no device, no way out of the folder."""
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or path.is_absolute() or ".." in path.parts:
                    raise RestoreRefused(f"The backup holds something that is no plain file: {member.name}")
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    shutil.copyfileobj(content, file)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupFailed(f"{source} cannot be read as a backup: {error}") from error


def _replace_database(config: Config, staged: Path, replaced: Path) -> None:
    copy = staged / DATABASES[database_kind(config)]
    if database_kind(config) == "postgresql":
        _replace_postgresql(config, copy, replaced)
        return
    database = sqlite_file(config)
    for old in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        _put_aside(old, replaced)
    _place(copy, database)


def _replace_postgresql(config: Config, copy: Path, replaced: Path) -> None:
    if not is_empty(config):
        replaced.mkdir(mode=0o700, exist_ok=True)
        dump(config, replaced / copy.name)
    _drop_tables(config)
    run_postgresql(
        "pg_restore",
        config,
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        f"--dbname={make_url(config.database_url).database}",
        str(copy),
    )


def _drop_tables(config: Config) -> None:
    """Empty the database: pg_restore drops what the backup names, not what later migrations added."""
    engine = create_engine(config.database_url)
    try:
        with engine.begin() as connection:
            quote = connection.dialect.identifier_preparer.quote
            for name in inspect(connection).get_table_names():
                connection.execute(text(f"DROP TABLE {quote(name)} CASCADE"))
            connection.execute(text("DROP SCHEMA IF EXISTS dbos CASCADE"))
    finally:
        engine.dispose()


def _replace_data(config: Config, data: Path, replaced: Path) -> None:
    for part in PARTS:
        # A secret given by the environment is not in the backup; the file of this folder then stays.
        if (data / part).exists() or part != "secret-key":
            _put_aside(config.data_dir / part, replaced)
        if (data / part).exists():
            _place(data / part, config.data_dir / part)
    if (config.data_dir / "secret-key").exists():
        (config.data_dir / "secret-key").chmod(0o600)


def _keep_what_is_newer(config: Config, replaced: Path) -> None:
    """Let no certificate that was revoked since the backup come back to life, and no key be forgotten.

    The journal and the ring of keys only ever grow: where those that were replaced go further, they stay. Certificates
    and mail wait until the database is shown to agree with the journal, or is reconciled with it.
    """
    for name in (JOURNAL, KEYS):
        old, new = replaced / name, config.data_dir / name
        if old.exists() and (not new.exists() or _entries(old) > _entries(new)):
            shutil.copytree(old.parent, new.parent, dirs_exist_ok=True)
    if (config.data_dir / JOURNAL).exists():
        pause(config.data_dir)


def _entries(file: Path) -> int:
    content = file.read_bytes()
    return content.count(b"\n") if file.suffix == ".jsonl" else len(orjson.loads(content))


def _put_aside(old: Path, replaced: Path) -> None:
    if old.exists():
        replaced.mkdir(mode=0o700, exist_ok=True)
        shutil.move(old, replaced / old.name)


def _place(new: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(new, target)
