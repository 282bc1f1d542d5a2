"""Whatever is sent to be verified gets a clear answer in time, and the site goes on."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask

from lms.certificates.views import verify
from lms.domain.codes import spaced
from lms.infra import examiner as examining
from lms.infra.examiner import Believed, Examiner
from lms.infra.storage import storage
from tests.certificates.conftest import Award
from tests.factories.hostile import HOSTILE, LONG
from tests.pages import Page, PageClient
from tests.serving import wait_until

BUDGET = 2.0
"""Seconds within which everybody has an answer, on processors that have nothing else to do."""

NOBODY = Believed(multikeys={})


def send(client: PageClient, content: bytes, status: int = 200) -> tuple[Page, float]:
    """Send a file by the form, written out as a browser does; return the answer and how long it took."""
    token = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.token()}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="file.bin"\r\n\r\n'
    body = (token + file).encode() + content + b"\r\n--b--\r\n"
    began = time.monotonic()
    answer = client.post("/verify", data=body, content_type="multipart/form-data; boundary=b", csrf=False)
    seconds = time.monotonic() - began
    assert answer.status_code == status
    assert client.page is not None
    return client.page, seconds


def slowness() -> float:
    """Return how many times longer than on a free processor everything takes at this moment; at least once."""
    wall, busy = time.perf_counter(), time.process_time()
    while time.process_time() - busy < 0.1:
        pass
    return max(1.0, (time.perf_counter() - wall) / 0.1)


def ready(app: Flask) -> Examiner:
    """Return the examiner of the application once it can look at a file without being waited for."""
    found: Examiner = app.extensions["examiner"]
    assert found.look(b"{}", NOBODY, patient=True).problem == ""
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_in_words_and_in_time(
    app: Flask, client: PageClient, tmp_path: Path, name: str
) -> None:
    make, words = HOSTILE[name]
    content = make()
    ready(app)
    kept = sorted(app.extensions["storage"].digests())
    slow = slowness()
    page, seconds = send(client, content)
    slow = max(slow, slowness())
    assert page.heading.startswith("Not found"), page.heading
    assert any(said in page.main for said in (*words, *([LONG] if slow > 1.5 else []))), page.main
    assert seconds < BUDGET * slow
    assert sorted(app.extensions["storage"].digests()) == kept


def test_a_genuine_file_is_verified_right_after_each_of_them(app: Flask, made: Award, client: PageClient) -> None:
    with app.app_context():
        content = storage().get(made.row.file_digest or "")
    for name in ("pdf of figures", "pdf bomb", "packed bomb"):
        ready(app)
        send(client, HOSTILE[name][0]())
        ready(app)
        page, _seconds = send(client, content)
        assert page.heading == "Valid certificate", name


@pytest.mark.parametrize(("size", "status"), [(19, 200), (23, 413), (100, 413)])
def test_files_of_up_to_20_mb_are_looked_at_and_larger_ones_refused(
    app: Flask, client: PageClient, size: int, status: int
) -> None:
    ready(app)
    slow = slowness()
    page, seconds = send(client, b"\x89PNG\r\n\x1a\n" + bytes(size * 1_000_000), status)
    assert ("no certificate is" in page.main) == (status == 413)
    assert seconds < BUDGET * max(slow, slowness())


def test_the_process_that_looks_has_little_memory_and_time_and_writes_nothing(app: Flask) -> None:
    looking = ready(app)
    assert looking._process is not None
    process = psutil.Process(looking._process.pid)
    assert process.rlimit(psutil.RLIMIT_AS)[0] == examining.MEMORY
    assert process.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert 0 < process.rlimit(psutil.RLIMIT_CPU)[0] < process.cpu_times().user + 60
    for name in ("pdf bomb", "packed bomb", "a million chunks", "100,000 packed objects"):
        looking.look(HOSTILE[name][0](), NOBODY, patient=True)
    if looking._process is not None and looking._process.pid == process.pid:
        assert process.memory_info().rss < 400 * 1024 * 1024


def test_what_strangers_send_is_never_put_into_a_graph() -> None:
    told = (
        "import sys, lms.infra.examiner as e; e.examine(b'{}', e.Believed(multikeys={})); print('pyld' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_process_that_died_is_started_again(app: Flask, made: Award, client: PageClient) -> None:
    looking = ready(app)
    assert looking._process is not None
    pid = looking._process.pid
    psutil.Process(pid).kill()
    with app.app_context():
        content = storage().get(made.row.file_digest or "")
    wait_until(lambda: looking._process is None or looking._process.poll() is not None, 5, "it ends")
    page, _seconds = send(client, content)
    assert page.heading == "Valid certificate"
    assert looking._process.pid != pid


def test_many_at_once_wait_shortly_and_are_told_to_come_again(app: Flask) -> None:
    """Two of a process's four threads look or wait; the others are told at once."""
    looking = ready(app)
    slow, found, times = HOSTILE["pdf of figures"][0](), [], []

    def look() -> None:
        began = time.monotonic()
        found.append(looking.look(slow, NOBODY).problem)
        times.append(time.monotonic() - began)

    threads = [threading.Thread(target=look) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["busy"] * 11 + ["too-long"]
    assert max(times) < BUDGET * slowness()
    assert sorted(times)[9] < 0.3 * slowness(), "ten of twelve do not wait at all"


def test_a_busy_site_asks_to_come_again(app: Flask, client: PageClient) -> None:
    looking = ready(app)
    turns = [looking._turns.acquire(blocking=False) for _ in range(examining.TURNS)]
    try:
        page, seconds = send(client, b"{}", 503)
    finally:
        looking._turns.release(examining.TURNS)
    assert turns == [True] * examining.TURNS
    assert page.heading == "Not checked: other files are being looked at"
    assert "Nothing of it was kept" in page.main
    assert seconds < BUDGET * slowness()
    client.visit("/verify")
    assert client.press("Verify", file=(io.BytesIO(b"{}"), "a.json")).heading.startswith("Not found")


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Count what is sent, which other tests do not."""
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False


def test_one_address_may_send_so_many_files_a_minute(app: Flask, client: PageClient, limited: None) -> None:
    ready(app)
    address = {"REMOTE_ADDR": "10.7.7.7"}
    answers = [
        client.post("/verify", data={"file": (io.BytesIO(b""), "a.pdf")}, environ_base=address).status_code
        for _ in range(verify.SENDS + 1)
    ]
    assert answers == [200] * verify.SENDS + [429]
    assert client.get("/verify", environ_base=address).status_code == 200
    assert client.post("/verify", data={"file": (io.BytesIO(b""), "a.pdf")}).status_code == 200, "others may go on"


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.lower().replace("0", "o").replace("1", "l"),
        lambda code: spaced(code).replace("-", "\u2013"),
        lambda code: " " + spaced(code).replace("-", " ") + " ",
        lambda code: code.translate(str.maketrans("ABEHKMPCTYX", "АВЕНКМРСТУХ")),
        lambda code: code[:8] + "\u00ad" + code[8:],
    ],
)  # fmt: skip
def test_a_code_is_read_as_it_was_meant(award: Award, client: PageClient, typed: object) -> None:
    assert callable(typed)
    client.visit("/verify")
    page = client.press("Verify", code=typed(award.row.code))
    assert page.heading.startswith("Valid")
