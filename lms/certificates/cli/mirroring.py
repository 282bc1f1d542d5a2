"""`lms certificates mirror`: a copy of the register by which others go on verifying when the site is gone."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lms.certificates.service import mirroring
from lms.infra.commands import in_app
from lms.infra.pause import paused
from lms.infra.signing.keys import KeyProblem
from lms.infra.swap import SwapProblem


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--with-files", is_flag=True, help="Copy the PDF files too.")
@click.option("--check", is_flag=True, help="Write nothing; say whether the mirror at DEST is ours and whole.")
@in_app
def mirror(dest: Path, with_files: bool, check: bool) -> None:
    """Write a copy of the register as plain files to the folder DEST, or bring the one there up to date.

    The old copy stands until the new one is whole. Whoever has the folder can read every name in it.
    """
    if check:
        _check(dest)
        return
    if paused():
        click.echo("The site waits after a restore. Run lms certificates reconcile first.", err=True)
        sys.exit(1)
    try:
        done = mirroring.write(dest, files=with_files)
    except (SwapProblem, KeyProblem) as problem:
        click.echo(f"The mirror was not written, and what was there stays. {problem}", err=True)
        sys.exit(2)
    click.echo(
        f"{dest}: {done.certificates} certificates; {done.written} files written, {done.kept} as before.", err=True
    )


def _check(dest: Path) -> None:
    try:
        statement, faults = mirroring.check(dest)
    except (OSError, ValueError) as error:
        click.echo(f"There is no mirror at {dest}: {error}.", err=True)
        sys.exit(2)
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(1)
    click.echo(
        f"{statement['name']}, {statement['certificates']} certificates as of {statement['asOf']}: ours, and whole."
    )
