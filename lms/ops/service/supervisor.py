"""The parent of a served site: starts the server and the worker, starts them anew when they die, ends them in time."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

GRACE = 8.5
"""Seconds from the order to end until whatever still runs is killed; the promise is ten."""

SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""When a child lived this many seconds, the pauses begin anew."""

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, so that no orphan keeps the port (Linux)."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A process that is to run for as long as the site does."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        """Start the process as the leader of a group of its own: a Ctrl-C at the terminal reaches the parent alone."""
        self.process = subprocess.Popen(  # noqa: S603 - the command is ours
            self.command,
            env=dict(self.environment),
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - the parent has one thread
        )
        self.started = time.monotonic()

    def tend(self, tell: Callable[[str], None]) -> None:
        """Start the process if it is due; note when it has died, and when to start it again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.signal(signal.SIGKILL)  # children it left behind would keep the port
        self.process = None
        pause = SHORTEST_PAUSE if now - self.started > STEADY else self.pause
        self.due, self.pause = now + pause, min(pause * 2, LONGEST_PAUSE)
        tell(f"The {self.name} ended with status {status}; it starts again in {pause:.0f} s.")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process's whole group; a child that never started has none."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


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
        """Tend the children; the first is started at once, the others when it answers, so that pages come first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        first, *others = self.children
        answered = False
        while not self.stopping:
            first.tend(self.tell)
            if not answered and ready():
                answered = True
                when_ready()
            if answered:
                for child in others:
                    child.tend(self.tell)
            time.sleep(0.1 if not answered else 0.3)
        self.end()

    def end(self) -> None:
        """Ask all to end, and after the grace make them."""
        deadline = time.monotonic() + GRACE
        for child in self.children:
            if child.process is not None:
                child.process.terminate()
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell(f"The {child.name} did not end in time and is killed.")
            child.signal(signal.SIGKILL)
            child.process.wait()


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
