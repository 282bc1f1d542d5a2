"""Long work: ordered once, told step by step, stopped, begun anew after a crash, and never offered half."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from lms.domain.errors import Refused
from lms.infra import clock, orders, queue
from lms.infra.db import db, run
from lms.infra.orders import Doing, OrderRow, desk
from lms.infra.orders import table as rows
from lms.infra.personal import gather

KIND, SOMEBODY = "test.write", "s" * 32
Work = Callable[[Doing], None]
WORK: list[Work] = []


@pytest.fixture(scope="module", autouse=True)
def jobs() -> Iterator[None]:
    """Register a job that only these tests know."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "JOBS", dict(queue.JOBS))
        queue.job(KIND, attempts=1)(work_on)
        yield


def work_on(order_id: str) -> None:
    orders.perform(order_id, WORK[-1])


def whole(doing: Doing) -> None:
    """Write a file in three steps."""
    with doing.part.open("wb") as file:
        for step in range(1, 4):
            file.write(b"x" * step)
            doing.tell(step, 3)
    doing.finish({"written": 6}, file_name="six.txt")


@pytest.fixture(autouse=True)
def in_app(app: Flask, tx: object) -> Iterator[None]:
    WORK[:] = [whole]
    with app.app_context():
        yield


def ordered(word: str = "a", subject_id: str = SOMEBODY) -> str:
    order_id, _fresh = orders.order(KIND, subject_id, {"what": word}, private={"search": "Marta"})
    db.session.commit()
    return order_id


def found(order_id: str) -> OrderRow:
    row = orders.find_order(order_id)
    assert row is not None
    return row


def left() -> list[str]:
    return sorted(path.name for path in rows.folder().iterdir())


@pytest.fixture(autouse=True)
def clean(in_app: None) -> Iterator[None]:
    yield
    for path in rows.folder().iterdir():
        path.unlink()


def test_what_is_ordered_is_done_and_offered() -> None:
    order_id = ordered()
    assert (found(order_id).state, found(order_id).open) == ("waiting", True)
    queue.run_jobs()
    row = found(order_id)
    assert (row.state, row.done, row.total, row.percent, row.found) == ("done", 3, 3, 100, {"written": 6})
    assert (row.offered, row.file_name, row.file_size, row.path.read_bytes()) == (True, "six.txt", 6, b"x" * 6)
    assert row.kept_until is not None and row.ended_at is not None
    assert row.kept_until - row.ended_at == orders.KEPT
    assert left() == [order_id]


def test_the_same_is_under_way_once_and_may_be_ordered_again_afterwards() -> None:
    first = orders.order(KIND, SOMEBODY, {"what": "a"})
    assert orders.order(KIND, SOMEBODY, {"what": "a"}) == (first[0], False)
    assert orders.order(KIND, "t" * 32, {"what": "a"})[1], "somebody else orders for himself"
    queue.run_jobs()
    assert orders.order(KIND, SOMEBODY, {"what": "a"})[0] != first[0]


def test_one_person_has_only_so_much_under_way_and_lying_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_KEPT", 3)
    for number in range(orders.MOST_OPEN):
        ordered(str(number))
    with pytest.raises(Refused, match="too-many-open"):
        ordered("one more")
    queue.run_jobs()
    with pytest.raises(Refused, match="too-many-kept"):
        ordered("one more")
    assert orders.discard(orders.list_orders([SOMEBODY])[0].id)
    assert ordered("one more")


def test_a_cancelled_order_stops_at_the_next_step_and_leaves_nothing() -> None:
    order_id = ordered()

    def cancelled(doing: Doing) -> None:
        doing.part.write_bytes(b"half")
        assert orders.cancel(order_id)
        db.session.commit()
        doing.tell(1, 3)
        raise AssertionError("it went on")

    WORK[:] = [cancelled]
    queue.run_jobs()
    row = found(order_id)
    assert (row.state, row.offered, row.private, left()) == ("cancelled", False, {}, [])
    assert not orders.cancel(order_id), "there is nothing to stop any more"


def test_what_was_cancelled_before_it_began_is_not_begun() -> None:
    order_id = ordered()
    orders.cancel(order_id)
    db.session.commit()
    WORK[:] = [lambda _doing: pytest.fail("it was begun")]
    queue.run_jobs()


def test_a_run_that_died_is_followed_by_one_that_begins_anew() -> None:
    order_id = ordered()

    def dies(doing: Doing) -> None:
        doing.part.write_bytes(b"half")
        doing.tell(2, 3)
        raise SystemExit  # as sudden as can be, within a process that goes on

    with pytest.raises(SystemExit):
        orders.perform(order_id, dies)
    db.session.rollback()
    assert (found(order_id).state, found(order_id).offered) == ("running", False)
    orders.perform(order_id, whole)
    assert found(order_id).path.read_bytes() == b"x" * 6


def test_a_run_that_was_taken_for_dead_stops_and_does_no_harm() -> None:
    order_id = ordered()

    def overtaken(doing: Doing) -> None:
        doing.part.write_bytes(b"of the first run")
        orders.perform(order_id, whole)
        doing.finish({}, file_name="other.txt")

    orders.perform(order_id, overtaken)
    row = found(order_id)
    assert (row.state, row.file_name, row.path.read_bytes(), left()) == ("done", "six.txt", b"x" * 6, [order_id])


def test_done_work_is_not_done_again() -> None:
    order_id = ordered()
    queue.run_jobs()
    orders.perform(order_id, lambda _doing: pytest.fail("it was begun"))


@pytest.mark.parametrize(
    ("error", "why"), [(OSError(errno.ENOSPC, "full"), "no-room"), (ValueError("odd"), "broken")], ids=["full", "odd"]
)
def test_what_fails_is_told_and_raised(error: Exception, why: str) -> None:
    order_id = ordered()

    def fails(doing: Doing) -> None:
        doing.part.write_bytes(b"half")
        raise error

    WORK[:] = [fails]
    with pytest.raises(type(error)):
        queue.run_jobs()
    row = found(order_id)
    assert (row.state, row.found, left()) == ("failed", {"why": why}, [])


def test_nothing_is_begun_that_would_fill_the_disk() -> None:
    order_id = ordered()
    with pytest.raises(OSError, match="No space"):
        orders.perform(order_id, lambda doing: doing.need(1 << 60))
    assert found(order_id).found == {"why": "no-room"}


def test_an_order_can_wait_and_look_again() -> None:
    order_id = ordered()
    WORK[:] = [lambda doing: doing.wait(0, {"waits_for": 3})]
    WORK[-1](begun(order_id))
    db.session.commit()
    assert (found(order_id).state, found(order_id).found) == ("waiting", {"waits_for": 3})
    WORK[:] = [whole]
    orders.perform(order_id, whole)
    assert found(order_id).state == "done"


def begun(order_id: str) -> Doing:
    caught: list[Doing] = []
    orders.perform(order_id, caught.append)
    return caught[0]


def test_what_is_withdrawn_is_offered_to_nobody_and_its_bytes_go_after_the_commit() -> None:
    order_id = ordered()
    queue.run_jobs()
    orders.withdraw([order_id])
    row = found(order_id)
    assert (row.state, row.offered, row.private, left()) == ("withdrawn", False, {}, [order_id])
    db.session.commit()
    queue.run_jobs()
    assert left() == []


def test_an_order_that_is_withdrawn_while_it_is_done_stops() -> None:
    order_id = ordered()

    def withdrawn(doing: Doing) -> None:
        doing.part.write_bytes(b"whole")
        orders.withdraw([order_id])
        db.session.commit()
        doing.finish({}, file_name="x")

    orders.perform(order_id, withdrawn)
    assert (found(order_id).state, left()) == ("withdrawn", [])


def test_files_go_after_seven_days_and_what_was_searched_with_them() -> None:
    order_id = ordered()
    queue.run_jobs()
    orders.sweep(clock.now() + orders.KEPT - timedelta(minutes=1))
    assert found(order_id).offered
    orders.sweep(clock.now() + orders.KEPT + timedelta(minutes=1))
    assert (found(order_id).state, found(order_id).private, left()) == ("over", {}, [])
    orders.sweep(clock.now() + timedelta(days=40))
    assert orders.find_order(order_id) is None


def test_what_dead_runs_left_is_swept_and_what_is_being_written_is_not() -> None:
    folder = rows.folder()
    for name in ("dead.part", "writing.part"):
        (folder / name).write_bytes(b"half")
    hour_ago = time.time() - 3600
    os.utime(folder / "dead.part", (hour_ago, hour_ago))
    orders.sweep(clock.now())
    assert left() == ["writing.part"]


def test_an_order_whose_job_is_gone_is_said_to_have_failed() -> None:
    lost, waits = ordered("lost"), ordered("waits")
    jobs = queue.workflow_table()
    run(update(jobs).where(jobs.c.workflow_uuid == f"order-{lost}").values(status="ERROR"))
    orders.sweep(clock.now() + timedelta(minutes=11))
    assert (found(lost).state, found(waits).state) == ("failed", "waiting")


def test_a_person_may_take_along_what_they_ordered() -> None:
    ordered()
    mine = gather([SOMEBODY])["orders"]
    assert [(one["kind"], one["wanted"], one["private"]) for one in mine] == [
        (KIND, {"what": "a"}, {"search": "Marta"})
    ]


def test_the_folder_is_for_the_site_alone(app: Flask) -> None:
    ordered()
    queue.run_jobs()
    folder = Path(app.config["LMS"].data_dir) / "orders"
    assert folder.stat().st_mode & 0o777 == 0o700
