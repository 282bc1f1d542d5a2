"""A PostgreSQL that the test run starts by itself, and databases on it or in SQLite files."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

OFF = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=100")


class Databases(Protocol):
    """Somewhere databases come from."""

    def empty(self) -> str:
        """Return the address of a new, empty database."""

    def copy(self, template: str) -> str:
        """Return the address of a new database like the one at this address, to which nobody is connected."""


class SqliteFiles:
    """Databases that are files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def empty(self) -> str:
        """Return the address of a file that is not there yet."""
        return f"sqlite:///{self._folder}/{next(self._numbers)}.sqlite3"

    def copy(self, template: str) -> str:
        """Copy the file."""
        address = self.empty()
        shutil.copyfile(template.removeprefix("sqlite:///"), address.removeprefix("sqlite:///"))
        return address


class PostgresqlServer:
    """A server that listens on a socket in its own folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def empty(self) -> str:
        """Create a database."""
        return self._create("template0")

    def copy(self, template: str) -> str:
        """Create a database from another one."""
        return self._create(make_url(template).database or "")

    def _create(self, template: str) -> str:
        name = f"vitrine_{next(self._numbers)}"
        with psycopg.connect(host=self.folder, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


def program(name: str) -> str | None:
    """Return where a program of PostgreSQL stands, of the newest version; None when it is not installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(versions[-1]) if versions else shutil.which(name)


@contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """Start a server as nobody of importance (it refuses root) and end it, with all it kept."""
    initdb, postgres = program("initdb"), program("postgres")
    assert initdb and postgres, "PostgreSQL is not installed; `.ci/system test` names what is missing"
    folder = tempfile.mkdtemp(prefix="vitrine-pg-")  # its path is short: a socket's may have 107 characters
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = f"{folder}/data"
    settings = [f"-c{setting}" for setting in (*OFF, f"unix_socket_directories={folder}")]
    try:
        subprocess.run(
            [initdb, "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", data],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **owner,
        )
        with Path(folder, "log").open("wb") as log:
            server = subprocess.Popen([postgres, "-D", data, *settings], stdout=log, stderr=log, cwd="/", **owner)
        try:
            _wait_for(folder, server)
            yield PostgresqlServer(folder)
        finally:
            server.send_signal(signal.SIGINT)  # fast: those still connected are cut off
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)  # at once: nothing here is worth keeping
                server.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(folder: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            psycopg.connect(host=folder, user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None, Path(folder, "log").read_text()
            time.sleep(0.05)
    raise TimeoutError(Path(folder, "log").read_text())
