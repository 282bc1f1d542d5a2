"""A demonstration site as people run it: `lms init --demo-accounts`, `lms serve`, in a folder of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import Served, free_port, lms, settings

DEMO_PASSWORD = "museum-demo-2026"  # the contract's, the same on every demonstration site


@dataclass(frozen=True)
class Site:
    """A served site."""

    url: str
    data_dir: Path
    environment: dict[str, str]
    served: Served

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `lms` beside the served site."""
        return lms(self.environment, *arguments)


@contextmanager
def running_site(data_dir: Path, *, demo: bool = True, serve: tuple[str, ...] = (), **more: str) -> Iterator[Site]:
    """Set up and serve a site, and end it as a machine that is switched off would; it must be gone within 10 s."""
    port = free_port()
    environment = settings(data_dir, LMS_BASE_URL=f"http://127.0.0.1:{port}", **more)
    data_dir.mkdir(parents=True, exist_ok=True)
    made = lms(environment, "init", *(["--demo-accounts"] if demo else []))
    assert made.returncode == 0, made.stderr
    served = Served(environment, port, data_dir / "server.log", *serve)
    try:
        served.wait()
        yield Site(served.address, data_dir, environment, served)
        assert served.terminate() < 10, served.log.read_text()
    finally:
        served.kill()
