"""The worker: runs enqueued jobs, tries failed ones again, and takes over from workers that died."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from lms.config import Config
from lms.infra.db import db
from lms.infra.queue import (
    APPLICATION,
    DEFAULT,
    JOBS,
    MAIL,
    PDF,
    PERIODIC,
    SERIALIZER,
    Job,
    TryAgain,
    enqueue,
    enqueue_turn,
    pause_before,
    workflow_table,
)
from lms.infra.slots import Slots, slots, take_first

log = structlog.get_logger()

THREADS = 24
AT_ONCE = {DEFAULT: 40, MAIL: 16, PDF: 2}
"""Jobs a worker takes from each queue at a time. Sixteen hanging mails still leave eight threads to the rest."""

POLL = 0.4
RESUME_EVERY = 5.0
PREFIX = "worker-"
PATIENCE = 4
"""Seconds that running jobs get to finish when the worker is told to end; the rest run again at the next start."""


def run(app: Flask, stop: threading.Event) -> None:
    """Work until `stop` is set; an exception means that the worker must be started anew."""
    config: Config = app.config["LMS"]
    with app.app_context():
        engine = db.engine
    with slots(engine, config.data_dir) as locks:
        number = take_first(locks)
        _launch(app, engine, f"{PREFIX}{number}")
        log.info("worker started", number=number)
        try:
            _tend(app, locks, stop)
        finally:
            DBOS.destroy(workflow_completion_timeout_sec=PATIENCE)
        log.info("worker ended", number=number)


def _launch(app: Flask, engine: Engine, executor_id: str) -> None:
    for registered in JOBS.values():
        DBOS.workflow(name=registered.name)(_workflow(app, registered))
    DBOS(
        config=DBOSConfig(
            name=APPLICATION,
            application_version=APPLICATION,
            executor_id=executor_id,
            system_database_engine=engine,
            serializer=SERIALIZER,
            run_migrations=False,
            max_executor_threads=THREADS,
            log_level="WARNING",
        )
    )
    DBOS.launch()
    for name, at_once in AT_ONCE.items():
        DBOS.register_queue(name, worker_concurrency=at_once, polling_interval_sec=POLL, on_conflict="always_update")


def _workflow(app: Flask, chosen: Job) -> Callable[..., None]:
    """Return what DBOS calls for a job. Its function is no step of DBOS: it is idempotent and runs whole again."""

    def workflow(*args: Any) -> None:
        key = DBOS.workflow_id
        assert key is not None
        with app.app_context():
            execute(chosen, args, key)

    workflow.__qualname__ = chosen.name
    return workflow


def execute(chosen: Job, args: tuple[Any, ...], key: str) -> None:
    """Run a job with one commit at its end; when it fails, commit a later attempt instead."""
    try:
        chosen.function(*args)
        db.session.commit()
    except TryAgain as error:
        log.warning("job tries again", job=chosen.name, key=key, error=str(error))
        _postpone(chosen, args, key, error)
    except Exception as error:
        db.session.rollback()
        log.error("job failed", job=chosen.name, key=key, exc_info=error)
        _postpone(chosen, args, key, error)


def _postpone(chosen: Job, args: tuple[Any, ...], key: str, error: Exception) -> None:
    """Enqueue the next attempt in the open transaction; raises the error when there is none left.

    The next attempt is a job of its own with a fixed key. A crash between its commit and the note that this
    one ended therefore does no harm: run again, this attempt enqueues the same one.
    """
    first, _, number = key.partition("~")
    attempt = int(number or 1) + 1
    if attempt > chosen.attempts:
        db.session.commit()
        raise error
    while True:
        try:
            enqueue(chosen.name, *args, key=f"{first}~{attempt}", delay=pause_before(attempt))
            db.session.commit()
        except OperationalError as unreachable:
            # Giving up here would end the job for good because the database was away. Meanwhile it stays
            # PENDING, so if this process ends the job is resumed.
            log.error("database away", job=chosen.name, key=key, exc_info=unreachable)
            db.session.rollback()
            time.sleep(RESUME_EVERY)
        else:
            return


def _tend(app: Flask, locks: Slots, stop: threading.Event) -> None:
    """Until told to stop: start periodic jobs when they are due, and resume what dead workers left."""
    turns: dict[str, int] = {}
    resumed = 0.0
    while not stop.wait(1.0):
        with app.app_context():
            try:
                if time.monotonic() - resumed >= RESUME_EVERY:
                    locks.check()
                    resume_abandoned(locks)
                    resumed = time.monotonic()
                _start_due(turns)
            finally:
                db.session.rollback()


def _start_due(turns: dict[str, int]) -> None:
    """Enqueue each periodic job whose turn has begun; the key keeps other workers from doing it too."""
    moment = time.time()
    for due in PERIODIC.values():
        turn = int(moment // due.every)
        if turns.get(due.name) != turn:
            enqueue_turn(due, moment)
            db.session.commit()
            turns[due.name] = turn


def resume_abandoned(locks: Slots) -> list[str]:
    """Put back on their queues the jobs of workers whose lock is free; return the keys.

    DBOS by itself resumes only what bears the executor's own id. While we hold a dead worker's lock nobody else
    can become that worker, so that what is listed as its own is nobody's.
    """
    workflows = workflow_table()
    pending = select(workflows.c.executor_id).where(workflows.c.status == "PENDING").distinct()
    resumed: list[str] = []
    for owner in db.session.scalars(pending).all():
        if owner == DBOS.executor_id or not owner.startswith(PREFIX):
            continue
        number = int(owner.removeprefix(PREFIX))
        if not locks.take(number):
            continue
        try:
            resumed += _resume(owner)
        finally:
            locks.release(number)
    return resumed


def _resume(owner: str) -> list[str]:
    by_queue: dict[str | None, list[str]] = defaultdict(list)
    for left in DBOS.list_workflows(status="PENDING", executor_id=owner, load_input=False, load_output=False):
        by_queue[left.queue_name].append(left.workflow_id)
    for queue_name, keys in by_queue.items():
        DBOS.resume_workflows(keys, queue_name=queue_name)
        log.warning("jobs of a dead worker resumed", worker=owner, count=len(keys))
    return [key for keys in by_queue.values() for key in keys]
