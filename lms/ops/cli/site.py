"""The commands that look at, save and run the site itself."""

from __future__ import annotations

import fcntl
import gc
import logging
import os
import signal
import sys
import threading
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
import orjson
from flask import Flask, current_app

from lms.config import Config
from lms.infra import executor
from lms.infra.commands import in_app
from lms.ops.service import backup as backups
from lms.ops.service import health, prepared, server, setup
from lms.ops.service import restore as restoring
from lms.ops.service.setup import SetUp
from lms.ops.service.supervisor import Child, Supervisor, answers, name_process

DEMO_ACCOUNTS = (
    "Demonstration accounts: learner@, trainer@, reviewer@, coordinator@ and admin@example.org, "
    "password museum-demo-2026."
)

BEHIND = 10
"""How far the worker stands back (see nice(1)): a thousand certificates may not keep anybody's page waiting."""

MARKS = {"ok": "ok     ", "warning": "WARNING", "fault": "FAULT  "}


@click.command(hidden=True)
@click.option("--demo", is_flag=True)
@click.option("--history", is_flag=True)
@in_app
def prepare(demo: bool, history: bool) -> None:
    """Do the work of `lms init`."""
    try:
        wanted: SetUp = current_app.extensions["setup"]
        setup.prepare(current_app.config["LMS"], wanted, demo=demo, history=history, tell=tell)
    except backups.BackupFailed as error:
        tell(f"The database was not upgraded, because it could not be copied before. {error}")
        sys.exit(2)


@click.command(hidden=True)
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", required=True, type=int)
@click.option("--no-worker", is_flag=True)
@click.pass_context
def site(ctx: click.Context, host: str, port: int, workers: int, no_worker: bool) -> None:
    """Do the work of `lms serve`: import the application once, fork all that runs it, and keep it running."""
    app: Flask = ctx.find_root().obj()
    config: Config = app.config["LMS"]
    with (config.data_dir / restoring.SERVE_LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("A backup is being restored; start again when that is done.")
            sys.exit(1)
        children = [Child("server", partial(server.serve, app, host=host, port=port, workers=workers))]
        if not no_worker:
            children.append(Child("worker", partial(_work, app)))
        name_process("vitrine")
        server.warm(app)
        gc.collect()
        gc.freeze()  # the collector of a child would otherwise touch, and so copy, every page of this process
        Supervisor(children, tell).run(partial(answers, host, port), partial(_greet, config))


def _greet(config: Config) -> None:
    tell(f"{config.site_name} is served at {config.base_url}/")
    if prepared.is_demo(config):
        tell(DEMO_ACCOUNTS)


@click.command()
@click.pass_context
def worker(ctx: click.Context) -> None:
    """Run one background worker until it is told to end."""
    _work(ctx.find_root().obj())


def _work(app: Flask) -> None:
    os.nice(BEHIND)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    executor.run(app, stop)
    # A job that hangs in a mail server's answer would keep this process; it runs again at the next start.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON.")
@in_app
def doctor(as_json: bool) -> None:
    """Check everything the site needs, one line each; exits with 1 when something is at fault."""
    findings = []
    for finding in health.examine(current_app.config["LMS"]):
        findings.append(finding)
        if not as_json:
            click.echo(f"{MARKS[finding.state]}  {finding.name}: {finding.detail}")
    if as_json:
        click.echo(orjson.dumps([asdict(finding) for finding in findings], option=orjson.OPT_INDENT_2))
    if any(finding.state == "fault" for finding in findings):
        sys.exit(1)


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
def backup(dest: Path) -> None:
    """Write database, files and keys to DEST, a new folder or a file that ends in .tar or .tar.gz.

    The site may be in use. Keep the backup as safe as the site: it holds its secret key.
    """
    try:
        manifest = backups.write(Config.from_env(), dest)
    except (backups.BackupFailed, OSError) as error:
        tell(str(error))
        sys.exit(2)
    size = sum(entry.size for entry in manifest.entries.values())
    click.echo(f"{dest}: {len(manifest.entries)} files, {size / 1e6:.1f} MB")


@click.command()
@click.argument("src", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the site that is here; it is kept in the data folder.")
def restore(src: Path, force: bool) -> None:
    """Bring back the backup SRC into an empty data folder, after every file of it was verified."""
    try:
        config = Config.from_env()
        manifest = restoring.restore(config, src, force=force)
    except restoring.RestoreRefused as error:
        tell(str(error))
        sys.exit(1)
    except (backups.BackupFailed, OSError) as error:
        tell(str(error))
        sys.exit(2)
    click.echo(f"The site of {manifest.made_at} is back. `lms serve` upgrades it where that is needed.")
    if (config.data_dir / restoring.JOURNAL).exists():
        tell("Mail and certificates wait until the journal of certificates is compared: run `lms init`.")


def tell(sentence: str) -> None:
    """Tell whoever called, apart from the result."""
    click.echo(sentence, err=True)
