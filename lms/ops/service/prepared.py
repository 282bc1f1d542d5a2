"""Whether `lms init` has anything to do, found out without importing the application."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from lms.config import Config
from lms.infra.places import place

STAMP = "prepared"
DEMO = "demo"
"""A file in the data folder: the site carries demonstration accounts, and says so on every page."""


def is_demo(config: Config) -> bool:
    """Tell whether the site was prepared with demonstration data."""
    return os.path.exists(f"{config.data_dir}/{DEMO}")  # a fifth of the time of a Path's own: each page asks


def is_prepared(config: Config, *, demo: bool) -> bool:
    """Tell whether tables, shipped courses and, if asked for, demonstration data are there already."""
    stamp = config.data_dir / STAMP
    return (
        stamp.exists()
        and stamp.read_text() == fingerprint(config)
        and (is_demo(config) or not demo)
        and _has_tables(config)
    )


def note_prepared(config: Config, *, demo: bool) -> None:
    """Remember what was prepared; called when it is committed."""
    if demo:
        (config.data_dir / DEMO).touch()
    (config.data_dir / STAMP).write_text(fingerprint(config))


def fingerprint(config: Config) -> str:
    """Return a digest of all that `lms init` would bring into this database."""
    digest = hashlib.sha256(f"{config.database_url}\n{version('dbos')}\n".encode())
    for folder in ("migrations", "courses"):
        for line in _listing(place(folder)):
            digest.update(line.encode())
    return digest.hexdigest()


def _listing(folder: Path) -> Iterator[str]:
    """Yield a line a file: a change of size or time is change enough, and reading every file would take seconds."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            status = path.stat()
            yield f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}\n"


def _has_tables(config: Config) -> bool:
    """Look into the database itself: the file may have been removed since."""
    if not config.database_url.startswith("sqlite:///"):
        return False  # asking PostgreSQL takes as long as going on
    path = Path(config.database_url.removeprefix("sqlite:///"))
    if not path.exists():
        return False
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    finally:
        connection.close()
    return bool(found[0])
