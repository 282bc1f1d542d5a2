"""`lms init` and `lms serve`: neither imports the application unless there is something to prepare."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

from lms.config import Config
from lms.infra.places import place
from lms.ops.service import prepared
from lms.ops.service.supervisor import Child, Supervisor, answers, is_free

SERVE_LOCK = "serve.lock"
"""Held by every server of this data folder, so that `lms restore` knows of them."""

THREADS = 4
KILL_AFTER = 7
"""Seconds a server process may take for the requests it has begun."""

A_YEAR = 365 * 24 * 3600
READY_MADE = ("fonts", "img")
"""Folders of static files that are as small as they get; the application compresses the others."""

DEMO_ACCOUNTS = (
    "Demonstration accounts: learner@, trainer@, reviewer@, coordinator@ and admin@example.org, "
    "password museum-demo-2026."
)


@click.command()
@click.option("--demo", is_flag=True, help="Also make demonstration accounts and data; every page will say so.")
@click.pass_context
def init(ctx: click.Context, demo: bool) -> None:
    """Prepare or upgrade the database and the shipped courses; does nothing when they are there."""
    config = Config.from_env()
    if prepared.is_prepared(config, demo=demo):
        click.echo("Everything is there already.", err=True)
        return
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    prepare = root.get_command(ctx, "prepare")
    assert prepare is not None
    ctx.invoke(prepare, demo=demo)
    prepared.note_prepared(config, demo=demo)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that serve pages.")
@click.option("--no-worker", is_flag=True, help="Start no background worker; run `lms worker` elsewhere.")
def serve(host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve the site, with one background worker; prepares or upgrades what must be first."""
    os.environ.setdefault("LMS_BASE_URL", f"http://127.0.0.1:{port}")
    config = Config.from_env()
    if not is_free(host, port):
        click.echo(f"Something listens on port {port} of {host} already.", err=True)
        sys.exit(2)
    with ExitStack() as held:
        _hold_lock(held, config.data_dir / SERVE_LOCK)
        _prepare(config)
        environment = {**os.environ, "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
        children = [server(environment, host, port, workers)]
        if not no_worker:
            children.append(Child("background worker", (*lms(), "worker"), environment))
        supervisor = Supervisor(children, tell)
        supervisor.run(partial(answers, host, port), partial(_greet, config))


def server(environment: Mapping[str, str], host: str, port: int, workers: int) -> Child:
    """Return the child that serves pages."""
    options: list[str] = ["--interface", "wsgi", "--factory", "--host", host, "--port", str(port)]
    options += ["--workers", str(workers), "--blocking-threads", str(THREADS), "--http", "1"]
    # Without the kill timeout a SIGTERM during the start hangs.
    options += ["--workers-kill-timeout", str(KILL_AFTER), "--respawn-failed-workers", "--respawn-interval", "0.2"]
    options += ["--log-level", "warning", "--static-path-expires", str(A_YEAR)]
    for folder in READY_MADE:
        if (path := place("static") / folder).is_dir():
            options += ["--static-path-route", f"/static/{folder}", "--static-path-mount", str(path)]
    return Child("server", (sys.executable, "-m", "granian", *options, "lms.command:served_app"), environment)


def lms() -> tuple[str, ...]:
    """Return how to call this command line again."""
    return (sys.executable, "-m", "lms.command")


def tell(sentence: str) -> None:
    """Tell whoever started the site."""
    click.echo(sentence, err=True)


def _hold_lock(held: ExitStack, path: Path) -> None:
    lock = held.enter_context(path.open("ab"))
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        click.echo("A backup is being restored; start again when that is done.", err=True)
        sys.exit(1)


def _prepare(config: Config) -> None:
    """Migrate and import in another process, which gives its memory back."""
    if prepared.is_prepared(config, demo=False):
        return
    done = subprocess.run([*lms(), "prepare"], check=False)  # noqa: S603 - our own command
    if done.returncode != 0:
        sys.exit(done.returncode)
    prepared.note_prepared(config, demo=False)


def _greet(config: Config) -> None:
    click.echo(f"{config.site_name} is served at {config.base_url}/", err=True)
    if prepared.is_demo(config):
        click.echo(DEMO_ACCOUNTS, err=True)
