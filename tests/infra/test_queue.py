"""Jobs exist exactly when the change that causes them does, run once for a key, and are tried again when they fail."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dbos import DBOS
from flask import Flask
from sqlalchemy import select, update

from lms.infra import clock, executor, queue
from lms.infra.db import db
from tests.conftest import build_app
from tests.servers import Databases

SEEN: list[object] = []


@pytest.fixture(scope="module", autouse=True)
def jobs() -> Iterator[None]:
    """Register jobs that only these tests know."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "JOBS", dict(queue.JOBS))
        patch.setattr(executor, "JOBS", queue.JOBS)
        patch.setattr(executor, "PERIODIC", {})
        queue.job("test.note")(note)
        queue.job("test.chain")(chain)
        queue.job("test.fail", attempts=3)(fail)
        queue.job("test.recover", attempts=3)(recover)
        yield


@pytest.fixture(autouse=True)
def forget() -> None:
    SEEN.clear()


def note(value: object) -> None:
    SEEN.append(value)


def chain(value: int) -> None:
    queue.enqueue("test.note", value + 1)


def fail(value: str) -> None:
    SEEN.append(value)
    raise ValueError(value)


def recover(value: str) -> None:
    SEEN.append(value)
    if len(SEEN) < 3:
        raise queue.TryAgain("not yet")


def test_a_job_runs_with_what_it_was_given(app: Flask) -> None:
    with app.app_context():
        queue.enqueue("test.note", {"letters": ["ж", "é"], "number": 3})
        assert queue.run_jobs() == ["test.note"]
    assert SEEN == [{"letters": ["ж", "é"], "number": 3}]


def test_a_job_is_rolled_back_with_its_transaction(app: Flask) -> None:
    with app.app_context():
        queue.enqueue("test.note", 1)
        db.session.rollback()
        assert queue.run_jobs() == []


def test_a_key_is_enqueued_once(app: Flask) -> None:
    with app.app_context():
        queue.enqueue("test.note", 1, key="the-same")
        queue.enqueue("test.note", 2, key="the-same")
        queue.run_jobs()
        queue.enqueue("test.note", 3, key="the-same")
        assert queue.run_jobs() == []
    assert SEEN == [1]


def test_a_job_may_enqueue_another(app: Flask) -> None:
    with app.app_context():
        queue.enqueue("test.chain", 1)
        assert queue.run_jobs() == ["test.chain", "test.note"]
    assert SEEN == [2]


def test_a_name_that_nobody_registered_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(KeyError):
        queue.enqueue("test.nobody")


def test_two_functions_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="two jobs"):
        queue.job("test.note")(chain)


def test_a_turn_of_a_periodic_job_is_enqueued_once_by_however_many_workers(app: Flask) -> None:
    due = queue.Periodic(name="test.note", every=60)
    with app.app_context():
        assert queue.enqueue_turn(due, 120.0) == queue.enqueue_turn(due, 179.9) != queue.enqueue_turn(due, 180.0)


def test_pauses_grow_to_an_hour_and_outlast_a_mail_server_that_is_down_for_four_days() -> None:
    pauses = [queue.pause_before(attempt) for attempt in range(2, queue.ATTEMPTS + 1)]
    assert pauses[:4] == [5, 15, 45, 135]
    assert max(pauses) == 3600
    assert sum(pauses) > 4 * 24 * 3600


def test_the_application_brings_every_job_that_a_feature_has() -> None:
    """A process of its own, in which no test has imported anything: that is how the worker begins."""
    asked = "import sys, lms.app; print(*(m for m in sys.modules if m.startswith('lms.') and m.endswith('.jobs')))"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    there = {f"lms.{path.parent.name}.jobs" for path in Path(queue.__file__).parents[1].glob("*/jobs.py")}
    assert set(found) == there


# From here on with a real executor.


@pytest.fixture(scope="module")
def working(
    jobs: None, databases: Databases, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """Run an executor beside the tests, which does not wait between attempts."""
    app = build_app(databases.copy(migrated), tmp_path_factory.mktemp("working"))
    stop = threading.Event()
    thread = threading.Thread(target=executor.run, args=(app, stop))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executor, "pause_before", lambda _attempt: 0.01)
        patch.setattr(executor, "RESUME_EVERY", 0.5)
        thread.start()
        try:
            yield app
        finally:
            stop.set()
            thread.join(15)
            DBOS.destroy(destroy_registry=True)
            with app.app_context():
                db.engine.dispose()
        assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"in vain; seen: {SEEN}"
        time.sleep(0.05)


def enqueue(app: Flask, name: str, *args: object, key: str | None = None) -> None:
    with app.app_context():
        queue.enqueue(name, *args, key=key)
        db.session.commit()


def statuses(app: Flask, prefix: str) -> dict[str, str]:
    with app.app_context():
        jobs = queue.workflow_table()
        query = select(jobs.c.workflow_uuid, jobs.c.status).where(jobs.c.workflow_uuid.startswith(prefix))
        return {row.workflow_uuid: row.status for row in db.session.execute(query)}


@pytest.mark.slow
def test_a_failing_job_is_tried_as_often_as_it_says_and_then_shown_as_failed(working: Flask) -> None:
    enqueue(working, "test.fail", "x", key="bad")
    wait_for(lambda: statuses(working, "bad").get("bad~3") == "ERROR")
    assert SEEN == ["x", "x", "x"]
    assert statuses(working, "bad") == {"bad": "SUCCESS", "bad~2": "SUCCESS", "bad~3": "ERROR"}


@pytest.mark.slow
def test_a_job_that_asks_for_it_is_tried_again_until_it_succeeds(working: Flask) -> None:
    enqueue(working, "test.recover", "y", key="flaky")
    wait_for(lambda: statuses(working, "flaky").get("flaky~3") == "SUCCESS")
    assert SEEN == ["y", "y", "y"]


@pytest.mark.slow
def test_the_jobs_of_a_dead_worker_are_resumed_by_a_living_one(working: Flask) -> None:
    with working.app_context():
        queue.enqueue("test.note", "left behind", key="orphan", delay=3600)
        jobs = queue.workflow_table()
        db.session.execute(
            update(jobs).where(jobs.c.workflow_uuid == "orphan").values(status="PENDING", executor_id="worker-7")
        )
        db.session.commit()
    wait_for(lambda: SEEN == ["left behind"])


@pytest.mark.slow
def test_finished_jobs_are_forgotten_and_others_are_not(working: Flask) -> None:
    enqueue(working, "test.note", 1, key="done")
    wait_for(lambda: statuses(working, "done") == {"done": "SUCCESS"})
    with working.app_context():
        queue.enqueue("test.note", 2, key="later", delay=3600)
        db.session.commit()
        jobs = queue.workflow_table()
        db.session.execute(update(jobs).values(updated_at=0))
        db.session.commit()
        assert queue.forget(("SUCCESS",), before=clock.now()) >= 1
    assert statuses(working, "done") == {}
    assert statuses(working, "later") == {"later": "DELAYED"}
