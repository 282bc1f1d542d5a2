"""What a first view of a lesson costs: bytes on the wire, requests, and the time until it can be read."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.served import LMS, served
from bench.table import Figure, median

LESSON = "running-a-museum"
RUNS = 3
THIN = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def measure() -> list[Figure]:
    """Measure the first lesson of a course as a stranger sees it."""
    with TemporaryDirectory(prefix="vitrine-bench-") as folder:
        settings = {**os.environ, "LMS_DATA_DIR": folder}
        subprocess.run([LMS, "init", "--demo-accounts"], env=settings, check=True, capture_output=True)
        with served(settings) as (port, _seconds, _tree), _chromium() as chromium:
            path = _first_lesson(chromium, port)
            english = _weight(chromium, path, "en")
            russian = _weight(chromium, path, "ru")
            cold, warm = _times(chromium, path)
    return [
        Figure(
            what="first view of a lesson, English",
            value=english[0] / 1000,
            unit="kB",
            bar=100,
            others="Moodle 1,297 kB",
        ),
        Figure(what="requests of it", value=english[1], unit="", bar=12, others="Moodle 18"),
        Figure(what="first view of a lesson, Russian", value=russian[0] / 1000, unit="kB"),
        Figure(what="requests of it", value=russian[1], unit=""),
        Figure(what="lesson readable, thin line and slow computer, cold", value=cold, unit="s", bar=3),
        Figure(what="lesson readable, thin line and slow computer, warm", value=warm, unit="s", bar=1),
    ]


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def _first_lesson(chromium: Browser, port: int) -> str:
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{port}/courses/{LESSON}")
    link = page.get_by_role("link", name="Read the first lesson").get_attribute("href")
    page.close()
    return f"http://127.0.0.1:{port}{link}"


def _weight(chromium: Browser, path: str, language: str) -> tuple[float, int]:
    """Return bytes on the wire and requests of a first view; figures further down load when one comes to them."""
    context = chromium.new_context(locale=language, viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(path, wait_until="networkidle")
    context.close()
    return sum(sizes.values()), len(sizes)


def _times(chromium: Browser, path: str) -> tuple[float, float]:
    """Return seconds until the text can be read: cold, and coming back."""
    cold, warm = [], []
    for _ in range(RUNS):
        context = chromium.new_context(viewport={"width": 360, "height": 740})
        page = context.new_page()
        _slow(context.new_cdp_session(page))
        cold.append(_readable(page, path))
        warm.append(_readable(page, path))
        context.close()
    return median(cold), median(warm)


def _slow(session: CDPSession) -> None:
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", THIN)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})


def _readable(page: Page, path: str) -> float:
    """Return seconds from the click to the first paint of the page's text."""
    page.goto("about:blank")
    page.goto(path, wait_until="commit")
    page.wait_for_selector(".reading p")
    painted = page.evaluate(
        "() => new Promise((done) => { const at = () => performance.getEntriesByName('first-contentful-paint')[0];"
        " const look = () => at() ? done(at().startTime) : requestAnimationFrame(look); look(); })"
    )
    return float(painted) / 1000
