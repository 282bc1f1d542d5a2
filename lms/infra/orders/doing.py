"""Doing what was ordered: step by step, begun anew when it was killed, offered when it is whole."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, func, select

from lms.infra import clock
from lms.infra.db import db, run
from lms.infra.orders.desk import NOTHING, find_order
from lms.infra.orders.table import KEPT, OPEN, change, folder, orders
from lms.infra.queue import WAITING, enqueue, workflow_table

log = structlog.get_logger()

REMEMBERED = timedelta(days=30)
"""How long it is told what became of an order."""

LOST_AFTER = timedelta(minutes=10)
"""An order that nobody has touched for so long, and that no job belongs to, will not be done any more."""

ROOM = 64 * 1024 * 1024
"""Bytes that must stay free on the disk."""


class Stopped(Exception):
    """The order was cancelled or withdrawn, or another run has taken it over."""


@dataclass(frozen=True)
class Doing:
    """What the work itself is given."""

    id: str
    kind: str
    run: str
    subject_id: str
    wanted: dict[str, Any]
    private: dict[str, Any]
    asked_at: datetime

    @property
    def part(self) -> Path:
        """Return where the file is written until it is whole."""
        return folder() / f"{self.id}.{self.run}.part"

    @property
    def scratch(self) -> Path:
        """Return where something else may be written meanwhile."""
        return folder() / f"{self.id}.{self.run}.scratch"

    def tell(self, done: int, total: int) -> None:
        """Say how far it is, and commit what was written until here; Stopped when nobody waits for it any more."""
        self._set(done=done, total=total)
        self.keep()

    def keep(self) -> None:
        """Commit what was written until here, and forget what was read."""
        db.session.commit()
        db.session.expunge_all()

    def need(self, size: int) -> None:
        """Refuse to begin what would fill the disk (OSError)."""
        disk = os.statvfs(folder())
        if disk.f_bavail * disk.f_frsize < size + ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def wait(self, seconds: float, found: Mapping[str, object]) -> None:
        """Let the order wait and begin again after a while; `found` says what it waits for."""
        self._set(state="waiting", found=dict(found))
        enqueue(self.kind, self.id, key=f"order-{self.id}-{self.run}", delay=seconds)

    def finish(self, found: Mapping[str, object], *, file_name: str = "") -> None:
        """Say what came of it, and offer the file that was written to `part` if one is named."""
        now, size = clock.now(), 0
        if file_name:
            with self.part.open("rb") as file:
                os.fsync(file.fileno())
                size = os.fstat(file.fileno()).st_size
        # From here on nobody else changes the order: the file under its name is of whoever says that it is done.
        self._set(state="done", found=dict(found), ended_at=now, file_name=file_name, file_size=size)
        if file_name:
            change(orders.c.id == self.id, kept_until=now + KEPT)
            os.replace(self.part, folder() / self.id)
            _sync(folder())
        db.session.commit()

    def _set(self, **values: object) -> None:
        mine = (orders.c.id == self.id, orders.c.state == "running", orders.c.run == self.run)
        if not change(*mine, **values):
            raise Stopped(self.id)

    def fail(self, why: str) -> None:
        """Say why it cannot be done."""
        self._set(state="failed", found={"why": why}, private=NOTHING, mark="", ended_at=clock.now())


def perform(order_id: str, work: Callable[[Doing], None]) -> None:
    """Do what was ordered, from its beginning; does nothing when it was done, or nobody waits for it any more.

    What fails is told to whoever ordered it, and raised, so that the administrator sees it too.
    """
    doing = _begin(order_id)
    if doing is None:
        return
    try:
        work(doing)
    except Stopped:
        db.session.rollback()
    except Exception as error:
        db.session.rollback()
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        log.error("order failed", order=order_id, exc_info=error)
        _tell_failure(doing, "no-room" if full else "broken")
        raise
    finally:
        for left in (doing.part, doing.scratch):
            left.unlink(missing_ok=True)


def _begin(order_id: str) -> Doing | None:
    """Take an order over, from a run that died too."""
    this_run = secrets.token_hex(8)
    begun = {"state": "running", "run": this_run, "done": 0, "total": 0, "found": NOTHING}
    if not change(orders.c.id == order_id, orders.c.state.in_(OPEN), **begun):
        return None
    row = find_order(order_id)
    assert row is not None
    db.session.commit()
    return Doing(row.id, row.kind, this_run, row.subject_id, row.wanted, row.private, row.asked_at)


def _tell_failure(doing: Doing, why: str) -> None:
    try:
        doing.fail(why)
    except Stopped:
        db.session.rollback()
    db.session.commit()


def sweep(now: datetime) -> None:
    """Remove files whose time has passed and what dead runs left, and say of lost orders that they are."""
    over = {"state": "over", "private": NOTHING, "mark": ""}
    change(orders.c.state == "done", orders.c.kept_until < now, **over)
    _fail_lost(now)
    run(delete(orders).where(orders.c.changed_at < now - REMEMBERED))
    db.session.commit()
    offered = set(db.session.scalars(select(orders.c.id).where(orders.c.state == "done")))
    for file in folder().iterdir():
        if file.name not in offered and _age(file, now) > LOST_AFTER:
            file.unlink(missing_ok=True)


def _age(file: Path, now: datetime) -> timedelta:
    """Return how long ago a file was written; one that has just gone is as young as can be."""
    try:
        return now - datetime.fromtimestamp(file.stat().st_mtime, now.tzinfo)
    except FileNotFoundError:
        return timedelta()


def _fail_lost(now: datetime) -> None:
    """Say of orders without a job that they failed: such as one whose job could not even say so."""
    jobs = workflow_table()
    query = select(orders.c.id).where(orders.c.state.in_(OPEN), orders.c.changed_at < now - LOST_AFTER)
    for order_id in db.session.scalars(query).all():
        alive = select(func.count()).where(
            jobs.c.workflow_uuid.startswith(f"order-{order_id}"), jobs.c.status.in_((*WAITING, "PENDING"))
        )
        if not db.session.scalar(alive):
            failed = {"found": {"why": "broken"}, "private": NOTHING, "mark": "", "ended_at": now}
            change(orders.c.id == order_id, orders.c.state.in_(OPEN), state="failed", **failed)


def _sync(place: Path) -> None:
    """Put what a folder says of its files onto the disk."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
