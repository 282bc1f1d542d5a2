"""`lms certificates adopt`: what was lost from the register comes back from the files that people hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from lms.certificates import queries
from lms.certificates.service import adopting
from lms.certificates.service.adopting import Verdict
from lms.domain.codes import spaced
from lms.infra.commands import in_app, keep_so_far
from lms.infra.examiner import LARGEST
from lms.infra.pause import paused

SUFFIXES = {".pdf", ".json", ".png"}
WORDS = {
    "adopted": "adopted",
    "completed": "completed",
    "known": "known already",
    "contradicts": "contradicts the register",
    "refused": "refused",
}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would come of each file, and change nothing.")
@in_app
def adopt(files: tuple[Path, ...], dry_run: bool) -> None:
    """Take back certificates that the register lost, from their files: PDF, credential (JSON) or badge (PNG).

    A folder stands for all such files in it. Exits with 1 when a file was not taken back, 2 when one cannot be read.
    """
    if paused() and not dry_run:
        click.echo("The site waits after a restore. Run lms certificates reconcile first.", err=True)
        sys.exit(1)
    status, count = 0, 0
    for file in _every(files):
        try:
            with file.open("rb") as opened:
                content = opened.read(LARGEST + 1)
        except OSError as error:
            click.echo(f"{file}: cannot be read: {error.strerror}", err=True)
            status = 2
            continue
        verdict = adopting.adopt(content, dry=dry_run)
        if not dry_run:
            keep_so_far()
        click.echo(f"{file}: {_line(verdict)}")
        count += verdict.outcome in {"adopted", "completed"}
        status = max(status, 0 if verdict.done else 1)
    click.echo(f"{count} certificates {'would be' if dry_run else 'were'} taken back.", err=True)
    if lost := len(queries.list_lost()):
        click.echo(f"{lost} certificates {'stand' if lost > 1 else 'stands'} in the journal alone.", err=True)
    sys.exit(status)


def _every(files: tuple[Path, ...]) -> Iterator[Path]:
    """Yield files, and those in folders that may hold a certificate, in an order that stays the same."""
    for file in files:
        if file.is_dir():
            yield from sorted(
                found for found in file.rglob("*") if found.suffix.lower() in SUFFIXES and found.is_file()
            )
        else:
            yield file


def _line(verdict: Verdict) -> str:
    code = f" {spaced(verdict.code)}" if verdict.code else ""
    return f"{WORDS[verdict.outcome]}{code}{f': {verdict.why}' if verdict.why else ''}"
