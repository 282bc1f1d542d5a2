"""Whether the site has what it needs: all of it for `lms doctor`, the vital part for /readyz."""

from __future__ import annotations

import ctypes
import os
import shutil
import smtplib
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.certificates.queries import list_lost
from lms.certificates.service import auditing, journal, ring
from lms.config import Config
from lms.infra import clock, mail, schema
from lms.infra.db import db
from lms.infra.keyring import keyring
from lms.infra.pause import paused
from lms.infra.places import PACKAGE, place
from lms.infra.signing.outlook import look_ahead
from lms.infra.slots import slots
from lms.infra.storage import Storage

PDF_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
PDF_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
GIGABYTE = 1 << 30
SKEW = timedelta(seconds=5)

STARTED = clock.now().timestamp()
"""When this process began, in seconds since 1970."""

State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    state: State
    detail: str


def ok(name: str, detail: str) -> Finding:
    """Return a finding that needs nothing done."""
    return Finding(name=name, state="ok", detail=detail)


def warning(name: str, detail: str) -> Finding:
    """Return a finding that somebody should look at; the site works."""
    return Finding(name=name, state="warning", detail=detail)


def fault(name: str, detail: str) -> Finding:
    """Return a finding that keeps the site, or a part of it, from working."""
    return Finding(name=name, state="fault", detail=detail)


def examine(config: Config) -> Iterator[Finding]:
    """Check everything, one finding after the other; needs an application."""
    for check in CHECKS:
        yield check(config)


def unready(config: Config, storage: Storage) -> dict[str, str]:
    """Return what does not answer, and how it failed: database, storage, keys; nothing when all is well."""
    return {
        name: problem
        for name, problem in (
            ("database", _database_problem()),
            ("storage", _storage_problem(storage)),
            ("keys", _keys_problem(config)),
        )
        if problem
    }


def check_settings(config: Config) -> Finding:
    """Look at settings that are valid and yet unwise."""
    if not config.secure and config.host not in {"localhost", "127.0.0.1", "::1"}:
        return warning("settings", f"LMS_BASE_URL is {config.base_url}: without https passwords travel in the open.")
    return ok("settings", f"{config.site_name} at {config.base_url}")


def check_folder(config: Config) -> Finding:
    """Look at who may read and write the data folder, and whether its secret is one."""
    folder, secret = config.data_dir, config.data_dir / "secret-key"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fault("data folder", f"{folder} cannot be written.")
    if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        return fault("data folder", f"{secret} can be read by others; run chmod 600 on it.")
    return ok("data folder", str(folder))


def check_space(config: Config) -> Finding:
    """Look at the room on the disk."""
    free = shutil.disk_usage(config.data_dir).free
    detail = f"{free / GIGABYTE:.1f} GB free"
    if free < GIGABYTE / 4:
        return fault("disk space", f"{detail}: too little to go on safely.")
    return warning("disk space", f"{detail}: make room soon.") if free < 2 * GIGABYTE else ok("disk space", detail)


def check_database(_config: Config) -> Finding:
    """Reach the database and compare its migration with ours."""
    if problem := _database_problem():
        return fault("database", problem)
    return ok("database", f"{db.engine.dialect.name}, migration {schema.current()}")


def check_jobs(config: Config) -> Finding:
    """Tell whether a background worker runs: its lock is taken then."""
    try:
        with slots(db.engine, config.data_dir) as locks:
            free = locks.take(0)
    except SQLAlchemyError as error:
        return fault("background worker", f"cannot be asked for: {_first_line(error)}")
    if not free:
        return ok("background worker", "running")
    return warning("background worker", "none runs: mail and certificates wait until `lms serve` or `lms worker` does.")


def check_storage(config: Config) -> Finding:
    """Write, read and remove a file."""
    problem = _storage_problem(Storage(config.data_dir / "files"))
    return fault("storage", problem) if problem else ok("storage", str(config.data_dir / "files"))


def check_pdf(_config: Config) -> Finding:
    """Load the libraries that certificates are drawn with."""
    missing = [name for name in PDF_LIBRARIES if not _loads(name)]
    if missing:
        return fault("PDF libraries", f"{', '.join(missing)} missing; run apt-get install {PDF_PACKAGES}")
    return ok("PDF libraries", "all there")


def check_fonts(_config: Config) -> Finding:
    """Look for the fonts of pages and certificates."""
    try:
        count = len(list((place("static") / "fonts").glob("*.woff2")))
    except FileNotFoundError:
        count = 0
    return ok("fonts", f"{count} files") if count else fault("fonts", "The fonts are missing; install Vitrine again.")


def check_mail(config: Config) -> Finding:
    """Greet the mail server, and log in where the settings say so; nothing is sent."""
    if config.mail_url is None:
        return warning("mail", "LMS_MAIL_URL is not set: mail is kept and shown to administrators.")
    url = urlsplit(config.mail_url)
    where = f"{url.hostname}:{url.port}" if url.port else str(url.hostname)
    try:
        with mail.connect(url) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return fault("mail", f"{where} does not work: {_first_line(error)}")
    return ok("mail", f"{where} answers")


def check_programs(config: Config) -> Finding:
    """Look for what backups of PostgreSQL are made with."""
    if config.database_url.startswith("sqlite"):
        return ok("backup", "needs no other program")
    missing = [name for name in ("pg_dump", "pg_restore") if shutil.which(name) is None]
    if missing:
        return fault("backup", f"{', '.join(missing)} missing; run apt-get install postgresql-client")
    return ok("backup", "pg_dump and pg_restore are there")


def check_clock(config: Config) -> Finding:
    """Compare the clock with what has certainly happened already, and with the database server's."""
    now = clock.now()
    marks = [path for path in (PACKAGE / "__init__.py", config.data_dir / "secret-key") if path.exists()]
    latest = max(datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in marks)
    if now < latest - SKEW:
        return fault("clock", f"It says {now:%Y-%m-%d %H:%M} UTC, which has passed already.")
    try:
        skew = _database_skew(now)
    except SQLAlchemyError:
        skew = timedelta()  # the line about the database says what is wrong with it
    if abs(skew) > SKEW:
        return warning("clock", f"It differs from the database server's by {abs(skew).total_seconds():.0f} seconds.")
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def check_keys(_config: Config) -> Finding:
    """Look whether certificates can be signed, and whether only we can."""
    if problem := keyring().problem():
        return fault("keys of certificates", problem)
    return ok("keys of certificates", ", ".join(key.id for key in ring.every_key() if key.retired_at is None))


def check_signatures(config: Config) -> Finding:
    """Look how long signatures of certificates will be believed, and ask whomever signing asks."""
    state, detail = look_ahead(
        keyring(), at=clock.now(), timestamp_url=config.timestamp_url, long_term=config.long_term
    )
    return Finding(name="signatures", state=state, detail=detail)


def check_journal(config: Config) -> Finding:
    """Follow the journal of certificates from its first entry on."""
    if _database_problem():
        return warning("journal", "cannot be followed while the database is not ready.")
    if (broken := journal.check()) is not None:
        return fault("journal", f"entry {broken} does not follow from the one before it; compare it with a kept copy.")
    if paused():
        return warning("journal", "mail and certificates wait: run lms certificates reconcile.")
    if unlike := auditing.list_unlike():
        few = ", ".join(unlike[:3])
        return fault("journal", f"the register says otherwise of {len(unlike)} certificates ({few}); compare backups.")
    if lost := len(list_lost()):
        return warning(
            "journal", f"certificates that stand in it alone: {lost}; bring their files to lms certificates adopt."
        )
    return ok("journal", str(journal.path(config.data_dir)))


CHECKS: tuple[Callable[[Config], Finding], ...] = (
    check_settings,
    check_folder,
    check_space,
    check_database,
    check_storage,
    check_jobs,
    check_pdf,
    check_fonts,
    check_mail,
    check_programs,
    check_clock,
    check_keys,
    check_signatures,
    check_journal,
)


def _database_problem() -> str | None:
    try:
        db.session.execute(text("SELECT 1"))
        found = schema.current()
    except SQLAlchemyError as error:
        return f"does not answer: {_first_line(error)}"
    newest = _newest()
    return None if found == newest else f"is at migration {found}, this version needs {newest}; run lms init"


@cache
def _newest() -> str | None:
    """Return our newest migration; it cannot change while we run."""
    return schema.newest()


def _storage_problem(storage: Storage) -> str | None:
    try:
        storage.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=storage.root) as probe:
            probe.write(b"ready?")
            probe.seek(0)
            probe.read()
    except OSError as error:
        return f"cannot be used: {error}"
    return None


def _keys_problem(config: Config) -> str | None:
    secret = config.data_dir / "secret-key"
    try:
        changed = secret.exists() and secret.read_text().strip() != config.secret_key
    except OSError as error:
        return f"cannot be read: {error}"
    if changed and "LMS_SECRET_KEY" not in os.environ:
        return "the secret key has changed since the start; start again"
    return keyring().problem()


def _database_skew(now: datetime) -> timedelta:
    if db.engine.dialect.name == "sqlite":
        return timedelta()
    there: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return there - now


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
