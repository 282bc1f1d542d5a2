"""Commands for certificates: `lms certificates …`.

It is long because each is a few lines, and whoever looks for one looks here.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
import orjson

from lms.accounts.queries import find_by_email
from lms.certificates import queries
from lms.certificates.cli.adopting import adopt
from lms.certificates.cli.mirroring import mirror
from lms.certificates.queries import transcripts as transcript_queries
from lms.certificates.queries.documents import Document, find_document
from lms.certificates.service import (
    adopting,
    checking,
    issuing,
    journal,
    lifecycle,
    look,
    publishing,
    ring,
    standing,
    transcripts,
)
from lms.courses.queries import find_course
from lms.domain import codes
from lms.domain.award import State
from lms.domain.errors import Refused
from lms.domain.formats.pictures import FAULTS as PICTURE_FAULTS
from lms.domain.journal import ERASED, MADE, Line
from lms.infra import clock
from lms.infra.commands import in_app, keep_so_far
from lms.infra.keyring import keyring
from lms.infra.rasters import NoPicture
from lms.infra.signing.keys import NAMES
from lms.infra.site import site
from lms.infra.storage import storage

DAWN = datetime(1970, 1, 1, tzinfo=UTC)
DAY_ONE = (1980, 1, 1, 0, 0, 0)
"""The moment that every file of an archive bears, so that the same certificates give the same archive."""


@click.group()
def certificates() -> None:
    """Issue, verify, revoke and export certificates."""


certificates.add_command(adopt)
certificates.add_command(mirror)


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
                "paused": PAUSED,
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


@certificates.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON.")
@in_app
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """Check files of certificates and transcripts against this site's keys and register, without a network.

    Exits with 0 when each is valid, and so are the certificates that a transcript names; 1 when one is not, 2 when one
    cannot be read.
    """
    status, found = 0, []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            click.echo(f"{file}: cannot be read: {error.strerror}.", err=True)
            status = 2
            continue
        checked = checking.check_file(content, file.stem[-19:], patient=True)
        state = checked.row.state(clock.now()) if checked.row and checked.trusted else "not proven"
        lost = checking.list_lost(checked)
        status = max(status, 0 if state == "valid" and not lost else 1)
        found.append({"file": str(file), "state": state, "no_longer_count": lost, **checked.plain()})
        if not as_json:
            click.echo(f"{file}: {state}; {ORIGINS[checked.origin]}")
            for code in lost:
                click.echo(f"{file}: the certificate {code} in it does not count any more")
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    sys.exit(status)


PAUSED = "The site waits after a restore. Run lms certificates reconcile first."

ORIGINS = {
    "original": "the file as it was issued",
    "genuine": "the credential as it was issued",
    "specimen": "the specimen that everybody may try to forge, and no certificate",
    "altered": "it was changed after it was issued",
    "foreign": "it was signed by somebody else",
    "copy": "no original file: a print, a scan or a picture",
    "unreadable": "it cannot be read",
}


@certificates.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why; everybody who verifies the certificate reads it.")
@in_app
def revoke(code: str, reason: str) -> None:
    """Take back a certificate or a transcript."""
    _change(code, lambda row: standing.revoke(row, reason=reason, actor=None), "revoked")


@certificates.command()
@click.argument("code")
@in_app
def reinstate(code: str) -> None:
    """Let a revoked certificate or transcript count again."""
    _change(code, lambda row: standing.reinstate(row, actor=None), "reinstated")


@certificates.command()
@click.argument("code")
@in_app
def correct(code: str) -> None:
    """Put a certificate with the holder's present name in place of this one; print the new code."""
    _change(code, lambda row: _print_code(standing.correct(row, actor=None)), "replaced")


@certificates.command()
@click.option("--key", "key_id", required=True, help="The key, as `lms keys list` names it.")
@click.option("--all", "everything", is_flag=True, help="Those that it signed before, too.")
@in_app
def reissue(key_id: str, everything: bool) -> None:
    """Put new certificates and transcripts in place of those that a revoked key signed since it was stolen."""
    since = next((key.revoked_from for key in ring.every_key() if key.id == key_id), None)
    if since is None:
        _refuse(f"No key '{key_id}' was revoked.")
    since = DAWN if everything else since
    done = 0
    for certificate_id in queries.list_signed(key_id, since):
        lifecycle.reissue(certificate_id, actor=None)
        done += 1
        keep_so_far()
    for transcript_id in transcript_queries.list_signed(key_id, since):
        transcripts.reissue(transcript_id)
        done += 1
        keep_so_far()
    click.echo(f"{done} certificates replaced; their files are made by the background worker.", err=True)


@certificates.command()
@click.argument("journals", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_app
def reconcile(journals: tuple[Path, ...]) -> None:
    """Take over what a journal kept elsewhere tells beyond what is here, and let certificates and mail go on.

    Without a file, the journal in the data folder is taken.
    """
    made: list[Line] = []
    for file in journals or (journal.path(site().data_dir),):
        try:
            lines = journal.read_file(file)
            taken = list(journal.reconcile(lines))
        except (OSError, ValueError) as error:
            _refuse(f"{file}: {error}.")
        keep_so_far()
        for line in taken:
            _forget(line)
            click.echo(f"{line.at:%Y-%m-%d %H:%M} {line.kind} {line.code}")
        made += [line for line in taken if line.kind == MADE]
        click.echo(f"{len(taken)} entries taken over from {file}.", err=True)
    journal.resume()
    keep_so_far()
    _adopt_kept(made)
    for code in queries.list_lost():
        click.echo(
            f"{codes.spaced(code)} stands in the journal alone: bring its file to lms certificates adopt.", err=True
        )


def _forget(line: Line) -> None:
    """Forget the file of somebody whom an entry that was taken over erased."""
    if line.kind == ERASED and (row := queries.find_by_code(line.code)):
        issuing.forget_file(row.id)


def _adopt_kept(lines: list[Line]) -> None:
    """Take back files that are still here, of certificates that the register lost."""
    for line in lines:
        digest = str(line.facts.get("file", ""))
        if storage().path(digest).exists():
            adopting.adopt(storage().get(digest))
            keep_so_far()


@certificates.command("offline-verifier")
@click.argument("dest", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def offline_verifier(dest: Path) -> None:
    """Write the page that verifies without a network, with today's keys and revocations."""
    dest.write_bytes(publishing.offline_verifier())
    click.echo(f"{dest} was written; what is revoked after today it does not know.", err=True)


@certificates.command("look")
@click.option(
    "--logo", type=click.Path(path_type=Path), help="A PNG or JPEG picture for the top, in place of the name."
)
@click.option("--seal", type=click.Path(path_type=Path), help="A PNG or JPEG picture for above the code.")
@click.option("--clear", type=click.Choice(("logo", "seal")), multiple=True, help="Show no such picture any more.")
@in_app
def set_look(logo: Path | None, seal: Path | None, clear: tuple[str, ...]) -> None:
    """Choose the logo and the seal of certificates that are issued from now on; print what they show."""
    for name in clear:
        look.clear_picture(LOOKS[name], actor=None)
    for name, file in (("logo", logo), ("seal", seal)):
        if file:
            _show(LOOKS[name], file)
    shown = queries.list_pictures()
    for name, place in LOOKS.items():
        row = shown.get(place)
        click.echo(f"{name}: {row.width} × {row.height} pixels, {row.digest}" if row else f"{name}: none")


LOOKS: dict[str, look.Place] = {"logo": "site", "seal": "seal"}


def _show(place: look.Place, file: Path) -> None:
    try:
        look.set_picture(place, file.read_bytes(), actor=None)
    except OSError as error:
        click.echo(f"{file}: cannot be read: {error.strerror}. Nothing was changed.", err=True)
        sys.exit(2)
    except NoPicture as no:
        _refuse(f"{file} {PICTURE_FAULTS[no.fault]}. Nothing was changed.")


def _print_code(certificate_id: str) -> None:
    row = queries.find_certificate(certificate_id)
    assert row is not None
    click.echo(row.code_spaced)


def _change(code: str, change: Callable[[Document], None], done: str) -> None:
    found = codes.read(code)
    row = find_document(found) if found else None
    if row is None:
        _refuse(f"No certificate has the code '{code}'.")
    try:
        change(row)
    except Refused as no:
        _refuse(
            {
                "standing": f"The certificate is {no.facts.get('standing')} already.",
                "same-name": "The certificate bears the holder's present name already.",
                "nobody-to-name": "The holder was erased.",
                "paused": PAUSED,
                "made-anew": "A transcript is not replaced: its holder makes a new one. Revoke this one.",
            }[no.reason]
        )
    click.echo(f"The certificate was {done}.", err=True)


@click.group()
def keys() -> None:
    """List, rotate and revoke the keys that certificates are signed with."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON.")
@in_app
def list_keys(as_json: bool) -> None:
    """List every key that ever signed here, the oldest first."""
    rows = [
        {
            "id": key.id,
            "made_at": key.made_at.isoformat(timespec="seconds"),
            "retired_at": key.retired_at.isoformat(timespec="seconds") if key.retired_at else None,
            "revoked_from": key.revoked_from.isoformat(timespec="seconds") if key.revoked_from else None,
            "fingerprint": key.fingerprint,
        }
        for key in ring.every_key()
    ]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    for row in rows:
        state = "revoked" if row["revoked_from"] else "retired" if row["retired_at"] else "current"
        click.echo(f"{row['id']:14} {state:8} {row['made_at']}  {row['fingerprint']}")


@keys.command()
@click.argument("name", type=click.Choice(NAMES))
@in_app
def rotate(name: str) -> None:
    """Put a new key in place of the current one; what the old one signed stays valid."""
    click.echo(ring.rotate(name).id)


@keys.command("revoke")
@click.argument("key_id")
@click.option("--since", required=True, type=click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M")), help="Stolen since (UTC).")
@click.option("--reason", required=True, help="What happened.")
@in_app
def revoke_key(key_id: str, since: datetime, reason: str) -> None:
    """Declare a key stolen since a moment: what it signed from then on is not believed any more. Rotate first."""
    if all(key.id != key_id for key in ring.every_key()):
        _refuse(f"There is no key '{key_id}'.")
    ring.revoke(key_id, since=since.replace(tzinfo=UTC), reason=reason)
    click.echo(f"Now run: lms certificates reissue --key {key_id}", err=True)


@keys.command("export-public")
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path))
@in_app
def export_public(dest: Path) -> None:
    """Write the public keys and certificates into a folder, for whoever verifies elsewhere."""
    for path in keyring().export_public(dest):
        click.echo(path)


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
