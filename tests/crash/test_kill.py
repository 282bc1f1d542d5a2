"""kill -9 of server, worker and writers, in the middle of 16 writers, loses nothing that was acknowledged."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from lms.courses.queries import find_version
from lms.domain.progress import RESULT
from lms.infra import executor, queue
from lms.infra.db import db
from lms.learning import service as learning
from lms.learning.queries import list_records
from lms.quizzes import queries as quiz_queries
from lms.quizzes import service as quizzes
from tests.conftest import build_app
from tests.crash.learner import Learner
from tests.factories.courses import files_of, publish_course
from tests.factories.people import PASSWORD, Person, make_person
from tests.servers import Databases
from tests.serving import Served, free_port, lms, serving, settings, wait_until

pytestmark = pytest.mark.slow

PROCESSES = 2
THREADS = 8
ROUNDS = 3
ENOUGH = 40


class Mailbox:
    """Keeps every letter by its Message-ID, as often as it came."""

    def __init__(self) -> None:
        self.letters: dict[str, list[bytes]] = defaultdict(list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = cast(bytes, envelope.content)
        [line] = [line for line in content.splitlines() if line.lower().startswith(b"message-id:")]
        self.letters[line.split(b"<")[1].split(b"@")[0].decode()].append(content)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    found = Mailbox()
    controller = Controller(found, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield found, controller.port
    controller.stop()


@pytest.fixture
def environment(databases: Databases, mailbox: tuple[Mailbox, int], tmp_path: Path) -> dict[str, str]:
    """Return the settings of a prepared site with a mail server."""
    prepared = settings(
        tmp_path / "data",
        LMS_DATABASE_URL=databases.empty(),
        LMS_MAIL_URL=f"smtp://127.0.0.1:{mailbox[1]}",
        LMS_SECRET_KEY="for the tests alone: long enough to be accepted",
    )
    (tmp_path / "data").mkdir()
    done = lms(prepared, "init")
    assert done.returncode == 0, done.stderr
    return prepared


@contextmanager
def application(environment: dict[str, str]) -> Iterator[Flask]:
    """Look into the site's database from here."""
    app = build_app(
        environment["LMS_DATABASE_URL"], Path(environment["LMS_DATA_DIR"]), LMS_SECRET_KEY=environment["LMS_SECRET_KEY"]
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def start_writers(environment: dict[str, str], note: Path) -> list[subprocess.Popen[bytes]]:
    started = []
    for number in range(PROCESSES):
        with note.open("ab") as file:
            command = [sys.executable, "-m", "tests.crash.writer", str(number), str(THREADS)]
            started.append(subprocess.Popen(command, env=environment, stdout=file))
    return started


def kill(site: Served, writers: list[subprocess.Popen[bytes]]) -> None:
    """Kill writers, worker and all of the server, as suddenly as can be."""
    for process in (*writers, *site.below()):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    for writer in writers:
        writer.wait()


def test_no_acknowledged_mail_is_lost_and_one_that_goes_out_twice_is_the_same(
    environment: dict[str, str], mailbox: tuple[Mailbox, int], tmp_path: Path
) -> None:
    note = tmp_path / "acknowledged"
    note.touch()
    letters = mailbox[0].letters
    with serving(environment, tmp_path / "log") as site:
        for _ in range(ROUNDS):
            before = note.stat().st_size
            writers = start_writers(environment, note)
            try:
                wait_until(lambda: note.stat().st_size > before + 33 * ENOUGH, 60, "writers write")  # noqa: B023
                sent = len(letters)
                wait_until(lambda: len(letters) > sent, 60, "the worker works")  # noqa: B023
            finally:
                kill(site, writers)
            time.sleep(0.2)
        acknowledged = set(note.read_text().split())
        wait_until(lambda: acknowledged <= set(letters), 300, f"{len(acknowledged)} mails arrive")
        wait_until(lambda: "vitrine_mails_waiting 0" in site.get("/metrics")[1], 60, "nothing waits any longer")

    twice = {message_id: copies for message_id, copies in letters.items() if len(copies) > 1}
    assert len(acknowledged) >= ENOUGH * ROUNDS
    assert len(twice) <= ROUNDS * executor.AT_ONCE[queue.MAIL], (
        "only what was being sent when the worker was killed goes out twice"
    )
    assert all(len(set(copies)) == 1 for copies in twice.values())


@dataclass(frozen=True)
class Class:
    """Learners who are enrolled in a course that lets them try its quiz as often as they like."""

    slug: str
    course_id: str
    people: list[Person]


def make_class() -> Class:
    quiz = files_of()["quizzes/final.md"].decode().replace("attempts: 3\n", "")
    shelf = publish_course(files=files_of(**{"quizzes/final.md": quiz}))
    version = find_version(shelf.version_id)
    assert version is not None
    people = [make_person(f"learner-{n}@example.org", f"Learner {n}") for n in range(PROCESSES * THREADS)]
    for person in people:
        learning.enrol(person.subject_id, version.course_id, shelf.version_id, None)
    return Class(slug=shelf.slug, course_id=version.course_id, people=people)


def test_no_acknowledged_answer_is_lost_and_none_counts_twice(environment: dict[str, str], tmp_path: Path) -> None:
    with application(environment):
        members = make_class()
        db.session.commit()
    stop = threading.Event()
    with serving(environment, tmp_path / "log") as site:
        port = int(site.address.rsplit(":", 1)[1])
        quiz = f"/learn/{members.slug}/final"
        learners = [Learner(port, quiz, "f-term", stop) for _ in members.people]
        threads = [threading.Thread(target=learner.work) for learner in learners]
        try:
            for learner, person, thread in zip(learners, members.people, threads, strict=True):
                learner.log_in(person.email, PASSWORD)
                thread.start()
            for _ in range(ROUNDS):
                done = sum(len(learner.submitted) for learner in learners)
                wait_until(lambda: sum(len(lr.submitted) for lr in learners) > done + 16, 60, "learners submit")  # noqa: B023
                kill(site, [])
            done = sum(len(learner.submitted) for learner in learners)
            wait_until(lambda: sum(len(lr.submitted) for lr in learners) > done + 16, 90, "learners go on")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert sum(learner.repeated for learner in learners) > 0, "nobody noticed the kills"
    with application(environment):
        for learner, person in zip(learners, members.people, strict=True):
            look_at(learner, person.subject_id, members.course_id)


def look_at(learner: Learner, subject_id: str, course_id: str) -> None:
    """See that what was acknowledged to a learner is there, once."""
    assert learner.submitted
    attempts = quizzes.attempts_in_records(subject_id, course_id)
    assert quizzes.compare(subject_id, course_id) == []
    assert learning.compare(subject_id, course_id) == []
    assert sorted(attempt["number"] for attempt in attempts.values()) == list(range(1, len(attempts) + 1))
    for key, text in learner.submitted.items():
        assert attempts[key]["answers"]["f-term"] == text
    for key, (seq, text) in learner.saved.items():
        if attempts[key]["submitted_at"] is None:
            kept = quiz_queries.list_answers(key)["f-term"]
            assert kept.seq > seq or (kept.seq, kept.response) == (seq, text)
    results = [record.body["source"] for record in list_records(subject_id, course_id) if record.kind == RESULT]
    assert len(results) == len(set(results))
