"""kill -9 of server, worker and writers, in the middle of 16 writers, loses nothing that was acknowledged."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lms.infra import executor, queue
from tests.servers import Databases
from tests.serving import Served, free_port, lms, serving, settings, wait_until

pytestmark = pytest.mark.slow

PROCESSES = 4
THREADS = 4
ROUNDS = 3
ENOUGH = 60


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
    )
    (tmp_path / "data").mkdir()
    done = lms(prepared, "init")
    assert done.returncode == 0, done.stderr
    return prepared


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
