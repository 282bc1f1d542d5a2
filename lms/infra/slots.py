"""Which workers live: each holds a numbered lock for as long as it does, and dies holding it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text

MOST = 64
"""More workers than this one site never has."""

SETUP = 1000
"""The number of the advisory lock of whoever sets up the site."""

LOCK_CLASS = 0x56495452
"""The first half of our advisory locks in PostgreSQL, so that they are nobody else's."""


class Slots(Protocol):
    """Numbered locks that end with the process that holds them."""

    def take(self, number: int) -> bool:
        """Take the lock with this number if it is free."""

    def release(self, number: int) -> None:
        """Give the lock back."""

    def check(self) -> None:
        """Raise an exception when the locks taken may have been lost."""


class FileSlots:
    """Locks on files in the data folder: for one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[int, IO[bytes]] = {}

    def take(self, number: int) -> bool:
        """Take the lock with this number if it is free."""
        file = open(self._folder / f"worker-{number}.lock", "ab")  # noqa: SIM115 - the lock lives as long as the file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._files[number] = file
        return True

    def release(self, number: int) -> None:
        """Give the lock back."""
        self._files.pop(number).close()

    def release_all(self) -> None:
        """Give all locks back."""
        for number in list(self._files):
            self.release(number)

    def check(self) -> None:
        """Do nothing: the kernel keeps the locks."""


class DatabaseSlots:
    """Advisory locks in PostgreSQL: for any number of machines; they end with the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, number: int) -> bool:
        """Take the lock with this number if it is free."""
        query = text("SELECT pg_try_advisory_lock(:class, :number)")
        return bool(self._connection.scalar(query, {"class": LOCK_CLASS, "number": number}))

    def release(self, number: int) -> None:
        """Give the lock back."""
        query = text("SELECT pg_advisory_unlock(:class, :number)")
        self._connection.execute(query, {"class": LOCK_CLASS, "number": number})

    def check(self) -> None:
        """Raise OperationalError when the connection, and with it the locks, is gone."""
        self._connection.execute(text("SELECT 1"))


@contextmanager
def slots(engine: Engine, folder: Path) -> Iterator[Slots]:
    """Yield the kind of locks that fits the database; at the end all that were taken are free again."""
    if engine.dialect.name == "sqlite":
        local = FileSlots(folder)
        try:
            yield local
        finally:
            local.release_all()
    else:
        # The locks belong to the session at the server, so it ends here instead of going back to the pool.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                yield DatabaseSlots(connection)
            finally:
                connection.invalidate()


def take_first(free: Slots) -> int:
    """Take the first free lock and return its number; RuntimeError when there is none."""
    for number in range(MOST):
        if free.take(number):
            return number
    raise RuntimeError(f"{MOST} workers run already")


@contextmanager
def alone(engine: Engine, path: Path) -> Iterator[None]:
    """Wait until no other process, on this machine or, with PostgreSQL, on any, is inside; then go in."""
    with path.open("ab") as file, ExitStack() as held:
        fcntl.flock(file, fcntl.LOCK_EX)
        if engine.dialect.name == "postgresql":
            connection = held.enter_context(engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
            connection.execute(text("SELECT pg_advisory_lock(:class, :number)"), {"class": LOCK_CLASS, "number": SETUP})
            held.callback(
                connection.execute,
                text("SELECT pg_advisory_unlock(:class, :number)"),
                {"class": LOCK_CLASS, "number": SETUP},
            )
        yield
