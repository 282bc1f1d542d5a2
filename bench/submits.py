"""Quiz submits a second through `submit_attempt`: 16 writers in several processes on SQLite, none lost."""

from __future__ import annotations

import multiprocessing
import time
from threading import Barrier, Thread
from typing import Any

from bench.site import Site, fill, site, subject_id
from bench.table import Figure
from lms.app import create_app
from lms.config import Config
from lms.courses.queries import get_tree
from lms.domain.solutions import solution
from lms.infra.db import db
from lms.quizzes import service
from lms.quizzes.queries import find_attempt

PROCESSES, THREADS = 4, 4
EACH, ROUNDS = 30, 4
"""Submits a writer makes in a round, each for a learner of its own; the round counts in which the machine was quietest.

One submit more goes before: it opens the writer's connection and builds its statements, as a server has long done.
"""


def measure() -> list[Figure]:
    """Measure the rate, and count what arrived."""
    writers = PROCESSES * THREADS
    with site() as place:
        fill(place, 0, writers * (EACH * ROUNDS + 1))
        attempts = _started(place, writers * (EACH * ROUNDS + 1))
        settings = {"LMS_DATA_DIR": str(place.folder), "LMS_SECRET_KEY": "b" * 40}
        context = multiprocessing.get_context("spawn")
        ready, done = context.Barrier(PROCESSES + 1), context.Barrier(PROCESSES + 1)
        share = len(attempts) // PROCESSES
        workers = [
            context.Process(target=_submit, args=(settings, attempts[n * share : (n + 1) * share], ready, done))
            for n in range(PROCESSES)
        ]
        for worker in workers:
            worker.start()
        seconds = []
        for _ in range(ROUNDS):
            ready.wait()
            begin = time.perf_counter()
            done.wait()
            seconds.append(time.perf_counter() - begin)
        for worker in workers:
            worker.join()
        db.session.remove()
        kept = sum(find_attempt(key).submitted_at is not None for key, _ in attempts)  # type: ignore[union-attr]
    if kept != len(attempts):
        raise SystemExit(f"{len(attempts) - kept} of {len(attempts)} submits were lost")
    return [
        Figure(
            what=f"submits a second, {writers} writers, {PROCESSES} processes, none of {len(attempts)} lost",
            value=writers * EACH / min(seconds),
            unit="/s",
            bar=300,
            least=True,
            others="Moodle 58 by HTTP on PostgreSQL",
        )
    ]


def _started(place: Site, count: int) -> list[tuple[str, str]]:
    """Start an attempt for each learner; return (attempt, subject)."""
    course = get_tree(place.course.version_id)
    quiz = next(key for key in place.items if course.items[key].kind == "quiz")
    found = []
    for n in range(count):
        attempt = service.start_attempt(subject_id(n), place.course.id, quiz, seed=n, language="en", extra_time=0)
        found.append((attempt.id, subject_id(n)))
        if n % 100 == 99:
            db.session.commit()
    db.session.commit()
    return found


def _submit(settings: dict[str, str], attempts: list[tuple[str, str]], ready: Any, done: Any) -> None:
    """Submit a share of the attempts with several threads, as one server process would."""
    app = create_app(Config.from_env(settings))
    begin, end = Barrier(THREADS, action=ready.wait), Barrier(THREADS, action=done.wait)

    def answered(attempt_id: str) -> dict[str, Any]:
        with app.app_context():
            attempt = find_attempt(attempt_id)
            assert attempt is not None
            return {q.id: solution(q) for q in service.asked(attempt, get_tree(attempt.version_id))}

    def submit(attempt_id: str, subject: str, answers: dict[str, Any]) -> None:
        with app.app_context():
            service.submit_attempt(subject, attempt_id, answers, 1)
            db.session.commit()

    def run(mine: list[tuple[str, str]]) -> None:
        filled = [(attempt_id, subject, answered(attempt_id)) for attempt_id, subject in mine]
        submit(*filled[0])
        for first in range(1, len(filled), EACH):
            begin.wait()
            for sheet in filled[first : first + EACH]:
                submit(*sheet)
            end.wait()

    threads = [Thread(target=run, args=(attempts[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
