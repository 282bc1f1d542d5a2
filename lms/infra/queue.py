"""Background jobs: enqueued in the commit that causes them, kept by DBOS in our own database."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Text, column, func, select, table, update
from sqlalchemy.sql.expression import TableClause

from lms.infra.clock import new_id
from lms.infra.db import db, is_sqlite

APPLICATION = "lms"
"""What DBOS calls us; also our fixed version there, so that an upgraded worker finishes the jobs it finds."""

DEFAULT = "default"
MAIL = "mail"
PDF = "pdf"
QUEUES = (DEFAULT, MAIL, PDF)
"""Mail has a queue of its own, so that a mail server that hangs never holds up a certificate. So have PDF files:
each takes much memory while it is drawn, and forty that are due at once are drawn two at a time."""

ATTEMPTS = 110
"""How often a failing job is tried; with the pauses of `pause_before` that is more than four days."""

FIRST_PAUSE = 5
LONGEST_PAUSE = 3600

SERIALIZER = DBOSPortableJSONSerializer()

WAITING = ("ENQUEUED", "DELAYED")
FAILED = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

Function = TypeVar("Function", bound=Callable[..., None])

# DBOS introduces itself at length at every start; what goes wrong is still told.
logging.getLogger("dbos").setLevel(logging.WARNING)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A function that may be enqueued by its name."""

    name: str
    queue: str
    attempts: int
    function: Callable[..., None]


JOBS: dict[str, Job] = {}

_MUTED: ContextVar[bool] = ContextVar("muted", default=False)


class TryAgain(Exception):
    """Raised by a job that failed and recorded so: what it wrote is committed, and it runs again after a pause."""


class Queue:
    """The way into the queue; the connection is made with the first job, so that creating an app does no I/O."""

    def __init__(self, database: SQLAlchemy) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._client: DBOSClient | None = None

    @property
    def client(self) -> DBOSClient:
        """Return the client, which writes through the same gated engine as everything else."""
        with self._lock:
            if self._client is None:
                self._client = DBOSClient(
                    # In tests the session is bound to one connection; its engine is what DBOS wants to know.
                    system_database_engine=self._database.engine.engine,
                    serializer=SERIALIZER,
                    application_name=APPLICATION,
                    lazy=True,
                )
            return self._client


def job(name: str, *, queue: str = DEFAULT, attempts: int = ATTEMPTS) -> Callable[[Function], Function]:
    """Register an idempotent function of JSON values, run with one commit at its end; the name never changes."""
    if queue not in QUEUES:
        raise ValueError(f"no queue is called '{queue}'")

    def register(function: Function) -> Function:
        if name in JOBS and JOBS[name].function.__qualname__ != function.__qualname__:
            raise ValueError(f"two jobs are called '{name}'")
        JOBS[name] = Job(name=name, queue=queue, attempts=attempts, function=function)
        return function

    return register


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A job that runs again and again; `every` is in seconds."""

    name: str
    every: int


PERIODIC: dict[str, Periodic] = {}


def periodic(name: str, *, every: int) -> Callable[[Function], Function]:
    """Register an idempotent job without arguments that one worker runs every so many seconds."""

    def register(function: Function) -> Function:
        # Tried once: the next turn comes by itself.
        job(name, attempts=1)(function)
        PERIODIC[name] = Periodic(name=name, every=every)
        return function

    return register


@contextmanager
def muted() -> Iterator[None]:
    """Enqueue nothing meanwhile: what a demonstration tells of the past moves nobody now, and no mail is written."""
    token = _MUTED.set(True)
    try:
        yield
    finally:
        _MUTED.reset(token)


def enqueue(name: str, *args: Any, key: str | None = None, delay: float | None = None) -> str:
    """Write a job into the session's transaction and return its key; a key seen before changes nothing."""
    chosen = JOBS[name]
    if _MUTED.get():
        return key or new_id()
    options = EnqueueOptions(workflow_name=name, queue_name=chosen.queue, workflow_id=key or new_id())
    if delay is not None:
        options["delay_seconds"] = delay
    queue: Queue = current_app.extensions["queue"]
    queue.client.enqueue_in_transaction(db.session(), options, *args)
    return options["workflow_id"]


def enqueue_turn(due: Periodic, moment: float) -> str:
    """Enqueue a periodic job for the turn that this moment (seconds since 1970) falls in, once whoever asks."""
    return enqueue(due.name, key=f"{due.name}@{int(moment // due.every)}")


def list_unfinished(prefix: str) -> set[str]:
    """Return the keys that begin so of jobs that wait, run or are to be tried again, as they were first enqueued."""
    workflows = workflow_table()
    query = select(workflows.c.workflow_uuid).where(
        workflows.c.workflow_uuid.startswith(prefix, autoescape=True), workflows.c.status.in_((*WAITING, "PENDING"))
    )
    return {key.partition("~")[0] for key in db.session.scalars(query)}


def pause_before(attempt: int) -> float:
    """Return the seconds to wait before this attempt, the second being 2: 5, 15, 45 … up to an hour."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** min(attempt - 2, 10)))


def forget(statuses: Iterable[str], *, before: datetime, turns_only: bool = False) -> int:
    """Delete jobs that ended so before a moment, a thousand at a time, and return how many."""
    queue: Queue = current_app.extensions["queue"]
    workflows = workflow_table()
    query = select(workflows.c.workflow_uuid).where(
        workflows.c.status.in_(list(statuses)), workflows.c.updated_at < int(before.timestamp() * 1000)
    )
    if turns_only:
        query = query.where(workflows.c.workflow_uuid.contains("@"))
    count = 0
    while keys := list(db.session.scalars(query.limit(1000))):
        db.session.rollback()  # DBOS deletes on a connection of its own
        queue.client.delete_workflows(keys)
        count += len(keys)
    return count


def blot(word: str) -> None:
    """Take a word, such as the address of a person who is erased, out of what jobs were given: they find nobody."""
    inputs = _input_table()
    for quoted in {json.dumps(word), json.dumps(word, ensure_ascii=False)}:
        db.session.execute(
            update(inputs)
            .where(inputs.c.inputs.contains(quoted, autoescape=True))
            .values(inputs=func.replace(inputs.c.inputs, quoted, '""'))
        )


def migrate(url: str) -> None:
    """Create or upgrade the tables DBOS keeps the jobs in; idempotent."""
    DBOS.migrate(url)


def run_jobs(limit: int = 1000) -> list[str]:
    """Run what the open transaction has enqueued, and what that enqueues, and return the names (for tests)."""
    return [_run(found) for found in _waiting(limit)]


@dataclass(frozen=True)
class _Waiting:
    key: str
    name: str
    inputs: str


def _run(found: _Waiting) -> str:
    arguments = json.loads(found.inputs)
    status = "SUCCESS"
    try:
        JOBS[found.name].function(*arguments["positionalArgs"], **arguments["namedArgs"])
    except TryAgain:
        status = "DELAYED"
    workflows = workflow_table()
    db.session.execute(update(workflows).where(workflows.c.workflow_uuid == found.key).values(status=status))
    db.session.commit()
    return found.name


def _waiting(limit: int) -> Iterator[_Waiting]:
    """Yield job by job, so that a job enqueued by another is found too."""
    workflows, inputs = workflow_table(), _input_table()
    query = (
        select(workflows.c.workflow_uuid, workflows.c.name, inputs.c.inputs)
        .join(inputs, inputs.c.workflow_uuid == workflows.c.workflow_uuid)
        .where(workflows.c.status == "ENQUEUED", workflows.c.name.in_(JOBS))
        .order_by(workflows.c.created_at, workflows.c.workflow_uuid)
        .limit(1)
    )
    for _ in range(limit):
        row = db.session.execute(query).first()
        if row is None:
            return
        yield _Waiting(*row)
    raise RuntimeError(f"more than {limit} jobs: a job enqueues itself again and again")


def workflow_table() -> TableClause:
    """Return DBOS's table of jobs, for queries of ours; it is not part of our migrations."""
    return table(
        "workflow_status",
        column("workflow_uuid", Text),
        column("name", Text),
        column("status", Text),
        column("queue_name", Text),
        column("executor_id", Text),
        column("created_at", BigInteger),
        column("updated_at", BigInteger),
        column("completed_at", BigInteger),
        column("delay_until_epoch_ms", BigInteger),
        schema=_schema(),
    )


def _input_table() -> TableClause:
    return table("workflow_input", column("workflow_uuid", Text), column("inputs", Text), schema=_schema())


def _schema() -> str | None:
    return None if is_sqlite() else "dbos"
