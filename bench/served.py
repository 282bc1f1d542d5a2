"""The served site: how fast it starts again, what memory it takes under load, how many submits it takes by HTTP."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import psutil

from bench.table import Figure, median
from lms.accounts.security.passwords import hash_password
from lms.accounts.service import confirm, create_account
from lms.app import create_app
from lms.config import Config
from lms.home.service import FINISHED, PASSWORD
from lms.infra.db import db

LMS = Path(sys.executable).with_name("lms")
WRITERS = 16
ROUNDS = 6
STARTS = 3


def measure() -> list[Figure]:
    """Measure the site as `make run` serves it."""
    with TemporaryDirectory(prefix="vitrine-bench-") as folder:
        settings = {**os.environ, "LMS_DATA_DIR": folder}
        subprocess.run([LMS, "init", "--demo-accounts"], env=settings, check=True, capture_output=True)
        add_learners(settings)
        starts = []
        for _ in range(STARTS):
            with served(settings) as (_port, seconds, _tree):
                starts.append(seconds)
        with served(settings) as (port, _seconds, tree):
            rate, most = _load(port, tree)
    return [
        Figure(what="second start to first page", value=median(starts), unit="s", bar=5),
        Figure(what="memory under load, sum of PSS", value=most, unit="MB", bar=350, others="Moodle 400 MB"),
        Figure(what=f"quiz submits a second by HTTP, {WRITERS} learners", value=rate, unit="/s", others="Moodle 58"),
    ]


@contextmanager
def served(settings: dict[str, str]) -> Iterator[tuple[int, float, psutil.Process]]:
    """Serve the site on a free port; yield port, seconds to the first page, and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**settings, "LMS_BASE_URL": f"http://127.0.0.1:{port}"}
    begin = time.perf_counter()
    subprocess.run([LMS, "init", "--demo-accounts"], env=environment, check=True, capture_output=True)
    process = subprocess.Popen(
        [LMS, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - begin > 60:
                raise SystemExit("the site does not start")
            time.sleep(0.02)
        yield port, time.perf_counter() - begin, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@dataclass
class Browser:
    """A browser as plain as can be: it keeps its connection and its cookies."""

    port: int
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, fields: list[tuple[str, str]] | None = None) -> tuple[int, str]:
        """Send a request; return status and text (the address of a redirect)."""
        headers = {"Cookie": "; ".join(f"{key}={morsel.value}" for key, morsel in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
                "Referer": f"http://127.0.0.1:{self.port}{path}",
            }
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for value in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(value)
        return response.status, response.headers.get("Location") or text

    def token(self, path: str) -> str:
        """Return the CSRF token of a page."""
        _status, text = self.ask("GET", path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        if found is None:
            raise SystemExit(f"{path} has no form")
        return found[1]

    def log_in(self, address: str) -> None:
        """Log in with the password of the demonstration."""
        token = self.token("/login")
        fields = [("csrf_token", token), ("email", address), ("password", PASSWORD)]
        status, text = self.ask("POST", "/login", fields)
        if status != 302:
            raise SystemExit(f"log-in answered {status}: {text[:200]}")


def add_learners(settings: dict[str, str]) -> None:
    """Add those who will study, beside the people of the demonstration."""
    app = create_app(Config.from_env(settings))
    with app.app_context():
        for n in range(WRITERS):
            account = create_account(email=address(n), password=hash_password(PASSWORD), name=f"Learner {n}")
            confirm(account.id, by="the benchmark")
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def address(n: int) -> str:
    """Return the address of one of them."""
    return f"bench{n}@example.org"


def _load(port: int, tree: psutil.Process) -> tuple[float, float]:
    """Let learners take a quiz again and again, look at memory meanwhile; return submits a second and megabytes."""
    browsers = [studying(port, n) for n in range(WRITERS)]
    quiz = _quiz(browsers[0])
    memory: list[float] = []
    submitting = 0.0
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in range(ROUNDS):
            sheets = list(pool.map(lambda browser: _begin(browser, quiz), browsers))
            begin = time.perf_counter()
            results = list(pool.map(lambda pair: _submit(pair[0], quiz, pair[1]), zip(browsers, sheets, strict=True)))
            submitting += time.perf_counter() - begin
            list(pool.map(lambda pair: _read(pair[0], quiz, pair[1]), zip(browsers, results, strict=True)))
            memory.append(_pss(tree))
    return WRITERS * ROUNDS / submitting, max(memory)


def studying(port: int, n: int) -> Browser:
    """Return the browser of somebody who is enrolled in a course."""
    browser = Browser(port)
    browser.log_in(address(n))
    token = browser.token(f"/courses/{FINISHED}")
    browser.ask("POST", f"/learn/{FINISHED}/enrol", [("csrf_token", token)])
    return browser


def _quiz(browser: Browser) -> str:
    _status, text = browser.ask("GET", f"/learn/{FINISHED}/")
    found = re.search(rf'href="(/learn/{FINISHED}/[a-z0-9-]*check[a-z0-9-]*)"', text)
    if found is None:
        raise SystemExit("the course has no quiz that can be taken again and again")
    return found[1]


def _begin(browser: Browser, quiz: str) -> list[tuple[str, str]]:
    """Start an attempt; return the fields to submit it with."""
    token = browser.token(quiz)
    browser.ask("POST", f"{quiz}/start", [("csrf_token", token)])
    _status, text = browser.ask("GET", quiz)
    attempt = re.search(r'name="attempt" value="([0-9a-f]{32})"', text)
    if attempt is None:
        raise SystemExit("the quiz shows no attempt")
    return [("csrf_token", token), ("attempt", attempt[1]), ("seq", "9")]


def _submit(browser: Browser, quiz: str, fields: list[tuple[str, str]]) -> str:
    status, where = browser.ask("POST", f"{quiz}/submit", fields)
    if status != 302:
        raise SystemExit(f"submit answered {status}: {where[:200]}")
    return where


def _read(browser: Browser, quiz: str, result: str) -> None:
    for path in (result, "/", "/me/", "/courses/", quiz.rpartition("/")[0] + "/") * 2:
        browser.ask("GET", path)


def _pss(tree: psutil.Process) -> float:
    """Return the proportional memory of the server and everything it started, in megabytes."""
    total = 0.0
    for process in (tree, *tree.children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6
