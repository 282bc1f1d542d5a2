"""The page that invites everybody to forge the specimen, and the specimen to take away."""

from __future__ import annotations

from flask import Blueprint, Response

from lms.certificates.service import badges, specimen
from lms.certificates.service.checking import SPECIMEN, Checked
from lms.certificates.service.verdict import names_of_failed, on_file
from lms.domain.codes import spaced
from lms.domain.errors import NotFound
from lms.web import locale
from lms.web.guards import public
from lms.web.pages import page

TYPES = {"pdf": "application/pdf", "png": "image/png", "json": "application/vc"}


def add_to(blueprint: Blueprint) -> None:
    """Register the addresses."""
    blueprint.add_url_rule("/verify/forge", "forge", forge)
    blueprint.add_url_rule("/verify/forge/specimen.<any(pdf, png, json):kind>", "specimen", take)


@public
def forge() -> str:
    """Invite to forge."""
    return forge_page()


@public
def take(kind: str) -> Response:
    """Hand out the specimen in the reader's language."""
    kept = specimen.find(locale.current())
    if kept is None:
        raise NotFound("specimen")
    content = {"pdf": kept.pdf, "json": kept.credential}.get(kind) or badges.draw_specimen(kept.credential)
    response = Response(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="specimen-{spaced(SPECIMEN)}.{kind}"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.update(("Cookie", "Accept-Language"))
    return response


def forge_page(checked: Checked | None = None, now: str = "", fault: str = "") -> str:
    """Return the page, with what came of a file that somebody brought."""
    return page(
        "certificates/forge.html",
        specimen=specimen.find(locale.current()) is not None,
        checked=checked,
        said=on_file(checked) if checked else None,
        failed=names_of_failed(checked) if checked else [],
        now=now,
        fault=fault,
    )
