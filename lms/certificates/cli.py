"""Commands for certificates: `lms certificates …`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import NoReturn

import click

from lms.accounts.queries import find_by_email
from lms.certificates import queries
from lms.certificates.service import issuing
from lms.courses.queries import find_course
from lms.domain.award import State
from lms.domain.errors import Refused
from lms.infra import clock
from lms.infra.commands import in_app
from lms.infra.storage import storage

DAY_ONE = (1980, 1, 1, 0, 0, 0)
"""The moment that every file of an archive bears, so that the same certificates give the same archive."""


@click.group()
def certificates() -> None:
    """Issue and export certificates."""


@certificates.command()
@click.option("--course", "slug", required=True, help="Identifier of the course.")
@click.option("--user", "email", required=True, help="E-mail address of the learner.")
@in_app
def issue(slug: str, email: str) -> None:
    """Issue the certificate of somebody who has completed a course and has none; print its code."""
    course, person = find_course(slug), find_by_email(email)
    if course is None:
        _refuse(f"There is no course '{slug}'.")
    if person is None:
        _refuse(f"Nobody has the address {email}.")
    try:
        certificate_id = issuing.issue_by_hand(person.canonical_id, course.id)
    except Refused as no:
        _refuse(
            {
                "not-completed": f"{email} has not completed '{slug}'.",
                "issued-before": f"{email} has the certificate {no.facts.get('code')} already.",
                "gives-none": f"'{slug}' gives no certificate.",
            }[no.reason]
        )
    row = queries.find_certificate(certificate_id)
    assert row is not None
    click.echo(row.code_spaced)
    click.echo("The file is made by the background worker.", err=True)


@certificates.command()
@click.option("--course", "slug", required=True, help="Identifier of the course.")
@click.argument("dest", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def export(slug: str, dest: Path) -> None:
    """Write the files of a course's certificates into an archive, with a list of them."""
    course = find_course(slug)
    if course is None:
        _refuse(f"There is no course '{slug}'.")
    try:
        written, left = _write(course.id, dest)
    except OSError as error:
        click.echo(f"'{dest}' cannot be written: {error.strerror}.", err=True)
        sys.exit(2)
    click.echo(f"{written} certificates written, {left} left out.", err=True)


def _write(course_id: str, dest: Path) -> tuple[int, int]:
    """Write an archive beside its place and move it there when it is whole."""
    unfinished = dest.with_name(f".{dest.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
            counts = _fill(archive, course_id)
        unfinished.replace(dest)
    finally:
        unfinished.unlink(missing_ok=True)
    return counts


def _fill(archive: zipfile.ZipFile, course_id: str) -> tuple[int, int]:
    """Put in every file that is there, and a list of all; return how many there were and were not."""
    written = left = 0
    lines = ["code,state,issued,valid_until,sha256,file"]
    for row in queries.each_of_course(course_id):
        name = ""
        if row.made and row.file_digest and storage().path(row.file_digest).exists():
            name = f"{row.code_spaced}.pdf"
            archive.writestr(zipfile.ZipInfo(name, DAY_ONE), storage().get(row.file_digest))
            written += 1
        else:
            left += 1
        lines.append(_line(row, row.state(clock.now()), name))
    archive.writestr(zipfile.ZipInfo("certificates.csv", DAY_ONE), "\n".join(lines) + "\n")
    return written, left


def _line(row: queries.CertificateRow, state: State, name: str) -> str:
    until = row.valid_until.isoformat() if row.valid_until else ""
    return ",".join((row.code_spaced, state, row.issued_at.isoformat(), until, row.file_digest or "", name))


def _refuse(reason: str) -> NoReturn:
    """End with the status that says no."""
    click.echo(reason, err=True)
    sys.exit(1)
