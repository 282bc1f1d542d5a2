"""How certificates look: the site's logo and seal, and a specimen."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as Answer

from lms.certificates import queries
from lms.certificates.service import look, trial
from lms.certificates.service.look import Place
from lms.certificates.service.paper import Unprintable
from lms.domain.errors import NotFound
from lms.domain.formats.pictures import LARGEST_FILE, PNG
from lms.infra import pdf
from lms.infra.languages import gettext as _
from lms.infra.rasters import NoPicture, measure
from lms.infra.storage import storage
from lms.ops.forms import ActForm, LookForm
from lms.web import locale
from lms.web.guards import permission, require_viewer, viewer
from lms.web.pages import page

ADDRESS = "/admin/certificates/look"
ENDPOINT = "admin_look"
UNPROCESSABLE = 422

LARGEST = 3 * LARGEST_FILE
"""Bytes of the whole form: two pictures, each a little larger than it may be, so that the page can say so."""

WIDE, HIGH = 320, 120
"""Pixels into which a picture is fitted on the page."""

PICTURE = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
"""A picture that is opened by itself runs nothing and fetches nothing."""

Shown = str | Answer | tuple[str, int]


def add_to(blueprint: Blueprint) -> None:
    """Register the pages, and an exception to how much a form may send."""
    blueprint.add_url_rule(ADDRESS, ENDPOINT, change, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{ADDRESS}/clear/<any(site, seal):place>", "admin_look_clear", clear, methods=["POST"])
    blueprint.add_url_rule(f"{ADDRESS}/specimen.pdf", "admin_look_specimen", specimen_page)
    blueprint.add_url_rule(f"{ADDRESS}/<any(site, seal):place>", "admin_look_picture", picture)
    # Runs before anything reads the form, and so before its size is judged.
    blueprint.url_value_preprocessor(_allow_size)


def _allow_size(endpoint: str | None, _values: object) -> None:
    if (
        endpoint == f"ops.{ENDPOINT}"
        and request.method == "POST"
        and (who := viewer())
        and who.can("certificates.look")
    ):
        request.max_content_length = LARGEST


@permission("certificates.look")
def change() -> Shown:
    """Show logo and seal, and take others."""
    form = LookForm()
    if not form.validate_on_submit():
        return _page(form), UNPROCESSABLE if form.errors else 200
    chosen = _chosen(form)
    if form.errors:
        return _page(form), UNPROCESSABLE
    for place, content in chosen.items():
        look.set_picture(place, content, actor=require_viewer().subject_id)
    flash(_("Certificates that are issued from now on look so. Those that were issued stay as they are."), "success")
    return redirect(url_for(f"ops.{ENDPOINT}"))


def _chosen(form: LookForm) -> dict[Place, bytes]:
    """Return the pictures that were chosen; the form says of each what is wrong with it."""
    given: dict[Place, FileField] = {"site": form.logo, "seal": form.seal}
    found = {place: field.data.read(LARGEST_FILE + 1) for place, field in given.items() if field.data}
    if not found:
        form.logo.errors = [_("Choose a picture first.")]
    for place, content in found.items():
        try:
            measure(content)
        except NoPicture as no:
            given[place].errors = [_why(no)]
    return found


def _why(no: NoPicture) -> str:
    return {
        "large": _(
            "This picture is too large: 4 MB, 10,000 pixels a side and 25 million pixels are the most. Save it smaller."
        ),
        "kind": _("This is no PNG or JPEG picture. Save it as PNG."),
        "broken": _("This picture is cut off or damaged. Save it anew."),
    }[no.fault]


@permission("certificates.look")
def clear(place: Place) -> Answer:
    """Show no picture at a place any more."""
    if ActForm().validate_on_submit() and look.clear_picture(place, actor=require_viewer().subject_id):
        flash(_("The picture is removed. Certificates that were issued with it keep it."), "success")
    return redirect(url_for(f"ops.{ENDPOINT}"))


@permission("certificates.look")
def picture(place: Place) -> Response:
    """Hand out a picture as it was given."""
    row = queries.list_pictures().get(place)
    if row is None or not storage().path(row.digest).is_file():
        raise NotFound(place)
    content = storage().get(row.digest)
    response = Response(content, content_type="image/png" if content.startswith(PNG) else "image/jpeg")
    response.set_etag(row.digest)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = PICTURE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response


@permission("certificates.look")
def specimen_page() -> Answer:
    """Hand out the certificate of nobody, as certificates look now."""
    try:
        content = trial.print_trial(locale.current())
    except pdf.Unavailable as why:
        flash(_("No page can be set on this machine: %(why)s. Nothing else is affected.", why=str(why)))
        return redirect(url_for(f"ops.{ENDPOINT}"))
    except Unprintable as lacking:
        flash(
            _(
                "The fonts of the certificate have no %(letters)s, which the name of the site needs.",
                letters=lacking.letters,
            )
        )
        return redirect(url_for(f"ops.{ENDPOINT}"))
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="specimen.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(form: LookForm) -> str:
    return page(
        "ops/admin/look.html", form=form, pictures={p: _fitted(row) for p, row in queries.list_pictures().items()}
    )


def _fitted(row: queries.PictureRow) -> tuple[int, int]:
    """Return how large a picture stands on the page, in pixels."""
    scale = min(WIDE / row.width, HIGH / row.height, 1)
    return max(1, round(row.width * scale)), max(1, round(row.height * scale))
