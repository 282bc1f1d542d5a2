"""What the page of long work says of a package of certificates."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from lms.certificates.queries import course as selected
from lms.certificates.service import packing
from lms.courses.queries import find_published
from lms.infra.languages import gettext as _
from lms.infra.languages import ngettext
from lms.infra.orders import OrderRow
from lms.web import locale
from lms.web.guards import Viewer
from lms.web.orders import Kind, register


def _title(row: OrderRow) -> str:
    course = find_published(row.wanted["slug"])
    title = course.title(locale.reading())[0] if course else row.wanted["slug"]
    return _("Certificates of “%(course)s” in one file", course=title)


def _count(row: OrderRow) -> str:
    if row.state == "done":
        return ngettext(
            "%(count)s certificate is in the file.",
            "%(count)s certificates are in the file.",
            row.found["packed"],
            count=locale.format_number(row.found["packed"]),
        )
    if not row.total:
        return _("It is about to begin.")
    done, total = locale.format_number(row.done), locale.format_number(row.total)
    return _("%(done)s of %(total)s certificates", done=done, total=total)


def _back(row: OrderRow) -> tuple[str, str]:
    return _("Certificates of this course"), url_for("certificates.of_course", slug=row.wanted["slug"])


def _again(_row: OrderRow) -> str:
    return _("You can order the package again on the page of the course’s certificates.")


def _details(row: OrderRow) -> dict[str, object]:
    missing = row.found.get("missing", [])
    again = selected.list_again([one["id"] for one in missing])
    until = row.found.get("until")
    return {
        "missing": [(again[one["id"]], one["why"]) for one in missing if one["id"] in again],
        "unnamed": row.found.get("left_out", 0) - len(missing),
        "being_made": row.found.get("being_made", 0),
        "until": datetime.fromisoformat(until) if until else None,
        "narrowed": bool(packing.selection_of(row.wanted, row.private)),
    }


def _allows(viewer: Viewer, row: OrderRow) -> bool:
    return viewer.can("teach.learners", ("course", row.wanted["slug"]))


register(
    packing.KIND,
    Kind(
        title=_title,
        count=_count,
        back=_back,
        again=_again,
        template="certificates/_package.html",
        details=_details,
        allows=_allows,
        mimetype="application/zip",
    ),
)
