"""Certificates: what one costs whole, how many two processes make, and what it costs to check one."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from typing import Any

import psutil

from bench.site import Site, cpu, site
from bench.table import Figure, median
from lms.accounts.service import create_account
from lms.app import create_app
from lms.certificates import queries
from lms.certificates.queries import CertificateRow, list_by_subject
from lms.certificates.service import checking, making
from lms.config import Config
from lms.home.service import study
from lms.infra import examiner
from lms.infra.db import db

WARM, MEASURED = 15, 60
BULK, PROCESSES = 1000, 2
NAMES = ("Marta Ilyina", "Тамара Ильина", "Անի Գրիգորյան", "თამარ ბერიძე", "Nicolae Țurcanu", "Gülnarə Əliyeva")


def measure() -> list[Figure]:
    """Measure one at a time, then in bulk."""
    with site() as place:
        row = _awarded()
        for n in range(WARM):
            making.make(_named(row, n))
        spent = [cpu(lambda n=n: making.make(_named(row, n))) for n in range(MEASURED)]
        made = making.make(row)
        believed = checking.believed()
        for _ in range(WARM):
            examiner.examine(made.pdf, believed)
        checked = [cpu(lambda: examiner.examine(made.pdf, believed)) for _ in range(MEASURED)]
        rate, memory = _bulk(place, row)
    return [
        Figure(what="whole certificate, warm, CPU", value=_least(spent), unit="ms", bar=45, others="Moodle 262 ms"),
        Figure(what="its size", value=len(made.pdf) / 1000, unit="kB", bar=120),
        Figure(what="verify by upload, CPU", value=_least(checked), unit="ms", bar=60),
        Figure(what=f"{BULK} in bulk, {PROCESSES} processes", value=rate, unit="/s", bar=25, least=True),
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


def _bulk(place: Site, row: CertificateRow) -> tuple[float, float]:
    settings = {"LMS_DATA_DIR": str(place.folder), "LMS_SECRET_KEY": "b" * 40}
    context = multiprocessing.get_context("spawn")
    ready, told = context.Barrier(PROCESSES + 1), context.Queue()
    workers = [context.Process(target=_work, args=(settings, row.id, n, ready, told)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    ready.wait()
    begin = time.perf_counter()
    memory = [told.get() for _ in workers]
    seconds = time.perf_counter() - begin
    for worker in workers:
        worker.join()
    return BULK / seconds, max(memory)


def _work(settings: dict[str, str], certificate_id: str, turn: int, ready: Any, told: Any) -> None:
    app = create_app(Config.from_env(settings))
    with app.app_context():
        row = queries.find_certificate(certificate_id)
        assert row is not None
        making.make(row)
        ready.wait()
        for n in range(turn, BULK, PROCESSES):
            making.make(_named(row, n))
        told.put(psutil.Process().memory_full_info().pss / 1e6)
