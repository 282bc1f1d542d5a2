"""A site that really runs: `lms serve` in processes of its own, and what is needed to look at it from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil

COMMAND = (sys.executable, "-m", "lms.command")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for a condition; fail with these words when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} seconds"
        time.sleep(0.05)


def lms(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line to its end."""
    return subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=120)


def settings(data_dir: Path, **more: str) -> dict[str, str]:
    """Return an environment with a data folder and these settings, and none of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {**clean, "LMS_DATA_DIR": str(data_dir), **more}


class Served:
    """A running `lms serve`."""

    def __init__(self, environment: Mapping[str, str], port: int, log: Path, *options: str) -> None:
        self.environment = environment
        self.address = f"http://127.0.0.1:{port}"
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(port), *options], env=environment, stdout=file, stderr=file
            )

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a page; status 0 when nobody answers."""
        try:
            with urlopen(self.address + path, timeout=5) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (URLError, OSError):
            return 0, ""

    def wait(self, seconds: float = 60) -> None:
        """Wait until pages come."""
        deadline = time.monotonic() + seconds
        while self.get("/healthz")[0] != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def server(self) -> psutil.Process | None:
        """Return the process that holds the port and starts those that serve pages."""
        return self._child("vitrine-server")

    def worker(self) -> psutil.Process | None:
        """Return the background worker."""
        return self._child("vitrine-worker")

    def below(self) -> list[psutil.Process]:
        """Return every process of the site but the first."""
        return psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []

    def _child(self, name: str) -> psutil.Process | None:
        for process in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # a zombie is one too
                if process.name() == name and process.status() != psutil.STATUS_ZOMBIE:
                    return process
        return None

    def terminate(self, seconds: float = 10) -> float:
        """Ask the site to end and return how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds + 5)
        return time.monotonic() - began

    def kill(self) -> None:
        """End everything at once, as a power cut does."""
        below = self.below()
        for process in (*below, self.process):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()
        psutil.wait_procs(below, 10)


@contextmanager
def serving(environment: Mapping[str, str], log: Path, *options: str) -> Iterator[Served]:
    """Run the site until the test is done with it."""
    site = Served(environment, free_port(), log, *options)
    try:
        site.wait()
        yield site
    finally:
        site.kill()
