"""`lms courses import` and `lms courses export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lms.courses import service
from lms.courses.cli.checking import line_of
from lms.courses.cli.sources import Failure, Unreadable, read_course_files
from lms.domain.errors import NotFound, Refused
from lms.domain.formats.packages import PackageRefused
from lms.infra.commands import in_app
from lms.infra.folders import write_folder


@click.command("import")
@click.argument("path", metavar="PATH|ZIP", type=click.Path(path_type=Path))
@click.option("--publish", is_flag=True, help="Also publish it: learners who enrol from now on read this version.")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
@in_app
def import_(path: Path, publish: bool, as_json: bool) -> None:
    """Import a course from its folder or package; with faults nothing is kept."""
    if not path.exists():
        raise Failure(2, f"{path}: there is no such file or folder.")
    try:
        done = service.import_course(read_course_files(path), actor=None)
    except PackageRefused as refusal:
        raise Failure(1, f"{path}: {refusal}") from refusal
    except Unreadable as error:
        raise Failure(2, f"{path}: {error}") from error
    for warning in done.warnings:
        click.echo(line_of(path, warning), err=True)
    if done.slug is None or done.version_id is None:
        for fault in done.faults:
            click.echo(line_of(path, fault))
        raise Failure(1, f"{path}: nothing was imported.")
    published = publish and _publish(done.slug, done.version_id)
    if as_json:
        facts = {"course": done.slug, "version": done.ordinal, "new": not done.known, "published": published}
        click.echo(json.dumps(facts))
        return
    was = "was here already" if done.known else "imported"
    click.echo(f"{done.slug}: version {done.ordinal} {was}{', published' if published else ''}")


def _publish(slug: str, version_id: str) -> bool:
    try:
        service.publish_version(slug, version_id, actor=None)
    except Refused:
        click.echo(f"{slug}: this version is published already.", err=True)
    return True


@click.command()
@click.argument("slug")
@click.argument("dest", type=click.Path(path_type=Path))
@in_app
def export(slug: str, dest: Path) -> None:
    """Write the latest state of a course to DEST/course.yaml and so on, or to DEST when that ends in .zip."""
    try:
        if dest.suffix.lower() == ".zip":
            package = service.export_package(slug)
            with dest.open("xb") as file:
                file.write(package)
        else:
            write_folder(dest, service.export_course(slug))
    except NotFound as error:
        raise Failure(1, f"There is no course '{slug}'.") from error
    except FileExistsError as error:
        raise Failure(2, f"{dest} exists already and is not an empty folder.") from error
    except OSError as error:
        raise Failure(2, f"{dest} cannot be written: {error.strerror}.") from error
    click.echo(str(dest))


@in_app
def stored_files(slug: str) -> dict[str, bytes]:
    """Return the files of the latest state of a course of the site; raises NotFound."""
    return dict(service.export_course(slug))
