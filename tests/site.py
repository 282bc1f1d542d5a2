"""A whole site as people run it: `lms init`, `lms serve`, in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LMS = [sys.executable, "-m", "lms.command"]
DEMO_PASSWORD = "museum-demo-2026"  # the contract's, the same on every demonstration site


@dataclass(frozen=True)
class Site:
    """A served site."""

    url: str
    data_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `lms` beside the served site."""
        return subprocess.run([*LMS, *arguments], env=self.environment, cwd=ROOT, capture_output=True, text=True)

    def log(self) -> str:
        """Return what the server said."""
        return (self.data_dir / "server.log").read_text(encoding="utf-8")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def environment_of(data_dir: Path, port: int, **settings: str) -> dict[str, str]:
    """Return the environment of a site: this machine's, without its own settings of a site."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {**kept, "LMS_DATA_DIR": str(data_dir), "LMS_BASE_URL": f"http://127.0.0.1:{port}", **settings}


@contextmanager
def running_site(data_dir: Path, *, demo: bool = True, serve: tuple[str, ...] = (), **settings: str) -> Iterator[Site]:
    """Set up and serve a site, and end it as a machine that is switched off would; it must be gone within 10 s."""
    port = free_port()
    environment = environment_of(data_dir, port, **settings)
    data_dir.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [*LMS, "init", *(["--demo"] if demo else [])], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    with (data_dir / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*LMS, "serve", "--port", str(port), *serve], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
    site = Site(environment["LMS_BASE_URL"], data_dir, environment, process)
    try:
        wait_for(site)
        yield site
    finally:
        process.terminate()
        process.wait(10)


def wait_for(site: Site, seconds: float = 30) -> None:
    """Wait until the site answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert site.process.poll() is None, site.log()
        try:
            with urllib.request.urlopen(f"{site.url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise TimeoutError(site.log())
