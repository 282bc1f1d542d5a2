"""Writing everything the site keeps into one place, while it is in use."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Protocol

import orjson
from sqlalchemy import create_engine, make_url, text

from lms.config import Config
from lms.infra import clock

BACKUPS = "backups"
"""The folder in the data folder that upgrades put their copies into."""

PARTS = ("files", "keys", "journal", "secret-key", "demo")
"""What of the data folder belongs to the site; the rest is locks and leftovers."""

MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FORMAT = 1
BLOCK = 1 << 20


class BackupFailed(Exception):
    """The backup could not be written or read; the message is one sentence for whoever asked for it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file in a backup."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    made_at: str
    version: str
    database: str
    migration: str | None
    files: bool
    entries: dict[str, Entry]


class HashingReader:
    """A file that learns the digest of what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def read(self, size: int = BLOCK) -> bytes:
        """Read on."""
        block = self._file.read(size)
        self._digest.update(block)
        self._size += len(block)
        return block

    def entry(self) -> Entry:
        """Return what was read so far."""
        return Entry(size=self._size, sha256=self._digest.hexdigest())


class Target(Protocol):
    """Where a backup is written."""

    def add(self, name: str, file: IO[bytes], size: int) -> Entry:
        """Add a file of this size and return what was written."""


class Folder:
    """A backup as a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, name: str, file: IO[bytes], size: int) -> Entry:
        """Copy a file and put it onto the disk."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        reader = HashingReader(file)
        with path.open("xb") as copy:
            while block := reader.read():
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        return reader.entry()


class Tar:
    """A backup as one file."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, file: IO[bytes], size: int) -> Entry:
        """Append a file."""
        reader = HashingReader(file)
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(clock.now().timestamp())
        self._tar.addfile(member, reader)
        return reader.entry()


def write(config: Config, target: Path, *, files: bool = True) -> Manifest:
    """Write a backup that is consistent although the site is in use; nothing stands at the target until it is whole.

    The database is copied first and the files after it: files are written before the row that names them and are
    never changed, so that every row of the copy finds its file.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists already.")
    kind = database_kind(config)
    with tempfile.TemporaryDirectory(prefix="vitrine-backup-", dir=_beside(target)) as scratch:
        database = Path(scratch, DATABASES[kind])
        revision = dump(config, database)
        with _writing(target) as writer:
            entries = {database.name: _add(writer, database.name, database)}
            if files:
                entries.update(_add_data(writer, config.data_dir))
            manifest = Manifest(
                format=FORMAT,
                made_at=clock.now().isoformat(timespec="seconds"),
                version=version("vitrine"),
                database=kind,
                migration=revision,
                files=files,
                entries=entries,
            )
            content = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            writer.add(MANIFEST, io.BytesIO(content), len(content))
    return manifest


def database_kind(config: Config) -> str:
    """Return sqlite or postgresql."""
    return "sqlite" if config.database_url.startswith("sqlite") else "postgresql"


def sqlite_file(config: Config) -> Path:
    """Return where the SQLite database stands."""
    return Path(make_url(config.database_url).database or "")


def dump(config: Config, copy: Path) -> str | None:
    """Copy the database into a file and return the number of its last migration."""
    if database_kind(config) == "sqlite":
        return _dump_sqlite(sqlite_file(config), copy)
    run_postgresql("pg_dump", config, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")
    return _revision_postgresql(config)


def _dump_sqlite(database: Path, copy: Path) -> str | None:
    """Copy through SQLite's own backup, in one read transaction: writers go on meanwhile."""
    if not database.exists():
        raise BackupFailed(f"There is no database at {database}.")
    with (
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a write-ahead log beside it
        if (found := target.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise BackupFailed(f"The database at {database} is damaged: {found}")
        known = target.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()[0]
        row = target.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return row[0] if row else None


def _revision_postgresql(config: Config) -> str | None:
    engine = create_engine(config.database_url)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision
    finally:
        engine.dispose()


def run_postgresql(program: str, config: Config, *arguments: str) -> None:
    """Run a program of PostgreSQL on our database; the password travels by environment, where `ps` does not show it."""
    path = shutil.which(program)
    if path is None:
        raise BackupFailed(f"The program {program} is missing; install the package postgresql-client.")
    environment = {**os.environ, **postgresql_environment(config)}
    done = subprocess.run(  # noqa: S603 - our own arguments
        [path, *arguments], check=False, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise BackupFailed(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else ''}")


def postgresql_environment(config: Config) -> Mapping[str, str]:
    """Return how PostgreSQL's programs learn where our database is."""
    url = make_url(config.database_url)
    host = url.host or url.query.get("host")
    found: dict[str, Any] = {
        "PGDATABASE": url.database,
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _add_data(writer: Target, data_dir: Path) -> Iterator[tuple[str, Entry]]:
    for part in PARTS:
        root = data_dir / part
        found = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in found:
            if not path.name.startswith("new-"):  # a file that is being written has no row yet
                name = f"data/{path.relative_to(data_dir).as_posix()}"
                with contextlib.suppress(FileNotFoundError):  # erased since it was listed
                    yield name, _add(writer, name, path)


def _add(writer: Target, name: str, path: Path) -> Entry:
    with path.open("rb") as file:
        return writer.add(name, file, os.fstat(file.fileno()).st_size)


@contextmanager
def _writing(target: Path) -> Iterator[Target]:
    """Write beside the target, readable by its owner alone, and move it there when it is whole."""
    part = target.with_name(f".{target.name}.part")
    is_tar = target.name.endswith((".tar", ".tar.gz", ".tgz"))
    try:
        if is_tar:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                with tarfile.open(fileobj=file, mode="w" if target.suffix == ".tar" else "w:gz") as tar:
                    yield Tar(tar)
                file.flush()
                os.fsync(file.fileno())
        else:
            part.mkdir(mode=0o700)
            yield Folder(part)
        part.rename(target)
    except BaseException:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
        raise


def _beside(target: Path) -> Path:
    """Return the folder a target is to stand in; a temporary copy there needs no second disk."""
    parent = target.absolute().parent
    if not parent.is_dir():
        raise BackupFailed(f"There is no folder {parent}.")
    return parent
