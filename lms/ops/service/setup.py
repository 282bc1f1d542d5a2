"""Preparing the site: tables, a copy of the database before they change, and what the application brings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lms.config import Config
from lms.infra import clock, queue, schema
from lms.infra.db import db
from lms.infra.slots import alone
from lms.ops.service import backup

KEPT = 5
"""Copies from before an upgrade that are kept."""

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What `lms init` does once the tables are there; each step is idempotent and does not commit."""

    history: tuple[Callable[[Tell], object], ...] = ()
    """A demonstration's year, which comes first: it brings courses and keys in its own time."""
    steps: tuple[Callable[[], object], ...] = ()
    demo: tuple[Callable[[], object], ...] = ()


def prepare(config: Config, setup: SetUp, *, demo: bool, history: bool = False, tell: Tell) -> None:
    """Bring tables and shipped content to this version; only one process of all machines does so at a time."""
    with alone(db.engine, config.data_dir / "init.lock"):
        upgrade(config, tell)
        for make in setup.history if history else ():
            make(tell)
        for step in (*setup.steps, *(setup.demo if demo else ())):
            step()


def upgrade(config: Config, tell: Tell) -> None:
    """Run the migrations that are pending, after a copy of the database if there is anything to lose."""
    before, after = schema.current(), schema.newest()
    if before != after:
        if before is not None:
            tell(f"The database was copied to {_copy_before(config, before)}.")
        schema.upgrade()
        tell(f"The database is at {after} now.")
    queue.migrate(config.database_url)


def _copy_before(config: Config, revision: str) -> Path:
    """Back up the database alone: a migration changes nothing else."""
    folder = config.data_dir / backup.BACKUPS
    folder.mkdir(exist_ok=True, mode=0o750)
    target = folder / f"before-upgrade-from-{revision}-{clock.now():%Y%m%d-%H%M%S}.tar"
    backup.write(config, target, files=False)
    for old in sorted(folder.glob("before-upgrade-*.tar"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return target
