"""The tables as the migrations make them."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lms.infra.db import db
from lms.infra.places import place


def upgrade() -> None:
    """Bring the database of the current application to the newest migration; does nothing when it is there."""
    command.upgrade(settings(), "head")


def current() -> str | None:
    """Return the number of the last migration that ran here; None for an empty database."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the number of the newest migration that this version brings."""
    return ScriptDirectory.from_config(settings()).get_current_head()


def write_migration(message: str) -> None:
    """Write the migration that leads from the tables of the current database to the models."""
    number = len(list(place("migrations").glob("versions/[0-9]*.py"))) + 1
    command.revision(settings(), message, autogenerate=True, rev_id=f"{number:04d}")


def settings() -> Config:
    """Return what Alembic needs to know to work on the database of the current application."""
    found = Config()
    found.set_main_option("script_location", str(place("migrations")).replace("%", "%%"))
    found.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return found
