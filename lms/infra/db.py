"""The database: engine, session, column types and the write gate of SQLite."""

from __future__ import annotations

import fcntl
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, Executable, MetaData, Table, Text, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine


class Base(DeclarativeBase):
    """What every table descends from; the naming convention keeps migrations stable on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, timestamptz in PostgreSQL, naive UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes; hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON document: jsonb in PostgreSQL, text written by orjson in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Serialise for SQLite; PostgreSQL's type does it by itself."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Parse what SQLite returns."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.loads(value)


class WriteGate:
    """Lets one writer of all threads and processes through at a time.

    SQLite has one writer; without a queue before it the losers poll with growing pauses and the slowest
    waits ten times longer. The file lock orders processes, the thread lock the threads inside one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.Lock()
        self._file = -1
        self._pid = 0

    def acquire(self) -> None:
        """Wait for the turn."""
        self._thread.acquire()
        try:
            if self._pid != os.getpid():
                # A lock belongs to the open file, which a fork shares: each process opens its own, for life.
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
                self._pid = os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._thread.release()
            raise

    def release(self) -> None:
        """Let the next one through."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread.release()


WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN IMMEDIATE")


def tune_sqlite(engine: Engine, gate: WriteGate) -> None:
    """Set the pragmas and put the write gate before an SQLite engine."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = "IMMEDIATE"
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-8192",
            "mmap_size=67108864",
            "temp_store=MEMORY",
        ):
            dbapi.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "savepoint")
    def _savepoint(connection: Any, _name: Any) -> None:
        # Without an open transaction a released savepoint would commit by itself.
        if not connection.connection.driver_connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "before_cursor_execute")
    def _turn(connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        fairy = connection.connection
        if fairy.driver_connection.in_transaction or fairy.info.get("gate"):
            return
        if sql.lstrip()[:15].upper().startswith(WRITES):
            gate.acquire()
            fairy.info["gate"] = True

    @event.listens_for(engine, "checkin")
    def _done(_dbapi: Any, record: Any) -> None:
        # The "commit" event fires before COMMIT runs; check-in comes after it, and after a rollback too.
        if record.info.pop("gate", None):
            gate.release()


def begin_write() -> None:
    """Take the write lock before a service loads and then decides (SQLite; PostgreSQL locks the row instead)."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite" and not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        db.session.expire_all()


def is_sqlite() -> bool:
    """Tell whether the session speaks to SQLite."""
    return db.engine.dialect.name == "sqlite"


def run(statement: Executable, parameters: Any = None) -> CursorResult[Any]:
    """Execute a statement about tables in the session's transaction, past the mapper.

    Nothing that the session still holds back is flushed first, and nothing that it has loaded is refreshed.
    """
    return db.session.connection().execute(statement, parameters)


def table_of(model: type[Base]) -> Table:
    """Return the table behind a model, for statements that do without the mapper."""
    return cast(Table, model.__table__)
