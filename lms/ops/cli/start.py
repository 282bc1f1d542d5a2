"""`lms init` and `lms serve`: neither imports the application unless there is something to prepare."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from lms.config import Config
from lms.ops.service import prepared
from lms.ops.service.supervisor import is_free

MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "1048576"}
"""Give large pieces of memory back at once: a log-in takes 19 MB for a moment, and glibc would learn to keep them."""


@click.command()
@click.option("--demo", is_flag=True, help="Also make demonstration accounts and a year of data; every page says so.")
@click.option("--demo-accounts", is_flag=True, help="Make the demonstration accounts alone, without the year.")
@click.pass_context
def init(ctx: click.Context, demo: bool, demo_accounts: bool) -> None:
    """Prepare or upgrade the database and the shipped courses; does nothing when they are there."""
    config = Config.from_env()
    history, demo = demo, demo or demo_accounts
    if prepared.is_prepared(config, demo=demo):
        click.echo("Everything is there already.", err=True)
        return
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    prepare = root.get_command(ctx, "prepare")
    assert prepare is not None
    ctx.invoke(prepare, demo=demo, history=history)
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
    _prepare(config)
    environment = {**os.environ, **MEMORY, "PYTHONUNBUFFERED": "1"}
    options = ["--host", host, "--port", str(port), "--workers", str(workers), *(["--no-worker"] if no_worker else [])]
    # The same process goes on as the parent of the site, which imports the application once for all its children.
    os.execve(sys.executable, [*lms(), "site", *options], environment)  # noqa: S606 - our own command


def lms() -> tuple[str, ...]:
    """Return how to call this command line again."""
    return (sys.executable, "-m", "lms.command")


def _prepare(config: Config) -> None:
    """Migrate and import in another process, which gives its memory back."""
    if prepared.is_prepared(config, demo=False):
        return
    done = subprocess.run([*lms(), "prepare"], check=False)  # noqa: S603 - our own command
    if done.returncode != 0:
        sys.exit(done.returncode)
    prepared.note_prepared(config, demo=False)
