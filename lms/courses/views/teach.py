"""Packages and versions of courses, for those who teach them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from lms.courses import access, queries, service
from lms.courses.queries.catalogue import read_number
from lms.courses.views import words
from lms.domain.errors import Refused
from lms.domain.revision import compare
from lms.infra import clock
from lms.infra.languages import gettext as _
from lms.web.guards import Viewer, permission, require_viewer
from lms.web.pages import page

COURSES = 30
VERSIONS = 30
HIGHEST = 999_999
"""The highest ordinal of a version that an address may name, so that no database is asked for more than it can hold."""


def add_to(blueprint: Blueprint) -> None:
    """Register the pages."""
    blueprint.add_url_rule("/teach/courses", "packages", packages)
    blueprint.add_url_rule("/teach/courses/<slug>", "versions", versions)
    blueprint.add_url_rule("/teach/courses/<slug>/export.zip", "export", export)
    blueprint.add_url_rule("/teach/courses/<slug>/versions/<int(max=999999):ordinal>", "version", version)
    blueprint.add_url_rule(
        "/teach/courses/<slug>/versions/<int(max=999999):ordinal>/publish", "publish", publish, methods=["POST"]
    )


def may(who: Viewer, wanted: str) -> Callable[[str], bool]:
    """Return what tells whether this person may do something to a course."""
    return lambda slug: who.can(wanted, (access.COURSE, slug))


@permission("courses.import")
def packages() -> str:
    """List the courses that this person may import, with the versions that matter."""
    who = require_viewer()
    after = read_number(request.args.get("after", ""))
    slugs = access.reach(who.grants, "courses.import", at=clock.now())
    courses = queries.list_managed(slugs, after, limit=COURSES + 1)
    return page(
        "courses/teach_packages.html",
        courses=courses[:COURSES],
        first=after is None,
        more=courses[COURSES - 1].number if courses[COURSES:] else None,
        foreign=words.foreign,
    )


@permission("courses.import")
def versions(slug: str) -> str:
    """List the versions of a course, newest first."""
    before = request.args.get("before", type=int)
    before = before if before is not None and 0 < before <= HIGHEST else None
    may_import = may(require_viewer(), "courses.import")
    rows = access.versions_for_trainer(slug, before, VERSIONS + 1, may_import)
    return page(
        "courses/teach_versions.html",
        slug=slug,
        rows=rows[:VERSIONS],
        newest=access.newest_for_trainer(slug, may_import),
        more=rows[VERSIONS - 1].ordinal if rows[VERSIONS:] else None,
        foreign=words.foreign,
    )


@permission("courses.import")
def version(slug: str, ordinal: int) -> str:
    """Show a version: what the checker says of it, what it changes, and the button that publishes it."""
    who = require_viewer()
    row = access.version_for_trainer(slug, ordinal, may(who, "courses.import"))
    changes = None
    if row.published_id and not row.is_published:
        changes = compare(queries.get_tree(row.published_id), queries.get_tree(row.id))
    return page(
        "courses/teach_version.html",
        row=row,
        changes=changes,
        may_publish=may(who, "courses.publish")(slug),
        warnings=[_warning(line) for line in row.warnings],
        lang=words.foreign(row.language),
    )


def _warning(line: str) -> tuple[str, str, str | Markup]:
    """Take a kept warning, `path:line: message`, apart again."""
    place, _colon, message = line.partition(": ")
    return "warning", place, words.marked(message, words.CHECKERS)


@permission("courses.publish")
def publish(slug: str, ordinal: int) -> Answer:
    """Publish a version."""
    who = require_viewer()
    row = access.version_for_trainer(slug, ordinal, may(who, "courses.publish"))
    try:
        service.publish_version(slug, row.id, actor=who.subject_id, may=may(who, "courses.publish"))
    except Refused:
        flash(_("This version was published already. Nothing has changed."))
    else:
        flash(_("The version is published. Learners under way keep theirs until they choose to move."), "success")
    return redirect(url_for("courses.version", slug=slug, ordinal=ordinal))


@permission("courses.export")
def export(slug: str) -> Response:
    """Send the latest state of a course as a package."""
    package = service.export_package(slug, may=may(require_viewer(), "courses.export"))
    response = Response(package, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.zip"'
    return response
