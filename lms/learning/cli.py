"""Commands of study."""

from __future__ import annotations

import click
from flask import current_app

from lms.infra.commands import in_app, keep_so_far
from lms.learning import queries
from lms.learning.service import Projection


@click.group()
def learning() -> None:
    """Fold the learning records again."""


@learning.command()
@click.option("--check", is_flag=True, help="Only compare; exit with 1 when something differs.")
@in_app
def rebuild(check: bool) -> None:
    """Write what pages read again from the records, or compare the two."""
    projections: tuple[Projection, ...] = current_app.extensions["projections"]
    differences = studies = 0
    for subject_id, course_id in queries.each_study_pair():
        studies += 1
        for projection in projections:
            if not check:
                projection.rebuild(subject_id, course_id)
                continue
            for difference in projection.compare(subject_id, course_id):
                differences += 1
                click.echo(f"{subject_id} {course_id}: {difference}")
        keep_so_far()  # one learner at a time, so that the site goes on meanwhile
    click.echo(f"{studies} compared, {differences} differences." if check else f"{studies} rebuilt.", err=True)
    if differences:
        raise SystemExit(1)
