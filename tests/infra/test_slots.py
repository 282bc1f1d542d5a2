"""A worker's number is its own for as long as it lives, and set-up is done by one process at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from lms.infra import slots as locks
from lms.infra.db import db


@pytest.fixture
def engine(real_app: Flask) -> Engine:
    with real_app.app_context():
        return db.engine


@pytest.fixture
def pair(engine: Engine, tmp_path: Path) -> Iterator[tuple[locks.Slots, locks.Slots]]:
    """Return the locks of two workers."""
    with locks.slots(engine, tmp_path) as one, locks.slots(engine, tmp_path) as other:
        yield one, other


def test_each_worker_gets_the_first_free_number(pair: tuple[locks.Slots, locks.Slots]) -> None:
    one, other = pair
    assert locks.take_first(one) == 0
    assert locks.take_first(other) == 1
    one.check()


def test_a_number_given_back_is_free(pair: tuple[locks.Slots, locks.Slots]) -> None:
    one, other = pair
    assert one.take(5)
    assert not other.take(5)
    one.release(5)
    assert other.take(5)


def test_the_numbers_of_a_worker_that_ended_are_free(engine: Engine, tmp_path: Path) -> None:
    with locks.slots(engine, tmp_path) as gone:
        assert gone.take(0)
    with locks.slots(engine, tmp_path) as living:
        assert living.take(0)


def test_one_goes_in_at_a_time(engine: Engine, tmp_path: Path) -> None:
    inside: list[str] = []

    def enter(name: str) -> None:
        with locks.alone(engine, tmp_path / "init.lock"):
            inside.append(f"{name} in")
            time.sleep(0.1)
            inside.append(f"{name} out")

    threads = [threading.Thread(target=enter, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside in (["a in", "a out", "b in", "b out"], ["b in", "b out", "a in", "a out"])
