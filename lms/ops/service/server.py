"""The server of pages: granian, with an application that is imported already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from lms.infra.db import db
from lms.infra.places import place
from lms.ops.service.supervisor import die_with_parent

THREADS = 4
KILL_AFTER = 7
"""Seconds a server process may take for the requests it has begun; without it a SIGTERM during the start hangs."""

RESPAWN_AFTER = 0.2
A_YEAR = 365 * 24 * 3600
READY_MADE = ("fonts", "img")
"""Folders of static files that are as small as they get; the application compresses the others."""


FIRST = ("/", "/courses/", "/login", "/verify")
"""Pages that everybody begins with."""

READ_MOST = ("components/", "courses/course", "home/", "layout/", "learning/", "quizzes/")
"""Where the templates of learners' pages stand."""


def warm(app: Any) -> None:
    """Make templates and ask for the first pages, before the processes are forked: all that is then in memory once.

    The connections are closed again: none may be shared by two processes.
    """
    for name in app.jinja_env.list_templates():
        if name.startswith(READ_MOST) and "/email/" not in name:
            app.jinja_env.get_template(name)
    browser = app.test_client()
    for path in FIRST:
        browser.get(path)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def serve(application: Callable[..., object], *, host: str, port: int, workers: int) -> None:
    """Serve an application of WSGI from forked processes until told to end."""

    def load() -> Callable[..., object]:
        die_with_parent()
        return application

    folders = [name for name in READY_MADE if (place("static") / name).is_dir()]
    server = Server(
        "lms",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        workers_kill_timeout=KILL_AFTER,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_AFTER,
        log_level=LogLevels.warning,
        static_path_route=[f"/static/{name}" for name in folders],
        static_path_mount=[place("static") / name for name in folders],
        static_path_expires=A_YEAR,
    )
    server.serve(target_loader=load, wrap_loader=False)
