"""Certificates: what one costs whole, how many two processes make, and what it costs to check one."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from bench.served import LMS, Browser, add_learners, served, studying
from bench.site import Site, cpu, site
from bench.table import Figure, median
from lms.accounts.service import create_account
from lms.app import create_app
from lms.certificates import queries
from lms.certificates.queries import CertificateRow, list_by_subject
from lms.certificates.service import checking, making
from lms.config import Config
from lms.home.service.accounts import FINISHED, study
from lms.infra import examiner
from lms.infra.db import db
from lms.ops.cli.site import BEHIND

WARM, MEASURED = 15, 60
BULK, PROCESSES = 1000, 2
READ, PAUSE = 200, 0.03
"""Pages that are read at least, and the seconds between them."""
NAMES = ("Marta Ilyina", "Тамара Ильина", "Անի Գրիգորյան", "თამარ ბერიძე", "Nicolae Țurcanu", "Gülnarə Əliyeva")


def measure() -> list[Figure]:
    """Measure one at a time, then in bulk."""
    with site() as place:
        row = _awarded()
        for n in range(WARM):
            making.make(_named(row, n))
        spent = [cpu(partial(making.make, _named(row, n))) for n in range(MEASURED)]
        made = making.make(row)
        believed = checking.believed()
        for _ in range(WARM):
            examiner.examine(made.pdf, believed)
        checked = [cpu(lambda: examiner.examine(made.pdf, believed)) for _ in range(MEASURED)]
        rate, memory, times = _bulk(place, row)
    return [
        Figure(what="whole certificate, warm, CPU", value=_least(spent), unit="ms", bar=45, others="Moodle 262 ms"),
        Figure(what="its size", value=len(made.pdf) / 1000, unit="kB", bar=120),
        Figure(what="verify by upload, CPU", value=_least(checked), unit="ms", bar=60),
        Figure(what=f"{BULK} in bulk, {PROCESSES} processes", value=rate, unit="/s", bar=25, least=True),
        Figure(what="lesson page, p95, against idle", value=times, unit="times", bar=3),
        Figure(what=f"memory of a process after {BULK // PROCESSES}, PSS", value=memory, unit="MB", bar=250),
    ]


def _least(values: list[float]) -> float:
    """Return the median of the quietest of four stretches."""
    step = len(values) // 4
    return min(median(values[n : n + step]) for n in range(0, step * 4, step))


def _awarded() -> CertificateRow:
    """Issue a certificate by the services that every learner uses."""
    account = create_account(email="holder@example.org", password=None, name=NAMES[0])
    study(account.subject_id)
    db.session.commit()
    return list_by_subject(account.subject_id)[0]


def _named(row: CertificateRow, n: int) -> CertificateRow:
    assert row.award is not None
    award = replace(row.award, name=NAMES[n % len(NAMES)], name_latin=f"Holder {n}")
    return replace(row, award=award, code=f"{n:016d}", ordinal=n)


def _bulk(place: Site, row: CertificateRow) -> tuple[float, float, float]:
    """Make many while nobody reads, then while somebody does.

    Return how many a second, the megabytes of a process, and how many times as long a lesson takes to come.
    """
    with TemporaryDirectory(prefix="vitrine-bench-") as folder:
        settings = {**os.environ, "LMS_DATA_DIR": folder}
        subprocess.run([LMS, "init", "--demo-accounts"], env=settings, check=True, capture_output=True)
        add_learners(settings)
        with served(settings) as (port, _seconds, _tree):
            reader = studying(port, 0)
            lesson = _lesson(reader)
            idle = _p95(reader, lesson, lambda: False)
            with _makers(place, row) as (_told, working):
                busy = _p95(reader, lesson, working)
    begin = time.perf_counter()
    with _makers(place, row) as (told, _working):
        begin = time.perf_counter()
        memory = [told.get() for _ in range(PROCESSES)]
        seconds = time.perf_counter() - begin
    return BULK / seconds, max(memory), busy / idle


@contextmanager
def _makers(place: Site, row: CertificateRow) -> Iterator[tuple[Any, Callable[[], bool]]]:
    """Have certificates made by other processes; yield what they tell in the end, and whether they still work."""
    settings = {"LMS_DATA_DIR": str(place.folder), "LMS_SECRET_KEY": "b" * 40}
    context = multiprocessing.get_context("spawn")
    ready, told = context.Barrier(PROCESSES + 1), context.Queue()
    workers = [context.Process(target=_work, args=(settings, row.id, n, ready, told)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    ready.wait()
    yield told, lambda: all(worker.is_alive() for worker in workers)
    for worker in workers:
        worker.join()


def _lesson(reader: Browser) -> str:
    _status, text = reader.ask("GET", f"/learn/{FINISHED}/")
    found = re.search(rf'href="(/learn/{FINISHED}/[a-z0-9-]+)"', text)
    if found is None:
        raise SystemExit("the course has no lesson")
    return found[1]


def _p95(reader: Browser, path: str, going_on: Callable[[], bool]) -> float:
    """Return the seconds within which 95 of 100 pages come, asked for one after another with a pause between."""
    times: list[float] = []
    while len(times) < READ or going_on():
        begin = time.perf_counter()
        reader.ask("GET", path)
        times.append(time.perf_counter() - begin)
        time.sleep(PAUSE)
    return sorted(times)[int(len(times) * 0.95)]


def _work(settings: dict[str, str], certificate_id: str, turn: int, ready: Any, told: Any) -> None:
    os.nice(BEHIND)
    app = create_app(Config.from_env(settings))
    with app.app_context():
        row = queries.find_certificate(certificate_id)
        assert row is not None
        making.make(row)
        ready.wait()
        for n in range(turn, BULK, PROCESSES):
            making.make(_named(row, n))
        told.put(psutil.Process().memory_full_info().pss / 1e6)
