"""How migrations run: on the application's own engine, whole or not at all, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from lms.infra.db import Base, Json, db

METADATA = Base.metadata


def ours(_object: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave alone the tables that no model describes: the job queue's, the search index's."""
    return not (kind == "table" and reflected and compare_to is None and name not in METADATA.tables)


def plain_type(kind: str, column_type: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that a migration imports nothing from lms."""
    if kind != "type" or not isinstance(column_type, TypeDecorator):
        return False
    if isinstance(column_type, Json):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.Text().with_variant(postgresql.JSONB(), "postgresql")'
    return f"sa.{column_type.impl!r}"


def migrate(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_object=ours,
        render_item=plain_type,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def on_sqlite(connection: Connection) -> None:
    """Rebuild tables without the foreign keys of others going off; they are looked over at the end."""
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction, so it stands before it
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrate(connection)
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"a migration would leave rows without what they point to: {broken[:3]}")
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


with db.engine.connect() as opened:
    if opened.dialect.name == "sqlite":
        on_sqlite(opened)
    else:
        migrate(opened)
        opened.commit()
