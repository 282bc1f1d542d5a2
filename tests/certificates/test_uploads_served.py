"""What strangers send to a site that really runs: it goes on serving, and keeps nothing of it."""

from __future__ import annotations

import http.client
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.factories.hostile import HOSTILE
from tests.serving import wait_until
from tests.site import Site, running_site

BLOCK = bytes(1 << 16)
BOUNDARY = "b"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the site's programs may put what they do not keep."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, scratch: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site") / "data", TMPDIR=str(scratch)) as served:
        yield served


class Sender:
    """Somebody at another machine, with a session of their own."""

    def __init__(self, site: Site) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
        self.connection.request("GET", "/verify")
        answer = self.connection.getresponse()
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
        assert found is not None
        self.token = found[1]

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def head(self) -> bytes:
        """Return what a browser writes before a file."""
        return (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        ).encode()

    def send(self, content: bytes) -> tuple[int, str, float]:
        """Send a file; return status, answer and seconds."""
        body = self.head() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        began = time.monotonic()
        self.connection.request("POST", "/verify", body, self._headers(len(body)))
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode(), time.monotonic() - began

    def pour(self, size: int) -> tuple[int, str, int]:
        """Send so many bytes until the site answers; return status, answer and how much was sent."""
        self.connection.putrequest("POST", "/verify")
        for name, value in self._headers(size).items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        sent = 0
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(self.head())
            while sent < size:
                self.connection.send(BLOCK)
                sent += len(BLOCK)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode(), sent

    def _headers(self, size: int) -> dict[str, str]:
        return {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(size),
            "Cookie": self.cookie,
        }


def left_in(scratch: Path) -> list[Path]:
    """Return what was left behind; the worker makes certificates meanwhile, in folders of its own."""
    return [path for path in scratch.iterdir() if not path.name.startswith("weasyprint-")]


def examiners(site: Site) -> list[psutil.Process]:
    """Return the processes that look at files."""
    return [process for process in site.served.below() if "lms.infra.examiner" in process.cmdline()]


@pytest.mark.slow
def test_100_mb_are_refused_in_words(site: Site, scratch: Path) -> None:
    began = time.monotonic()
    with Sender(site) as sender:
        status, answer, _sent = sender.pour(100 * 1000 * 1000)
    assert status == 413
    assert "no certificate is" in answer
    assert time.monotonic() - began < 10
    assert not left_in(scratch)


@pytest.mark.slow
def test_the_site_goes_on_while_many_send_what_takes_long(site: Site, scratch: Path) -> None:
    slow = HOSTILE["pdf of figures"][0]()[:2_000_000]
    found: list[tuple[int, float]] = []

    def flood() -> None:
        for _ in range(3):
            with Sender(site) as sender:
                status, answer, seconds = sender.send(slow)
            assert "<h1" in answer
            found.append((status, seconds))

    threads = [threading.Thread(target=flood) for _ in range(8)]
    for thread in threads:
        thread.start()
    pages = []
    while any(thread.is_alive() for thread in threads):
        began = time.monotonic()
        assert site.served.get("/courses/")[0] == 200
        pages.append(time.monotonic() - began)
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert len(found) == 24
    assert {status for status, _ in found} <= {200, 503}
    assert statistics.median(pages) < 1
    assert 1 <= len(examiners(site)) <= 2, "one for each process that serves pages"
    assert sha256(slow).hexdigest() not in {path.name for path in (site.data_dir / "files").rglob("*")}
    assert not left_in(scratch)


@pytest.mark.slow
def test_a_genuine_certificate_is_verified_after_all_that(site: Site, tmp_path: Path) -> None:
    done = site.run("certificates", "mirror", "--with-files", str(tmp_path / "mirror"))
    assert done.returncode == 0, done.stderr
    [file] = (tmp_path / "mirror/certificates").glob("*.pdf")

    def is_verified() -> bool:
        """Send the file; the process that looks may be starting again."""
        with Sender(site) as sender:
            status, answer, _seconds = sender.send(file.read_bytes())
        assert status == 503 or "Valid certificate" in answer
        return status == 200

    wait_until(is_verified, 20, "the certificate is verified")
