"""The parent of a served site: starts the server and the worker, starts them anew when they die, ends them in time."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess

GRACE = 8.5
"""Seconds from the order to end until whatever still runs is killed; the promise is ten."""

SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""When a child lived this many seconds, the pauses begin anew."""

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
LIBC = ctypes.CDLL(None)
FORK = multiprocessing.get_context("fork")


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, so that no orphan keeps the port (Linux)."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def name_process(name: str) -> None:
    """Give this process a name of at most 15 characters, as `top` shows it; forks inherit it (Linux)."""
    LIBC.prctl(PR_SET_NAME, name.encode())


@dataclass
class Child:
    """A process that is to run for as long as the site does, and what it does."""

    name: str
    work: Callable[[], object]
    process: ForkProcess | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        """Fork the process: what the parent has imported is in memory once, however many children read it."""
        self.process = FORK.Process(target=self._run, name=self.name)
        self.process.start()
        self.started = time.monotonic()

    def _run(self) -> None:
        os.setsid()  # a Ctrl-C at the terminal reaches the parent alone, which ends us in order
        die_with_parent()
        name_process(f"vitrine-{self.name}")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        self.work()

    def tend(self, tell: Callable[[str], None]) -> None:
        """Start the process if it is due; note when it has died, and when to start it again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        if self.process.is_alive():
            return
        self.kill_group()  # children it left behind would keep the port
        pause = SHORTEST_PAUSE if now - self.started > STEADY else self.pause
        self.due, self.pause = now + pause, min(pause * 2, LONGEST_PAUSE)
        tell(f"The {self.name} ended with status {self.process.exitcode}; it starts again in {pause:.0f} s.")
        self.process = None

    def kill_group(self) -> None:
        """Kill the process and all that it started."""
        if self.process is not None and self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Supervisor:
    """Keeps children alive until it is told to stop."""

    children: list[Child]
    tell: Callable[[str], None]
    stopping: bool = field(default=False)

    def stop(self, *_signal: object) -> None:
        """Begin the end; a signal handler."""
        self.stopping = True

    def run(self, ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
        """Tend the children until told to stop; say so once when the site answers."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        answered = False
        while not self.stopping:
            for child in self.children:
                child.tend(self.tell)
            if not answered and ready():
                answered = True
                when_ready()
            time.sleep(0.3 if answered else 0.05)
        self.end()

    def end(self) -> None:
        """Ask all to end, and after the grace make them."""
        deadline = time.monotonic() + GRACE
        running = [child for child in self.children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        for child in running:
            assert child.process is not None
            child.process.join(max(0.0, deadline - time.monotonic()))
            if child.process.is_alive():
                self.tell(f"The {child.name} did not end in time and is killed.")
            child.kill_group()
            child.process.join()


def answers(host: str, port: int) -> bool:
    """Tell whether the site answers there; a listening port alone says little, the server opens it first."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_free(host: str, port: int) -> bool:
    """Tell whether we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _reachable(host: str) -> str:
    """Return an address that reaches a server which listens on this one."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
